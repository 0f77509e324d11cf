/** What the panel of a GAN asks of the run that is open. */

import type {
  AdversarialFrame,
  AdversarialHost,
  AdversarialRotation,
  AdversarialTruth,
  GanPlace,
  GanRunSummary,
} from '../../protocol/adversarialView.ts';
import type { CallOptions } from '../../protocol/rpc.ts';
import type { GanState, GanTruth } from '../../protocol/training.ts';
import type { LiveRun } from '../training/liveRun.ts';

/** Places kept of a run; where there are more, every second goes. */
const mostPlaces = 512;

type GanRun = LiveRun<GanRunSummary>;
type Request<K extends 'frame' | 'truth' | 'rotation'> = Parameters<AdversarialHost[K]>[0];

export async function frameOf(run: GanRun, request: Request<'frame'>, options: CallOptions): Promise<AdversarialFrame> {
  const { step, state } = newestOf(run);
  const frame = await run.client.ganFrame({ ...state, ...request }, options);
  return { run: run.summary.id, step, ...frame };
}

export async function truthOf(run: GanRun, request: Request<'truth'>, options: CallOptions): Promise<AdversarialTruth> {
  const { step, state } = newestOf(run);
  const truth = await run.client.ganTruth({ ...state, ...request }, options);
  const terms = await run.client.ganTerms({ ...state, step, mesh: request.mesh }, options);
  const { summary } = run;
  if (!summary.places.some((place) => place.step === step))
    run.record({ ...summary, places: placed(summary.places, placeOf(step, truth)) });
  return { run: summary.id, step, coefficients: state.coefficients, raster: request.raster, truth, terms };
}

export async function rotationOf(run: GanRun, { changed }: Request<'rotation'>, options: CallOptions): Promise<AdversarialRotation> {
  const { step, state } = newestOf(run);
  const now = await run.client.gameRotation({ ...state, step }, options);
  const other = await run.client.gameRotation({ ...state, coefficients: { ...state.coefficients, ...changed }, step }, options);
  return { run: run.summary.id, step, now, other, changed };
}

/** With the coefficients of the next step, as they are where the run stands. */
function newestOf(run: GanRun): { step: number; state: GanState } {
  const { step, of } = run.parameters;
  const { data, seed } = run.training.setup;
  const parameters = { generator: of['generator']!, discriminator: of['discriminator']! };
  return { step, state: { parameters, data, coefficients: run.training.coefficients, seed } };
}

function placeOf(step: number, { divergence, coverage }: GanTruth): GanPlace {
  const modesHit = coverage?.modesHit ?? null;
  return {
    ...{ step, divergence: divergence?.value ?? null, divergenceError: divergence?.error ?? null },
    ...{ modesHit, modes: coverage?.hit.length ?? null, within: coverage?.within ?? null },
  };
}

/** In the order of steps. */
export function placed(places: readonly GanPlace[], place: GanPlace): readonly GanPlace[] {
  const all = [...places, place].sort((a, b) => a.step - b.step);
  return all.length > mostPlaces ? all.filter((_, at) => at % 2 === 1 || at === all.length - 1) : all;
}
