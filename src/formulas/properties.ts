/**
 * What code has to have to be a formula in more than its look, and what is lost without: "Warning" is said where one of these is broken,
 * by value or by derivative; another number alone is no fault.
 */

import { abs, add, divide, multiply, negate, sqrt, subtract } from '../maths/tensor/elementwise.ts';
import { full } from '../maths/tensor/shape.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';

export type Roles = Readonly<Record<string, Tensor>>;

/** A piece of code as a function of the formula's roles; misshapen or undefined values are NaN. */
export type Code = (roles: Roles) => Tensor;

export const propertyIds = [
  'minimum-elsewhere',
  'wrong-direction',
  'no-inverse',
  'marginals-differ',
  'guidance-not-conditional',
  'no-rotation',
] as const;
export type PropertyId = (typeof propertyIds)[number];

export interface Property {
  readonly id: PropertyId;
  /** What the formula has, to go on after its name: "is least where the mean is 0". */
  readonly words: string;
  /** Whether code has it; `roles` are values that the formula may have. */
  readonly holds: (code: Code, roles: Roles) => boolean;
}

const small = 1e-6;

/** A role that moves alone. */
function moving(roles: Roles, id: string): Roles | null {
  const { [id]: role } = roles;
  if (!role) return null;
  const still = Object.fromEntries(Object.entries(roles).map(([name, value]) => [name, { ...value, tangents: null }]));
  return { ...still, [id]: { ...role, tangents: new Float64Array(role.values.length).fill(1) } };
}

/** How the whole changes as one role does, by the same amount everywhere; 0 where it does not. */
function slope(code: Code, roles: Roles, id: string): number {
  const moved = moving(roles, id);
  const tangents = moved && code(moved).tangents;
  return tangents ? tangents.reduce((sum, value) => sum + value, 0) : 0;
}

/** Nothing is lower nearby, and no derivative along any of these roles, anywhere, at one point. */
function least(words: string, at: (roles: Roles) => Roles, along: readonly string[]): Property {
  const sum = ({ values }: Tensor): number => values.reduce((total, value) => total + value, 0);
  return {
    id: 'minimum-elsewhere',
    words,
    holds: (code, roles) =>
      along.every((id) => {
        const point = at(roles);
        const moved = moving(point, id);
        if (!moved) return true;
        const there = code(moved);
        if ((there.tangents ?? new Float64Array()).some((value) => Math.abs(value) >= small)) return false;
        const beside = code({ ...point, [id]: add(point[id]!, scalar(0.3)) });
        return !(sum(beside) < sum(there) - small);
      }),
  };
}

const everywhere = (role: Tensor | undefined, value: number): Tensor => (role ? full(role.shape, value) : scalar(value));

/** Squared errors: two roles that have to be the same. */
const leastWhereSame = (words: string, moved: string, other: string): Property =>
  least(words, ({ [other]: wanted, ...rest }) => ({ ...rest, [other]: wanted!, [moved]: wanted! }), [moved]);

/** Rows of length 1. */
const ofLengthOne = (role: Tensor): Tensor =>
  full(role.shape, 1 / Math.sqrt(role.shape.slice(1).reduce((size, length) => size * length, 1)));

/** What is 0, whatever the samples are, where both are the same. */
const noneBetweenEqual: Property = {
  id: 'minimum-elsewhere',
  words: 'is 0 where both samples are the same',
  holds: (code, roles) => {
    const { first, kernel1, ...rest } = roles;
    const same = { ...rest, ...(first && { first, second: first }), ...(kernel1 && { kernel1, kernel2: kernel1, between: kernel1 }) };
    return code(same).values.every((value) => Math.abs(value) < small);
  },
};

/** A discriminator tells two kinds of examples apart: its loss moves oppositely in what it says of them. */
function apart(at: number): Property {
  return {
    id: 'wrong-direction',
    words: 'moves oppositely in D(x) and D(G(z))',
    holds: (code, roles) => {
      const point = { ...roles, real: everywhere(roles['real'], at), fake: everywhere(roles['fake'], at) };
      return slope(code, point, 'real') * slope(code, point, 'fake') < 0;
    },
  };
}

/** Signs of the slopes of a loss: 1 rises, -1 falls. */
function directed(words: string, signs: Readonly<Record<string, 1 | -1>>): Property {
  return {
    id: 'wrong-direction',
    words,
    holds: (code, roles) => Object.entries(signs).every(([id, sign]) => !roles[id] || Math.sign(slope(code, roles, id)) !== -sign),
  };
}

/** What holds of these numbers alone: any other value breaks it. */
const exactly = (id: PropertyId, words: string): Property => ({ id, words, holds: () => false });

const normalised = exactly('marginals-differ', 'keeps the variance of the noised sample at its schedule’s');
const previousMarginal = exactly('marginals-differ', 'has to give the distribution of the step before, with mean √ᾱ and variance 1 − ᾱ');

/** By the id of the formula. */
export const properties: Readonly<Record<string, readonly Property[]>> = {
  kl_diag_std_normal: [
    least(
      'is least, with gradient 0, where the mean is 0 and the deviation 1',
      ({ mean, std, ...rest }) => ({ ...rest, mean: everywhere(mean, 0), std: everywhere(std, 1) }),
      ['mean', 'std'],
    ),
  ],
  kl_gauss_gauss: [
    least(
      'is least, with gradient 0, where both Gaussians are the same',
      ({ mean1, std1, ...rest }) => ({ ...rest, mean1: mean1!, std1: std1!, mean2: mean1!, ...('std2' in rest && { std2: std1! }) }),
      ['mean1'],
    ),
    least(
      'is least, with gradient 0, where both Gaussians are the same',
      ({ mean1, std1, std2, ...rest }) => ({
        ...rest,
        mean1: mean1!,
        mean2: mean1!,
        std1: everywhere(std1, 1),
        ...(std2 && { std2: everywhere(std2, 1) }),
      }),
      ['std1'],
    ),
  ],
  gauss_nll: [
    least(
      'is least where the deviation is the distance of x from the mean',
      ({ target, mean, std, ...rest }) => ({
        ...rest,
        target: target!,
        mean: mean!,
        std: std?.shape.length ? abs(subtract(target!, mean ?? scalar(0))) : std!,
      }),
      ['std'],
    ),
  ],
  kl_gauss_full: [
    least(
      'is least, with gradient 0, where both Gaussians are the same',
      ({ mean1, covariance1, ...rest }) => ({
        ...rest,
        ...(mean1 && { mean1, mean2: mean1 }),
        covariance1: covariance1!,
        covariance2: covariance1!,
      }),
      ['mean1', 'covariance1'],
    ),
  ],
  kl_k3: [
    least(
      'is least, at 0, where both policies are the same',
      ({ policy, delta, ...rest }) => ({
        ...rest,
        ...(policy && { policy, reference: policy }),
        ...(delta && { delta: everywhere(delta, 0), ...(rest['ratio'] && { ratio: everywhere(delta, 1) }) }),
      }),
      ['policy'],
    ),
    {
      id: 'minimum-elsewhere',
      words: 'is least, at 0, where both policies are the same',
      holds: (code, { delta, ratio, ...rest }) =>
        !delta || ratio !== undefined || Math.abs(slope(code, { ...rest, delta: everywhere(delta, 0) }, 'delta')) < small,
    },
  ],
  mmd: [noneBetweenEqual],
  mse: [leastWhereSame('is least where the prediction is the target', 'prediction', 'target')],
  wgan_gp: [
    least('is least where the gradient has the length 1', ({ gradient, ...rest }) => ({ ...rest, gradient: ofLengthOne(gradient!) }), [
      'gradient',
    ]),
  ],
  dsm: [
    least(
      'is least where the score is −ε/σ',
      ({ noise, sigma, ...rest }) => ({ ...rest, noise: noise!, sigma: sigma!, score: negate(divide(noise!, sigma!)) }),
      ['score'],
    ),
  ],
  ddpm_eps_mse: [
    least('is least where the prediction is the noise', (roles) => ({ ...roles, prediction: roles['noise']! }), ['prediction']),
  ],
  fm_loss: [
    least(
      'is least where the prediction is the derivative of the path',
      (roles) => ({ ...roles, prediction: roles['velocity'] ?? subtract(roles['target']!, roles['source']!) }),
      ['prediction'],
    ),
  ],
  v_mse: [
    least(
      'is least where the prediction is the velocity',
      ({ clean, noise, level, ...rest }) => ({
        ...rest,
        ...(clean && { clean, noise: noise!, level: level! }),
        prediction: rest['velocity'] ?? subtract(multiply(sqrt(level!), noise!), multiply(sqrt(subtract(scalar(1), level!)), clean!)),
      }),
      ['prediction'],
    ),
  ],
  wgan_d: [apart(0.5)],
  hinge_d: [apart(0)],
  gan_d_bce: [apart(0.5)],
  lsgan_d: [apart(0.5)],
  dpo: [
    directed('falls as the chosen answer becomes likelier and rises with the rejected one, each against the reference', {
      policyChosen: -1,
      policyRejected: 1,
      refChosen: 1,
      refRejected: -1,
      chosenRatio: -1,
      rejectedRatio: 1,
    }),
  ],
  bradley_terry: [directed('falls with the reward of the chosen answer and rises with the rejected one’s', { chosen: -1, rejected: 1 })],
  ppo_clip: [
    {
      id: 'wrong-direction',
      words: 'has no gradient once the ratio has moved beyond the clip in the direction of the advantage',
      holds: (code, { ratio, advantage, epsilon, epsilonHigh, ...rest }) => {
        if (!ratio || !epsilon) return true;
        const reach = 1 + 2 * Math.max(epsilon.values[0]!, epsilonHigh?.values[0] ?? 0);
        const point = {
          ...rest,
          epsilon,
          ...(epsilonHigh && { epsilonHigh }),
          ratio: everywhere(ratio, reach),
          advantage: everywhere(advantage, 1),
        };
        return Math.abs(slope(code, point, 'ratio')) < small;
      },
    },
  ],
  q_sample: [normalised],
  q_step: [normalised],
  v_target: [exactly('no-inverse', 'is orthogonal to the noised sample: otherwise x₀ does not come back from it')],
  eps_from_score: [exactly('no-inverse', 'undoes s = −ε/σ')],
  x0_from_eps: [exactly('no-inverse', 'undoes the forward noising')],
  x0_from_v: [exactly('no-inverse', 'undoes the rotation of sample and noise')],
  ddim_step: [previousMarginal],
  ddpm_posterior: [previousMarginal],
  ddpm_mean: [previousMarginal],
  cfg: [exactly('guidance-not-conditional', 'gives the conditional prediction at scale 1')],
  rope: [exactly('no-rotation', 'keeps the length of every pair: it is a rotation')],
  reparam: [exactly('marginals-differ', 'has the mean μ and the deviation σ')],
};
