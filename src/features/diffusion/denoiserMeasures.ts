/** What the diffusion panel asks of the run that is open. */

import { middlesOf } from '../../maths/adversarial/pushforward.ts';
import type { DenoiserState } from '../../protocol/denoiser.ts';
import type {
  DenoiserFacts,
  DenoiserField,
  DenoiserFlow,
  DenoiserGuided,
  DenoiserHost,
  DenoiserMeasures,
  DenoiserPlace,
  DenoiserRunSummary,
} from '../../protocol/denoiserView.ts';
import type { CallOptions } from '../../protocol/rpc.ts';
import type { LiveRun } from '../training/liveRun.ts';

/** Levels at which losses and their floors are told: an odd number. */
const levels = 17;
/** Places kept of a run; where there are more, every second goes. */
const mostPlaces = 512;

type OpenRun = LiveRun<DenoiserRunSummary>;
type Request<K extends 'flow' | 'field' | 'truth' | 'guided'> = Parameters<DenoiserHost[K]>[0];

export async function flowOf(run: OpenRun, request: Request<'flow'>, options: CallOptions): Promise<DenoiserFlow> {
  const { step, state } = newestOf(run);
  const flow = await run.client.denoiserRun({ ...state, ...request }, options);
  return { run: run.summary.id, step, ...flow };
}

export async function fieldOf(run: OpenRun, { level, raster }: Request<'field'>, options: CallOptions): Promise<DenoiserField> {
  const { step, state } = newestOf(run);
  const noise = await run.client.denoise(state.parameters, middlesOf(raster), level, options);
  return { run: run.summary.id, step, level, raster, noise };
}

export async function truthOf(run: OpenRun, request: Request<'truth'>, options: CallOptions): Promise<DenoiserMeasures> {
  const { step, state } = newestOf(run);
  const truth = await run.client.denoiserTruth({ ...state, ...request, levels }, options);
  const { summary } = run;
  const { overall, distance, likelihood } = truth;
  const place: DenoiserPlace = {
    ...{ step, loss: overall.loss.value, above: overall.above.value, ...distance },
    divergence: likelihood?.divergence.value ?? null,
  };
  run.record({ ...summary, places: placed(summary.places, place) });
  return { run: summary.id, step, truth };
}

export async function factsOf(run: OpenRun, options: CallOptions): Promise<DenoiserFacts> {
  const { data, seed } = run.training.setup;
  const floor = await run.client.denoiserFloor({ data, levels }, options);
  const convergence = await run.client.denoiserConvergence({ data, seed }, options);
  return { run: run.summary.id, floor, convergence };
}

export async function guidedOf(run: OpenRun, request: Request<'guided'>, options: CallOptions): Promise<DenoiserGuided> {
  const density = await run.client.guidedDensity({ data: run.training.setup.data, ...request }, options);
  return { run: run.summary.id, ...density };
}

function newestOf(run: OpenRun): { step: number; state: DenoiserState } {
  const { step, of } = run.parameters;
  const { data, seed } = run.training.setup;
  return { step, state: { parameters: of['denoiser']!, data, seed } };
}

/** In the order of steps; the newest of a step. */
export function placed(places: readonly DenoiserPlace[], place: DenoiserPlace): readonly DenoiserPlace[] {
  const all = [...places.filter(({ step }) => step !== place.step), place].sort((a, b) => a.step - b.step);
  return all.length > mostPlaces ? all.filter((_, at) => at % 2 === 1 || at === all.length - 1) : all;
}
