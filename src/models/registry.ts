/** Which models there are: the bundled ones (a folder each, with a manifest), and .onnx files and folders of a user's own. */

import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { ModelSource } from '../protocol/inference.ts';
import { RpcError } from '../protocol/rpc.ts';
import { isFile } from './isFile.ts';
import { manifestError, parseManifest, type Manifest } from './manifest.ts';

export interface BundledModel {
  manifest: Manifest;
  source: ModelSource;
}

/** A MODEL that cannot be resolved; the message says what was looked for and what there is. */
function notFound(message: string): RpcError {
  return new RpcError('model-missing', message);
}

/** What is read of the config.json that transformers writes beside a model: the number of positions, by the names it goes by. */
const positionKeys = ['max_position_embeddings', 'n_positions', 'n_ctx', 'max_seq_len', 'seq_length'];
/** Files of JSON beside a model are small; something else of that name is not read into memory. */
const maximumJsonBytes = 8 * 2 ** 20;

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

async function contextFromConfig(folder: string): Promise<number | undefined> {
  const path = join(folder, 'config.json');
  try {
    if ((await stat(path)).size > maximumJsonBytes) return undefined;
    const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown> | null;
    const found = positionKeys.map((key) => config?.[key]).find((value) => Number.isSafeInteger(value) && (value as number) > 0);
    return found as number | undefined;
  } catch {
    return undefined; // Not there or not readable: the file's shapes, or memory, limit the run instead.
  }
}

/**
 * A bundled model from its folder.
 *
 * @throws RpcError 'manifest-invalid'
 */
export async function readBundledModel(folder: string): Promise<BundledModel> {
  const path = join(folder, 'manifest.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw manifestError(`${path} cannot be read (${error.code ?? error.message}). Reinstall the model.`);
  });
  const manifest = parseManifest(text, path);
  const inFolder = (file: string): string => join(folder, ...file.split(/[/\\]/));
  const source: ModelSource = {
    id: manifest.name,
    name: manifest.title,
    path: inFolder(manifest.model),
    ...(manifest.tokenizer === undefined ? {} : { tokenizerPath: inFolder(manifest.tokenizer) }),
    ...(manifest.context === undefined ? {} : { context: manifest.context }),
    sha256: Object.fromEntries(Object.entries(manifest.files).map(([file, hash]) => [inFolder(file), hash])),
  };
  return { manifest, source };
}

/** The models in a folder of models. A damaged one does not hide the others: it is told in `problems`. */
export async function listBundledModels(modelsFolder: string): Promise<{ models: BundledModel[]; problems: string[] }> {
  const entries = await readdir(modelsFolder, { withFileTypes: true }).catch(() => []);
  const models: BundledModel[] = [];
  const problems: string[] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory()).sort((a, b) => a.name.localeCompare(b.name))) {
    const folder = join(modelsFolder, name);
    if (!(await isFile(join(folder, 'manifest.json')))) continue;
    try {
      models.push(await readBundledModel(folder));
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { models, problems };
}

/** An .onnx file from disk, with the tokenizer.json beside it where there is one. Whether it is a model is found out when it is loaded. */
export async function sourceFromFile(path: string): Promise<ModelSource> {
  const absolute = resolve(path);
  const folder = dirname(absolute);
  const tokenizerPath = join(folder, 'tokenizer.json');
  const context = (await contextFromConfig(folder)) ?? (basename(folder) === 'onnx' ? await contextFromConfig(dirname(folder)) : undefined);
  // Hugging Face repositories keep ONNX files in a folder `onnx`, one below the tokenizer.
  const above = basename(folder) === 'onnx' ? join(dirname(folder), 'tokenizer.json') : undefined;
  const tokenizer = (await isFile(tokenizerPath)) ? tokenizerPath : above && (await isFile(above)) ? above : undefined;
  return {
    id: absolute,
    name: basename(absolute),
    path: absolute,
    ...(tokenizer === undefined ? {} : { tokenizerPath: tokenizer }),
    ...(context === undefined ? {} : { context }),
  };
}

/** A folder: with a manifest, with model.onnx, or with exactly one .onnx file (in it or in its folder `onnx`). */
async function sourceFromFolder(folder: string): Promise<ModelSource> {
  if (await isFile(join(folder, 'manifest.json'))) return (await readBundledModel(folder)).source;
  for (const place of [folder, join(folder, 'onnx')]) {
    const files = (await readdir(place).catch(() => [])).filter((file) => file.toLowerCase().endsWith('.onnx')).sort();
    const chosen = files.includes('model.onnx') ? 'model.onnx' : files.length === 1 ? files[0] : undefined;
    if (chosen !== undefined) return sourceFromFile(join(place, chosen));
    if (files.length > 1) {
      throw notFound(`${folder} holds ${files.length} .onnx files (${files.slice(0, 5).join(', ')}); name one of them.`);
    }
  }
  throw notFound(`${folder} holds no .onnx file.`);
}

/**
 * What MODEL names: a bundled model, an .onnx file or a folder.
 *
 * @throws RpcError 'model-missing', 'manifest-invalid'
 */
export async function resolveModel(model: string, modelsFolder: string): Promise<ModelSource> {
  const bundled = join(modelsFolder, model);
  if (/^[a-z0-9-]+$/.test(model) && (await isFile(join(bundled, 'manifest.json')))) return (await readBundledModel(bundled)).source;
  const path = resolve(model);
  if (await isFolder(path)) return sourceFromFolder(path);
  if (await isFile(path)) return sourceFromFile(path);
  const { models } = await listBundledModels(modelsFolder);
  const names = models.map(({ manifest }) => manifest.name).join(', ') || 'none';
  throw notFound(
    `There is no model, file or folder "${model}" (bundled models: ${names}). Give a bundled name, an .onnx file or a folder.`,
  );
}
