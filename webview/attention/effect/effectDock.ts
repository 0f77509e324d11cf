/** Beside an open head: what its weights from one query are, against what masking each of those edges does. */

import './effect.css';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import { html, nothing, type TemplateResult } from 'lit';
import { spearman } from '../../../src/maths/rankCorrelation.ts';
import { edgeCounts, type EffectChoices } from '../../../src/protocol/attention.ts';
import { linearAxis, logAxis } from '../../shared/scatter/axis.ts';
import { scatter } from '../../shared/scatter/scatter.ts';
import { shortTokenLabel } from '../../shared/tokenLabel.ts';
import { select } from '../../shared/toolbar.ts';
import { progressBar, textButton } from '../../shared/notices.ts';
import { sentenceParts } from '../sentence.ts';
import { plainText } from '../words.ts';
import type { EdgeStudy, Measured, StudyPlace } from './edgeStudy.ts';
import { edgeTable } from './edgeTable.ts';
import {
  caveat,
  correlationSentence,
  edgeText,
  effectSentence,
  inUnit,
  rowSentence,
  strongestEffect,
  strongestKeys,
  type Edge,
} from './effectWords.ts';
import type { ShownEdge } from './effectFormulas.ts';
import type { HeadNorms } from './normStore.ts';

export interface EffectContent {
  readonly study: EdgeStudy;
  readonly place: StudyPlace;
  readonly name: string;
  readonly choices: EffectChoices;
  /** The query's weights; null until they have come. */
  readonly row: Float32Array | null;
  /** null until they have come. */
  readonly norms: HeadNorms | null;
  /** Tokens as they are read, by position. */
  readonly query: string;
  readonly key: (index: number) => string;
  /** The key pointed at, here or in the map, and the one pinned. */
  readonly lit: number | null;
  readonly pinned: number | null;
  /** What is open below the plot. */
  readonly opened: ReadonlySet<EffectPart>;
  choose(change: Partial<EffectChoices>): void;
  toggle(part: EffectPart): void;
  /** The formulas with an edge's numbers. */
  formulas(shown: ShownEdge): HTMLElement;
  point(key: number | null): void;
  pin(key: number): void;
}

/** The same as the plot, otherwise. */
export type EffectPart = 'table' | 'formulas';

const counts = edgeCounts.map((count) => (count === 0 ? 'All keys' : `${count} strongest keys`));
const acrosses = ['weight', 'contribution'] as const;
const units = ['bits', 'nats'] as const;

export function effectDock(content: EffectContent): TemplateResult {
  const { study, place, name, row, choices } = content;
  const keys = row && strongestKeys(row, choices.count);
  const measured = study.of(place);
  return html`<section class="dock effect-dock" aria-label=${`Weight against effect of ${name}`} aria-busy=${String(!row)}>
    ${row && keys ? body(content, row, keys, measured) : html`<p class="effect-note" role="status">Reading the row…</p>`}
  </section>`;
}

function body(content: EffectContent, row: Float32Array, keys: readonly number[], measured: Measured | null): TemplateResult {
  const { study, place, query, key, choices, norms } = content;
  const edges = edgesOf(row, keys, measured, norms);
  const said = measured ? effectSentence(edges, measured, choices.unit, (index) => key(index)) : [];
  const few = row.filter((weight) => !Number.isNaN(weight)).length < 2;
  return html`${said.length > 0 ? html`<h2 class="effect-lead">${sentenceParts(said)}</h2>` : nothing}
    <p class="effect-note">${sentenceParts(rowSentence({ quoted: query, position: place.query }, row, keys))}</p>
    ${few ? nothing : html`${tools(content)}${measuring(study, place, keys, measured)}`}
    ${measured && edges.length > 0 ? results(content, edges, measured) : nothing}
    ${norms && 'refused' in norms ? html`<p class="effect-note">${norms.refused}</p>` : nothing}
    <p class="effect-note">${caveat}</p>`;
}

/** Those of the keys whose edge has been masked, in the order of the keys. */
function edgesOf(row: Float32Array, keys: readonly number[], measured: Measured | null, norms: HeadNorms | null): Edge[] {
  return keys.flatMap((key) => {
    const change = measured?.changes.get(key);
    if (change === undefined) return [];
    return [{ key, weight: row[key]!, norm: norms && 'norms' in norms ? (norms.norms[key] ?? null) : null, change }];
  });
}

function tools(content: EffectContent): TemplateResult {
  const { choices, norms } = content;
  const choose = (change: Partial<EffectChoices>): void => content.choose(change);
  const { count, across, log, unit } = choices;
  return html`<div class="effect-tools">
    ${select('Edges to mask', edgeCounts.indexOf(count), counts, (index) => choose({ count: edgeCounts[index] ?? 32 }))}
    ${
      norms && 'norms' in norms
        ? select('Across', acrosses.indexOf(across), ['Weight', 'Weight × |W_O v|'], (index) =>
            choose({ across: acrosses[index] ?? 'weight' }),
          )
        : nothing
    }
    <label class="check" title="What lies across in powers of ten">
      <input
        type="checkbox"
        .checked=${log}
        @change=${({ target }: Event) => choose({ log: target instanceof HTMLInputElement && target.checked })}
      />
      Log
    </label>
    ${select('Unit', units.indexOf(unit), units, (index) => choose({ unit: units[index] ?? 'bits' }))}
  </div>`;
}

function measuring(
  study: EdgeStudy,
  place: StudyPlace,
  keys: readonly number[],
  measured: Measured | null,
): TemplateResult | typeof nothing {
  const { state } = study;
  if (state.kind === 'running') {
    const { done, of } = state;
    const message = `Masked ${done} of ${of} ${of === 1 ? 'edge' : 'edges'}`;
    return html`<div class="effect-running">
      <span role="status">${message}</span> ${textButton('Cancel', () => study.cancel())}
      ${progressBar({ message, fraction: of === 0 ? 1 : done / of })}
    </div>`;
  }
  const failure = state.kind === 'failed' ? html`<p class="effect-failure" role="alert">${state.message}</p>` : nothing;
  if (state.kind === 'failed' && state.final) return failure;
  const left = keys.filter((key) => !(measured?.changes.has(key) ?? false)).length;
  if (left === 0) return failure;
  const label = measured && left < keys.length ? `Mask ${left} more` : 'Mask each edge';
  return html`${failure}
    <div class="effect-running">
      <vscode-button @click=${() => void study.measure(place, keys)}>${state.kind === 'failed' ? 'Try again' : label}</vscode-button>
    </div>`;
}

function results(content: EffectContent, edges: readonly Edge[], measured: Measured): TemplateResult {
  const { choices, key, lit, pinned, norms } = content;
  const { unit, log } = choices;
  const across = norms && 'norms' in norms ? choices.across : 'weight';
  const token = (index: number): string => shortTokenLabel(key(index), 16);
  const known = edges.filter(({ change }) => !Number.isNaN(change));
  const xOf = ({ weight, norm }: Edge): number => (across === 'weight' ? weight : weight * (norm ?? NaN));
  const points = known.map((edge) => ({
    id: edge.key,
    x: xOf(edge),
    y: inUnit(edge.change, unit),
    spoken: edgeText(edge, unit, token),
  }));
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const shown = edges.find((edge) => edge.key === (lit ?? pinned));
  const rho = spearman(xs, ys.map(Math.abs));
  const target = html`<code><bdi>${shortTokenLabel(measured.target.text, 16)}</bdi></code>`;
  return html`${
      points.length === 0
        ? nothing
        : scatter({
            name: `Change of the log-probability against ${across === 'weight' ? 'weight' : 'weight × |W_O v|'}, ${points.length} edges`,
            points,
            x: {
              ...(log ? logAxis(xs, 5) : linearAxis(xs, 4)),
              label: across === 'weight' ? 'weight →' : html`weight × |W<sub>O</sub> v| →`,
            },
            y: { ...linearAxis(ys, 6), label: html`↑ change of log p(${target}) when masked, ${unit}` },
            lit,
            chosen: pinned,
            pointed: (id) => content.point(id),
            picked: (id) => content.pin(id),
          })
    }
    <p class="effect-readout">
      ${shown ? edgeText(shown, unit, token) : html`<span class="role">Point at an edge to read it; click, or press Enter, to pin it in the map.</span>`}
    </p>
    <p class="effect-note">${correlationSentence(rho, points.length, across)}</p>
    ${part(content, 'table', 'As a table', () => edgeTable(edges, unit, token, pinned, (index) => content.pin(index)))}
    ${part(content, 'formulas', 'As formulas', () => {
      const edge = shown ?? strongestEffect(edges);
      const query = { index: content.place.query, text: content.query };
      return edge ? html`${content.formulas({ edge, measured, query, key: key(edge.key) })}` : nothing;
    })}`;
}

function part(content: EffectContent, name: EffectPart, title: string, make: () => TemplateResult | typeof nothing): TemplateResult {
  const open = content.opened.has(name);
  return html`<button class="effect-toggle" aria-expanded=${String(open)} @click=${() => content.toggle(name)}>
      <span class="codicon codicon-chevron-${open ? 'down' : 'right'}" aria-hidden="true"></span> ${title}
    </button>
    ${open ? make() : nothing}`;
}

/** What is said once all edges have been masked. */
export function spokenResult(row: Float32Array, measured: Measured, choices: EffectChoices, key: (index: number) => string): string {
  const edges = edgesOf(row, strongestKeys(row, choices.count), measured, null);
  return plainText(effectSentence(edges, measured, choices.unit, key));
}
