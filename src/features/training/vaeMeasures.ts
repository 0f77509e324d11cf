/** What the training panel of a VAE asks of the run that is open. */

import type { CallOptions } from '../../protocol/rpc.ts';
import type { LearnedDensity, RunSummary, TrainingFrame, TrainingHost, TrainingMeasures } from '../../protocol/trainingView.ts';
import type { LiveRun } from './liveRun.ts';

/** Draws of z for the terms of each point. */
const draws = 4;

type VaeRun = LiveRun<RunSummary>;
type Request<K extends 'frame' | 'measure' | 'density'> = Parameters<TrainingHost[K]>[0];

export async function frameOf(run: VaeRun, { points, latents }: Request<'frame'>, options: CallOptions): Promise<TrainingFrame> {
  const { step, parameters } = newestOf(run);
  const { mean, logVariance } = await run.client.encode(parameters, points, options);
  const { location, logDeviation } = await run.client.decode(parameters, latents, options);
  return { run: run.summary.id, step, mean, logVariance, location, logDeviation };
}

export async function measuresOf(
  run: VaeRun,
  { points, latents, tolerance }: Request<'measure'>,
  options: CallOptions,
): Promise<TrainingMeasures> {
  const { client, summary } = run;
  const { step, parameters } = newestOf(run);
  const terms = await client.vaeTerms({ parameters, points, seed: summary.seed, draws }, options);
  const density = await client.planeDensity({ parameters, points, tolerance }, options);
  const aggregate = await client.aggregateDensity({ parameters, points, latents }, options);
  return { run: summary.id, step, beta: run.coefficientsBefore(step)['beta']!, terms, density, aggregate };
}

export async function densityOf(run: VaeRun, { places, tolerance }: Request<'density'>, options: CallOptions): Promise<LearnedDensity> {
  const { step, parameters } = newestOf(run);
  const density = await run.client.planeDensity({ parameters, points: places, tolerance }, options);
  return { run: run.summary.id, step, density };
}

function newestOf(run: VaeRun): { step: number; parameters: Float32Array } {
  const { step, of } = run.parameters;
  return { step, parameters: of['vae']! };
}
