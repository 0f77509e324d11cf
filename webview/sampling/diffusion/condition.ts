/** What a model is told, of what is chosen for models of any kind. */

import type { Condition, Conditioning, DiffusionSettings } from '../../../src/protocol/diffusion.ts';
import type { DiffusionFacts } from '../../../src/protocol/sampling.ts';

/** The caption that stands there until another is written: the first two characters. */
export function firstCaption({ characters }: Extract<Conditioning, { kind: 'caption' }>): string {
  return characters.slice(0, 2).join(' ');
}

/** What is left out is nothing that the model is told by. */
export function conditionFor(conditioning: Conditioning, { prompt, negative, label }: Condition): Condition {
  switch (conditioning.kind) {
    case 'none':
      return {};
    case 'class':
      return { label: label ?? 0 };
    case 'caption':
      return { prompt: prompt ?? firstCaption(conditioning) };
    default:
      return { prompt: prompt ?? '', ...(negative !== undefined && negative !== '' && { negative }) };
  }
}

/** What is chosen, as far as the model has it: without guidance where there is none, with no more steps than it has. */
export function settingsFor({ conditioning, withoutGuidance, mostSteps }: DiffusionFacts, chosen: DiffusionSettings): DiffusionSettings {
  return {
    ...chosen,
    condition: conditionFor(conditioning, chosen.condition),
    run: { ...chosen.run, steps: Math.min(chosen.run.steps, mostSteps) },
    ...(withoutGuidance !== null && { guidance: 1, rescale: 0 }),
  };
}

/** A caption with a word of style at its end, or without it. */
export function withStyle(caption: string, style: string, on: boolean): string {
  const words = caption.split(/\s+/).filter((word) => word !== '' && word !== style);
  return (on ? [...words, style] : words).join(' ');
}

export const hasStyle = (caption: string, style: string): boolean => caption.split(/\s+/).slice(2).includes(style);

/** "207: golden retriever", or the number alone. */
export function className({ names }: Pick<Extract<Conditioning, { kind: 'class' }>, 'names'>, label: number): string {
  const [name] = names[label] ?? [];
  return name === undefined ? String(label) : `${label}: ${name}`;
}
