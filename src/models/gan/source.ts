/** Where a GAN lies: a bundled one by its manifest, or a user's own files. */

import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { GanSource, JudgeSource } from '../../protocol/gan.ts';
import type { ModelAnswers } from '../../protocol/question.ts';
import { RpcError } from '../../protocol/rpc.ts';
import { isFile } from '../isFile.ts';
import { readBundledModel, type BundledModel } from '../registry.ts';
import { readJudge } from './judge.ts';
import { namesDiscriminator, namesGenerator } from './names.ts';

/** @throws RpcError 'wrong-family' */
export function sourceOfBundledGan({ manifest, source }: BundledModel, folder: string, judge?: JudgeSource): GanSource {
  const { family, name, title, parts, range, classes, prior } = manifest;
  if (family !== 'gan' || !parts) throw new RpcError('wrong-family', `${name} is a model of family ${family}; a GAN (gan) is asked for.`);
  const pathOf = (part: string): string | undefined => {
    const file = parts[part]?.file;
    return file === undefined ? undefined : join(folder, ...file.split(/[/\\]/));
  };
  const [generator, discriminator] = [pathOf('generator')!, pathOf('discriminator')];
  const used = new Set([generator, discriminator]);
  return {
    ...{ id: name, name: title, generator, prior: prior ?? 'normal' },
    ...(discriminator !== undefined && { discriminator }),
    sha256: Object.fromEntries(Object.entries(source.sha256 ?? {}).filter(([path]) => used.has(path))),
    range: range ? { low: range[0], high: range[1] } : { low: 0, high: 1 },
    ...(classes && { classes }),
    ...(judge && { judge }),
  };
}

/** @param discriminator null: there is none, and no scores are wanted */
export function sourceOfGanFiles(
  generator: string,
  discriminator: string | null,
  answers: ModelAnswers = {},
  judge?: JudgeSource,
): GanSource {
  const path = resolve(generator);
  return {
    ...{ id: path, name: basename(path), generator: path, answers },
    ...(discriminator !== null && { discriminator: resolve(discriminator) }),
    ...(judge && { judge }),
  };
}

/** Whether MODEL is to be taken for a GAN: by its manifest, or because its folder holds a generator and no decoder. */
export async function looksLikeGan(model: string, modelsFolder: string): Promise<boolean> {
  const bundled = join(modelsFolder, model);
  for (const folder of [/^[a-z0-9-]+$/.test(model) ? bundled : undefined, resolve(model)]) {
    if (folder === undefined) continue;
    if (await isFile(join(folder, 'manifest.json'))) return (await readBundledModel(folder)).manifest.family === 'gan';
    const files = (await readdir(folder).catch(() => [])).filter((file) => /\.onnx$/i.test(file));
    if (files.some(namesGenerator) && !files.some((file) => /decoder/i.test(file))) return true;
  }
  return /\.onnx$/i.test(model) && namesGenerator(basename(model)) && (await isFile(resolve(model)));
}

/**
 * What MODEL names: a bundled model's name, a folder with a manifest or with generator.onnx and discriminator.onnx, or a generator's file, beside
 * which a discriminator may lie.
 *
 * @throws RpcError 'model-missing', 'manifest-invalid', 'wrong-family'
 */
export async function resolveGan(model: string, modelsFolder: string, answers: ModelAnswers = {}): Promise<GanSource> {
  const judge = await readJudge(modelsFolder);
  const bundled = join(modelsFolder, model);
  if (/^[a-z0-9-]+$/.test(model) && (await isFile(join(bundled, 'manifest.json'))))
    return sourceOfBundledGan(await readBundledModel(bundled), bundled, judge);
  const path = resolve(model);
  if (await isFile(join(path, 'manifest.json'))) return sourceOfBundledGan(await readBundledModel(path), path, judge);
  if (await isFile(path)) return sourceOfGanFiles(path, await discriminatorBeside(path), answers, judge);
  const files = (await readdir(path).catch(() => [])).filter((file) => file.toLowerCase().endsWith('.onnx'));
  const shortest = (named: (file: string) => boolean): string | undefined => files.filter(named).sort((a, b) => a.length - b.length)[0];
  const discriminator = shortest(namesDiscriminator);
  // Which of two is the generator is seen when they are read.
  const generator = shortest(namesGenerator) ?? (files.length <= 2 ? files.find((file) => file !== discriminator) : undefined);
  const other = discriminator ?? (files.length === 2 ? files.find((file) => file !== generator) : undefined);
  if (generator !== undefined) {
    const source = sourceOfGanFiles(join(path, generator), other === undefined ? null : join(path, other), answers, judge);
    return { ...source, name: basename(path) };
  }
  throw new RpcError(
    'model-missing',
    `There is no GAN "${model}": no bundled model, no folder with generator.onnx and discriminator.onnx, and no .onnx file. ` +
      (files.length > 0
        ? `The folder holds ${files.slice(0, 5).join(', ')}; name the generator's file "generator.onnx".`
        : 'Check the path.'),
  );
}

/** discriminator.onnx beside generator.onnx: of the same name but for that word. */
async function discriminatorBeside(generator: string): Promise<string | null> {
  const name = basename(generator).replace(/generator/i, (word) => (word.startsWith('G') ? 'Discriminator' : 'discriminator'));
  const path = join(generator, '..', name);
  return path !== generator && (await isFile(path)) ? path : null;
}
