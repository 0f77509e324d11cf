/** A run of a sampler: from noise to a sample, evaluation by evaluation. */

import { filled } from './arrays.ts';
import type { Evaluation, Floats, NoiseSource, Plan, Sampler, State } from './sampler.ts';
import { checkRun, type RunSettings, type SamplerSettings } from './settings.ts';

/** What a model gives for x at a timestep. @param input [batch, ...] @param timestep of the training, mostly whole */
export type Model = (input: Floats, timestep: number, evaluation: number) => Floats | Promise<Floats>;

/** The plan of a run, its settings checked. Throws as the sampler's `plan` does. */
export function planned(sampler: Sampler, settings: SamplerSettings, run: RunSettings): Plan {
  checkRun(run);
  return sampler.plan(settings, run);
}

/**
 * The state before the first evaluation.
 *
 * @param noise [batch, ...], standard normal
 * @throws RangeError where the batch does not divide it
 */
export function begin(plan: Plan, noise: Floats, batch: number): State {
  if (!(Number.isInteger(batch) && batch >= 1 && noise.length > 0 && noise.length % batch === 0))
    throw new RangeError(`${noise.length} numbers are no batch of ${batch}.`);
  return { x: filled(noise, (i) => plan.initialSigma * noise[i]!), batch, evaluations: 0, draws: 0, history: [], held: [] };
}

/** x as the model takes it: where x grows with the noise, with variance 1 again. */
export function inputOf(sampler: Sampler, plan: Plan, { x, evaluations }: State): Floats {
  if (plan.space !== 'exploding') return x;
  const { alpha, sigma } = sampler.ratesAt(plan, evaluations);
  const length = Math.hypot(alpha, sigma);
  const size = plan.single ? Math.fround(length) : length;
  return filled(x, (i) => x[i]! / size);
}

/** One evaluation: what the model's output makes of a state. @param output for `inputOf` the state */
export function advance(sampler: Sampler, plan: Plan, state: State, output: Floats, noise: NoiseSource): Evaluation {
  const { x, evaluations } = state;
  const move = sampler.move(plan, state, output, noise);
  const { next, clean, noise: predictedNoise, draws = 0, history = state.history, held = state.held } = move;
  return {
    index: evaluations,
    timestep: plan.timesteps[evaluations]!,
    ...sampler.ratesAt(plan, evaluations),
    x,
    input: inputOf(sampler, plan, state),
    output,
    predictedClean: clean,
    predictedNoise,
    step: filled(x, (i) => next[i]! - x[i]!),
    state: { ...state, x: next, evaluations: evaluations + 1, draws: state.draws + draws, history, held },
  };
}

/** Every evaluation from a state on; the last has the sample. */
export async function* trajectory(sampler: Sampler, plan: Plan, from: State, model: Model, noise: NoiseSource): AsyncGenerator<Evaluation> {
  for (let state = from; state.evaluations < plan.timesteps.length;) {
    const output = await model(inputOf(sampler, plan, state), plan.timesteps[state.evaluations]!, state.evaluations);
    const evaluation = advance(sampler, plan, state, output, noise);
    yield evaluation;
    state = evaluation.state;
  }
}
