/** Diffusion: noise added, targets and losses of what is learned, and the clean sample told from it. */

import { add, divide, multiply, sqrt, square, subtract } from '../maths/tensor/elementwise.ts';
import { scalar } from '../maths/tensor/tensor.ts';
import { cleanFromNoise, cleanFromVelocity, noised, noiseLevel, velocity } from '../maths/diffusion/kernel.ts';
import {
  alpha,
  alphaTerm,
  clean,
  cleanTerm,
  comesFrom,
  drawnNoise,
  ho,
  level,
  levelTerm,
  lossWeight,
  named,
  namedLevel,
  namedNoise,
  noise,
  noiseTerm,
  noiseWords,
  noisy,
  noisyTerm,
  predictedCleanWords,
  predictedMarks,
  predictedNoiseWords,
  salimans,
  scheduledLevel,
  unguessed,
  untold,
  velocityWords,
  products,
  sums,
} from './diffusionRoles.ts';
import type { Formula } from './formula.ts';
import type { Evidence, Requirement, Role } from './reading.ts';
import { term } from './term.ts';

const squares = ['square', 'multiply', 'power', 'norm', 'abs', 'einsum', 'matmul'];
const differences = ['subtract', 'add', 'negate'];

const forwardWords = [
  ...[
    'q sample',
    'add noise',
    'noising',
    'forward diffusion',
    'diffuse',
    'perturb',
    'noise images',
    'forward process',
    'get noisy',
    'noise image',
    'add noises',
  ],
  ...['q xt', 'sample xt', 'sample q', 'noise sample', 'apply noise', 'corrupt', 'forward noise', 'noise data', 'marginal'],
];

/** The clean sample from what a network says of a noisy one: noise and velocity are told apart from the sample by names, or by calls. */
/** The two rates as the code computes them together tell what they are. */
const fromLogSnr: Requirement = { role: 'level', encodings: ['log-snr', 'minus-log-snr'] };

/** By itself, a beta tells what one step adds, or how far a Markov chain moves. */
const noBeta: Requirement = { role: 'level', words: [], not: ['beta'] };

/** One value gives both rates, whatever it is called. */
const inBothRates: Requirement = {
  role: 'level',
  encodings: ['level', 'log', 'half-log', 'minus-log', 'angle', 'cosine-time', 'log-snr', 'minus-log-snr'],
};

const ofPrediction = (role: string, words: readonly string[], context: readonly string[]): Evidence => [
  [named(role, words), namedLevel],
  [named(role, words), scheduledLevel],
  [comesFrom(role, 'call'), namedLevel, { role, given: 'noisy' }],
  [comesFrom(role, 'call'), namedLevel, { role: 'noisy', without: ['call'] }],
  [comesFrom(role, 'call'), scheduledLevel],
  [comesFrom(role, 'call'), fromLogSnr],
  [named(role, words), { target: predictedCleanWords }],
  [named(role, words), { context }],
  [comesFrom(role, 'call'), { target: predictedCleanWords }],
];

const qSample: Formula = {
  id: 'q_sample',
  family: 'Diffusion',
  name: 'Forward noising',
  latex: String.raw`\term{noisy}{x_t}=\sqrt{\term{level}{\bar\alpha_t}}\,\term{clean}{x_0}+\sqrt{1-\term{level}{\bar\alpha_t}}\,\term{noise}{\epsilon}`,
  lines: [],
  terms: [noisyTerm, levelTerm, cleanTerm, noiseTerm],
  claim: 'definition',
  note: 'In one go to time t, by alpha-bar, the product of all alphas up to t; one step alone has alpha.',
  source: { ...ho, place: 'eq. 4' },
  steps: [
    {
      id: 'manySteps',
      title: 'Why one go is as good as many steps',
      words: [
        'Two steps leave $\\sqrt{\\alpha_1\\alpha_2}$ of the signal, and two independent noises whose variances add up to one less the product: the sum of two normals is a normal. So alpha-bar is the product of all alphas.',
      ],
      latex: [String.raw`\alpha_2(1-\alpha_1)+(1-\alpha_2)=1-\alpha_1\alpha_2`],
      claim: 'identity',
    },
  ],
  identities: [
    {
      latex: String.raw`\bar\alpha_t+\bigl(\sqrt{1-\bar\alpha_t}\bigr)^2=1`,
      words: 'Signal and noise of variance 1 stay at variance 1: the squares of the two rates sum to 1.',
      sides: ({ level }) => {
        const unit = scalar(1);
        const none = scalar(0);
        return [add(square(noised(unit, none, level!)), square(noised(none, unit, level!))), add(level!, noiseLevel(level!))];
      },
    },
    {
      latex: String.raw`x_0=\frac{x_t-\sqrt{1-\bar\alpha_t}\,\epsilon}{\sqrt{\bar\alpha_t}}`,
      words: 'With the noise known, the clean sample comes back.',
      sides: ({ clean, noise, level }) => [cleanFromNoise(noised(clean!, noise!, level!), noise!, level!), clean!],
    },
  ],
  mistakes: [
    'Alpha of the single step stands where alpha-bar is meant, so that hardly any noise is added.',
    'The noise is multiplied by its variance, 1 − alpha-bar, without the root.',
    'Alpha-bar is the running sum of alphas or the running product of betas.',
    'The noise is uniform: rand was called where randn is meant.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [clean, noise, { ...level, encodings: level.encodings!.filter(({ id }) => id === 'signal-rate' || id === 'noise-rate') }],
      axes: 'B D',
      summed: '',
      elements: ({ clean, noise, level }) => noised(clean!, noise!, level!),
      fit: 'quantity',
      operations: [products, sums],
      evidence: [[drawnNoise, { role: 'clean', without: ['normal', 'fromNoise'] }, { role: 'level', atOneTime: true }]],
      rank: 0.9,
    },
    {
      kind: 'value',
      roles: [clean, noise, level],
      axes: 'B D',
      summed: '',
      elements: ({ clean, noise, level }) => noised(clean!, noise!, level!),
      fit: 'quantity',
      operations: [products, sums],
      evidence: [
        [drawnNoise, namedLevel],
        [drawnNoise, scheduledLevel, noBeta],
        [drawnNoise, fromLogSnr],
        [drawnNoise, inBothRates, { role: 'clean', without: ['normal', 'fromNoise'] }],
        [namedNoise, untold, unguessed, namedLevel],
        [namedNoise, untold, unguessed, scheduledLevel, noBeta],
        [namedNoise, untold, unguessed, named('level', ['alpha', 'sigma', 'alpha t', 'sigma t'])],
        [namedNoise, untold, unguessed, { context: forwardWords }],
        [drawnNoise, { context: forwardWords }],
      ],
    },
  ],
};

/** A beta is a variance; what is squared under the root is the rate of another walk. */
const ofVariance: Requirement = {
  role: 'alpha',
  encodings: ['beta', 'alpha', 'root-alpha', 'inverse-root-alpha', 'inverse-alpha', 'log-alpha'],
};

const qStep: Formula = {
  id: 'q_step',
  family: 'Diffusion',
  name: 'One noising step',
  latex: String.raw`\term{noisy}{x_t}=\sqrt{\term{alpha}{\alpha_t}}\,\term{previous}{x_{t-1}}+\sqrt{1-\term{alpha}{\alpha_t}}\,\term{noise}{\epsilon}`,
  lines: [],
  terms: [
    noisyTerm,
    alphaTerm,
    term('previous', 'x_{t-1}', 'sample before the step', 'The sample at time t − 1.', '[batch, features]'),
    noiseTerm,
  ],
  claim: 'definition',
  note: 'From one time to the next, by alpha; from the clean sample to time t it is alpha-bar.',
  source: { ...ho, place: 'eq. 2' },
  steps: [],
  identities: [
    {
      latex: String.raw`\sqrt{\alpha_2}\bigl(\sqrt{\alpha_1}x\bigr)=\sqrt{\alpha_1\alpha_2}\,x`,
      words: 'The signal of two steps is that of one with the product of their alphas.',
      sides: ({ previous, alpha }) => {
        const none = scalar(0);
        return [noised(noised(previous!, none, alpha!), none, alpha!), noised(previous!, none, multiply(alpha!, alpha!))];
      },
    },
    {
      latex: String.raw`\alpha_2(1-\alpha_1)+(1-\alpha_2)=1-\alpha_1\alpha_2`,
      words: 'The noise of two steps has the variance of one with the product of their alphas.',
      sides: ({ alpha }) => {
        const [unit, none] = [scalar(1), scalar(0)];
        const carried = noised(noised(none, unit, alpha!), none, alpha!);
        return [add(square(carried), square(noised(none, unit, alpha!))), noiseLevel(square(alpha!))];
      },
    },
  ],
  mistakes: [
    'Alpha-bar stands where alpha is meant: every step then adds the noise of all steps before it.',
    'Beta is multiplied with the noise without its root.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [
        {
          id: 'previous',
          shape: 'B D',
          domain: 'real',
          words: ['x prev', 'x', 'xt', 'x tm1', 'x t 1', 'sample', 'z prev', 'img'],
          not: ['x0', 'x 0', 'x start', 'noise', 'eps', 'clean'],
        },
        noise,
        alpha,
      ],
      axes: 'B D',
      summed: '',
      elements: ({ previous, noise, alpha }) => noised(previous!, noise!, alpha!),
      fit: 'quantity',
      operations: [products, sums],
      evidence: [
        [named('alpha', ['beta', 'betas', 'bt', 'b']), drawnNoise, ofVariance],
        [named('alpha', ['beta', 'betas', 'bt']), namedNoise, ofVariance],
        [named('alpha', ['sqrt beta', 'sqrt betas']), drawnNoise],
        [named('alpha', ['sqrt beta', 'sqrt betas']), namedNoise],
        [
          named('alpha', ['alpha', 'alphas', 'a', 'at']),
          named('previous', ['x prev', 'prev', 'x tm1', 'x t minus 1', 'previous']),
          drawnNoise,
        ],
        [
          named('alpha', ['alpha', 'alphas', 'a', 'at']),
          named('previous', ['x prev', 'prev', 'x tm1', 'x t minus 1', 'previous']),
          namedNoise,
        ],
        [
          {
            context: [
              'q step',
              'forward step',
              'noise one step',
              'one step',
              'step forward',
              'diffusion step',
              'noising step',
              'q xt given',
            ],
          },
          drawnNoise,
        ],
      ],
    },
  ],
};

const prediction = (id: string, words: readonly string[]): Role => ({ id, shape: 'B D', domain: 'real', words });
const squaredDistance = (a: string, b: string): Formula['latex'] => String.raw`\mathbb E\lVert ${a}-${b}\rVert_2^2`;

const timeArguments = [
  't',
  'ts',
  'timestep',
  'timesteps',
  'time',
  'times',
  'sigma',
  'sigmas',
  'noise level',
  'xt',
  'x t',
  'noisy',
  'noisy latents',
  'x noisy',
  'log snr',
  't batch',
  'noisy images',
];
const diffusionContext = [
  'diffusion',
  'ddpm',
  'ddim',
  'p losses',
  'denoise',
  'denoising',
  'noise prediction',
  'diffusion loss',
  'eps model',
];

const noiseLoss: Formula = {
  id: 'ddpm_eps_mse',
  family: 'Diffusion',
  name: 'Noise-prediction loss',
  latex: squaredDistance(String.raw`\term{noise}{\epsilon}`, String.raw`\term{prediction}{\epsilon_\theta(x_t,t)}`),
  lines: [String.raw`\term{weight}{w_t}\,\lVert\epsilon-\epsilon_\theta\rVert^2,\quad\term{weight}{w_t}=1`],
  terms: [
    { ...noiseTerm, meaning: 'The noise that the sample was made noisy with.' },
    term(
      'prediction',
      String.raw`\epsilon_\theta(x_t,t)`,
      'predicted noise',
      'What the network says of the noise in the sample at time t.',
      '[batch, features]',
    ),
    term('weight', 'w_t', 'weight', 'Of the loss at time t: 1 in the simple loss.'),
  ],
  claim: 'definition',
  note: 'With equal weights for all times; the variational bound has others. A mean over features is the same divided by their number.',
  source: { ...ho, place: 'eq. 14' },
  steps: [],
  identities: [
    {
      latex: String.raw`\lVert x_0-\hat x_0\rVert^2=\frac{1-\bar\alpha_t}{\bar\alpha_t}\lVert\epsilon-\epsilon_\theta\rVert^2`,
      words: 'It is the squared error of the clean sample, times the signal-to-noise ratio.',
      sides: ({ noise, prediction }) => {
        const level = scalar(0.3);
        const sample = noised(prediction!, noise!, level);
        const error = square(subtract(cleanFromNoise(sample, noise!, level), cleanFromNoise(sample, prediction!, level)));
        return [multiply(divide(level, noiseLevel(level)), error), square(subtract(noise!, prediction!))];
      },
    },
  ],
  mistakes: [
    'The target is a fresh draw, not the noise that the sample was made with.',
    'The noise is drawn once for all examples of the batch.',
    'The network is given the clean sample.',
    'The target is the noise already multiplied by its standard deviation.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [
        { ...noise, words: ['noise', 'eps', 'epsilon', 'target', 'noises', 'e', 'z'] },
        prediction('prediction', predictedNoiseWords),
        lossWeight,
      ],
      axes: 'B D',
      summed: 'D',
      elements: ({ noise, prediction, weight }) => multiply(weight!, square(subtract(noise!, prediction!))),
      fit: 'loss',
      operations: [squares, differences],
      evidence: [
        [drawnNoise, { role: 'prediction', from: ['q_sample', 'q_step', 'sub_vp'] }],
        // By its own name: data may come from what is called z.
        [
          { ...namedNoise, own: true },
          { role: 'prediction', from: ['q_sample', 'q_step', 'sub_vp'] },
        ],
        [drawnNoise, comesFrom('prediction', 'call'), named('prediction', timeArguments)],
        [drawnNoise, named('prediction', [...predictedNoiseWords, 'noise', 'eps', 'epsilon'])],
        [drawnNoise, comesFrom('prediction', 'call'), { context: diffusionContext }],
        [
          named('noise', ['noise', 'eps', 'epsilon', 'noises'], predictedMarks),
          named('prediction', [
            'noise pred',
            'pred noise',
            'eps theta',
            'eps hat',
            'eps pred',
            'pred eps',
            'predicted noise',
            'noise hat',
            'pred noises',
            'e theta',
            'noise theta',
            'epsilon theta',
            'eps',
            'noise prediction',
            'epsilon hat',
            'model output',
            'model pred',
            'noise',
            'epsilon',
          ]),
        ],
        [
          named('noise', ['noise', 'eps', 'epsilon', 'noises'], predictedMarks),
          comesFrom('prediction', 'call'),
          named('prediction', timeArguments),
        ],
      ],
    },
  ],
};

const vTarget: Formula = {
  id: 'v_target',
  family: 'Diffusion',
  name: 'Velocity target',
  latex: String.raw`\term{velocity}{v}=\sqrt{\term{level}{\bar\alpha_t}}\,\term{noise}{\epsilon}-\sqrt{1-\term{level}{\bar\alpha_t}}\,\term{clean}{x_0}`,
  lines: [],
  terms: [
    term('velocity', 'v', 'velocity', 'How the noisy sample moves with the angle whose cosine is the signal rate.', '[batch, features]'),
    levelTerm,
    noiseTerm,
    cleanTerm,
  ],
  claim: 'definition',
  note: 'The sign is a convention: the opposite one is as good where loss and sampler agree.',
  source: { ...salimans, place: 'appendix D' },
  steps: [],
  identities: [
    {
      latex: String.raw`x_t^2+v^2=x_0^2+\epsilon^2`,
      words: 'Sample and velocity are clean sample and noise, rotated: the sum of squares stays.',
      sides: ({ clean, noise, level }) => [
        add(square(noised(clean!, noise!, level!)), square(velocity(clean!, noise!, level!))),
        add(square(clean!), square(noise!)),
      ],
    },
    {
      latex: String.raw`\epsilon=\sqrt{1-\bar\alpha_t}\,x_t+\sqrt{\bar\alpha_t}\,v`,
      words: 'The noise comes back from sample and velocity.',
      sides: ({ clean, noise, level }) => {
        const [sample, v] = [noised(clean!, noise!, level!), velocity(clean!, noise!, level!)];
        return [add(multiply(sqrt(noiseLevel(level!)), sample), multiply(sqrt(level!), v)), noise!];
      },
    },
  ],
  mistakes: [
    'The two rates have changed places: noise must have the signal’s rate.',
    'Both parts are added: that is the noisy sample of another time.',
    'A sampler reads the sign the other way than the loss has it.',
  ],
  readings: [true, false].map((usual) => ({
    kind: 'value',
    roles: [clean, noise, level],
    axes: 'B D',
    summed: '',
    elements: ({ clean, noise, level }) =>
      usual ? velocity(clean!, noise!, level!) : subtract(scalar(0), velocity(clean!, noise!, level!)),
    fit: 'quantity',
    operations: [products, differences],
    evidence: [
      ...(usual ? [[drawnNoise], [namedNoise, namedLevel], [namedNoise, scheduledLevel]] : []),
      [namedNoise, { target: ['v', 'velocity', 'v target', 'target v', 'v t'] }],
      [drawnNoise, { target: ['v', 'velocity', 'v target', 'target v', 'v t'] }],
      [namedNoise, { context: ['velocity', 'get v', 'predict v', 'v target', 'v from', 'calc v'] }],
    ],
    ...(!usual && { remark: 'of the opposite sign' }),
  })),
};

const vLoss: Formula = {
  id: 'v_mse',
  family: 'Diffusion',
  name: 'Velocity-prediction loss',
  latex: squaredDistance(String.raw`\term{velocity}{v}`, String.raw`\term{prediction}{v_\theta(x_t,t)}`),
  lines: [
    String.raw`\term{weight}{w_t}\,\lVert v-v_\theta\rVert^2,\quad\term{velocity}{v}=\sqrt{\term{level}{\bar\alpha_t}}\,\term{noise}{\epsilon}-\sqrt{1-\term{level}{\bar\alpha_t}}\,\term{clean}{x_0}`,
  ],
  terms: [
    term('velocity', 'v', 'velocity', 'The target, made of the noise and the clean sample.', '[batch, features]'),
    term('prediction', String.raw`v_\theta(x_t,t)`, 'predicted velocity', 'What the network says of it.', '[batch, features]'),
    term('weight', 'w_t', 'weight', 'Of the loss at time t: 1 where nothing else is said.'),
    levelTerm,
    noiseTerm,
    cleanTerm,
  ],
  claim: 'definition',
  note: 'It is the squared error of the clean sample times (SNR + 1): that of the noise times one over alpha-bar.',
  source: { ...salimans, place: 'section 4' },
  steps: [],
  identities: [
    {
      latex: String.raw`\lVert v-v_\theta\rVert^2=(\mathrm{SNR}+1)\lVert x_0-\hat x_0\rVert^2`,
      words: 'It is the squared error of the clean sample, weighted by one more than the signal-to-noise ratio.',
      sides: ({ clean, noise, level, prediction }) => {
        const sample = noised(clean!, noise!, level!);
        const error = square(subtract(clean!, cleanFromVelocity(sample, prediction!, level!)));
        return [divide(error, noiseLevel(level!)), square(subtract(velocity(clean!, noise!, level!), prediction!))];
      },
    },
  ],
  mistakes: [
    'The target is the noise while the sampler reads the output as a velocity.',
    'The weight is one that is meant for noise prediction: min-SNR has SNR + 1 below for a velocity.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [
        prediction('velocity', ['v', 'velocity', 'target', 'v target', 'target v']),
        prediction('prediction', [...velocityWords, 'pred', 'model pred', 'model out', 'out', 'output']),
        lossWeight,
      ],
      axes: 'B D',
      summed: 'D',
      elements: ({ velocity, prediction, weight }) => multiply(weight!, square(subtract(velocity!, prediction!))),
      fit: 'loss',
      operations: [squares, differences],
      evidence: [[{ role: 'velocity', formula: ['v_target'] }]],
      rank: 2,
    },
    {
      kind: 'value',
      roles: [clean, noise, level, prediction('prediction', [...velocityWords, 'pred', 'model pred', 'out', 'output']), lossWeight],
      axes: 'B D',
      summed: 'D',
      elements: ({ clean, noise, level, prediction, weight }) =>
        multiply(weight!, square(subtract(velocity(clean!, noise!, level!), prediction!))),
      fit: 'loss',
      operations: [squares, differences],
      evidence: [
        [drawnNoise, namedLevel],
        [drawnNoise, scheduledLevel],
        [namedNoise, namedLevel],
        [comesFrom('prediction', 'call'), namedLevel],
      ],
      rank: 2,
    },
  ],
};

const x0FromEps: Formula = {
  id: 'x0_from_eps',
  family: 'Diffusion',
  name: 'Clean sample from noise',
  latex: String.raw`\term{clean}{\hat x_0}=\frac{\term{noisy}{x_t}-\sqrt{1-\term{level}{\bar\alpha_t}}\,\term{noise}{\epsilon}}{\sqrt{\term{level}{\bar\alpha_t}}}`,
  lines: [],
  terms: [
    term(
      'clean',
      String.raw`\hat x_0`,
      'predicted clean sample',
      'What the sample would be without the predicted noise.',
      '[batch, features]',
    ),
    noisyTerm,
    { ...noiseTerm, name: 'predicted noise', meaning: 'What the network says of the noise in the sample.' },
    levelTerm,
  ],
  claim: 'identity',
  note: 'The forward noising, solved for the clean sample: near the end of time it divides by almost nothing.',
  source: { ...ho, place: 'eq. 15' },
  steps: [],
  identities: [
    {
      latex: String.raw`\hat x_0(x_t,\epsilon)=x_0,\quad x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon`,
      words: 'Of a sample that this very noise was added to, it gives the clean one.',
      sides: ({ noisy, noise, level }) => [cleanFromNoise(noised(noisy!, noise!, level!), noise!, level!), noisy!],
    },
    {
      latex: String.raw`\hat x_0=\frac1{\sqrt{\bar\alpha_t}}x_t-\sqrt{\frac1{\bar\alpha_t}-1}\,\epsilon`,
      words: 'Many codes hold the two factors ready.',
      sides: ({ noisy, noise, level }) => {
        const one = scalar(1);
        const factors = [divide(one, sqrt(level!)), sqrt(subtract(divide(one, level!), one))] as const;
        return [cleanFromNoise(noisy!, noise!, level!), subtract(multiply(factors[0], noisy!), multiply(factors[1], noise!))];
      },
    },
  ],
  mistakes: [
    'Alpha of the single step stands where alpha-bar is meant.',
    'The noise is multiplied by its variance, without the root.',
    'After the clean sample has been clipped, the noise that was not computed again is still used.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [
        noisy,
        {
          ...noise,
          words: [...predictedNoiseWords, ...noiseWords],
          not: ['x0', 'x 0', 'x start', 'xstart', 'clean', 'original', 'recon', 'denoised', 'image', 'images', 'mean', 'v', 'velocity'],
        },
        level,
      ],
      axes: 'B D',
      summed: '',
      elements: ({ noisy, noise, level }) => cleanFromNoise(noisy!, noise!, level!),
      fit: 'quantity',
      operations: [products, differences],
      evidence: ofPrediction(
        'noise',
        [...predictedNoiseWords, ...noiseWords],
        [
          'start from noise',
          'x0 from eps',
          'x0 from noise',
          'predict start',
          'xstart from eps',
          'predict x0',
          'x start from',
          'denoise',
          'pred x0',
        ],
      ),
    },
  ],
};

const x0FromV: Formula = {
  id: 'x0_from_v',
  family: 'Diffusion',
  name: 'Clean sample from velocity',
  latex: String.raw`\term{clean}{\hat x_0}=\sqrt{\term{level}{\bar\alpha_t}}\,\term{noisy}{x_t}-\sqrt{1-\term{level}{\bar\alpha_t}}\,\term{velocity}{v}`,
  lines: [],
  terms: [
    term(
      'clean',
      String.raw`\hat x_0`,
      'predicted clean sample',
      'What the sample would be without noise, by the predicted velocity.',
      '[batch, features]',
    ),
    levelTerm,
    noisyTerm,
    term('velocity', 'v', 'predicted velocity', 'What the network says of the velocity at the sample.', '[batch, features]'),
  ],
  claim: 'identity',
  source: { ...salimans, place: 'appendix D' },
  steps: [],
  identities: [
    {
      latex: String.raw`\hat x_0(x_t,v)=x_0,\quad x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon,\ v=\sqrt{\bar\alpha_t}\,\epsilon-\sqrt{1-\bar\alpha_t}\,x_0`,
      words: 'Of a sample and its own velocity it gives the clean sample: the rotation is undone.',
      sides: ({ noisy, velocity: noise, level }) => {
        const [sample, v] = [noised(noisy!, noise!, level!), velocity(noisy!, noise!, level!)];
        return [cleanFromVelocity(sample, v, level!), noisy!];
      },
    },
  ],
  variants: [{ words: 'of the velocity’s negative', roles: (roles) => ({ ...roles, velocity: subtract(scalar(0), roles['velocity']!) }) }],
  mistakes: [
    'The sign of the velocity is the other one than in the target of the loss.',
    'The output of a network that predicts noise is read as a velocity.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [
        noisy,
        {
          id: 'velocity',
          shape: 'B D',
          domain: 'real',
          words: velocityWords,
          not: ['x0', 'x start', 'clean', 'x', 'original', 'sample', 'samples', 'images'],
        },
        level,
      ],
      axes: 'B D',
      summed: '',
      elements: ({ noisy, velocity, level }) => cleanFromVelocity(noisy!, velocity!, level!),
      fit: 'quantity',
      operations: [products, differences],
      // What is called noise is weighted otherwise, by what may look like another form of the level.
      evidence: ofPrediction('velocity', velocityWords, [
        'start from v',
        'x0 from v',
        'from velocity',
        'predict start',
        'xstart from v',
      ]).map((all) => [...all, { role: 'velocity', words: [], not: ['noise', 'eps', 'epsilon'], own: true }]),
    },
  ],
};

export const diffusion: readonly Formula[] = [qSample, qStep, noiseLoss, vTarget, vLoss, x0FromEps, x0FromV];
