/** Continuing a text: what is continued and how, the run that is shown, and another beside it. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { SamplingModel, TextRun } from '../../../src/protocol/sampling.ts';
import type { Desk } from '../desk.ts';
import { differenceTable } from '../differenceTable.ts';
import { seedField } from '../../shared/seedField.ts';
import { startRow } from '../startRow.ts';
import { startSentence } from '../words.ts';
import type { ContinuationView } from './continuation.ts';
import { decodingSettings } from './settings.ts';

const sources = [
  ['file', 'At the cursor'],
  ['prompt', 'Prompt'],
] as const;

/** @param views of the run that is shown, and of the one beside it */
export function textSection(
  desk: Desk,
  model: SamplingModel,
  shown: TextRun | null,
  other: TextRun | null,
  views: readonly [ContinuationView, ContinuationView],
): TemplateResult {
  const { choices } = desk;
  return html`<section class="ask" aria-label="What is continued">
      <div class="segments" role="radiogroup" aria-label="What is continued">
        ${sources.map(
          ([value, name]) =>
            html`<label class="segment">
              <input
                type="radio"
                name="source"
                .checked=${live(choices.source === value)}
                @change=${() => desk.set({ source: value })}
              /><span>${name}</span>
            </label>`,
        )}
      </div>
      ${choices.source === 'prompt' ? promptField(desk) : cursor(desk)} ${decodingSettings(desk)} ${start(desk, model)}
    </section>
    ${
      shown
        ? html`<div class="runs ${other ? 'two' : ''}">
            ${other ? differenceTable(shown, other) : nothing} ${views[0].content(shown)} ${other ? views[1].content(other) : nothing}
          </div>`
        : nothing
    }`;
}

function start(desk: Desk, model: SamplingModel): TemplateResult {
  const { source, prompt, decoding } = desk.choices;
  const { method, seed } = decoding;
  return startRow(desk, {
    label: 'Continue',
    title: startSentence(model, source, desk.target),
    ready: source === 'file' ? desk.target !== null : prompt !== '',
    seed: method === 'sample' ? seedField(seed, (other) => desk.setDecoding({ seed: other })) : nothing,
  });
}

function promptField(desk: Desk): TemplateResult {
  return html`<textarea
    class="field prompt"
    rows="4"
    spellcheck="false"
    aria-label="Prompt"
    placeholder="def fibonacci(n):"
    .value=${live(desk.choices.prompt)}
    @input=${({ target }: Event) => {
      if (target instanceof HTMLTextAreaElement) desk.set({ prompt: target.value });
    }}
  ></textarea>`;
}

function cursor({ target }: Desk): TemplateResult {
  if (!target) return html`<p class="sampling-empty">Open a text and put the cursor where it is to go on, or write a prompt.</p>`;
  return html`<p class="cursor">
    <span class="cursor-place">${target.name}, line ${target.line}</span>
    <code class="cursor-text"><bdi>${target.tail}</bdi><span class="caret" aria-hidden="true"></span></code>
  </p>`;
}
