/** Where a variational autoencoder lies: a bundled one by its manifest, or a user's own files. */

import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { ModelAnswers } from '../../protocol/question.ts';
import type { VaeSource } from '../../protocol/vae.ts';
import { RpcError } from '../../protocol/rpc.ts';
import { isFile } from '../isFile.ts';
import { readBundledModel, type BundledModel } from '../registry.ts';

/** @throws RpcError 'wrong-family' */
export function sourceOfBundled({ manifest, source }: BundledModel, folder: string): VaeSource {
  const { family, name, title, parts, likelihood, range, latentNames } = manifest;
  if (family !== 'vae' || !parts)
    throw new RpcError('wrong-family', `${name} is a model of family ${family}; a variational autoencoder (vae) is asked for.`);
  const pathOf = (part: string): string | undefined => {
    const file = parts[part]?.file;
    return file === undefined ? undefined : join(folder, ...file.split(/[/\\]/));
  };
  const encoder = pathOf('encoder');
  const decoder = pathOf('decoder')!;
  const used = new Set([encoder, decoder]);
  return {
    id: name,
    name: title,
    decoder,
    ...(encoder !== undefined && { encoder }),
    sha256: Object.fromEntries(Object.entries(source.sha256 ?? {}).filter(([path]) => used.has(path))),
    range: range ? { low: range[0], high: range[1] } : { low: 0, high: 1 },
    ...(likelihood && {
      likelihood: likelihood.kind === 'discretised-logistic' ? { ...likelihood, spread: 'log-scale' as const } : likelihood,
    }),
    ...(latentNames && { latentNames }),
  };
}

/**
 * A user's own: a decoder's file with its encoder's, or one file that is both.
 *
 * @param encoder null: there is none, samples alone are wanted
 */
export function sourceOfFiles(decoder: string, encoder: string | null, answers: ModelAnswers = {}): VaeSource {
  const path = resolve(decoder);
  return { id: path, name: basename(path), decoder: path, ...(encoder !== null && { encoder: resolve(encoder) }), answers };
}

/** Whether MODEL is to be taken for a variational autoencoder: by its manifest, or because its folder holds a decoder. */
export async function looksLikeVae(model: string, modelsFolder: string): Promise<boolean> {
  const bundled = join(modelsFolder, model);
  for (const folder of [/^[a-z0-9-]+$/.test(model) ? bundled : undefined, resolve(model)]) {
    if (folder === undefined) continue;
    if (await isFile(join(folder, 'manifest.json'))) return (await readBundledModel(folder)).manifest.family === 'vae';
    const files = await readdir(folder).catch(() => []);
    if (files.some((file) => /decoder.*\.onnx$/i.test(file)) && files.some((file) => /encoder.*\.onnx$/i.test(file))) return true;
  }
  return false;
}

/**
 * What MODEL names: a bundled model's name, a folder with a manifest or with encoder.onnx and decoder.onnx, or one .onnx file.
 *
 * @throws RpcError 'model-missing', 'manifest-invalid', 'wrong-family'
 */
export async function resolveVae(model: string, modelsFolder: string, answers: ModelAnswers = {}): Promise<VaeSource> {
  const bundled = join(modelsFolder, model);
  if (/^[a-z0-9-]+$/.test(model) && (await isFile(join(bundled, 'manifest.json'))))
    return sourceOfBundled(await readBundledModel(bundled), bundled);
  const path = resolve(model);
  if (await isFile(join(path, 'manifest.json'))) return sourceOfBundled(await readBundledModel(path), path);
  if (await isFile(path)) return sourceOfFiles(path, path, answers);
  const files = (await readdir(path).catch(() => [])).filter((file) => file.toLowerCase().endsWith('.onnx'));
  const named = (word: string): string | undefined =>
    files.filter((file) => file.toLowerCase().includes(word)).sort((a, b) => a.length - b.length)[0];
  const [encoder, decoder] = [named('encoder'), named('decoder')];
  const own = (decoderFile: string, encoderFile: string | undefined): VaeSource => ({
    ...sourceOfFiles(join(path, decoderFile), encoderFile === undefined ? null : join(path, encoderFile), answers),
    name: basename(path),
  });
  if (decoder !== undefined) return own(decoder, encoder);
  // Which of two is the decoder is seen when they are read; one may be both.
  if (files.length === 1 || files.length === 2) return own(files.at(-1)!, files[0]);
  throw new RpcError(
    'model-missing',
    `There is no variational autoencoder "${model}": no bundled model, no folder with encoder.onnx and decoder.onnx, and no .onnx file. ` +
      (files.length > 0 ? `The folder holds ${files.slice(0, 5).join(', ')}; name the decoder's file "decoder.onnx".` : 'Check the path.'),
  );
}
