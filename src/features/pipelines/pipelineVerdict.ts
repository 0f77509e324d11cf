import { inWords } from '../../models/dataset.ts';
import type { Conditioning, LoadedDiffusion } from '../../protocol/diffusion.ts';
import { counted, millions } from '../models/verdict.ts';

/** What was added, in one sentence, and what is left out. */
export function pipelineVerdict(
  name: string,
  { conditioning, item, latent, scheduler, parameters, withoutGuidance }: LoadedDiffusion,
): { readonly summary: string; readonly message: string } {
  const summary = [
    told(conditioning),
    latent ? `${inWords(latent.picture)} from latents of ${sides(item)}` : inWords(item),
    `sampler ${scheduler.sampler}`,
    `${millions(parameters)} parameters`,
  ].join(', ');
  const left = [
    ...(withoutGuidance === null ? [] : [`There is no guidance: ${withoutGuidance}`]),
    ...(scheduler.ignored.length === 0 ? [] : [`Its sampler has no ${scheduler.ignored.join(', ')}: left aside, as diffusers does.`]),
  ];
  return { summary, message: [`${name} was added: ${summary}.`, ...left].join(' ') };
}

function told(conditioning: Conditioning): string {
  if (conditioning.kind === 'none') return 'told nothing';
  if (conditioning.kind === 'class') {
    const { count } = conditioning;
    return `told one of ${count.toLocaleString('en')} ${count === 1 ? 'class' : 'classes'}`;
  }
  return conditioning.kind === 'text' ? `told a text of ${counted(conditioning.tokens, 'token')} at most` : 'told a caption';
}

const sides = (item: LoadedDiffusion['item']): string =>
  item.kind === 'image' ? `${item.width} x ${item.height} x ${item.channels}` : counted(item.length, 'number');
