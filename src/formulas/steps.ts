/** Diffusion and flows: guidance, and steps along the sampling equation. */

import { eulerStep, guided, heunStep } from '../maths/diffusion/steps.ts';
import { add, divide, multiply, negate, reciprocal, subtract } from '../maths/tensor/elementwise.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';
import { comesFrom, karras, named, noisyWords, predictedCleanWords } from './diffusionRoles.ts';
import type { Formula } from './formula.ts';
import type { Encoding, Evidence, Requirement, Role, ValueReading } from './reading.ts';
import { term } from './term.ts';

const one = scalar(1);
const sums = ['add', 'subtract', 'lerp', 'sum', 'einsum', 'matmul'];
const products = ['multiply', 'divide', 'lerp', 'einsum', 'matmul'];

const unconditionalWords = [
  ...[
    'uncond',
    'unconditional',
    'unconditioned',
    'null',
    'neg',
    'negative',
    'empty',
    'no cond',
    'nocond',
    'without cond',
    'unc',
    'uncond pred',
    'null logits',
    'dropped',
  ],
  ...['unguided', 'no text', 'uncond eps', 'eps uncond', 'un cond'],
];
const conditionalWords = [
  ...[
    'cond',
    'conditional',
    'conditioned',
    'text',
    'pos',
    'positive',
    'c',
    'class',
    'prompt',
    'cond pred',
    'guided',
    'with cond',
    'label',
    'labels',
    'y',
    'e t',
    'logits',
  ],
];
const guidanceWords = [
  ...[
    'guidance',
    'guidance scale',
    'cfg',
    'cfg scale',
    'guidance weight',
    'guidance strength',
    'guide',
    'guide w',
    'cond scale',
    'cfg weight',
    'scale cfg',
  ],
  ...['unconditional guidance scale', 'classifier free guidance', 'omega', 'guide scale', 'cond weight', 'cfg strength', 'text scale'],
];
const scaleWords = [...guidanceWords, 'scale', 's', 'w', 'weight', 'gamma', 'strength', 'weights'];
const guidanceContext = [
  'cfg',
  'guidance',
  'guided',
  'classifier free',
  'classifier free guidance',
  'cond scale',
  'guide',
  'apply guidance',
  'combine cond',
];

const guidanceForms: readonly Encoding[] = [
  { id: 'scale', name: 'guidance scale', symbol: (role) => role, encode: (scale) => scale, words: scaleWords },
  {
    id: 'excess',
    name: 'guidance weight, the scale less 1',
    symbol: (role) => `${role}-1`,
    encode: (scale) => subtract(scale, one),
    words: [],
  },
];

const prediction = (id: string, words: readonly string[], not: readonly string[]): Role => ({
  id,
  shape: 'B D',
  domain: 'real',
  words,
  not,
});
const unconditional = prediction('unconditional', unconditionalWords, ['real', 'fake']);
const conditional = prediction('conditional', conditionalWords, ['uncond', 'unconditional', 'null']);

const isGuidance: Evidence = [
  [named('unconditional', unconditionalWords), named('scale', scaleWords)],
  [{ role: 'unconditional', words: unconditionalWords, own: true }, named('conditional', conditionalWords, ['uncond', 'unconditional'])],
  [named('scale', guidanceWords)],
  [{ role: 'unconditional', withoutConditionOf: 'conditional' }],
  [{ context: guidanceContext }, comesFrom('unconditional', 'call'), comesFrom('conditional', 'call')],
  [{ context: guidanceContext }, comesFrom('unconditional', 'parameter'), comesFrom('conditional', 'parameter')],
  [{ target: ['cfg', 'guided', 'noise guided', 'eps guided', 'guidance'] }],
];

const guidance: Formula = {
  id: 'cfg',
  family: 'Diffusion',
  name: 'Classifier-free guidance',
  latex: String.raw`\term{unconditional}{\epsilon_\varnothing}+\term{scale}{s}(\term{conditional}{\epsilon_c}-\term{unconditional}{\epsilon_\varnothing})`,
  lines: [
    String.raw`\term{unconditional}{\epsilon_\varnothing}+\term{firstScale}{s_1}(\term{first}{\epsilon_1}-\term{unconditional}{\epsilon_\varnothing})+\term{scale}{s}(\term{conditional}{\epsilon_c}-\term{first}{\epsilon_1})`,
  ],
  terms: [
    term(
      'unconditional',
      String.raw`\epsilon_\varnothing`,
      'unconditional prediction',
      'What the network says without the condition, or with a negative one.',
      '[batch, features]',
    ),
    term(
      'scale',
      's',
      'guidance scale',
      '1 gives the conditional prediction, 0 the unconditional one, more goes past the conditional one.',
    ),
    term('conditional', String.raw`\epsilon_c`, 'conditional prediction', 'What the network says with the condition.', '[batch, features]'),
    term(
      'firstScale',
      's_1',
      'scale of the first condition',
      'Where there are two conditions: that of the one that is also given with the other.',
    ),
    term(
      'first',
      String.raw`\epsilon_1`,
      'prediction with the first condition',
      'What the network says with one of two conditions.',
      '[batch, features]',
    ),
  ],
  claim: 'definition',
  note: 'The paper’s (1 + w) ε_c − w ε_∅ is the same with s = 1 + w. Guided sampling does not sample the product of densities that its formula suggests.',
  source: { paper: 'Ho and Salimans 2022, Classifier-Free Diffusion Guidance', place: 'eq. 6, with s = 1 + w', arxiv: '2207.12598' },
  steps: [],
  identities: [
    {
      latex: String.raw`s=1\ \Rightarrow\ \epsilon_\varnothing+s(\epsilon_c-\epsilon_\varnothing)=\epsilon_c`,
      words: 'At scale 1 it is the conditional prediction.',
      sides: ({ unconditional, conditional }) => [guided(unconditional!, conditional!, one), conditional!],
    },
    {
      latex: String.raw`\epsilon_\varnothing+s(\epsilon_c-\epsilon_\varnothing)=(1+w)\epsilon_c-w\,\epsilon_\varnothing,\quad s=1+w`,
      words: 'The two ways of writing it differ by 1 in the scale.',
      sides: ({ unconditional, conditional, scale }) => {
        const weight = subtract(scale!, one);
        return [
          guided(unconditional!, conditional!, scale!),
          subtract(multiply(add(one, weight), conditional!), multiply(weight, unconditional!)),
        ];
      },
    },
  ],
  variants: [
    { words: 'scaled from the conditional prediction on', roles: (roles) => ({ ...roles, scale: add(roles['scale']!, scalar(1)) }) },
  ],
  mistakes: [
    'At scale 1 it is not the conditional prediction: a sign or a factor is wrong, or the two have changed places.',
    'The two halves of a doubled batch are taken in the wrong order.',
    'A weight w is used where the scale 1 + w is meant, so that guidance is weaker by 1.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [
        unconditional,
        conditional,
        {
          id: 'scale',
          shape: '',
          domain: 'real',
          encodings: guidanceForms,
          literal: true,
          not: ['decay', 'ema', 'momentum', 'lam', 'alpha', 'tau'],
        },
      ],
      axes: 'B D',
      summed: '',
      elements: ({ unconditional, conditional, scale }) => guided(unconditional!, conditional!, scale!),
      fit: 'quantity',
      operations: [products, sums],
      evidence: isGuidance,
    },
    {
      kind: 'value',
      roles: [
        unconditional,
        prediction('first', ['image', 'img', 'img cond', 'image cond', 'cond 1', 'pose', 'c1'], []),
        conditional,
        {
          id: 'firstScale',
          shape: '',
          domain: 'real',
          words: ['image guidance scale', 'image scale', 's img', 's i', 'image cfg scale'],
          literal: true,
        },
        {
          id: 'scale',
          shape: '',
          domain: 'real',
          words: [...guidanceWords, 'text scale', 's txt', 's t', 'text cfg scale'],
          literal: true,
        },
      ],
      axes: 'B D',
      summed: '',
      elements: ({ unconditional, first, conditional, firstScale, scale }) =>
        add(guided(unconditional!, first!, firstScale!), multiply(scale!, subtract(conditional!, first!))),
      fit: 'quantity',
      operations: [products, sums],
      evidence: isGuidance,
      remark: 'two conditions',
    },
  ],
};

const stepForms: readonly Encoding[] = [
  {
    id: 'step',
    name: 'step size',
    symbol: (role) => role,
    encode: (step) => step,
    words: ['dt', 'step size', 'step', 'h', 'delta t', 'delta', 'dsigma', 'd t', 'time step', 'dt step', 'stepsize'],
  },
  {
    id: 'back',
    name: 'step back in time',
    symbol: (role) => `-${role}`,
    encode: negate,
    words: ['dt', 'step size', 'delta t', 'd t', 'stepsize'],
  },
  {
    id: 'count',
    name: 'number of steps, one over the step size',
    symbol: (role) => `1/${role}`,
    encode: reciprocal,
    words: ['n steps', 'num steps', 'steps', 'n', 'num timesteps', 'nfe', 'sample steps', 'num inference steps', 'n timesteps'],
  },
];
const stepWords = [
  'dt',
  'step size',
  'h',
  'delta t',
  'delta',
  'd t',
  'time step',
  'stepsize',
  'n steps',
  'num steps',
  'steps',
  'n',
  'nfe',
  'sample steps',
  'num inference steps',
  'dsigma',
  'step',
  'timesteps',
];
const timeWords = [
  't',
  't next',
  't cur',
  't prev',
  'sigma',
  'sigmas',
  'sigma next',
  'timesteps',
  't steps',
  'ts',
  'time',
  'times',
  'sigma hat',
  't hat',
  's',
  't i',
  'next',
  'cur',
  'sigma down',
  't end',
  't start',
  'prev',
  'sigma t',
];

/** What gives the derivative that a sampler follows. */
const slopeWords = [
  ...[
    'd',
    'd cur',
    'derivative',
    'velocity',
    'vel',
    'v',
    'vt',
    'v t',
    'v pred',
    'pred',
    'noise pred',
    'model output',
    'v theta',
    'flow',
    'vector field',
    'vf',
    'drift',
    'dx',
  ],
  ...[
    'u',
    'ut',
    'd i',
    'k1',
    'model',
    'net',
    'network',
    'unet',
    'transformer',
    'dit',
    'denoiser',
    'score',
    'score fn',
    'velocity model',
    'slope',
    'dxdt',
    'dx dt',
    'to d',
    'ode fn',
    'pf ode',
  ],
];
const modelWords = [
  ...[
    'model',
    'net',
    'network',
    'unet',
    'transformer',
    'dit',
    'velocity',
    'vel',
    'vector field',
    'vf',
    'flow',
    'score',
    'score fn',
    'denoiser',
    'denoised',
    'v theta',
    'drift fn',
  ],
  ...[
    'velocity model',
    'velocity net',
    'velocity field',
    'flow model',
    'v net',
    'field',
    'ode fn',
    'pf ode',
    'to d',
    'v pred',
    'noise pred',
    'model output',
    'estimator',
    'u theta',
    'u t',
  ],
];
const samplerContext = [
  ...[
    'sample',
    'sampler',
    'sampling',
    'euler',
    'heun',
    'sample ode',
    'generate',
    'denoise',
    'ode',
    'sample euler',
    'sample heun',
    'edm sampler',
    'reverse',
    'flow',
    'solve',
    'integrate',
  ],
  ...[
    'diffusion',
    'sample image',
    'sample images',
    'step',
    'generation',
    'inference',
    'p sample',
    'ablation sampler',
    'stochastic sampler',
    'scheduler',
  ],
];

/** What moves by laws of mechanics is no sample. */
const mechanical = [
  'vel',
  'velocity',
  'velocities',
  'pos',
  'position',
  'positions',
  'momentum',
  'theta',
  'omega',
  'angle',
  'speed',
  'q',
  'temperature',
];
const point: Role = { id: 'x', shape: 'B D', domain: 'real', words: noisyWords, not: mechanical };
const slope = (id: string, words: readonly string[]): Role => ({ id, shape: 'B D', domain: 'real', words, not: ['noise scale', 'lr'] });
const time = (id: string, words: readonly string[]): Role => ({ id, shape: '', domain: 'real', words, not: ['lr', 'momentum'] });

interface Length {
  readonly roles: readonly Role[];
  readonly step: (roles: Readonly<Record<string, Tensor>>) => Tensor;
  readonly isKnown: (readonly [string, readonly string[]])[];
}

/** The step as code has it: a number, or from one time to the next. */
const lengths: readonly Length[] = [
  {
    roles: [
      { id: 'step', shape: '', domain: 'real', encodings: stepForms, literal: true, not: ['lr', 'learning rate', 'momentum', 'alpha'] },
    ],
    step: ({ step }) => step!,
    isKnown: [['step', stepWords]],
  },
  {
    roles: [
      time('next', ['t next', 'sigma next', 'next', 't prev', 'sigmas', 'sigma down', 't end', 't2', 't1']),
      time('current', ['t cur', 't hat', 'sigma', 'sigmas', 'sigma hat', 't', 't0', 'current']),
    ],
    step: ({ next, current }) => subtract(next!, current!),
    isKnown: [
      ['next', timeWords],
      ['current', timeWords],
    ],
  },
];

/** The slope is a model's, or what is made of it; the step is one of time; and it is sampling, not training or physics. */
function isStep({ isKnown, roles }: Length, slopes: readonly string[]): Evidence {
  const [slope] = slopes as [string];
  // Of what began as noise, by what was told of it and the time.
  const isOfSample: Evidence = roles.map(({ id }) => [
    comesFrom('x', 'fromNoise'),
    { role: slope, given: 'x' },
    { role: slope, given: id },
  ]);
  // What a call was given says nothing of times.
  const timed = isKnown.map(([role, words]): Requirement => ({ role, words, own: true }));
  // A law of motion is told a place alone, and a network by its name.
  const told = slopes.map((role): Requirement => ({ role, toldMore: true }));
  return [
    // What is left between a model and fresh noise is no step from it.
    [...timed, ...slopes.map((id) => named(id, modelWords)), { role: 'x', without: ['normal'] }],
    // A drift beside a shock is an increment, where no model was told of either.
    ...[{ role: 'x', without: ['normal'] } as const, { role: slope, given: 'x' }].map((known): Requirement[] => [
      ...timed,
      ...slopes.map((id) => named(id, slopeWords)),
      ...told,
      { context: samplerContext },
      known,
    ]),
    [
      ...timed,
      ...told,
      ...slopes.flatMap((id): Requirement[] => [
        comesFrom(id, 'call'),
        { role: id, given: 'x' },
        // Places in memory are no slopes.
        { role: id, words: [], not: ['arange', 'range', 'off', 'offs', 'offset', 'offsets', 'idx', 'index', 'ptr'] },
      ]),
      { context: samplerContext },
    ],
    [...timed, ...slopes.map((id) => ({ role: id, formula: ['pf_ode', 'reverse_sde', 'cfg'] }))],
    ...isOfSample,
  ];
}

const stepTerms = [
  term('x', 'x', 'sample', 'The sample at the time that is left.', '[batch, features]'),
  term('slope', 'd', 'slope', 'The derivative of the sample by time, from the model at the sample.', '[batch, features]'),
  term('step', String.raw`\Delta t`, 'step', 'The time that is gone to, less the time that is left.', 'number', 'time'),
  term('next', String.raw`t_{i+1}`, 'next time', 'The time, or noise level, that is gone to.', 'number', 'time'),
  term('current', 't_i', 'current time', 'The time, or noise level, that is left.', 'number', 'time'),
];
const stepLine = String.raw`\term{step}{\Delta t}=\term{next}{t_{i+1}}-\term{current}{t_i}`;

const euler: Formula = {
  id: 'euler_step',
  family: 'Diffusion',
  name: 'Euler step of the sampling equation',
  latex: String.raw`\term{x}{x}\leftarrow\term{x}{x}+\term{slope}{d}\,\term{step}{\Delta t}`,
  lines: [stepLine, String.raw`\term{slope}{d}=\frac{\term{x}{x}-\term{denoised}{D}}{\term{current}{t_i}}`],
  terms: [
    ...stepTerms,
    term('denoised', 'D', 'denoised sample', 'What the denoiser makes of the sample at this noise level.', '[batch, features]'),
  ],
  claim: 'approximation',
  note: 'Of first order: half the step, half the error in the end. Any sum of one thing and a multiple of another looks like it; it is one where the slope comes from a model and the step from a schedule.',
  source: { ...karras, place: 'algorithm 1, line 5' },
  steps: [],
  identities: [
    {
      latex: String.raw`d=\frac{x-D}{t_i}:\quad x+d\,(t_{i+1}-t_i)=D+\frac{t_{i+1}}{t_i}(x-D)`,
      words: 'With a denoiser’s slope the noise that is left shrinks with the noise level.',
      sides: ({ x, slope, next, current }) => {
        const change = multiply(slope!, current!);
        const denoised = subtract(x!, change);
        return [eulerStep(x!, slope!, subtract(next!, current!)), add(denoised, multiply(divide(next!, current!), change))];
      },
    },
    {
      latex: String.raw`x+d\,\frac{\Delta t}2+d\,\frac{\Delta t}2=x+d\,\Delta t`,
      words: 'With the same slope, two half steps are one.',
      sides: ({ x, slope, step }) => {
        const halfStep = multiply(scalar(0.5), step!);
        return [eulerStep(eulerStep(x!, slope!, halfStep), slope!, halfStep), eulerStep(x!, slope!, step!)];
      },
    },
  ],
  variants: [{ words: 'against the slope', roles: (roles) => ({ ...roles, ...(roles['slope'] && { slope: negate(roles['slope']) }) }) }],
  mistakes: [
    'The step has the other sign: time runs from noise to data, and the noise level falls.',
    'The slope is not divided by the noise level, where the model is a denoiser.',
    'The noise level of the next time stands in the slope.',
  ],
  readings: [
    ...lengths.map((length): ValueReading => ({
      kind: 'value',
      roles: [point, slope('slope', slopeWords), ...length.roles],
      axes: 'B D',
      summed: '',
      elements: (given) => eulerStep(given['x']!, given['slope']!, length.step(given)),
      fit: 'quantity',
      operations: [products, sums],
      evidence: isStep(length, ['slope']),
      // A step of the second order is one too, with what its slope is made of left out.
      rank: 0.5,
    })),
    {
      kind: 'value',
      roles: [
        point,
        slope('denoised', predictedCleanWords),
        { id: 'next', shape: '', domain: 'positive', words: ['t next', 'sigma next', 'sigmas', 'next', 'sigma down'] },
        { id: 'current', shape: '', domain: 'positive', words: ['t cur', 't hat', 'sigma', 'sigmas', 'sigma hat', 't', 'current'] },
      ],
      axes: 'B D',
      summed: '',
      elements: ({ x, denoised, next, current }) => eulerStep(x!, divide(subtract(x!, denoised!), current!), subtract(next!, current!)),
      fit: 'quantity',
      operations: [['divide', 'reciprocal'], sums],
      evidence: [
        [comesFrom('denoised', 'call'), named('next', timeWords), named('current', timeWords)],
        [named('denoised', predictedCleanWords), named('next', timeWords), named('current', timeWords)],
        [
          { role: 'denoised', given: 'x' },
          { role: 'denoised', given: 'current' },
        ],
      ],
    },
  ],
};

const heun: Formula = {
  id: 'heun_step',
  family: 'Diffusion',
  name: 'Heun step',
  latex: String.raw`\term{x}{x}\leftarrow\term{x}{x}+\frac{\term{slope}{d}+\term{nextSlope}{d'}}2\,\term{step}{\Delta t}`,
  lines: [stepLine],
  terms: [
    ...stepTerms,
    term('nextSlope', "d'", 'slope at the end', 'The derivative at the point that an Euler step would lead to.', '[batch, features]'),
  ],
  claim: 'approximation',
  note: 'Of second order: half the step, a quarter of the error in the end, for two evaluations of the model a step.',
  source: { ...karras, place: 'algorithm 1, line 8' },
  steps: [],
  identities: [
    {
      latex: String.raw`d'=d\ \Rightarrow\ x+\frac{d+d'}2\Delta t=x+d\,\Delta t`,
      words: 'Where the slope does not change, it is an Euler step.',
      sides: ({ x, slope, step }) => [heunStep(x!, slope!, slope!, step!), eulerStep(x!, slope!, step!)],
    },
    {
      latex: String.raw`x+\frac{d+d'}2\Delta t=\tfrac12(x+d\,\Delta t)+\tfrac12(x+d'\Delta t)`,
      words: 'It is halfway between the Euler steps with either slope.',
      sides: ({ x, slope, nextSlope, step }) => [
        heunStep(x!, slope!, nextSlope!, step!),
        multiply(scalar(0.5), add(eulerStep(x!, slope!, step!), eulerStep(x!, nextSlope!, step!))),
      ],
    },
  ],
  mistakes: [
    'The second slope is taken at the old point, or at the old noise level.',
    'The mean of the slopes starts from the point of the Euler step, not from the old one.',
    'The last step, to noise level 0, has no second slope: it would be divided by 0.',
  ],
  readings: lengths.map((length): ValueReading => ({
    kind: 'value',
    roles: [
      point,
      slope('slope', slopeWords),
      slope('nextSlope', ['d prime', 'd 2', 'd2', 'k2', 'd next', 'v next', 'v2', ...slopeWords]),
      ...length.roles,
    ],
    axes: 'B D',
    summed: '',
    elements: (given) => heunStep(given['x']!, given['slope']!, given['nextSlope']!, length.step(given)),
    fit: 'quantity',
    operations: [products, sums],
    evidence: [
      ...isStep(length, ['slope', 'nextSlope']),
      // Slopes at both ends of the step, each by a model that was given the time there.
      ...(length.roles.some(({ id }) => id === 'next')
        ? [
            [
              { role: 'slope', given: 'x' },
              { role: 'slope', given: 'current' },
              { role: 'nextSlope', given: 'next' },
            ],
          ]
        : []),
      [
        { context: ['heun', 'sample heun', 'edm sampler', 'heun step'] },
        ...length.isKnown.map(([role, words]) => named(role, words)),
        ...['slope', 'nextSlope'].map((role): Requirement => ({ role, toldMore: true })),
      ],
    ],
    rank: 2,
  })),
};

export const steps: readonly Formula[] = [guidance, euler, heun];
