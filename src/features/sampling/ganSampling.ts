/** A GAN's samples: drawn, looked at, and as numbers. */

import { writeNpy } from '../../formats/npy.ts';
import { levelsOf } from '../../maths/levels.ts';
import type { GanBatch, GanRecipe, GanSampleRequest, LoadedGan } from '../../protocol/gan.ts';
import { drawnBetween, shapeOfItem } from '../../protocol/pictures.ts';
import type { CallOptions } from '../../protocol/rpc.ts';
import type { GanFacts, GanPictureBatch, GanRun, GanSettings, PictureOutcome } from '../../protocol/sampling.ts';
import type { GanModels } from '../gan/ganModels.ts';

interface Asked {
  readonly model: string;
  readonly settings: GanSettings;
}

/** @param onBatch gets pictures as they come, the first of the run being number 0 */
export async function sampleGan(
  models: GanModels,
  asked: Asked,
  options: CallOptions,
  onBatch: (batch: GanPictureBatch) => void,
): Promise<PictureOutcome> {
  const { recipe } = await draw(models, asked, options, ({ first, count, pictures, classes, scores }, loaded) =>
    onBatch({
      ...{ first: first - startOf(asked.settings), count, shape: shapeOfItem(loaded.item, drawnBetween(loaded)) },
      levels: levelsOf(pictures, drawnBetween(loaded)),
      classes: Array.from(classes, (place) => loaded.classes[place]!),
      scores: scores ? [...scores] : [],
    }),
  );
  return {
    took: recipe.runMs,
    sha256: Object.values(recipe.sha256)[0] ?? '',
    engineVersion: recipe.engineVersion,
    exact: recipe.exact,
  };
}

export async function ganFacts(models: GanModels, model: string, options: CallOptions): Promise<GanFacts> {
  const { latent, classes, prior, discriminator } = await (await models.client(model)).load(options);
  return { latent, classes, truncates: prior === 'normal', scores: discriminator !== undefined };
}

/** z of the sample that stands at a place of a run: [latent]. */
export async function zOfSample(models: GanModels, { model, settings }: Asked, index: number, options: CallOptions): Promise<Float32Array> {
  const client = await models.client(model);
  let z = new Float32Array(0);
  // A walk is as long as it is: all of it is made, and one step taken.
  const request = requestOf(settings);
  const wanted = startOf(settings) + index;
  await client.sample(settings.from === 'walk' ? request : { ...request, first: wanted, count: 1 }, {
    ...options,
    onItem: (batch) => {
      const latent = batch.z.length / batch.count;
      const at = wanted - batch.first;
      if (at >= 0 && at < batch.count) z = batch.z.slice(at * latent, (at + 1) * latent);
    },
  });
  return z;
}

/** float32 [count, ...item], in the model's range. */
export async function ganNumbers(models: GanModels, { model, settings }: GanRun): Promise<Uint8Array> {
  const parts: GanBatch[] = [];
  const { loaded } = await draw(models, { model, settings }, {}, (batch) => parts.push(batch));
  const { channels, height, width } = shapeOfItem(loaded.item);
  const size = channels * height * width;
  const data = new Float32Array(settings.count * size);
  for (const { first, pictures } of parts) data.set(pictures, (first - startOf(settings)) * size);
  const shape = loaded.item.kind === 'image' ? [settings.count, channels, height, width] : [settings.count, size];
  return writeNpy({ type: 'float32', shape, data: new Uint8Array(data.buffer) });
}

async function draw(
  models: GanModels,
  { model, settings }: Asked,
  options: CallOptions,
  onBatch: (batch: GanBatch, loaded: LoadedGan) => void,
): Promise<{ recipe: GanRecipe; loaded: LoadedGan }> {
  const client = await models.client(model);
  const loaded = await client.load(options);
  const recipe = await client.sample(requestOf(settings), { ...options, onItem: (batch) => onBatch(batch, loaded) });
  return { recipe, loaded };
}

const startOf = ({ from, first }: GanSettings): number => (from === 'walk' ? 0 : first);

function requestOf(settings: GanSettings): GanSampleRequest {
  const { seed, count, truncation, from, walk } = settings;
  return { seed, first: startOf(settings), count, truncation, class: settings.class, ...(from === 'walk' && { walk }) };
}
