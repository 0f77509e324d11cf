/** `genlens sample`: what a model generates. */

import { resolveModel } from '../../models/registry.ts';
import type { SampleArguments } from '../arguments.ts';
import { manifestFamily } from '../family.ts';
import type { Terminal } from '../terminal.ts';
import { sampleText } from './text.ts';

export async function sample(args: SampleArguments, terminal: Terminal): Promise<void> {
  const source = await resolveModel(args.model, terminal.modelsFolder);
  // A file of a user's own says what it is when it is loaded.
  const family = (await manifestFamily(source)) ?? 'transformer';
  switch (family) {
    case 'transformer':
      return sampleText(args, terminal);
    default:
      throw new Error(`${source.name} is a model of the family "${family}"; only transformers can be sampled from here yet.`);
  }
}
