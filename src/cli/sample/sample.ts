/** `genlens sample`: what a model generates. */

import { resolveModel } from '../../models/registry.ts';
import { looksLikeDiffusion } from '../../models/diffusion/source.ts';
import { looksLikeGan } from '../../models/gan/source.ts';
import { looksLikeVae } from '../../models/vae/source.ts';
import type { SampleArguments } from '../arguments.ts';
import { manifestFamily } from '../family.ts';
import type { Terminal } from '../terminal.ts';
import { sampleDiffusion } from './diffusion.ts';
import { givenOption } from './diffusionArguments.ts';
import { sampleGan } from './gan.ts';
import { samplePictures } from './pictures.ts';
import { sampleText } from './text.ts';

export async function sample(args: SampleArguments, terminal: Terminal): Promise<void> {
  if (await looksLikeDiffusion(args.model, terminal.modelsFolder)) return sampleDiffusion(args, terminal);
  const option = givenOption(args.diffusion);
  if (option !== undefined)
    throw new Error(`--${option} is for diffusion models, and ${args.model} is none (no manifest of that family, no model_index.json).`);
  if (await looksLikeVae(args.model, terminal.modelsFolder)) {
    if (args.input) throw new Error(`${args.model} is a variational autoencoder: it continues no text. Leave --prompt and --file out.`);
    return samplePictures(args, terminal);
  }
  if (await looksLikeGan(args.model, terminal.modelsFolder)) {
    if (args.input) throw new Error(`${args.model} is a GAN: it continues no text. Leave --prompt and --file out.`);
    return sampleGan(args, terminal);
  }
  const source = await resolveModel(args.model, terminal.modelsFolder);
  const family = (await manifestFamily(source)) ?? 'transformer';
  switch (family) {
    case 'transformer':
      return sampleText(args, terminal);
    default:
      throw new Error(
        `${source.name} is a model of the family "${family}"; transformers, VAEs, GANs and diffusion models are sampled from here.`,
      );
  }
}
