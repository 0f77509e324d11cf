/**
 * What a sampler is. A run is planned before it begins; then each evaluation of the model is one pure step from a state to the next, so
 * that it can be stopped, kept, sent elsewhere and gone on with. Everything in a plan and a state is plain data.
 */

import type { RunSettings, SamplerSettings } from './settings.ts';

export type Floats = Float32Array | Float64Array;

/**
 * How x holds the clean sample and the noise, x = alpha x0 + sigma noise: `preserving` with squares that sum to 1, `exploding` with alpha 1,
 * `straight` with alpha and sigma that sum to 1.
 */
export type Space = 'preserving' | 'exploding' | 'straight';

/** What is known of a run before it begins. */
export interface Plan {
  readonly settings: SamplerSettings;
  readonly run: RunSettings;
  readonly space: Space;
  /** What the model is told at each evaluation: [evaluations]. */
  readonly timesteps: Float64Array;
  /** Noise over signal (of a straight path: its share) at each evaluation and after the last: [evaluations + 1] or more. */
  readonly sigmas: Float64Array;
  /** What standard normal noise is multiplied by to begin with. */
  readonly initialSigma: number;
  /** Whether alpha and sigma are rounded to single precision on the way, as diffusers computes them. */
  readonly single: boolean;
}

export interface State {
  /** [batch, ...]. */
  readonly x: Floats;
  readonly batch: number;
  /** Evaluations of the model until now. */
  readonly evaluations: number;
  /** Draws of noise until now. */
  readonly draws: number;
  /** What earlier evaluations gave, as far as the sampler needs it; the newest last. */
  readonly history: readonly Floats[];
  /** Other arrays that the sampler keeps. */
  readonly held: readonly Floats[];
}

/** Standard normal numbers of the draw of this index. A draw has as many as x. */
export type NoiseSource = (draw: number, count: number) => Floats;

/** What a sampler makes of an evaluation. What is left out of `history` and `held` stays as it was. */
export interface Move {
  next: Floats;
  /** The clean sample that is predicted, as the sampler uses it. */
  clean: Floats;
  noise: Floats;
  draws?: number;
  history?: readonly Floats[];
  held?: readonly Floats[];
}

/** alpha and sigma of x at an evaluation. */
export interface Rates {
  alpha: number;
  sigma: number;
}

export interface Sampler {
  /** As diffusers calls it. */
  readonly className: string;
  /** As it is called from a terminal. */
  readonly name: string;
  readonly title: string;
  /** The options that it has, and what they are where they are not stated. */
  readonly defaults: Partial<SamplerSettings>;
  /** Words that an option takes. Of an option that is not named here its type tells them. */
  readonly choices: Partial<Record<keyof SamplerSettings, readonly string[]>>;
  /** Words of other samplers, and what they are taken for, as diffusers does. */
  readonly aliases?: Partial<Record<keyof SamplerSettings, Readonly<Record<string, string>>>>;
  /** @throws SettingError where the settings contradict each other or the steps */
  plan(settings: SamplerSettings, run: RunSettings): Plan;
  /** Whether a run can begin at an evaluation, without what earlier ones leave; it can at any where this is not told. */
  startsAt?(plan: Plan, evaluation: number): boolean;
  /** alpha and sigma of x before the evaluation of this index. */
  ratesAt(plan: Plan, evaluation: number): Rates;
  /** @param output of the model: as many numbers as x; twice as many for each item where a variance is learned */
  move(plan: Plan, state: State, output: Floats, noise: NoiseSource): Move;
}

/** One evaluation, whole. */
export interface Evaluation {
  readonly index: number;
  readonly timestep: number;
  readonly alpha: number;
  readonly sigma: number;
  /** Before the step: [batch, ...]. */
  readonly x: Floats;
  /** What the model was given: x, or x with variance 1. */
  readonly input: Floats;
  readonly output: Floats;
  readonly predictedClean: Floats;
  readonly predictedNoise: Floats;
  /** x after the step less x before it. */
  readonly step: Floats;
  /** What goes on from here; its x is after the step. */
  readonly state: State;
}

/** How numbers of a plan are rounded on the way. */
export function roundingOf({ single }: Plan): (value: number) => number {
  return single ? Math.fround : (value) => value;
}
