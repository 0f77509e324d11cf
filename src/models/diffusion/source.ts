/** Where a diffusion model lies: a bundled one by its manifest, or a folder as diffusers lays it out. */

import { basename, join, resolve } from 'node:path';
import type { DiffusionSource } from '../../protocol/diffusion.ts';
import { RpcError } from '../../protocol/rpc.ts';
import { isFile } from '../isFile.ts';
import { manifestError } from '../manifest.ts';
import { listBundledModels, readBundledModel, type BundledModel } from '../registry.ts';
import { SCHEDULER_FILE } from './schedulerName.ts';

/** @throws RpcError 'wrong-family', 'manifest-invalid' */
export function sourceOfBundledDiffusion({ manifest, source }: BundledModel, folder: string): DiffusionSource {
  const { family, name, title, model, words, captionLength, files } = manifest;
  if (family !== 'diffusion')
    throw new RpcError('wrong-family', `${name} is a model of family ${family}; a diffusion model (diffusion) is asked for.`);
  if (!Object.hasOwn(files, SCHEDULER_FILE))
    throw manifestError(
      `${join(folder, 'manifest.json')}: files has no ${SCHEDULER_FILE}, which a diffusion model needs. Reinstall the model.`,
    );
  return {
    ...{ id: name, name: title, folder },
    bundled: { model, caption: words && captionLength !== undefined ? { words, length: captionLength } : null },
    ...(source.sha256 && { sha256: source.sha256 }),
  };
}

export function sourceOfDiffusersFolder(folder: string): DiffusionSource {
  const path = resolve(folder);
  return { id: path, name: basename(path), folder: path };
}

/** Whether MODEL is to be taken for a diffusion model: by its manifest, or because its folder is a pipeline of diffusers. */
export async function looksLikeDiffusion(model: string, modelsFolder: string): Promise<boolean> {
  const bundled = join(modelsFolder, model);
  for (const folder of [/^[a-z0-9-]+$/.test(model) ? bundled : undefined, resolve(model)]) {
    if (folder === undefined) continue;
    if (await isFile(join(folder, 'manifest.json'))) return (await readBundledModel(folder)).manifest.family === 'diffusion';
    if (await isFile(join(folder, 'model_index.json'))) return true;
  }
  return false;
}

/**
 * What MODEL names: a bundled model's name, a folder with a manifest, or one with model_index.json.
 *
 * @throws RpcError 'model-missing', 'manifest-invalid', 'wrong-family'
 */
export async function resolveDiffusion(model: string, modelsFolder: string): Promise<DiffusionSource> {
  const bundled = join(modelsFolder, model);
  if (/^[a-z0-9-]+$/.test(model) && (await isFile(join(bundled, 'manifest.json'))))
    return sourceOfBundledDiffusion(await readBundledModel(bundled), bundled);
  const path = resolve(model);
  if (await isFile(join(path, 'manifest.json'))) return sourceOfBundledDiffusion(await readBundledModel(path), path);
  if (await isFile(join(path, 'model_index.json'))) return sourceOfDiffusersFolder(path);
  const { models } = await listBundledModels(modelsFolder);
  const names = models.flatMap(({ manifest }) => (manifest.family === 'diffusion' ? [manifest.name] : [])).join(', ') || 'none';
  throw new RpcError(
    'model-missing',
    `There is no diffusion model "${model}": no bundled model (those are: ${names}) and no folder with model_index.json, as diffusers and ` +
      'Optimum write it. Check the path.',
  );
}
