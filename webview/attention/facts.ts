/** Where the picture is from: one line of facts, and on demand the whole of them. */

import { html, nothing, type TemplateResult } from 'lit';
import type { AttentionResult } from '../../src/protocol/attention.ts';
import { counted, formatBytes, formatCount, formatDuration } from '../shared/numbers.ts';
import { linesSentence, providerName, sourceSentence } from './words.ts';

export interface FactsActions {
  readonly explainHere: () => void;
  readonly toggleDetails: () => void;
}

/** What a run is told of by that is not shown where it was made. */
export interface Origin {
  /** Few and short, for the line. */
  readonly facts: readonly string[];
  /** In place of how the run's weights are had and how long it took. */
  readonly rows: readonly (readonly [name: string, value: string])[];
}

/** @param origin null: from the engine that has it */
export function facts(result: AttentionResult, origin: Origin | null, open: boolean, actions: FactsActions): TemplateResult {
  const { run, subject } = result;
  const lines = linesSentence(subject);
  const fellBack = run.provider.reason !== undefined;
  const label = fellBack ? `Details of this run: ${run.provider.reason ?? ''}` : 'Details of this run';
  return html`<div class="facts">
      <span>${subject.modelName}</span>
      <span>
        ${providerName(run.provider.used)}${
          fellBack
            ? html` <span
                class="codicon codicon-${run.provider.requested === 'auto' ? 'info' : 'warning'}"
                role="img"
                aria-label=${run.provider.reason ?? ''}
                title=${run.provider.reason ?? ''}
              ></span>`
            : nothing
        }
      </span>
      ${origin ? nothing : html`<span>${formatDuration(run.runMs)}</span>`} ${lines === null ? nothing : html`<span>${lines}</span>`}
      ${origin?.facts.map((fact) => html`<span>${fact}</span>`)}
      ${
        subject.kind === 'prompt' || origin
          ? nothing
          : html`<button class="link" title="Run again on the text around the cursor" @click=${actions.explainHere}>Explain here</button>`
      }
      <button class="link" aria-expanded=${String(open)} aria-controls="details" title=${label} @click=${actions.toggleDetails}>
        ${open ? 'Less' : 'Details'}
      </button>
    </div>
    ${details(result, origin, open)}`;
}

function details({ run, subject }: AttentionResult, origin: Origin | null, open: boolean): TemplateResult {
  const { provider } = run;
  const rows: (readonly [string, string | null])[] = [
    ['Model', subject.modelName],
    ['Text', linesSentence(subject) === null ? subject.title : `${subject.title}, ${linesSentence(subject) ?? ''}`],
    ['Tokens', tokensOf(run, subject.cut)],
    ['Provider', `${providerName(provider.used)}, ONNX Runtime ${provider.engineVersion}`],
    // Nobody chose another provider under auto: a reason then explains, it does not warn.
    provider.requested === 'auto'
      ? ['Chosen', provider.reason ?? null]
      : ['Fell back', provider.reason === undefined ? null : `${providerName(provider.requested)} was asked for: ${provider.reason}`],
    ...(origin?.rows ??
      ([
        ['Run', `${formatDuration(run.runMs)}; ${formatBytes(run.keptBytes)} kept`],
        ['Weights', sourceSentence(run)],
      ] as const)),
  ];
  return html`<dl id="details" class="details" ?hidden=${!open}>
    ${rows.map(([name, value]) =>
      value === null
        ? nothing
        : html`<dt>${name}</dt>
            <dd>${value}</dd>`,
    )}
  </dl>`;
}

function tokensOf({ tokens, window }: AttentionResult['run'], cut: boolean): string | null {
  if (!tokens) return null;
  const total = window?.totalTokens ?? tokens.length;
  if (cut) return `${formatCount(tokens.length)} of the text's more than ${counted(total, 'token')}`;
  return total > tokens.length ? `${formatCount(tokens.length)} of the text's ${counted(total, 'token')}` : formatCount(tokens.length);
}
