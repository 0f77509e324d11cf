import { inWords } from '../../models/dataset.ts';
import type { GanInspection, LoadedGan } from '../../protocol/gan.ts';
import { counted, millions } from '../models/verdict.ts';

/** What was added, in one sentence, and what is left out. */
export function ganVerdict(name: string, model: LoadedGan): { readonly summary: string; readonly message: string } {
  const { latent, item, classes, parameters, discriminator } = model;
  const summary = [
    `z of ${counted(latent, 'number')}`,
    ...(classes.length > 0 ? [`${classes.length.toLocaleString('en')} ${classes.length === 1 ? 'class' : 'classes'}`] : []),
    inWords(item),
    `${millions(parameters)} parameters`,
    ...(discriminator ? [] : ['no discriminator']),
  ].join(', ');
  return { summary, message: `${name} was added: ${summary}.${discriminator ? '' : ' Without a discriminator there are no scores.'}` };
}

/** What a model that was tried gave that no model may; null: nothing. */
export function flawOf({ probes }: Pick<GanInspection, 'probes'>): string | null {
  for (const [output, { least, greatest }] of Object.entries(probes.outputs))
    if (!Number.isFinite(least) || !Number.isFinite(greatest))
      return `Its generator was tried, and the output ${output} gave ${Number.isFinite(least) ? greatest : least}. Export it again from weights that are numbers.`;
  return null;
}
