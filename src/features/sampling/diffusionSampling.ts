/** A diffusion model's samples: drawn, looked at on the way, and as numbers. */

import type { DiffusionClient } from '../../engine/diffusionClient.ts';
import { writeNpy } from '../../formats/npy.ts';
import { levelsOf } from '../../maths/levels.ts';
import { requestOf } from '../../models/diffusion/request.ts';
import type {
  DiffusionRequest,
  DiffusionRun,
  DiffusionSettings,
  EvaluationOfRun,
  LoadedDiffusion,
  ReadTensors,
  TensorPictures,
} from '../../protocol/diffusion.ts';
import { shapeOfItem, type PictureShape } from '../../protocol/pictures.ts';
import type { CallOptions } from '../../protocol/rpc.ts';
import type { DiffusionFacts, DiffusionOutcome, DiffusionPictureRun, DiffusionStage } from '../../protocol/sampling.ts';
import type { DiffusionModels } from '../pipelines/diffusionModels.ts';

export interface AskedDiffusion {
  readonly model: string;
  readonly settings: DiffusionSettings;
  /** Pictures as large as they are sampled; else as large as a view shows and keeps them. */
  readonly whole: boolean;
}

/** Numbers of all pictures of a run that is kept, at most: twenty runs fit into their file. */
const mostKept = 2 * 2 ** 20;
/** Pixels along the longer side of a picture that a view shows, at most. */
const mostSide = 512;
/** Latents have a deviation of 1 or so in each channel. */
const drawnLatents = { low: -3, high: 3 };

/** @param onStage gets the clean samples that evaluations predict, as they come, and the samples at the end */
export async function sampleDiffusion(
  models: DiffusionModels,
  { model, settings, whole }: AskedDiffusion,
  options: CallOptions,
  onStage: (stage: DiffusionStage) => void,
): Promise<DiffusionOutcome> {
  const client = await models.client(model);
  const loaded = await client.load(options);
  const picture = pictureOf(loaded);
  const side = whole ? undefined : keptSide(picture, settings.count);
  const shown = { tensors: ['clean'] as const, side: Math.min(side ?? mostSide, mostSide) };
  // Of those that come together the last alone would be seen.
  const onItem = (evaluations: readonly EvaluationOfRun[]): void => {
    const { index, timestep, pictures } = evaluations.at(-1)!;
    if (pictures.clean) onStage({ evaluations: index + 1, timestep, latents: loaded.latent !== null, ...stageOf(pictures.clean, loaded) });
  };
  return drawn(client, { ...requestOf(settings), shown }, { ...options, onItem }, async (run) => {
    const samples = await finished(client, run, loaded, side, options);
    const { timesteps, sampler, notices, recipe, runMs } = run;
    onStage({ evaluations: timesteps.length, timestep: null, latents: false, ...levelled(samples, loaded) });
    return {
      ...{ took: runMs, sha256: Object.values(recipe.sha256)[0] ?? '', engineVersion: recipe.engineVersion, exact: recipe.exact },
      ...{ evaluations: timesteps.length, sampler, notices: [...notices] },
    };
  });
}

export async function diffusionFacts(models: DiffusionModels, model: string, options: CallOptions): Promise<DiffusionFacts> {
  const loaded = await (await models.client(model)).load(options);
  const { conditioning, withoutGuidance, scheduler } = loaded;
  const mostSteps = scheduler.settings.numTrainTimesteps;
  return { conditioning, withoutGuidance, sampler: scheduler.sampler, mostSteps, picture: pictureOf(loaded) };
}

/** float32 [count, ...item], in the model's range; of a latent model what its decoder makes of them. */
export async function diffusionNumbers(models: DiffusionModels, { model, settings }: DiffusionPictureRun): Promise<Uint8Array> {
  const client = await models.client(model);
  const { latent, sizes, ...loaded } = await client.load();
  return drawn(client, requestOf(settings), {}, async (run) => {
    const { channels, height, width, values } = await finished(client, run, { ...loaded, latent, sizes }, undefined, {});
    const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return writeNpy({ type: 'float32', shape: [run.items, ...(latent ? [channels, height, width] : sizes)], data });
  });
}

/** Samples, and lets go of what is kept of the run once it is read. */
async function drawn<Result>(
  client: DiffusionClient,
  request: Omit<DiffusionRequest, 'keep'>,
  options: Parameters<DiffusionClient['sample']>[1],
  read: (run: DiffusionRun) => Promise<Result>,
): Promise<Result> {
  const run = await client.sample({ ...request, keep: 'sample' }, options);
  try {
    return await read(run);
  } finally {
    await client.release({ runId: run.runId });
  }
}

function finished(
  client: DiffusionClient,
  { runId, timesteps }: DiffusionRun,
  { latent }: LoadedDiffusion,
  side: number | undefined,
  { signal }: CallOptions,
): Promise<ReadTensors> {
  const as = latent ? 'decoded' : 'values';
  const request = { runId, evaluations: [timesteps.length], tensor: 'x', as, ...(side !== undefined && { side }) } as const;
  return client.tensors(request, signal ? { signal } : {});
}

/** Of one sample, as large as it is sampled. */
function pictureOf({ item, latent, range }: LoadedDiffusion): PictureShape {
  return shapeOfItem(latent ? latent.picture : item, range);
}

/** Pixels along the longer side of a picture, of which so many are kept. */
export function keptSide({ channels, height, width }: PictureShape, count: number): number {
  const whole = Math.max(height, width);
  const scale = Math.sqrt(mostKept / (count * channels * height * width));
  return Math.max(1, Math.min(mostSide, scale >= 1 ? whole : Math.floor(whole * scale)));
}

type Levels = Pick<DiffusionStage, 'shape' | 'levels'>;

function levelled({ channels, height, width, values }: TensorPictures, { item, latent, range }: LoadedDiffusion): Levels {
  const isVector = !latent && item.kind === 'vector';
  const shape = isVector ? shapeOfItem({ kind: 'vector', length: width }, range) : { channels, height, width };
  return { shape, levels: levelsOf(values, range) };
}

/** Latents are shown in false colours: their first three channels, or the first alone where there are fewer. */
function stageOf(clean: TensorPictures, loaded: LoadedDiffusion): Levels {
  if (!loaded.latent) return levelled(clean, loaded);
  const { channels, height, width, values, items } = clean;
  const [area, seen] = [height * width, channels < 3 ? 1 : 3];
  const levels = new Uint8Array(items.length * seen * area);
  for (let at = 0; at < items.length; at++)
    levels.set(levelsOf(values.subarray(at * channels * area, (at * channels + seen) * area), drawnLatents), at * seen * area);
  return { shape: { channels: seen, height, width }, levels };
}
