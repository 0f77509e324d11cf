/** Flow matching and normalising flows. */

import { linearPath, logVolumeChange, pathVelocity } from '../maths/diffusion/flow.ts';
import { add, divide, multiply, negate, square, subtract } from '../maths/tensor/elementwise.ts';
import { inverse } from '../maths/tensor/linear.ts';
import { sum } from '../maths/tensor/reduce.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';
import { comesFrom, lossWeight, named, noiseWords } from './diffusionRoles.ts';
import type { Formula } from './formula.ts';
import type { Encoding, Evidence, Requirement, Role, ValueReading } from './reading.ts';
import { term } from './term.ts';

const sums = ['add', 'subtract', 'lerp', 'negate', 'sum'];
const products = ['multiply', 'lerp', 'einsum', 'matmul', 'divide'];
const squares = ['square', 'multiply', 'power', 'norm', 'abs', 'einsum', 'matmul'];

const lipman = { paper: 'Lipman et al. 2023, Flow Matching for Generative Modeling', arxiv: '2210.02747' } as const;
const liu = {
  paper: 'Liu, Gong and Liu 2023, Flow Straight and Fast: Learning to Generate and Transfer Data with Rectified Flow',
  arxiv: '2209.03003',
} as const;

const sourceWords = ['x0', 'x 0', 'z0', 'noise', 'eps', 'epsilon', 'source', 'z', 'prior', 'xi', 'base', 'e', 'noises', 'a0'];
const targetWords = [
  'x1',
  'x 1',
  'z1',
  'data',
  'target',
  'clean',
  'latents',
  'images',
  'image',
  'actions',
  'y',
  'x',
  'a1',
  'mel',
  'x start',
  'samples',
  'batch',
];
const source: Role = {
  id: 'source',
  shape: 'B D',
  domain: 'real',
  words: sourceWords,
  not: ['x1', 'x 1', 'data', 'fake', 'generated', 'real', 'mean'],
};
const target: Role = {
  id: 'target',
  shape: 'B D',
  domain: 'real',
  words: targetWords,
  not: ['noise', 'noises', 'eps', 'epsilon', 'fake', 'real'],
};
const timeForms: readonly Encoding[] = [
  {
    id: 'time',
    name: 'time from noise to data',
    symbol: (role) => role,
    encode: (time) => time,
    words: ['t', 'time', 'times', 'timestep', 'timesteps', 'tau', 's', 'u', 't expand', 'ts'],
  },
  {
    id: 'rest',
    name: 'time from data to noise',
    symbol: (role) => `1-${role}`,
    encode: (time) => subtract(scalar(1), time),
    words: ['sigma', 'sigmas', 't', 'time', 'timesteps', 'timestep', 's', 'tau'],
  },
];
const timeWords = [
  't',
  'time',
  'times',
  'timestep',
  'timesteps',
  'tau',
  's',
  'u',
  'sigma',
  'sigmas',
  'ts',
  'texp',
  't expand',
  'noise level',
];
const time: Role = {
  id: 'time',
  shape: '',
  domain: 'unit',
  encodings: timeForms,
  not: [
    'ema',
    'decay',
    'momentum',
    'lam',
    'lambda',
    'alpha',
    'mix',
    'lr',
    'beta',
    'rho',
    'smoothing',
    'alphas',
    'betas',
    'cumprod',
    'abar',
  ],
};
const remainder: Role = { id: 'remainder', shape: '', domain: 'small', words: ['sigma min', 'sigma', 'sig min', 'eps'], literal: true };

const flowContext = [
  ...[
    'flow',
    'flow matching',
    'fm',
    'cfm',
    'rectified flow',
    'rectified',
    'flow match',
    'conditional flow',
    'conditional flow matching',
    'otcfm',
    'interpolant',
    'reflow',
    'velocity',
    'rf',
  ],
  ...['probability path', 'prob path', 'path', 'sd3', 'flux', 'get train tuple', 'vector field', 'stochastic interpolant'],
];
const velocityTargets = [
  'ut',
  'u t',
  'u',
  'target',
  'velocity',
  'v',
  'vt',
  'v t',
  'v target',
  'target velocity',
  'dx t',
  'dxt',
  'flow',
  'target v',
  'x dot',
  'vel',
  'velocity target',
  'dx dt',
  'gt',
  'target vel',
  'conditional velocity',
  'ut target',
  'flow target',
];

const isSource = comesFrom('source', 'normal');
const namedSource = named('source', ['x0', 'x 0', 'z0', 'noise', 'eps', 'epsilon', 'source', 'z', 'noises', 'a0']);
// A source is also what is separated from a mixture.
const namedEarlier: Requirement = { role: 'source', words: ['x0', 'x 0', 'z0', 'noise', 'eps', 'epsilon', 'noises', 'a0'] };
const namedTarget = named('target', [
  'x1',
  'x 1',
  'z1',
  'data',
  'target',
  'clean',
  'latents',
  'images',
  'image',
  'actions',
  'a1',
  'x start',
  'mel',
  'x',
  'x data',
]);
const namedTime = named('time', timeWords);

/** Two rates that are no more than called after the time may be those of any process. */
const oneTime: Requirement = { role: 'time', once: true };

const isPath: Evidence = [
  [isSource, namedTime, oneTime],
  [isSource, comesFrom('time', 'drawnShare'), oneTime],
  // A model is told the time of a point between any two things.
  [comesFrom('time', 'drawnShare'), { role: 'time', toldWith: ['source', 'target'] }, oneTime],
  [named('source', [...noiseWords, 'noises']), namedTime, oneTime],
  // Weights of one network that move towards those of another are source and target too.
  [
    named('source', ['x0', 'x 0', 'z0', 'source', 'a0']),
    named('target', ['x1', 'x 1', 'z1', 'a1', 'data', 'target']),
    namedTime,
    oneTime,
    { context: [], not: ['update', 'soft update', 'polyak', 'ema', 'target net', 'momentum update'] },
  ],
  [{ context: flowContext }, namedTime, oneTime],
];

const sourceTerm = term(
  'source',
  'x_0',
  'source',
  'Where the path begins: noise, mostly. In diffusion x₀ is the data.',
  '[batch, features]',
);
const targetTerm = term('target', 'x_1', 'target', 'Data: where the path ends.', '[batch, features]');
const timeTerm = term('time', 't', 'time', 'From 0 at the source to 1 at the target.', '[batch]');
const remainderTerm = term(
  'remainder',
  String.raw`\sigma_{\min}`,
  'remainder',
  'How much of the source is left at time 1: 0, or a small standard deviation.',
);
const convention = 'x₀ is noise and x₁ data here; in diffusion x₀ is the data. Time may run either way, where path and velocity agree.';

const interpolation: Formula = {
  id: 'fm_interp',
  family: 'Flow',
  name: 'Linear path',
  latex: String.raw`\term{point}{x_t}=(1-\term{time}{t})\term{source}{x_0}+\term{time}{t}\,\term{target}{x_1}`,
  lines: [
    String.raw`\term{point}{x_t}=\bigl(1-(1-\term{remainder}{\sigma_{\min}})\term{time}{t}\bigr)\term{source}{x_0}+\term{time}{t}\,\term{target}{x_1}`,
  ],
  terms: [
    term('point', 'x_t', 'point of the path', 'Where the sample is at time t.', '[batch, features]'),
    timeTerm,
    sourceTerm,
    targetTerm,
    remainderTerm,
  ],
  claim: 'definition',
  note: convention,
  source: { ...liu, place: 'section 2.1' },
  steps: [],
  identities: [
    {
      latex: String.raw`x_t=x_0+t\,(x_1-x_0)`,
      words: 'It is the source, moved with the path’s velocity for the time t.',
      sides: ({ source, target, time }) => [
        linearPath(source!, target!, time!),
        add(source!, multiply(time!, pathVelocity(source!, target!))),
      ],
    },
    {
      latex: String.raw`x_t(x_0,x_1)=x_{1-t}(x_1,x_0)`,
      words: 'Run the other way, with the ends in each other’s place, it is the same.',
      sides: ({ source, target, time }) => [linearPath(source!, target!, time!), linearPath(target!, source!, subtract(scalar(1), time!))],
    },
  ],
  mistakes: [
    'The ends have changed places against the velocity that is learned: the model then runs the wrong way.',
    'One time is drawn for the whole batch, not one for each example.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [source, target, time],
      axes: 'B D',
      summed: '',
      elements: ({ source, target, time }) => linearPath(source!, target!, time!),
      fit: 'quantity',
      operations: [products, sums],
      evidence: isPath,
    },
    {
      kind: 'value',
      roles: [source, target, time, remainder],
      axes: 'B D',
      summed: '',
      elements: ({ source, target, time, remainder }) => linearPath(source!, target!, time!, remainder),
      fit: 'quantity',
      operations: [products, sums],
      evidence: [...isPath, [named('remainder', ['sigma min', 'sig min', 'sigmin'])]],
      remark: 'with a remainder of the source',
    },
  ],
};

/** Towards the data, or, where time runs from data to noise, away from them. */
const directions = [
  { sign: 1, remark: undefined },
  { sign: -1, remark: 'time runs from data to noise' },
] as const;
const signed = (sign: 1 | -1, velocity: Tensor): Tensor => (sign === 1 ? velocity : negate(velocity));

const isTarget: Evidence = [
  [isSource, { target: velocityTargets }],
  [isSource, { context: flowContext }],
  [
    { role: 'source', without: ['computed'] },
    { role: 'target', without: ['computed'] },
    { role: 'source', with: 'target', into: ['fm_interp'] },
  ],
  [namedEarlier, namedTarget, { target: velocityTargets }],
  [namedSource, namedTarget, { target: velocityTargets.filter((words) => words !== 'target') }],
  [namedSource, namedTarget, { context: flowContext }],
];

const pathTarget: Formula = {
  id: 'fm_target',
  family: 'Flow',
  name: 'Path velocity',
  latex: String.raw`\term{velocity}{u_t}=\term{target}{x_1}-\term{source}{x_0}`,
  lines: [String.raw`\term{velocity}{u_t}=\term{target}{x_1}-(1-\term{remainder}{\sigma_{\min}})\term{source}{x_0}`],
  terms: [
    term('velocity', 'u_t', 'velocity', 'The derivative of the path by time: what the model learns.', '[batch, features]'),
    sourceTerm,
    targetTerm,
    remainderTerm,
  ],
  claim: 'identity',
  note: `${convention} It must be the derivative of the path that the same code uses.`,
  source: { ...liu, place: 'section 2.1' },
  steps: [],
  identities: [
    {
      latex: String.raw`u_t=\frac{x_t-x_0}{t}`,
      words: 'Times the time it is the way that has been gone.',
      sides: ({ source, target }) => {
        const instant = scalar(0.3);
        const gone = subtract(linearPath(source!, target!, instant), source!);
        return [pathVelocity(source!, target!), divide(gone, instant)];
      },
    },
    {
      latex: String.raw`u_t=\frac{x_1-x_t}{1-t}`,
      words: 'It is the way that is left, over the time that is left.',
      sides: ({ source, target }) => {
        const instant = scalar(0.3);
        return [pathVelocity(source!, target!), divide(subtract(target!, linearPath(source!, target!, instant)), scalar(0.7))];
      },
    },
  ],
  mistakes: [
    'It points the other way than the path: the derivative of the path has the other sign.',
    'The remainder of the source is in the path and not in the velocity.',
  ],
  readings: [
    ...directions.map(({ sign, remark }): ValueReading => ({
      kind: 'value',
      roles: [source, target],
      axes: 'B D',
      summed: '',
      elements: ({ source, target }) => signed(sign, pathVelocity(source!, target!)),
      fit: 'quantity',
      operations: [['subtract', 'add', 'negate']],
      evidence: isTarget,
      ...(remark !== undefined && { remark }),
    })),
    {
      kind: 'value',
      roles: [source, target, remainder],
      axes: 'B D',
      summed: '',
      elements: ({ source, target, remainder }) => pathVelocity(source!, target!, remainder),
      fit: 'quantity',
      operations: [['subtract', 'add', 'negate'], products],
      evidence: [...isTarget, [named('remainder', ['sigma min', 'sig min', 'sigmin'])]],
      remark: 'with a remainder of the source',
    },
  ],
};

const prediction: Role = {
  id: 'prediction',
  shape: 'B D',
  domain: 'real',
  words: [
    'v',
    'vt',
    'v t',
    'pred',
    'v pred',
    'v theta',
    'velocity',
    'model pred',
    'model output',
    'flow pred',
    'v hat',
    'out',
    'output',
    'pred v',
    'velocity pred',
  ],
};
const calledPrediction = comesFrom('prediction', 'call');
const velocityNames = [
  'v',
  'vt',
  'v t',
  'v pred',
  'v theta',
  'velocity',
  'vel',
  'v hat',
  'pred v',
  'flow',
  'vf',
  'vector field',
  'velocity pred',
  'u theta',
  'pred velocity',
  'v net',
];
const timed = named('prediction', ['t', 'time', 'times', 'timestep', 'timesteps', 'sigma', 'sigmas', 'xt', 'x t', 'z t', 'zt', 'tau']);

const isLoss = (sourceKnown: readonly Requirement[]): Evidence => [
  [{ role: 'prediction', from: ['fm_interp'] }, ...sourceKnown],
  [isSource, calledPrediction, timed],
  [isSource, calledPrediction, { context: flowContext }],
  [isSource, named('prediction', velocityNames)],
  [namedSource, namedTarget, named('prediction', velocityNames)],
  [namedSource, namedTarget, calledPrediction, { context: flowContext }],
];

const loss: Formula = {
  id: 'fm_loss',
  family: 'Flow',
  name: 'Flow-matching loss',
  latex: String.raw`\mathbb E\lVert\term{prediction}{v_\theta(x_t,t)}-(\term{target}{x_1}-\term{source}{x_0})\rVert_2^2`,
  lines: [
    String.raw`\term{weight}{w_t}\,\lVert\term{prediction}{v_\theta}-\term{velocity}{u_t}\rVert^2,\quad\term{velocity}{u_t}=\term{target}{x_1}-(1-\term{remainder}{\sigma_{\min}})\term{source}{x_0}`,
  ],
  terms: [
    term(
      'prediction',
      String.raw`v_\theta(x_t,t)`,
      'predicted velocity',
      'What the network says of the velocity at a point of the path.',
      '[batch, features]',
    ),
    targetTerm,
    sourceTerm,
    term('weight', 'w_t', 'weight', 'Of the loss at time t: 1 where nothing else is said.'),
    term('velocity', 'u_t', 'velocity', 'The derivative of the path by time.', '[batch, features]'),
    remainderTerm,
  ],
  claim: 'definition',
  note: `${convention} A constant apart, it has the minimum of matching the velocity of the whole flow.`,
  source: { ...lipman, place: 'section 3.2' },
  steps: [],
  identities: [
    {
      latex: String.raw`\lVert v-(x_1-x_0)\rVert^2=\frac{\lVert\hat x_1-x_1\rVert^2}{(1-t)^2},\quad\hat x_1=x_t+(1-t)v`,
      words: 'It is the squared error of where the path would end, over the square of the time that is left.',
      sides: ({ prediction, source, target }) => {
        const rest = scalar(0.7);
        const end = add(linearPath(source!, target!, scalar(0.3)), multiply(rest, prediction!));
        return [square(subtract(prediction!, pathVelocity(source!, target!))), divide(square(subtract(end, target!)), square(rest))];
      },
    },
  ],
  mistakes: [
    'The target is not the derivative of the path that the network’s input is on.',
    'The noise of the target is a fresh draw, not that of the path.',
  ],
  readings: [
    ...directions.map(({ sign, remark }): ValueReading => ({
      kind: 'value',
      roles: [prediction, source, target, lossWeight],
      axes: 'B D',
      summed: 'D',
      elements: ({ prediction, source, target, weight }) =>
        multiply(weight!, square(subtract(prediction!, signed(sign, pathVelocity(source!, target!))))),
      fit: 'loss',
      operations: [squares, sums],
      evidence: isLoss([]),
      rank: 2,
      ...(remark !== undefined && { remark }),
    })),
    {
      kind: 'value',
      roles: [prediction, source, target, remainder, lossWeight],
      axes: 'B D',
      summed: 'D',
      elements: ({ prediction, source, target, remainder, weight }) =>
        multiply(weight!, square(subtract(prediction!, pathVelocity(source!, target!, remainder)))),
      fit: 'loss',
      operations: [squares, sums],
      evidence: [...isLoss([]), [named('remainder', ['sigma min', 'sig min'])]],
      rank: 2,
      remark: 'with a remainder of the source',
    },
    {
      kind: 'value',
      roles: [prediction, { id: 'velocity', shape: 'B D', domain: 'real', words: velocityTargets }, lossWeight],
      axes: 'B D',
      summed: 'D',
      elements: ({ prediction, velocity, weight }) => multiply(weight!, square(subtract(prediction!, velocity!))),
      fit: 'loss',
      operations: [squares, sums],
      evidence: [
        [{ role: 'velocity', formula: ['fm_target'] }],
        [{ role: 'prediction', from: ['fm_interp'] }, named('velocity', velocityTargets)],
      ],
      rank: 2,
    },
  ],
};

const baseWords = [
  'log prob',
  'prior logp',
  'logp',
  'log pz',
  'logpz',
  'prior ll',
  'base log prob',
  'prior log prob',
  'log p',
  'log p z',
  'log prior',
  'prior',
  'base',
  'log likelihood',
  'z log prob',
  'log pu',
  'logp x',
  'll',
  'base dist',
  'nll',
];
const volumeWords = [
  'log det',
  'logdet',
  'log det jacobian',
  'ldj',
  'sldj',
  'log abs det',
  'log det j',
  'logdets',
  'log dets',
  'sum log det',
  'sum log abs det jacobians',
  'log jacobian',
  'log j',
  'delta logp',
  'ladj',
  'log det jac',
  'logabsdet',
  'log abs det jacobian',
  'ld',
  'sum logdet',
  'log volume',
  'det',
  'log s',
  'dlogp',
  'logdet jac',
  'ildj',
  'log scale',
  'inverse log det jacobian',
  'forward log det jacobian',
  'log det jacobians',
  'fldj',
];
const base: Role = { id: 'base', shape: 'B', domain: 'logProbability', words: baseWords, not: ['entropy'] };
// Half the log-determinant of a covariance belongs to a Gaussian's own density.
const volume: Role = { id: 'volume', shape: 'B', domain: 'real', words: volumeWords, not: ['half log det', 'half logdet'] };
const latent: Role = { id: 'latent', shape: 'B D', domain: 'real', words: ['z', 'u', 'latent', 'z k', 'y', 'noise'] };
const jacobian: Role = { id: 'jacobian', shape: 'B D D', domain: 'real', words: ['jacobian', 'jac', 'j', 'jacobians'] };
const normalisingContext = [
  'flow',
  'nf',
  'normalizing flow',
  'normalising flow',
  'real nvp',
  'realnvp',
  'glow',
  'maf',
  'iaf',
  'nice',
  'coupling',
  'flow loss',
  'flow nll',
  'change of variables',
  'cnf',
  'nsf',
  'flow model',
  'planar flow',
];

const inNormalisingFlow: Requirement = { context: normalisingContext, not: ['matching', 'matcher', 'cfm', 'rectified', 'velocity'] };

/** A sampler's step gives the momentum together with the density of where it leads, and both are added up. */
const noEnergy: Requirement = { role: 'volume', words: [], not: ['target', 'energy', 'hamiltonian', 'momentum', 'log prob'] };

/** A covariance's determinant is of a Gaussian's own density. */
const noSpread: Requirement = { role: 'volume', words: [], not: ['covariance', 'covariances', 'cov', 'precision', 'hpsd', 'psd', 'gram'] };

const isChange: Evidence = [
  [named('volume', volumeWords), comesFrom('base', 'logDensity'), noSpread],
  // A layer gave the determinant together with what the base then measures.
  [comesFrom('base', 'logDensity'), { role: 'volume', returnedWith: 'base' }, noEnergy],
  [
    { role: 'base', formula: ['gauss_nll'] },
    { role: 'volume', returnedWith: 'base' },
  ],
  [named('volume', volumeWords), { role: 'base', formula: ['gauss_nll'] }],
  // Two determinants are none.
  [named('volume', volumeWords), named('base', baseWords, ['determinant', ...volumeWords]), noSpread],
  [comesFrom('base', 'logDensity'), inNormalisingFlow],
  [named('base', baseWords), comesFrom('volume', 'call'), inNormalisingFlow],
];
const isChangeOfLatent: Evidence = [
  [named('volume', volumeWords)],
  [inNormalisingFlow, comesFrom('volume', 'call')],
  [{ role: 'volume', returnedWith: 'latent' }],
];

const logNormal = (latent: Tensor): Tensor => sum(multiply(scalar(-0.5), add(square(latent), scalar(Math.log(2 * Math.PI)))), [-1]);

const volumeReading = (
  sign: 1 | -1,
  roles: readonly Role[],
  density: (roles: Readonly<Record<string, Tensor>>) => Tensor,
  evidence: Evidence,
  operations: ValueReading['operations'],
): ValueReading => ({
  kind: 'value',
  roles: [...roles, volume],
  axes: 'B',
  summed: '',
  elements: (given) => add(density(given), signed(sign, given['volume']!)),
  fit: 'density',
  operations,
  evidence,
  ...(sign === -1 && { remark: 'the determinant is of the map from the base to the data' }),
});

const changeOfVariables: Formula = {
  id: 'flow_nll',
  family: 'Flow',
  name: 'Change of variables',
  latex: String.raw`\term{density}{\log p(x)}=\term{base}{\log p_u(f(x))}+\term{volume}{\log\lvert\det J_f(x)\rvert}`,
  lines: [
    String.raw`\term{base}{\log p_u(z)}=-\tfrac12\sum_j\bigl(\term{latent}{z_j}^2+\log2\pi\bigr),\quad\term{volume}{\log\lvert\det J_f(x)\rvert}=\log\lvert\det\term{jacobian}{\frac{\partial z}{\partial x}}\rvert`,
  ],
  terms: [
    term('density', String.raw`\log p(x)`, 'log-density', 'Of the data, under the flow.', '[batch]', 'nats'),
    term('base', String.raw`\log p_u(f(x))`, 'log-density of the base', 'Of what the flow turns the data into.', '[batch]', 'nats'),
    term(
      'volume',
      String.raw`\log\lvert\det J_f(x)\rvert`,
      'log-determinant',
      'How much the flow stretches a small volume around the data: the sum over its layers.',
      '[batch]',
      'nats',
    ),
    term('latent', 'z_j', 'latent', 'What the flow turns the data into; the base is mostly a standard normal.', '[batch, features]'),
    term(
      'jacobian',
      String.raw`\frac{\partial z}{\partial x}`,
      'Jacobian',
      'The derivatives of the latent by the data.',
      '[batch, features, features]',
    ),
  ],
  claim: 'identity',
  note: 'Either sign counts: with a minus before all it is a loss. Where the determinant is of the map from base to data, it is subtracted.',
  source: { paper: 'Rezende and Mohamed 2015, Variational Inference with Normalizing Flows', place: 'eq. 5', arxiv: '1505.05770' },
  steps: [],
  identities: [
    {
      latex: String.raw`\log\lvert\det J^{-1}\rvert=-\log\lvert\det J\rvert`,
      words: 'The map back has the opposite determinant: that is why some codes subtract.',
      sides: ({ jacobian }) => [logVolumeChange(inverse(jacobian!)), negate(logVolumeChange(jacobian!))],
    },
    {
      latex: String.raw`\log\lvert\det cJ\rvert=\log\lvert\det J\rvert+d\log c`,
      words: 'Stretching all features by c adds d log c.',
      sides: ({ jacobian }) => [
        logVolumeChange(multiply(scalar(3), jacobian!)),
        add(logVolumeChange(jacobian!), scalar((jacobian!.shape.at(-1) ?? 0) * Math.log(3))),
      ],
    },
  ],
  mistakes: [
    'The determinant has the sign of the other direction of the flow.',
    'It is averaged over features where the base’s density is summed.',
    'The determinants of some layers are left out of the sum.',
  ],
  readings: [
    ...directions.map(({ sign }) => volumeReading(sign, [base], ({ base }) => base!, isChange, [['add', 'subtract', 'sum', 'negate']])),
    ...directions.map(({ sign }) =>
      volumeReading(sign, [{ ...base, shape: 'B D' }], ({ base }) => sum(base!, [-1]), isChange, [
        ['add', 'subtract', 'negate'],
        ['sum', 'mean', 'einsum', 'einopsReduce'],
      ]),
    ),
    ...directions.map(({ sign }) =>
      volumeReading(sign, [latent], ({ latent }) => logNormal(latent!), isChangeOfLatent, [squares, ['add', 'subtract', 'sum', 'negate']]),
    ),
    {
      kind: 'value',
      roles: [base, jacobian],
      axes: 'B',
      summed: '',
      elements: ({ base, jacobian }) => add(base!, logVolumeChange(jacobian!)),
      fit: 'density',
      // Determinants of the factors of a matrix add up too.
      evidence: [[{ role: 'base', words: [], not: ['determinant', 'log abs determinant', ...volumeWords] }]],
      operations: [['logAbsDeterminant', 'determinant', 'cholesky']],
    },
    {
      kind: 'value',
      roles: [latent, jacobian],
      axes: 'B',
      summed: '',
      elements: ({ latent, jacobian }) => add(logNormal(latent!), logVolumeChange(jacobian!)),
      fit: 'density',
      operations: [['logAbsDeterminant', 'determinant', 'cholesky']],
    },
  ],
};

export const flow: readonly Formula[] = [interpolation, pathTarget, loss, changeOfVariables];
