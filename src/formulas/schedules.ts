/** Diffusion: noise schedules, and what inputs, outputs and losses are weighted by. */

import { inputWeight, lossWeight, noiseCondition, outputWeight, skipWeight, denoised } from '../maths/diffusion/preconditioning.ts';
import { cappedWeight, cosineAngle, cosineLevel, rootSpacedSigmas, signalToNoise, type Predicted } from '../maths/diffusion/schedules.ts';
import {
  add,
  cos,
  divide,
  log,
  minimum,
  multiply,
  negate,
  power,
  reciprocal,
  sqrt,
  square,
  subtract,
} from '../maths/tensor/elementwise.ts';
import { arange } from '../maths/tensor/shape.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';
import { comesFrom, karras, level, levelTerm, named, noisy } from './diffusionRoles.ts';
import type { Formula } from './formula.ts';
import type { Encoding, Evidence, Requirement, Role, ValueReading } from './reading.ts';
import { levelWords, noiseRateWords, ratioForms, signalRateWords } from './signalLevel.ts';
import { term } from './term.ts';

const one = scalar(1);
const none = scalar(0);
const divisions = ['divide', 'reciprocal', 'power', 'multiply', 'exp', 'rsqrt', 'square'];

const ratioTerm = term(
  'ratio',
  String.raw`\mathrm{SNR}(t)`,
  'signal-to-noise ratio',
  'The variance of the signal over that of the noise, at time t.',
);
const snrWords = ['snr', 'signal to noise', 'snrs', 'snr t', 'signal noise ratio', 'compute snr', 'get snr'];

/** Forms of a level that are not a form of the ratio itself. */
const levelForms = level.encodings!.filter(({ id }) => !id.includes('snr'));

const snr: Formula = {
  id: 'snr',
  family: 'Diffusion',
  name: 'Signal-to-noise ratio',
  latex: String.raw`\term{ratio}{\mathrm{SNR}(t)}=\frac{\term{level}{\bar\alpha_t}}{1-\term{level}{\bar\alpha_t}}`,
  lines: [],
  terms: [ratioTerm, levelTerm],
  claim: 'definition',
  note: 'Of data of variance 1. It falls from very large to nearly 0 with time.',
  source: { paper: 'Kingma et al. 2021, Variational Diffusion Models', place: 'eq. 2', arxiv: '2107.00630' },
  steps: [],
  identities: [
    {
      latex: String.raw`\bar\alpha_t=\mathrm{sigmoid}(\log\mathrm{SNR}(t))`,
      words: 'The signal level is the logistic function of its logarithm.',
      sides: ({ level }) => [reciprocal(add(one, reciprocal(signalToNoise(level!)))), level!],
    },
    {
      latex: String.raw`\mathrm{SNR}(t)=\Bigl(\frac{\sqrt{\bar\alpha_t}}{\sqrt{1-\bar\alpha_t}}\Bigr)^2`,
      words: 'It is the squared ratio of signal rate and noise rate.',
      sides: ({ level }) => [signalToNoise(level!), square(divide(sqrt(level!), sqrt(subtract(one, level!))))],
    },
  ],
  variants: [{ words: 'of noise to signal', roles: (roles) => ({ ...roles, level: subtract(scalar(1), roles['level']!) }) }],
  mistakes: ['It is the ratio of the rates, not of their squares.', 'Alpha of the single step stands where alpha-bar is meant.'],
  readings: [
    {
      kind: 'value',
      roles: [{ ...level, encodings: levelForms, not: [...(level.not ?? []), 'snr', 'clipped', 'weight', 'weights'] }],
      axes: '',
      summed: '',
      elements: ({ level }) => signalToNoise(level!),
      fit: 'quantity',
      operations: [divisions],
      evidence: [
        [{ target: snrWords }],
        [{ context: snrWords }],
        [
          named('level', [...levelWords, ...signalRateWords, ...noiseRateWords]),
          { role: 'level', encodings: ['level', 'signal-rate', 'noise-rate', 'noise-level'] },
        ],
      ],
    },
  ],
};

const capWords = ['gamma', 'snr gamma', 'min snr gamma', 'max snr', 'cap', 'clip', 'min snr', 'k', 'snr clip', 'max'];
const ratio: Role = { id: 'ratio', shape: '', domain: 'positive', encodings: ratioForms, not: ['gamma', 'cap', 'clip', 'lr', 'min snr'] };
const cap: Role = { id: 'cap', shape: '', domain: 'positive', words: capWords, literal: true };
const isRatio: Evidence = [
  [named('ratio', snrWords)],
  [{ role: 'ratio', formula: ['snr'] }],
  // The smaller of a probability and its complement is such a weight of cap 1.
  ...[named('ratio', levelWords), comesFrom('ratio', 'schedule')].map((known): Requirement[] => [
    { role: 'ratio', encodings: ['level'] },
    { role: 'ratio', once: true },
    known,
  ]),
  [named('cap', ['snr gamma', 'min snr gamma', 'min snr', 'max snr'])],
  [
    { context: ['min snr', 'min snr weight', 'snr weight', 'snr weights', 'min snr gamma', 'loss weight', 'apply snr weight'] },
    { role: 'ratio', encodings: ['level', 'log', 'ratio'] },
  ],
];

const cappedReading = (predicted: Predicted, remark?: string): ValueReading => ({
  kind: 'value',
  roles: [ratio, cap],
  axes: '',
  summed: '',
  elements: ({ ratio, cap }) => cappedWeight(ratio!, cap!, predicted),
  fit: 'quantity',
  operations: [['minimum', 'clamp', 'amin', 'where', 'relu', 'maximum', 'amax']],
  evidence: isRatio,
  ...(remark !== undefined && { remark }),
});

const minSnr: Formula = {
  id: 'min_snr',
  family: 'Diffusion',
  name: 'Min-SNR weight',
  latex: String.raw`\term{weight}{w_t}=\frac{\min(\term{ratio}{\mathrm{SNR}},\term{cap}{\gamma})}{\term{ratio}{\mathrm{SNR}}}`,
  lines: [
    String.raw`\text{for a velocity: }\term{weight}{w_t}=\frac{\min(\term{ratio}{\mathrm{SNR}},\term{cap}{\gamma})}{\term{ratio}{\mathrm{SNR}}+1},\quad\text{for the clean sample: }\term{weight}{w_t}=\min(\term{ratio}{\mathrm{SNR}},\term{cap}{\gamma})`,
  ],
  terms: [
    term('weight', 'w_t', 'weight', 'Of the squared error at time t.'),
    ratioTerm,
    term('cap', String.raw`\gamma`, 'cap', 'Where the weight of the clean sample’s error stops to rise: 5 in the paper.'),
  ],
  claim: 'definition',
  note: 'Which one is right depends on what the network predicts: all three weigh the squared error of the clean sample by min(SNR, γ).',
  source: { paper: 'Hang et al. 2023, Efficient Diffusion Training via Min-SNR Weighting Strategy', arxiv: '2303.09556' },
  steps: [],
  identities: [
    {
      latex: String.raw`w^{\epsilon}_t\,\mathrm{SNR}=w^{v}_t(\mathrm{SNR}+1)=\min(\mathrm{SNR},\gamma)`,
      words: 'All three are one weight of the clean sample’s error.',
      sides: ({ ratio, cap }) => [
        multiply(cappedWeight(ratio!, cap!, 'noise'), ratio!),
        multiply(cappedWeight(ratio!, cap!, 'velocity'), add(ratio!, one)),
      ],
    },
    {
      latex: String.raw`\frac{\min(\mathrm{SNR},\gamma)}{\mathrm{SNR}}=\min\bigl(1,\frac{\gamma}{\mathrm{SNR}}\bigr)`,
      words: 'For the noise it is never above 1.',
      sides: ({ ratio, cap }) => [cappedWeight(ratio!, cap!, 'noise'), minimum(one, divide(cap!, ratio!))],
    },
  ],
  variants: [{ words: 'of noise to signal', roles: ({ ratio, cap, ...roles }) => ({ ...roles, ratio: cap!, cap: ratio! }) }],
  mistakes: [
    'The weight for noise prediction is used for a network that predicts the velocity.',
    'The larger of the two is taken: weights then grow without bound.',
  ],
  readings: [
    cappedReading('noise'),
    cappedReading('velocity', 'for a network that predicts the velocity'),
    {
      ...cappedReading('clean', 'for a network that predicts the clean sample'),
      evidence: isRatio.slice(0, 2).map((needed) => [...needed, named('cap', capWords)]),
    },
  ],
};

const fraction: Role = {
  id: 'time',
  shape: '',
  domain: 'unit',
  words: ['t', 'time', 'x', 'u', 'i', 'times', 'step', 'timesteps', 't1', 't2'],
};
const stepCount: Role = {
  id: 'steps',
  shape: '',
  domain: 'length',
  classes: 'K',
  words: ['steps', 'timesteps', 'num timesteps', 'num steps', 'n', 'max t', 'num diffusion timesteps'],
  absent: 1,
};
const offset: Role = { id: 'offset', shape: '', domain: 'small', words: ['s', 'offset', 'ns', 'eps', 'cosine s'], literal: true };

/** Without the offset it is the shape of many other things: windows, learning rates. */
const isLevel: Evidence = [
  [{ target: ['alphas cumprod', 'alpha bar', 'alphas bar', 'alpha cumprod', 'abar', 'alpha hat', 'alpha bars', 'alphabar'] }],
  [
    {
      context: [
        'cosine beta schedule',
        'cosine alpha bar',
        'alpha bar',
        'betas for alpha bar',
        'cosine noise schedule',
        'cosine beta',
        'cosine alphas',
        'cosine diffusion',
        'alpha bar fn',
        'alpha cosine',
      ],
    },
  ],
];

const cosineReading = (of: (time: Tensor, steps: Tensor, offset: Tensor) => Tensor, remark?: string): ValueReading => ({
  kind: 'value',
  roles: [fraction, stepCount, offset],
  axes: '',
  summed: '',
  elements: ({ time, steps, offset }) => of(time!, steps!, offset!),
  fit: 'quantity',
  operations: [['cos', 'sin', 'tan']],
  ...(remark !== undefined && { remark }),
});

/** Levels of all times: as many as the steps, or one more, for the time before the first. */
const countForms: readonly Encoding[] = [
  {
    id: 'last',
    name: 'number of steps, one less than of levels',
    symbol: (role) => `${role}-1`,
    encode: (count) => subtract(count, one),
    words: stepCount.words!,
  },
  { id: 'count', name: 'number of levels', symbol: (role) => role, encode: (count) => count, words: stepCount.words! },
];

const cosine: Formula = {
  id: 'cosine_schedule',
  family: 'Diffusion',
  name: 'Cosine schedule',
  latex: String.raw`\term{level}{\bar\alpha(t)}=\cos^2\Bigl(\frac{\term{time}{t}/\term{steps}{T}+\term{offset}{s}}{1+\term{offset}{s}}\cdot\tfrac\pi2\Bigr)`,
  lines: [],
  terms: [
    { ...levelTerm, symbol: String.raw`\bar\alpha(t)` },
    term('time', 't', 'time', 'From 0, where there is no noise, to T.'),
    term('steps', 'T', 'number of steps', '1 where time runs from 0 to 1.'),
    term('offset', 's', 'offset', 'Keeps the first betas from being too small: 0.008 in the paper.'),
  ],
  claim: 'definition',
  note: 'Up to its value at 0, by which the paper divides. Betas are clipped at 0.999, so that alpha-bar built again from them differs at the end.',
  source: { paper: 'Nichol and Dhariwal 2021, Improved Denoising Diffusion Probabilistic Models', place: 'eq. 17', arxiv: '2102.09672' },
  steps: [],
  identities: [
    {
      latex: String.raw`\cos^2\varphi=\tfrac12(1+\cos2\varphi)`,
      words: 'It is a raised cosine of twice the angle.',
      sides: ({ time, steps, offset }) => {
        const angle = cosineAngle(time!, steps!, offset!);
        return [cosineLevel(time!, steps!, offset!), multiply(scalar(0.5), add(one, cos(add(angle, angle))))];
      },
    },
    {
      latex: String.raw`t=T\ \Rightarrow\ \bar\alpha(t)=0`,
      words: 'At the end nothing of the signal is left, whatever the offset.',
      sides: ({ steps, offset }) => {
        const end = cosineLevel(steps!, steps!, offset!);
        return [add(one, end), add(one, multiply(none, end))];
      },
    },
  ],
  mistakes: [
    'The cosine is not squared: that is the signal rate, not the level.',
    'Betas are not clipped: the last one is 1, and the sampler divides by 0.',
    'The offset is added but not divided by.',
  ],
  readings: [
    cosineReading(cosineLevel),
    cosineReading(
      (time, steps, offset) => divide(cosineLevel(time, steps, offset), cosineLevel(none, steps, offset)),
      'divided by its value at 0',
    ),
    {
      kind: 'value',
      roles: [{ id: 'steps', shape: '', domain: 'length', classes: 'K', encodings: countForms }, offset],
      axes: 'K',
      summed: '',
      elements: ({ steps, offset }) => {
        const times = arange(0, steps!.values[0]!, 1);
        const last = subtract(steps!, one);
        return divide(cosineLevel(times, last, offset!), cosineLevel(none, last, offset!));
      },
      fit: 'quantity',
      operations: [
        ['cos', 'sin'],
        ['arange', 'linspace'],
        ['index', 'part'],
      ],
      remark: 'all of them, divided by the first',
    },
    cosineReading((time, steps, offset) => log(signalToNoise(cosineLevel(time, steps, offset))), 'as the log of the signal-to-noise ratio'),
    {
      ...cosineReading((time, steps) => cosineLevel(time, steps, none), 'without an offset'),
      roles: [fraction, stepCount],
      elements: ({ time, steps }) => cosineLevel(time!, steps!, none),
      evidence: isLevel,
    },
  ],
};

const sigmaForms: readonly Encoding[] = [
  {
    id: 'sigma',
    name: 'noise level',
    symbol: (role) => role,
    encode: (sigma) => sigma,
    words: ['sigma', 'sigmas', 't', 'noise level', 'noise std', 'sigma t', 'std'],
  },
  {
    id: 'log-sigma',
    name: 'log of the noise level',
    symbol: (role) => String.raw`\log ${role}`,
    encode: log,
    words: ['log sigma', 'log sigmas'],
  },
  {
    id: 'variance',
    name: 'squared noise level',
    symbol: (role) => `${role}^2`,
    encode: square,
    words: ['sigma2', 'sigma sq', 'var', 'sigma squared'],
  },
];
const sigma: Role = { id: 'sigma', shape: '', domain: 'positive', encodings: sigmaForms, not: ['sigma data', 'sd'] };
const dataWords = ['sigma data', 'sigma d', 'sd', 'data std', 'sigmad', 'std data', 'sdata'];
const sigmaData: Role = { id: 'sigmaData', shape: '', domain: 'positive', words: dataWords, literal: true };
const shift: Role = {
  id: 'shift',
  shape: '',
  domain: 'positive',
  words: ['sigma min', 'eps', 'epsilon', 't min', 'min t'],
  absent: 0,
  literal: true,
};
const coefficientNames = [
  'c skip',
  'c out',
  'c in',
  'c noise',
  'cskip',
  'cout',
  'cin',
  'cnoise',
  'skip',
  'skip scaling',
  'output scaling',
  'input scaling',
  'skip scale',
];
const scalingContext = [
  'precond',
  'preconditioning',
  'edm',
  'get scalings',
  'scalings',
  'edm precond',
  'get scalings for boundary condition',
  'skip scaling',
  'boundary',
  'karras',
  ...coefficientNames,
];
const isScaling: Evidence = [
  [named('sigmaData', dataWords)],
  [{ target: coefficientNames }, named('sigma', ['sigma', 'sigmas', 't', 'noise level', 'timestep', 'timesteps', 'scaled timestep'])],
  [{ context: scalingContext }, named('sigma', ['sigma', 'sigmas', 't', 'noise level', 'timestep', 'timesteps', 'scaled timestep'])],
];
const roots = ['sqrt', 'rsqrt', 'power', 'norm'];

const scaling = (
  roles: readonly Role[],
  of: (roles: Readonly<Record<string, Tensor>>) => Tensor,
  needed: readonly string[],
  remark: string,
): ValueReading => ({
  kind: 'value',
  roles,
  axes: '',
  summed: '',
  elements: of,
  fit: 'quantity',
  operations: [needed],
  evidence: isScaling,
  remark,
});

const sigmaTerm = term('sigma', String.raw`\sigma`, 'noise level', 'The standard deviation of the noise in the sample.');
const sigmaDataTerm = term(
  'sigmaData',
  String.raw`\sigma_d`,
  'spread of the data',
  'The standard deviation of the clean samples: 0.5 in the paper.',
);

const precondition: Formula = {
  id: 'edm_precond',
  family: 'Diffusion',
  name: 'EDM preconditioning',
  latex: String.raw`\term{skip}{c_{skip}}=\frac{\term{sigmaData}{\sigma_d^2}}{\term{sigma}{\sigma^2}+\term{sigmaData}{\sigma_d^2}},\ \term{output}{c_{out}}=\frac{\term{sigma}{\sigma}\term{sigmaData}{\sigma_d}}{\sqrt{\term{sigma}{\sigma^2}+\term{sigmaData}{\sigma_d^2}}},\ \term{input}{c_{in}}=\frac1{\sqrt{\term{sigma}{\sigma^2}+\term{sigmaData}{\sigma_d^2}}},\ \term{condition}{c_{noise}}=\tfrac14\ln\term{sigma}{\sigma}`,
  lines: [
    String.raw`\term{denoised}{D}=\term{skip}{c_{skip}}\,\term{noisy}{x}+\term{output}{c_{out}}\,\term{network}{F(c_{in}x,c_{noise})}`,
    String.raw`\text{of a consistency model: }\term{skip}{c_{skip}}=\frac{\term{sigmaData}{\sigma_d^2}}{(\term{sigma}{\sigma}-\term{shift}{\sigma_{\min}})^2+\term{sigmaData}{\sigma_d^2}},\ \term{output}{c_{out}}=\frac{(\term{sigma}{\sigma}-\term{shift}{\sigma_{\min}})\term{sigmaData}{\sigma_d}}{\sqrt{\term{sigma}{\sigma^2}+\term{sigmaData}{\sigma_d^2}}}`,
  ],
  terms: [
    term('skip', String.raw`c_{skip}`, 'skip weight', 'How much of the noisy sample goes into the denoised one as it is.'),
    sigmaDataTerm,
    sigmaTerm,
    term('output', String.raw`c_{out}`, 'output weight', 'What the network’s output is multiplied by.'),
    term('input', String.raw`c_{in}`, 'input weight', 'What the noisy sample is multiplied by before the network.'),
    term('condition', String.raw`c_{noise}`, 'noise condition', 'What the network is told of the noise level.'),
    term('denoised', 'D', 'denoised sample', 'What the denoiser makes of the noisy sample.', '[batch, features]'),
    term('noisy', 'x', 'noisy sample', 'The clean sample with noise of this level.', '[batch, features]'),
    term('network', String.raw`F(c_{in}x,c_{noise})`, 'output of the network', 'Before it is weighted.', '[batch, features]'),
    term('shift', String.raw`\sigma_{\min}`, 'smallest noise level', 'Where a consistency model gives its input back; 0 otherwise.'),
  ],
  claim: 'definition',
  note: 'Each of the four alone is a part of it. Input and target of the network then have variance 1 at every noise level.',
  source: { ...karras, place: 'table 1' },
  steps: [],
  identities: [
    {
      latex: String.raw`c_{in}^2(\sigma_d^2+\sigma^2)=1`,
      words: 'The network’s input has variance 1.',
      sides: ({ sigma, sigmaData }) => {
        const variance = multiply(square(inputWeight(sigma!, sigmaData!)), add(square(sigmaData!), square(sigma!)));
        return [variance, add(one, multiply(none, variance))];
      },
    },
    {
      latex: String.raw`(1-c_{skip})^2\sigma_d^2+c_{skip}^2\sigma^2=c_{out}^2`,
      words: 'The network’s target has variance 1.',
      sides: ({ sigma, sigmaData }) => {
        const skip = skipWeight(sigma!, sigmaData!, none);
        const spread = add(multiply(square(subtract(one, skip)), square(sigmaData!)), multiply(square(skip), square(sigma!)));
        return [spread, square(outputWeight(sigma!, sigmaData!, none))];
      },
    },
  ],
  variants: [
    { words: 'of a network that says the negative: a velocity', roles: (roles) => ({ ...roles, sigma: negate(roles['sigma']!) }) },
  ],
  mistakes: [
    'The spread of the data is not squared, or the root is missing.',
    'The network is given the noisy sample without its weight.',
    'The noise condition is the noise level itself, not a quarter of its logarithm.',
  ],
  readings: [
    scaling(
      [sigma, sigmaData, shift],
      ({ sigma, sigmaData, shift }) => skipWeight(sigma!, sigmaData!, shift!),
      ['divide', 'reciprocal', 'power'],
      'the skip weight',
    ),
    scaling(
      [sigma, sigmaData, shift],
      ({ sigma, sigmaData, shift }) => outputWeight(sigma!, sigmaData!, shift!),
      roots,
      'the output weight',
    ),
    scaling([sigma, sigmaData], ({ sigma, sigmaData }) => inputWeight(sigma!, sigmaData!), roots, 'the input weight'),
    {
      ...scaling([sigma], ({ sigma }) => noiseCondition(sigma!), ['log', 'log2', 'log10', 'multiply', 'divide'], 'the noise condition'),
      evidence: [
        [{ target: ['c noise', 'cnoise', 'noise cond', 'c noise emb'] }],
        [{ context: ['c noise', 'cnoise'] }, named('sigma', ['sigma', 'sigmas', 'log sigma'])],
      ],
    },
    {
      kind: 'value',
      roles: [
        noisy,
        { id: 'network', shape: 'B D', domain: 'real', words: ['f x', 'f', 'model output', 'out', 'output', 'net out', 'pred', 'f theta'] },
        sigma,
        sigmaData,
      ],
      axes: 'B D',
      summed: '',
      elements: ({ noisy, network, sigma, sigmaData }) => denoised(noisy!, network!, sigma!, sigmaData!),
      fit: 'quantity',
      operations: [roots],
      evidence: [
        [named('sigmaData', dataWords)],
        [{ context: scalingContext }, named('sigma', ['sigma', 'sigmas', 't'])],
        [{ role: 'network', given: 'noisy' }],
      ],
      remark: 'the denoiser',
      rank: 2,
    },
  ],
};

const weight: Formula = {
  id: 'edm_weight',
  family: 'Diffusion',
  name: 'EDM loss weight',
  latex: String.raw`\term{weight}{\lambda(\sigma)}=\frac{\term{sigma}{\sigma^2}+\term{sigmaData}{\sigma_d^2}}{(\term{sigma}{\sigma}\term{sigmaData}{\sigma_d})^2}`,
  lines: [],
  terms: [
    term('weight', String.raw`\lambda(\sigma)`, 'weight', 'Of the denoiser’s squared error at this noise level.'),
    sigmaTerm,
    sigmaDataTerm,
  ],
  claim: 'definition',
  note: 'One over the square of the output weight: the network’s own error then weighs the same at all noise levels.',
  source: { ...karras, place: 'table 1' },
  steps: [],
  identities: [
    {
      latex: String.raw`\lambda(\sigma)\,c_{out}^2=1`,
      words: 'It undoes the output weight.',
      sides: ({ sigma, sigmaData }) => {
        const unit = multiply(lossWeight(sigma!, sigmaData!), square(outputWeight(sigma!, sigmaData!, none)));
        return [unit, add(one, multiply(none, unit))];
      },
    },
    {
      latex: String.raw`\lambda(\sigma)=\frac1{\sigma^2}+\frac1{\sigma_d^2}`,
      words: 'It is the sum of two precisions.',
      sides: ({ sigma, sigmaData }) => [lossWeight(sigma!, sigmaData!), add(power(sigma!, scalar(-2)), power(sigmaData!, scalar(-2)))],
    },
  ],
  mistakes: [
    'The product of the two levels is not squared: the weight then is that of a distance, not of a squared error.',
    'The sum below has a plus for the product: that is the input weight squared.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [sigma, sigmaData],
      axes: '',
      summed: '',
      elements: ({ sigma, sigmaData }) => lossWeight(sigma!, sigmaData!),
      fit: 'quantity',
      operations: [['divide', 'reciprocal', 'power']],
      evidence: [
        [named('sigmaData', dataWords)],
        [comesFrom('sigma', 'logNormal')],
        [{ context: ['edm', 'edm loss', 'edm weight', 'karras'] }, named('sigma', ['sigma', 'sigmas', 't'])],
        [
          { target: ['weight', 'weights', 'lambda', 'loss weight', 'weighting', 'lam'] },
          named('sigma', ['sigma', 'sigmas', 'noise level']),
        ],
      ],
    },
  ],
};

const levelRole = (id: string, words: readonly string[]): Role => ({ id, shape: '', domain: 'positive', words, literal: true });
const largestWords = ['sigma max', 'max sigma', 't max', 'sigma start', 'smax', 'max inv rho'];
const smallestWords = ['sigma min', 'min sigma', 't min', 'sigma end', 'smin', 'min inv rho', 'eps'];
const rhoWords = ['rho', 'p', 'exponent', 'order'];
/** Of the paper: a number by which the formula is known. */
const usualRho = scalar(7);
const rhoRole: Role = { id: 'rho', shape: '', domain: 'positive', words: rhoWords, literal: true };
const spacingContext = ['karras', 'sigmas', 'sigma', 'edm', 'noise levels', 'sigma schedule', 'noise schedule', 't steps', 'sigma steps'];
const isSpacing: Evidence = [
  [named('rho', ['rho'])],
  [named('rho', rhoWords), named('largest', largestWords)],
  [named('largest', largestWords), named('smallest', smallestWords)],
  [named('rho', rhoWords), { context: spacingContext }],
  // Roots of both ends, and equal steps between: by an exponent that is a setting, or the usual one.
  [comesFrom('rho', 'parameter', 'attribute'), comesFrom('largest', 'parameter', 'attribute')],
  [named('largest', [...largestWords, 'max', 'start', 'hi', 'high', 'b']), { context: spacingContext }],
];

const lastForms: readonly Encoding[] = [
  {
    id: 'count',
    name: 'number of levels',
    symbol: (role) => `${role}+1`,
    encode: (last) => add(last, one),
    words: ['n', 'num steps', 'steps', 'num', 'n steps', 'num inference steps', 'count', 'scales'],
  },
  { id: 'last', name: 'number of levels less 1', symbol: (role) => role, encode: (last) => last, words: ['last', 'n minus 1'] },
];

const karrasSigmas: Formula = {
  id: 'karras_sigmas',
  family: 'Diffusion',
  name: 'Noise levels with exponent rho',
  latex: String.raw`\term{sigma}{\sigma_i}=\bigl(\term{largest}{\sigma_{max}}^{1/\term{rho}{\rho}}+\frac{\term{index}{i}}{\term{last}{n-1}}(\term{smallest}{\sigma_{min}}^{1/\term{rho}{\rho}}-\term{largest}{\sigma_{max}}^{1/\term{rho}{\rho}})\bigr)^{\term{rho}{\rho}}`,
  lines: [String.raw`\term{last}{n-1}=\term{count}{n}-1`],
  terms: [
    term('sigma', String.raw`\sigma_i`, 'noise level', 'Of step i.'),
    term('largest', String.raw`\sigma_{max}`, 'largest noise level', 'Where sampling starts: 80 in the paper.'),
    term('rho', String.raw`\rho`, 'exponent', 'The larger, the shorter the steps near the end: 7 in the paper.'),
    term('index', 'i', 'index', 'From 0 to n − 1.'),
    term('last', 'n-1', 'last index', 'One less than the number of levels; 1 where a ramp from 0 to 1 stands for the fraction.'),
    term('count', 'n', 'number of levels', 'Without the 0 that is mostly appended.'),
    term('smallest', String.raw`\sigma_{min}`, 'smallest noise level', 'The last one before 0: 0.002 in the paper.'),
  ],
  claim: 'definition',
  note: 'A last level of 0 is mostly appended.',
  source: { ...karras, place: 'eq. 5' },
  steps: [],
  identities: [
    {
      latex: String.raw`i=n-1\ \Rightarrow\ \sigma_i=\sigma_{min}`,
      words: 'It ends at the smallest level.',
      sides: ({ last, largest, smallest, rho }) => [rootSpacedSigmas(last!, last!, largest!, smallest!, rho!), smallest!],
    },
    {
      latex: String.raw`\rho=1\ \Rightarrow\ \sigma_i=\sigma_{max}+\tfrac i{n-1}(\sigma_{min}-\sigma_{max})`,
      words: 'With exponent 1 the steps are equal.',
      sides: ({ index, last, largest, smallest }) => [
        rootSpacedSigmas(index!, last!, largest!, smallest!, one),
        add(largest!, multiply(divide(index!, last!), subtract(smallest!, largest!))),
      ],
    },
  ],
  variants: [
    { words: 'from the smallest on', roles: ({ largest, smallest, ...roles }) => ({ ...roles, largest: smallest!, smallest: largest! }) },
    {
      words: 'from the other end',
      roles: (roles) => ({ ...roles, ...(roles['index'] && { index: subtract(roles['last'] ?? scalar(1), roles['index']) }) }),
    },
  ],
  mistakes: [
    'The ends have changed places: noise levels then rise.',
    'The fraction has n below, so that the smallest level is never reached.',
    'The result is not raised to the power again.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [
        {
          id: 'index',
          shape: '',
          domain: 'unit',
          words: ['ramp', 'i', 'step indices', 'idx', 'indices', 'steps', 't', 'u', 'frac', 'step idx', 'index'],
        },
        { id: 'last', shape: '', domain: 'length', classes: 'K', encodings: lastForms, absent: 1, literal: true },
        levelRole('largest', largestWords),
        levelRole('smallest', smallestWords),
        rhoRole,
      ],
      axes: '',
      summed: '',
      elements: ({ index, last, largest, smallest, rho }) => rootSpacedSigmas(index!, last!, largest!, smallest!, rho!),
      fit: 'quantity',
      operations: [['power', 'exp', 'sqrt', 'square']],
      evidence: isSpacing,
    },
    {
      kind: 'value',
      roles: [
        { id: 'count', shape: '', domain: 'length', classes: 'K', words: lastForms[0]!.words },
        levelRole('largest', largestWords),
        levelRole('smallest', smallestWords),
        rhoRole,
      ],
      axes: 'K',
      summed: '',
      elements: ({ count, largest, smallest, rho }) => {
        const length = count!.values[0]!;
        return rootSpacedSigmas(arange(0, length, 1), scalar(length - 1), largest!, smallest!, rho!);
      },
      fit: 'quantity',
      operations: [
        ['power', 'exp', 'sqrt', 'square'],
        ['arange', 'linspace'],
      ],
      evidence: isSpacing,
      remark: 'all of them',
    },
    {
      kind: 'value',
      roles: [
        { id: 'count', shape: '', domain: 'length', classes: 'K', words: lastForms[0]!.words },
        levelRole('largest', largestWords),
        levelRole('smallest', smallestWords),
      ],
      axes: 'K',
      summed: '',
      elements: ({ count, largest, smallest }) => {
        const length = count!.values[0]!;
        return rootSpacedSigmas(arange(0, length, 1), scalar(length - 1), largest!, smallest!, usualRho);
      },
      fit: 'quantity',
      operations: [['power'], ['arange', 'linspace']],
      remark: 'all of them, with the exponent 7',
    },
  ],
};

export const schedules: readonly Formula[] = [snr, minSnr, cosine, precondition, weight, karrasSigmas];
