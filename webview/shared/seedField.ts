/** The seed, beside what starts a run: most runs change nothing else. */

import { html, type TemplateResult } from 'lit';
import { iconButton } from './toolbar.ts';

/** Of a seed: 32 bits. */
const seeds = 2 ** 32;

export function seedField(seed: number, set: (seed: number) => void): TemplateResult {
  const changed = ({ target }: Event): void => {
    if (!(target instanceof HTMLInputElement)) return;
    const asked = seedOf(target.value);
    // What is no seed gives way to the one before.
    if (asked === null) target.value = String(seed);
    else set(asked);
  };
  return html`<label class="seed" title="The same seed and settings give the same">
      <span>Seed</span>
      <input class="field" type="number" min="0" max=${seeds - 1} step="1" .value=${String(seed)} @change=${changed} />
    </label>
    ${iconButton('refresh', 'Another seed', () => set(crypto.getRandomValues(new Uint32Array(1))[0]! % 100_000))}`;
}

function seedOf(text: string): number | null {
  const seed = Number(text);
  return text.trim() !== '' && Number.isInteger(seed) && seed >= 0 && seed < seeds ? seed : null;
}
