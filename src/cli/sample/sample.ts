/** `genlens sample`: what a model generates. */

import { readdir } from 'node:fs/promises';
import { resolveModel } from '../../models/registry.ts';
import type { SampleArguments } from '../arguments.ts';
import { manifestFamily } from '../family.ts';
import type { Terminal } from '../terminal.ts';
import { samplePictures } from './pictures.ts';
import { sampleText } from './text.ts';

export async function sample(args: SampleArguments, terminal: Terminal): Promise<void> {
  // A folder of a user's own is known by its files; a single file is taken for a transformer.
  if (await holdsVae(args.model)) return samplePictures({ ...args, answers: {} }, terminal);
  const source = await resolveModel(args.model, terminal.modelsFolder);
  const family = (await manifestFamily(source)) ?? 'transformer';
  switch (family) {
    case 'transformer':
      return sampleText(args, terminal);
    case 'vae':
      if (args.input) throw new Error(`${source.name} is a variational autoencoder: it continues no text. Leave --prompt and --file out.`);
      return samplePictures({ ...args, answers: {} }, terminal);
    default:
      throw new Error(`${source.name} is a model of the family "${family}"; transformers and VAEs are sampled from here.`);
  }
}

/** A folder without a manifest, with an encoder's and a decoder's file. */
async function holdsVae(model: string): Promise<boolean> {
  const files = (await readdir(model).catch(() => [])).map((file) => file.toLowerCase());
  const onnx = files.filter((file) => file.endsWith('.onnx'));
  return !files.includes('manifest.json') && onnx.some((file) => file.includes('encoder')) && onnx.some((file) => file.includes('decoder'));
}
