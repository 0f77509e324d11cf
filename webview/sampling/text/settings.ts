/** How the next tokens are chosen: the settings of a continuation. */

import { html, nothing, type TemplateResult } from 'lit';
import { defaultDecoding, type DecodingSettings } from '../../../src/protocol/generation.ts';
import { filterSliders } from '../../shared/filterSliders.ts';
import { slider } from '../../shared/slider.ts';
import { iconButton, select } from '../../shared/toolbar.ts';
import type { Desk } from '../desk.ts';
import { settingsSummary } from '../words.ts';

const methods = ['sample', 'greedy', 'beam'] as const satisfies readonly DecodingSettings['method'][];
const coldest = 0.05;
const methodNames = ['Sampling', 'Greedy', 'Beam search'];

export function decodingSettings(desk: Desk): TemplateResult {
  const { settingsOpen, decoding } = desk.choices;
  return html`<details class="settings" ?open=${settingsOpen} @toggle=${(event: Event) => opened(desk, event)}>
    <summary><span class="settings-name">Settings</span><span class="settings-summary">${settingsSummary(decoding)}</span></summary>
    <div class="settings-body">
      ${methodRow(desk)} ${decoding.method === 'sample' ? filterSliders(decoding, (change) => desk.setDecoding(warm(change))) : nothing}
      ${decoding.method === 'beam' ? beamSliders(desk) : nothing} ${commonRows(desk)}
      <div class="settings-actions">
        ${iconButton('copy', 'Copy these settings', () => desk.copySettings({ decoding }, desk.model?.id ?? ''))}
        ${iconButton('clippy', 'Paste settings', () => desk.pasteSettings())}
        ${iconButton('discard', 'Back to the settings of the beginning', () => desk.set({ decoding: defaultDecoding }))}
      </div>
    </div>
  </details>`;
}

/** What takes the most probable token alone is a method of its own: no temperature of 0. */
function warm<Change extends { readonly temperature?: number }>(change: Change): Change {
  return change.temperature === undefined ? change : { ...change, temperature: Math.max(coldest, change.temperature) };
}

function opened(desk: Desk, { target }: Event): void {
  if (target instanceof HTMLDetailsElement && target.open !== desk.choices.settingsOpen) desk.set({ settingsOpen: target.open });
}

function methodRow(desk: Desk): TemplateResult {
  const { method } = desk.choices.decoding;
  return html`<div class="setting">
    <span class="slider-label">Method</span>
    ${select('Method', methods.indexOf(method), methodNames, (index) => desk.setDecoding({ method: methods[index] ?? 'sample' }))}
  </div>`;
}

function beamSliders(desk: Desk): TemplateResult {
  const { beams, lengthPenalty } = desk.choices.decoding;
  return html`${slider(
    {
      label: 'Beams',
      title: 'So many continuations are kept at each step',
      ...{ value: beams, maximum: 16, step: 1, text: String(beams) },
    },
    (value) => desk.setDecoding({ beams: Math.max(1, value) }),
  )}
  ${slider(
    {
      label: 'Length penalty',
      title: "A beam's log-probability is divided by its length to this power before beams are compared",
      ...{ value: lengthPenalty, maximum: 2, step: 0.1, text: lengthPenalty.toFixed(1) },
    },
    (value) => desk.setDecoding({ lengthPenalty: value }),
  )}`;
}

function commonRows(desk: Desk): TemplateResult {
  const { repetitionPenalty, maxTokens, stop } = desk.choices.decoding;
  return html`${slider(
      {
        label: 'Repetition',
        title: 'Logits of tokens that stand in the text before are divided by it where positive, else multiplied',
        // From 1 on: below, what was said already is preferred.
        ...{ value: repetitionPenalty - 1, maximum: 1, step: 0.05, text: repetitionPenalty === 1 ? 'off' : repetitionPenalty.toFixed(2) },
      },
      (value) => desk.setDecoding({ repetitionPenalty: Math.round((1 + value) * 100) / 100 }),
    )}
    ${slider(
      {
        label: 'Tokens',
        title: 'The continuation has at most so many tokens',
        ...{ value: maxTokens, maximum: 512, step: 8, text: String(maxTokens) },
      },
      (value) => desk.setDecoding({ maxTokens: Math.max(1, value) }),
    )}
    <label class="setting">
      <span class="slider-label">Stop at</span>
      <input
        class="field"
        type="text"
        placeholder="def, \\n\\n"
        title="The continuation ends before the first of these texts. Several are parted by commas; \\n is a line's end"
        .value=${stopText(stop)}
        @change=${(event: Event) => desk.setDecoding({ stop: stopStrings(valueOf(event)) })}
      />
    </label>`;
}

const valueOf = ({ target }: Event): string => (target instanceof HTMLInputElement ? target.value : '');

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', ' ': '\\s', ',': '\\,', '\\': '\\\\' };
const escaped: Readonly<Record<string, string>> = { n: '\n', t: '\t', s: ' ' };

/** Stop strings as they are written in one line. */
export function stopText(stop: readonly string[]): string {
  return stop.map((each) => each.replace(/[\n\t,\\]|^ | $/g, (character) => escapes[character] ?? character)).join(', ');
}

/** The stop strings of a line. */
export function stopStrings(line: string): string[] {
  const parts = line.match(/(?:\\.|[^,\\])+/gs) ?? [];
  return parts
    .map((part) => part.trim().replace(/\\(.)/gs, (_, character: string) => escaped[character] ?? character))
    .filter((part) => part !== '');
}
