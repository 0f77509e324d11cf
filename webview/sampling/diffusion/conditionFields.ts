/** What the model is told: a caption, a text or a class. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Condition, Conditioning } from '../../../src/protocol/diffusion.ts';
import { select } from '../../shared/toolbar.ts';
import { wholeField } from '../../shared/wholeField.ts';
import type { Desk } from '../desk.ts';
import { className, firstCaption, hasStyle, withStyle } from './condition.ts';

type Of<Kind extends Conditioning['kind']> = Extract<Conditioning, { kind: Kind }>;

/** A list of more is longer than one looks through. */
const mostListed = 1_000;

export function conditionFields(desk: Desk, conditioning: Conditioning): TemplateResult | typeof nothing {
  if (conditioning.kind === 'none') return nothing;
  if (conditioning.kind === 'caption') return captionField(desk, conditioning);
  return conditioning.kind === 'text' ? textField(desk, 'Prompt', 'prompt', conditioning) : classField(desk, conditioning);
}

/** Away from which samples are guided. */
export function negativeField(desk: Desk, conditioning: Of<'text'>): TemplateResult {
  return textField(desk, 'Negative prompt', 'negative', conditioning);
}

function captionField(desk: Desk, conditioning: Of<'caption'>): TemplateResult {
  const caption = desk.choices.diffusion.condition.prompt ?? firstCaption(conditioning);
  const { characters, styles } = conditioning;
  return html`<div class="caption">
    <input
      class="field"
      type="text"
      spellcheck="false"
      aria-label="Caption"
      title=${`Two of ${characters.join('')}, with words of style behind them; empty: whatever the model draws untold`}
      placeholder="untold"
      .value=${live(caption)}
      @input=${(event: Event) => tell(desk, { prompt: valueOf(event) })}
    />
    <span class="caption-styles" role="group" aria-label="Style">
      ${styles.map((style) => {
        const on = hasStyle(caption, style);
        return html`<button class="chip" aria-pressed=${String(on)} @click=${() => tell(desk, { prompt: withStyle(caption, style, !on) })}>
          ${style}
        </button>`;
      })}
    </span>
  </div>`;
}

function textField(desk: Desk, name: string, key: 'prompt' | 'negative', { tokens }: Of<'text'>): TemplateResult {
  return html`<textarea
    class="field prompt"
    rows="2"
    aria-label=${name}
    title=${`${name}: ${tokens} tokens at most`}
    placeholder=${name}
    .value=${live(desk.choices.diffusion.condition[key] ?? '')}
    @input=${(event: Event) => tell(desk, { [key]: valueOf(event) })}
  ></textarea>`;
}

function classField(desk: Desk, conditioning: Of<'class'>): TemplateResult {
  const { count, none } = conditioning;
  const chosen = numberOf(desk.choices.diffusion.condition.label, conditioning);
  const set = (label: number): void => tell(desk, { label });
  const title = `0 to ${count - 1}${none === null ? '' : `; ${none} stands for no class`}`;
  if (count > mostListed)
    return html`<div class="setting-row">${wholeField({ label: 'Class', title, value: chosen, most: none ?? count - 1 }, set)}</div>`;
  const names = [...Array(count).keys()].map((label) => className(conditioning, label));
  return html`<div class="setting-row">
    <span class="slider-label">Class</span>${select('Class', chosen, none === count ? [...names, `${none}: no class`] : names, set)}
  </div>`;
}

/** A name that was pasted is looked up. */
function numberOf(label: Condition['label'], { names }: Of<'class'>): number {
  if (typeof label === 'number') return label;
  const found = Object.entries(names).find(([, own]) => own.some((name) => name.toLowerCase() === label?.toLowerCase()));
  return Number(found?.[0] ?? 0);
}

function tell(desk: Desk, change: Condition): void {
  desk.setDiffusion({ condition: { ...desk.choices.diffusion.condition, ...change } });
}

function valueOf({ target }: Event): string {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement ? target.value : '';
}
