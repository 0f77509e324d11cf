/** Score-based models: what a score is learned from, and the equations that it turns round. */

import { noised, noiseFromScore, noiseLevel, subNoised } from '../maths/diffusion/kernel.ts';
import {
  denoisingError,
  denoisingErrorOf,
  preservingDrift,
  probabilityFlow,
  reverseDrift,
  reverseStep,
  weightedByLevel,
} from '../maths/diffusion/score.ts';
import { add, divide, multiply, negate, sqrt, square, subtract } from '../maths/tensor/elementwise.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';
import {
  clean,
  cleanTerm,
  comesFrom,
  drawnNoise,
  level,
  levelNames,
  levelTerm,
  lossWeight,
  named,
  namedNoise,
  noise,
  noiseTerm,
  noisy,
  noisyTerm,
  songEquations,
} from './diffusionRoles.ts';
import type { Formula } from './formula.ts';
import type { Encoding, Evidence, Role, ValueReading } from './reading.ts';
import { term } from './term.ts';

const one = scalar(1);
const sums = ['add', 'subtract', 'negate', 'lerp', 'sum'];
const products = ['multiply', 'divide', 'einsum', 'matmul', 'square'];
const squares = ['square', 'multiply', 'power', 'norm', 'abs', 'einsum', 'matmul'];

const scoreWords = [
  'score',
  'scores',
  's theta',
  'score fn',
  'score model',
  'scorenet',
  'score net',
  'grad log p',
  'score pred',
  'pred score',
  'grad',
  'model output',
  'grad log prob',
  's',
  'score fun',
];
const scoreNames = [
  'score',
  'scores',
  'score fn',
  'score model',
  'scorenet',
  'score net',
  's theta',
  'grad log p',
  'grad log prob',
  'pred score',
  'score pred',
  'score fun',
  'score function',
  'get score',
];
const score: Role = { id: 'score', shape: 'B D', domain: 'real', words: scoreWords, not: ['noise', 'eps', 'epsilon', 'z'] };
const scoreTerm = term(
  'score',
  String.raw`\nabla_x\log p_t(x)`,
  'score',
  'The gradient of the log-density of noisy samples, as the network gives it: where it becomes more probable.',
  '[batch, features]',
  'nats per unit of x',
);

const sigmaForms: readonly Encoding[] = [
  {
    id: 'sigma',
    name: 'standard deviation of the noise',
    symbol: (role) => role,
    encode: (sigma) => sigma,
    words: ['sigma', 'sigmas', 'std', 'used sigmas', 'marginal prob std', 'sigma t', 'noise level'],
  },
  {
    id: 'variance',
    name: 'variance of the noise',
    symbol: (role) => `${role}^2`,
    encode: square,
    words: ['var', 'variance', 'sigma2', 'sigma sq'],
  },
];
const sigma: Role = { id: 'sigma', shape: '', domain: 'positive', encodings: sigmaForms };
const exponent: Role = {
  id: 'exponent',
  shape: '',
  domain: 'real',
  words: ['anneal power', 'power', 'exponent', 'p'],
  absent: 0,
  literal: true,
};

const isMatching: Evidence = [
  [named('score', scoreNames)],
  [
    comesFrom('score', 'call'),
    drawnNoise,
    { context: ['dsm', 'score matching', 'score', 'denoising score matching', 'sde', 'sm loss', 'loss fn', 'score loss', 'anneal dsm'] },
  ],
  // The network was given the noise that is added to what it says.
  [
    comesFrom('score', 'call'),
    drawnNoise,
    { role: 'score', of: 'noise', calls: 1 },
    named('sigma', ['sigma', 'sigmas', 'std', 'noise level']),
  ],
  [comesFrom('score', 'call'), drawnNoise, { role: 'score', given: 'noise' }],
  [named('score', scoreWords), { context: ['dsm', 'score matching', 'score', 'denoising score matching', 'anneal dsm'] }],
];
const matchingOf = (noiseRole: string): Evidence =>
  isMatching.map((needed) => needed.map((one) => ('role' in one && one.role === 'noise' ? { ...one, role: noiseRole } : one)));

const matching: Formula = {
  id: 'dsm',
  family: 'Score',
  name: 'Denoising score matching',
  latex: String.raw`\tfrac12\mathbb E\,\term{weight}{\lambda(\sigma)}\lVert\term{score}{s_\theta(\tilde x,\sigma)}+\frac{\term{noise}{\epsilon}}{\term{sigma}{\sigma}}\rVert_2^2`,
  lines: [
    String.raw`\frac{\term{noise}{\epsilon}}{\term{sigma}{\sigma}}=\frac{\term{noisy}{\tilde x}-\term{clean}{x}}{\term{sigma}{\sigma}^2},\quad\term{weight}{\lambda(\sigma)}=\term{sigma}{\sigma}^{\term{exponent}{p}}`,
  ],
  terms: [
    term('weight', String.raw`\lambda(\sigma)`, 'weight', 'Of a noise level: its square makes all of them count alike.'),
    term(
      'score',
      String.raw`s_\theta(\tilde x,\sigma)`,
      'predicted score',
      'What the network says of the score at the noisy sample.',
      '[batch, features]',
      'nats per unit of x',
    ),
    noiseTerm,
    term('sigma', String.raw`\sigma`, 'noise level', 'The standard deviation of the noise that was added.'),
    { ...noisyTerm, symbol: String.raw`\tilde x` },
    { ...cleanTerm, symbol: 'x' },
    term('exponent', 'p', 'exponent of the weight', '2 in most codes; 0 where all errors count as they are.'),
  ],
  claim: 'definition',
  note: 'With the weight σ² it is half the squared error of the noise that the score stands for. A constant apart, it has the minimum of matching the true score.',
  source: { paper: 'Vincent 2011, A Connection Between Score Matching and Denoising Autoencoders' },
  steps: [],
  identities: [
    {
      latex: String.raw`\tfrac12\sigma^2\lVert s+\frac\epsilon\sigma\rVert^2=\tfrac12\lVert\sigma s+\epsilon\rVert^2`,
      words: 'With the weight σ² nothing is divided by a small noise level.',
      sides: ({ score, noise, sigma }) => [
        weightedByLevel(denoisingError(score!, noise!, sigma!), sigma!, scalar(2)),
        multiply(scalar(0.5), square(add(multiply(score!, sigma!), noise!))),
      ],
    },
    {
      latex: String.raw`\tilde x=x+\sigma\epsilon:\quad\frac{\tilde x-x}{\sigma^2}=\frac\epsilon\sigma`,
      words: 'The target may be told from the two samples.',
      sides: ({ score, noise, sigma, clean }) => [
        denoisingErrorOf(score!, add(clean!, multiply(sigma!, noise!)), clean!, sigma!),
        denoisingError(score!, noise!, sigma!),
      ],
    },
  ],
  variants: [{ words: 'with another weight', roles: (roles) => ({ ...roles, exponent: scalar(0) }) }],
  mistakes: [
    'The sign is wrong: the score points from the noisy sample back, against the noise.',
    'The target is divided by σ² though the noise was not multiplied by σ.',
    'Without a weight, the smallest noise level outweighs all others.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [score, noise, sigma, lossWeight],
      axes: 'B D',
      summed: 'D',
      elements: ({ score, noise, sigma, weight }) => multiply(weight!, denoisingError(score!, noise!, sigma!)),
      fit: 'loss',
      operations: [squares, sums],
      evidence: isMatching,
    },
    {
      kind: 'value',
      roles: [score, noise, sigma, lossWeight],
      axes: 'B D',
      summed: 'D',
      elements: ({ score, noise, sigma, weight }) =>
        multiply(weight!, weightedByLevel(denoisingError(score!, noise!, sigma!), sigma!, scalar(2))),
      fit: 'loss',
      operations: [squares, sums],
      evidence: isMatching,
      remark: 'with the weight σ²',
    },
    {
      kind: 'value',
      roles: [score, noise, sigma, { ...exponent, absent: 1 }],
      axes: 'B D',
      summed: 'D',
      elements: ({ score, noise, sigma, exponent }) => weightedByLevel(denoisingError(score!, noise!, sigma!), sigma!, exponent!),
      fit: 'loss',
      operations: [squares, sums],
      evidence: isMatching,
      remark: 'with a power of σ as weight',
    },
    {
      kind: 'value',
      roles: [
        score,
        { ...noisy, words: ['perturbed samples', 'perturbed', 'noisy', 'x tilde', 'perturbed data', 'x t', 'xt'] },
        clean,
        sigma,
        exponent,
      ],
      axes: 'B D',
      summed: 'D',
      elements: ({ score, noisy, clean, sigma, exponent }) =>
        weightedByLevel(denoisingErrorOf(score!, noisy!, clean!, sigma!), sigma!, exponent!),
      fit: 'loss',
      operations: [squares, sums],
      evidence: matchingOf('noisy'),
      remark: 'from the noisy and the clean sample',
    },
  ],
};

const fromScore: Formula = {
  id: 'eps_from_score',
  family: 'Score',
  name: 'Noise from score',
  latex: String.raw`\term{noise}{\epsilon}=-\sqrt{1-\term{level}{\bar\alpha_t}}\,\term{score}{\nabla_x\log p_t(x)}`,
  lines: [],
  terms: [{ ...noiseTerm, name: 'predicted noise', meaning: 'The mean of the noise in the sample.' }, levelTerm, scoreTerm],
  claim: 'identity',
  note: 'In the mean over all clean samples that the noisy one may come from.',
  source: { paper: 'Dhariwal and Nichol 2021, Diffusion Models Beat GANs on Image Synthesis', place: 'eq. 11', arxiv: '2105.05233' },
  steps: [],
  identities: [
    {
      latex: String.raw`\nabla_x\log\mathcal N\bigl(x;\sqrt{\bar\alpha_t}\,x_0,(1-\bar\alpha_t)I\bigr)=-\frac{\epsilon}{\sqrt{1-\bar\alpha_t}}`,
      words: 'Of one clean sample the score of the noisy one is the noise, turned and scaled.',
      sides: ({ score: noise, level }) => {
        const [start, unit] = [scalar(0.7), noised(scalar(0.7), noise!, level!)];
        const gaussian = negate(divide(subtract(unit, multiply(sqrt(level!), start)), noiseLevel(level!)));
        return [noiseFromScore(gaussian, level!), noise!];
      },
    },
  ],
  mistakes: ['The sign is missing.', 'The variance stands where its root is meant.'],
  readings: [
    {
      kind: 'value',
      roles: [score, level],
      axes: 'B D',
      summed: '',
      elements: ({ score, level }) => noiseFromScore(score!, level!),
      fit: 'quantity',
      operations: [
        ['multiply', 'divide'],
        ['negate', 'multiply', 'subtract'],
      ],
      evidence: [
        [named('score', scoreNames), named('level', [...levelNames, 'sigma', 'sigmas', 'std', 'marginal prob std', 'sigma t'])],
        [named('score', scoreNames), { target: ['eps', 'noise', 'epsilon', 'noise pred', 'pred noise', 'eps pred'] }],
        [
          named('score', scoreNames),
          { context: ['noise from score', 'eps from score', 'score to noise', 'score to eps', 'noise fn', 'predict noise'] },
        ],
      ],
    },
  ],
};

const diffusionForms: readonly Encoding[] = [
  {
    id: 'diffusion',
    name: 'diffusion coefficient',
    symbol: (role) => role,
    encode: (g) => g,
    words: ['g', 'diffusion', 'g t', 'diffusion coeff', 'diffusion coef', 'gt'],
  },
  {
    id: 'square',
    name: 'square of the diffusion coefficient',
    symbol: (role) => `${role}^2`,
    encode: square,
    words: ['g2', 'g sq', 'beta', 'beta t', 'betas', 'g squared', 'diffusion2', 'b', 'g 2'],
  },
];
const driftWords = ['drift', 'f', 'forward drift', 'f t', 'sde drift', 'f x', 'fx'];
const drift: Role = { id: 'drift', shape: 'B D', domain: 'real', words: driftWords };
const coefficient: Role = {
  id: 'diffusion',
  shape: '',
  domain: 'positive',
  encodings: diffusionForms,
  not: ['lr', 'momentum', 'weight decay'],
};
const diffusionNames = [
  'g',
  'diffusion',
  'g t',
  'g2',
  'g sq',
  'diffusion coeff',
  'diffusion coef',
  'beta',
  'beta t',
  'betas',
  'gt',
  'g squared',
  'b',
];
const state: Role = { id: 'x', shape: 'B D', domain: 'real', words: ['x', 'x t', 'xt', 'y', 'z', 'state', 'x mean', 'sample'] };
const stepWords = ['dt', 'step size', 'h', 'delta t', 'd t', 'step', 'time step'];
const step: Role = {
  id: 'step',
  shape: '',
  domain: 'positive',
  encodings: [
    { id: 'step', name: 'step back', symbol: (role) => role, encode: (dt) => dt, words: stepWords },
    { id: 'signed', name: 'step of time, below 0', symbol: (role) => `-${role}`, encode: negate, words: stepWords },
  ],
  literal: true,
};
const stepNoise: Role = { id: 'noise', shape: 'B D', domain: 'real', words: ['z', 'noise', 'xi', 'dw', 'eps', 'w', 'randn', 'n'] };

const flowContext = [
  'probability flow',
  'pf ode',
  'ode',
  'ode func',
  'ode drift',
  'probability flow ode',
  'ode fn',
  'prob flow',
  'ode solver',
  'likelihood',
];
const reverseContext = [
  'reverse sde',
  'reverse',
  'rsde',
  'sde',
  'predictor',
  'euler maruyama',
  'reverse diffusion',
  'euler maruyama predictor',
  'reverse drift',
  'backward sde',
  'backward step',
  'reverse time',
  'langevin',
  'sampler',
];

const isTurned = (context: readonly string[]): Evidence => [
  [named('score', scoreNames), named('drift', driftWords)],
  [named('score', scoreNames), named('diffusion', diffusionNames)],
  [comesFrom('score', 'gradient'), named('diffusion', diffusionNames)],
  [named('score', scoreWords), { context }],
  [comesFrom('score', 'call'), named('drift', driftWords), named('diffusion', diffusionNames)],
  [comesFrom('score', 'call'), { context: context.slice(0, 6) }],
];
const isTurnedWithoutDrift = (context: readonly string[]): Evidence =>
  isTurned(context).filter((needed) => needed.every((one) => !('role' in one) || one.role !== 'drift'));

const sdeTerms = [
  term('drift', 'f(x,t)', 'drift', 'How the forward process moves a sample, without noise.', '[batch, features]'),
  term('diffusion', 'g(t)', 'diffusion coefficient', 'How much noise the forward process adds, per root of time.'),
  scoreTerm,
];

interface Turned {
  readonly roles: readonly Role[];
  readonly drift: (roles: Readonly<Record<string, Tensor>>) => Tensor;
  readonly remark?: string;
}

/** The drift as it is given, and that of the variance-preserving process, written out. */
const drifts: readonly Turned[] = [
  { roles: [drift], drift: ({ drift }) => drift! },
  {
    roles: [state],
    drift: ({ x, diffusion }) => preservingDrift(x!, square(diffusion!)),
    remark: 'of the variance-preserving process, f = −βx/2',
  },
];

const driftReading = (
  turned: Turned,
  of: (drift: Tensor, diffusion: Tensor, score: Tensor) => Tensor,
  context: readonly string[],
): ValueReading => ({
  kind: 'value',
  roles: [...turned.roles, coefficient, score],
  axes: 'B D',
  summed: '',
  elements: (given) => of(turned.drift(given), given['diffusion']!, given['score']!),
  fit: 'quantity',
  operations: [products, sums],
  // Of the variance-preserving process all is moved by one rate: the sample, and what the network says of that very sample.
  evidence: turned.roles.includes(drift) ? isTurned(context) : [...isTurnedWithoutDrift(context), [{ role: 'score', given: 'x' }]],
  ...(turned.remark !== undefined && { remark: turned.remark }),
});

const flow: Formula = {
  id: 'pf_ode',
  family: 'Score',
  name: 'Probability-flow ODE',
  latex: String.raw`\term{change}{dx}=\bigl[\term{drift}{f(x,t)}-\tfrac12\term{diffusion}{g(t)}^2\term{score}{\nabla_x\log p_t(x)}\bigr]dt`,
  lines: [
    String.raw`\term{drift}{f(x,t)}=-\tfrac12\term{diffusion}{g(t)}^2\,\term{x}{x}`,
    String.raw`\text{without a drift: }\term{change}{dx}=-\term{sigma}{\sigma}\,\term{score}{\nabla_x\log p_\sigma(x)}\,d\sigma`,
  ],
  terms: [
    term('change', 'dx', 'change', 'Of the sample, in a short time.', '[batch, features]'),
    ...sdeTerms,
    term('x', 'x', 'sample', 'Whose drift, in the variance-preserving process, is −g²x/2.', '[batch, features]'),
    term('sigma', String.raw`\sigma`, 'noise level', 'Where it stands for the time: the standard deviation of the noise.'),
  ],
  claim: 'identity',
  note: 'It has the marginals of the process with noise where the score is exact; a learned score has two different ones.',
  source: { ...songEquations, place: 'eq. 13' },
  steps: [],
  identities: [
    {
      latex: String.raw`2\bigl[f-\tfrac12g^2s\bigr]-\bigl[f-g^2s\bigr]=f`,
      words: 'It is halfway between the forward drift and the reverse one.',
      sides: ({ drift, diffusion, score }) => [
        subtract(multiply(scalar(2), probabilityFlow(drift!, diffusion!, score!)), reverseDrift(drift!, diffusion!, score!)),
        drift!,
      ],
    },
    {
      latex: String.raw`f=-\tfrac12g^2x,\ s=-x\ \Rightarrow\ dx=0`,
      words: 'A standard normal stays one under the variance-preserving process: nothing moves.',
      sides: ({ x, diffusion }) => [
        add(one, probabilityFlow(preservingDrift(x!, square(diffusion!)), diffusion!, negate(x!))),
        add(one, multiply(scalar(0), x!)),
      ],
    },
  ],
  mistakes: [
    'The half is missing: that is the reverse process, which needs noise.',
    'The diffusion coefficient is not squared.',
    'Time runs backwards and the sign of the step does not.',
  ],
  readings: [
    ...drifts.map((turned) => driftReading(turned, probabilityFlow, flowContext)),
    {
      kind: 'value',
      roles: [{ ...sigma, encodings: sigma.encodings!.slice(0, 1) }, score],
      axes: 'B D',
      summed: '',
      elements: ({ sigma, score }) => negate(multiply(sigma!, score!)),
      fit: 'quantity',
      operations: [products, ['negate', 'subtract', 'multiply']],
      evidence: [
        [named('score', scoreNames), { context: flowContext.slice(0, 9) }],
        [comesFrom('score', 'call'), { context: flowContext.slice(0, 9) }],
      ],
      rank: 1.5,
      remark: 'without a forward drift, by the noise level for the time',
    },
    {
      kind: 'value',
      roles: [coefficient, score],
      axes: 'B D',
      summed: '',
      elements: ({ diffusion, score }) => probabilityFlow(scalar(0), diffusion!, score!),
      fit: 'quantity',
      operations: [products, ['negate', 'subtract', 'multiply']],
      // Beside a drift that is added later it is half of the equation.
      evidence: [[named('score', scoreNames), named('diffusion', diffusionNames), { context: flowContext }]],
      rank: 1.5,
      remark: 'without a forward drift',
    },
  ],
};

const reverse: Formula = {
  id: 'reverse_sde',
  family: 'Score',
  name: 'Reverse-time SDE',
  latex: String.raw`\term{change}{dx}=\bigl[\term{drift}{f(x,t)}-\term{diffusion}{g(t)}^2\term{score}{\nabla_x\log p_t(x)}\bigr]dt+\term{diffusion}{g(t)}\,\term{noise}{d\bar w}`,
  lines: [
    String.raw`\term{x}{x}\leftarrow\term{x}{x}-\bigl[\term{drift}{f}-\term{diffusion}{g}^2\term{score}{s}\bigr]\term{step}{\Delta t}+\term{diffusion}{g}\sqrt{\term{step}{\Delta t}}\;\term{noise}{z}`,
  ],
  terms: [
    term('change', 'dx', 'change', 'Of the sample, in a short time; time runs backwards.', '[batch, features]'),
    ...sdeTerms,
    term(
      'noise',
      String.raw`d\bar w`,
      'noise',
      'Of a Wiener process in reverse time: in a step, a standard normal times the root of the step.',
      '[batch, features]',
    ),
    term('x', 'x', 'sample', 'Before the step.', '[batch, features]'),
    term('step', String.raw`\Delta t`, 'step', 'How far back in time the step goes.', 'number', 'time'),
  ],
  claim: 'identity',
  note: 'The drift alone counts; a step of it is that of Euler and Maruyama, which is exact only in the limit of small steps.',
  source: { ...songEquations, place: 'eq. 6' },
  steps: [],
  identities: [
    {
      latex: String.raw`s=0:\quad f-g^2s=f`,
      words: 'Where the density is flat, the drift is the forward one.',
      sides: ({ drift, diffusion, score }) => [reverseDrift(drift!, diffusion!, multiply(scalar(0), score!)), drift!],
    },
    {
      latex: String.raw`x-[f-g^2s]\Delta t=x-[f-\tfrac12g^2s]\Delta t+\tfrac12g^2s\,\Delta t`,
      words: 'A step is one of the flow without noise, and half a step of Langevin dynamics.',
      sides: ({ x, drift, diffusion, score, step, noise }) => {
        const flowed = subtract(x!, multiply(probabilityFlow(drift!, diffusion!, score!), step!));
        const langevin = multiply(multiply(scalar(0.5), square(diffusion!)), multiply(score!, step!));
        const shaken = multiply(multiply(diffusion!, sqrt(step!)), noise!);
        return [reverseStep(x!, drift!, diffusion!, score!, step!, noise!), add(add(flowed, langevin), shaken)];
      },
    },
  ],
  mistakes: [
    'The score is added to the forward drift where time still runs forwards.',
    'The noise is multiplied by the step, not by its root.',
    'A half stands before g²: that is the equation without noise.',
  ],
  readings: [
    ...drifts.map((turned) => driftReading(turned, reverseDrift, reverseContext)),
    ...drifts.map((turned): ValueReading => ({
      kind: 'value',
      roles: [...turned.roles, ...(turned.roles.includes(state) ? [] : [state]), coefficient, score, step, stepNoise],
      axes: 'B D',
      summed: '',
      elements: (given) =>
        reverseStep(given['x']!, turned.drift(given), given['diffusion']!, given['score']!, given['step']!, given['noise']!),
      fit: 'quantity',
      operations: [products, sums],
      evidence: [
        ...(turned.roles.includes(drift) ? isTurned(reverseContext) : isTurnedWithoutDrift(reverseContext)),
        [comesFrom('score', 'call'), comesFrom('noise', 'normal'), named('step', ['dt', 'step size', 'h', 'delta t'])],
      ],
      remark: turned.remark === undefined ? 'a step of it' : `a step of it, ${turned.remark}`,
    })),
    {
      kind: 'value',
      roles: [state, { ...drift, id: 'change' }, coefficient, step, stepNoise],
      axes: 'B D',
      summed: '',
      elements: ({ x, change, diffusion, step, noise }) =>
        add(subtract(x!, multiply(change!, step!)), multiply(multiply(diffusion!, sqrt(step!)), noise!)),
      fit: 'quantity',
      operations: [products, sums, ['sqrt', 'power', 'rsqrt']],
      evidence: [[{ role: 'change', formula: ['reverse_sde'] }]],
      remark: 'a step of it, by the reverse drift',
    },
    {
      kind: 'value',
      roles: [state, coefficient, score, step, stepNoise],
      axes: 'B D',
      summed: '',
      elements: ({ x, diffusion, score, step, noise }) => reverseStep(x!, scalar(0), diffusion!, score!, step!, noise!),
      fit: 'quantity',
      operations: [products, sums],
      evidence: [
        ...isTurnedWithoutDrift(reverseContext.filter((word) => word !== 'langevin')),
        // Langevin dynamics has twice the noise.
        [{ role: 'score', given: 'x' }, comesFrom('noise', 'normal')],
      ],
      remark: 'a step of it, without a forward drift',
    },
    {
      kind: 'value',
      roles: [state, coefficient, score, stepNoise],
      axes: 'B D',
      summed: '',
      elements: ({ x, diffusion, score, noise }) => reverseStep(x!, scalar(0), diffusion!, score!, one, noise!),
      fit: 'quantity',
      operations: [products, sums],
      evidence: isTurnedWithoutDrift(reverseContext.filter((word) => word !== 'langevin')),
      remark: 'a step of it, without a forward drift, the step in the coefficient',
    },
    {
      kind: 'value',
      roles: [state, coefficient, score, step],
      axes: 'B D',
      summed: '',
      elements: ({ x, diffusion, score, step }) => reverseStep(x!, scalar(0), diffusion!, score!, step!, scalar(0)),
      fit: 'quantity',
      operations: [products, sums],
      evidence: [[named('score', scoreNames), named('diffusion', diffusionNames), named('step', stepWords), { role: 'score', given: 'x' }]],
      remark: 'the mean of a step of it, without a forward drift',
    },
  ],
};

const subVp: Formula = {
  id: 'sub_vp',
  family: 'Score',
  name: 'Sub-VP kernel',
  latex: String.raw`\term{noisy}{x_t}=\sqrt{\term{level}{\bar\alpha_t}}\,\term{clean}{x_0}+(1-\term{level}{\bar\alpha_t})\,\term{noise}{\epsilon}`,
  lines: [],
  terms: [noisyTerm, levelTerm, cleanTerm, noiseTerm],
  claim: 'definition',
  note: 'The noise has the standard deviation 1 − alpha-bar, where the variance-preserving kernel has its root: right in this process, a mistake in that one.',
  source: { ...songEquations, place: 'appendix B' },
  steps: [],
  identities: [
    {
      latex: String.raw`\bar\alpha_t+(1-\bar\alpha_t)^2=1-\bar\alpha_t(1-\bar\alpha_t)`,
      words: 'Data of variance 1 have less than that on the way.',
      sides: ({ level }) => {
        const [unit, none] = [scalar(1), scalar(0)];
        const spread = add(square(subNoised(unit, none, level!)), square(subNoised(none, unit, level!)));
        return [spread, subtract(one, multiply(level!, noiseLevel(level!)))];
      },
    },
    {
      latex: String.raw`x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\bigl(\sqrt{1-\bar\alpha_t}\,\epsilon\bigr)`,
      words: 'It is the variance-preserving kernel with less noise.',
      sides: ({ clean, noise, level }) => [
        subNoised(clean!, noise!, level!),
        noised(clean!, multiply(sqrt(noiseLevel(level!)), noise!), level!),
      ],
    },
  ],
  mistakes: [
    'The clean sample is told from it with the root of 1 − alpha-bar, which is the other kernel’s.',
    'The variance-preserving kernel is meant, and the root of its noise is forgotten.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [clean, noise, level],
      axes: 'B D',
      summed: '',
      elements: ({ clean, noise, level }) => subNoised(clean!, noise!, level!),
      fit: 'quantity',
      operations: [products, sums],
      evidence: [
        [drawnNoise, { role: 'level', encodings: ['level', 'half-log', 'signal-rate', 'log'] }, named('level', [...levelNames, 'beta'])],
        [namedNoise, { role: 'level', encodings: ['level', 'half-log', 'log'] }],
        [drawnNoise, { role: 'level', once: true }, { role: 'level', encodings: ['level', 'half-log', 'log', 'minus-log'] }],
        [drawnNoise, { context: ['sub vp', 'subvp', 'sub vpsde', 'subvpsde'] }],
        [namedNoise, { context: ['sub vp', 'subvp', 'sub vpsde', 'subvpsde'] }],
      ],
    },
  ],
};

export const scores: readonly Formula[] = [matching, fromScore, flow, reverse, subVp];
