/** Pictures that a model samples: drawn, and saved. */

import * as vscode from 'vscode';
import { writeNpy } from '../../formats/npy.ts';
import { levelsOf } from '../../maths/levels.ts';
import { inRange } from '../../models/dataset.ts';
import { drawnBetween, shapeOfItem } from '../../protocol/pictures.ts';
import type { CallOptions } from '../../protocol/rpc.ts';
import type { PictureBatch, PictureOutcome, PictureRequest, PictureRun, PicturesRun } from '../../protocol/sampling.ts';
import type { LoadedVae, SampleBatch, SampleRecipe } from '../../protocol/vae.ts';
import type { VaeModels } from '../vae/vaeModels.ts';

/** @param onBatch gets pictures as they come */
export async function samplePictures(
  models: VaeModels,
  request: PictureRequest,
  options: CallOptions,
  onBatch: (batch: PictureBatch) => void,
): Promise<PictureOutcome> {
  const { recipe } = await draw(models, request, options, ({ first, count, pictures }, loaded) =>
    onBatch({ first, count, shape: shapeOfItem(loaded.item, drawnBetween(loaded)), levels: levelsOf(pictures, drawnBetween(loaded)) }),
  );
  return {
    took: recipe.runMs,
    sha256: Object.values(recipe.sha256).at(-1) ?? '',
    engineVersion: recipe.engineVersion,
    exact: recipe.exact,
  };
}

/**
 * Asks where, and writes a file.
 *
 * @param numbers draws the run again, since what is kept of it is 256 levels of each number
 */
export async function savePictures(
  run: PicturesRun,
  file: { readonly png: Uint8Array } | null,
  numbers: () => Promise<Uint8Array>,
): Promise<void> {
  const format = file ? 'png' : 'npy';
  const place = await vscode.window.showSaveDialog({
    title: file ? 'Save the Samples as a Picture' : 'Save the Samples as Numbers',
    filters: file ? { 'PNG pictures': ['png'] } : { 'NumPy arrays': ['npy'] },
    ...defaultPlace(`${run.model.replace(/[^\w-]+/g, '_')}-seed-${run.settings.seed}.${format}`),
  });
  if (!place) return;
  await vscode.workspace.fs.writeFile(place, file ? file.png : await numbers());
  void vscode.window.showInformationMessage(`Saved ${place.path.slice(place.path.lastIndexOf('/') + 1)}.`);
}

/** float32 [count, ...item], in the model's range. */
export async function pictureNumbers(models: VaeModels, { model, settings, around }: PictureRun): Promise<Uint8Array> {
  const parts: SampleBatch[] = [];
  const { loaded } = await draw(models, { model, settings, around }, {}, (batch) => parts.push(batch));
  const { channels, height, width } = shapeOfItem(loaded.item);
  const size = channels * height * width;
  const data = new Float32Array(settings.count * size);
  for (const { first, pictures } of parts) data.set(pictures, first * size);
  const shape = loaded.item.kind === 'image' ? [settings.count, channels, height, width] : [settings.count, size];
  return writeNpy({ type: 'float32', shape, data: new Uint8Array(data.buffer) });
}

async function draw(
  models: VaeModels,
  { model, settings, around }: PictureRequest,
  options: CallOptions,
  onBatch: (batch: SampleBatch, loaded: LoadedVae) => void,
): Promise<{ recipe: SampleRecipe; loaded: LoadedVae }> {
  const client = await models.client(model);
  const loaded = await client.load(options);
  const { seed, count, temperature } = settings;
  const { low, high } = drawnBetween(loaded);
  const request = { seed, first: 0, count, temperature, ...(around && { around: inRange(around.levels, [low, high]) }) };
  const recipe = await client.sample(request, { ...options, onItem: (batch) => onBatch(batch, loaded) });
  return { recipe, loaded };
}

function defaultPlace(name: string): { defaultUri: vscode.Uri } | undefined {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return folder && { defaultUri: vscode.Uri.joinPath(folder, name) };
}
