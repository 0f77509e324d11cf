/** What limits the tokens that may be drawn: one control for each filter, wherever tokens are drawn. */

import { html, type TemplateResult } from 'lit';
import { counted } from './numbers.ts';
import { slider } from './slider.ts';

export interface Filters {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
}

/** @param set gets only what was changed: it was drawn before other changes that are not drawn yet */
export function filterSliders({ temperature, topK, topP, minP }: Filters, set: (change: Partial<Filters>) => void): TemplateResult {
  return html`${slider(
    {
      label: 'Temperature',
      title: 'Logits are divided by it; 0 takes the most probable token alone',
      value: temperature,
      maximum: 2,
      step: 0.05,
      text: temperature === 0 ? '0 (greedy)' : temperature.toFixed(2),
    },
    (value) => set({ temperature: value }),
  )}
  ${slider(
    {
      label: 'Top-k',
      title: 'The k most probable tokens stay',
      value: topK,
      maximum: 100,
      step: 1,
      text: topK === 0 ? 'off' : counted(topK, 'token'),
    },
    (value) => set({ topK: value }),
  )}
  ${slider(
    {
      label: 'Top-p',
      title: 'The fewest tokens stay whose probabilities sum to at least this',
      value: topP,
      maximum: 1,
      step: 0.01,
      text: topP === 1 ? 'off' : topP.toFixed(2),
    },
    (value) => set({ topP: value }),
  )}
  ${slider(
    {
      label: 'Min-p',
      title: 'Tokens stay that have at least this share of the largest probability',
      value: minP,
      maximum: 1,
      step: 0.01,
      text: minP === 0 ? 'off' : minP.toFixed(2),
    },
    (value) => set({ minP: value }),
  )}`;
}
