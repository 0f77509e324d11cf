/** What the points are that a lasso encloses. */

import { html, nothing, type TemplateResult } from 'lit';
import { formatCount, minus } from '../shared/numbers.ts';
import { colouringsOf } from './colouring.ts';
import type { WholeData } from './encodedData.ts';

/** Classes of a label that are told one by one. */
const named = 5;

export interface SelectedSummary {
  readonly count: number;
  /** Of each label the commonest classes, with how many are selected and how many there are. */
  readonly labels: readonly {
    readonly name: string;
    readonly classes: readonly { readonly name: string; readonly count: number; readonly of: number }[];
    /** How many classes more there are among the selected. */
    readonly more: number;
  }[];
  /** Means over those that are selected and over all data. */
  readonly numbers: readonly { readonly name: string; readonly mean: number; readonly meanOfAll: number }[];
}

/** @param items distinct indices of the data */
export function summaryOf({ summary, numbers }: Pick<WholeData, 'summary' | 'numbers'>, items: ArrayLike<number>): SelectedSummary {
  const labels = summary.labels.map(({ name, names, values }) => {
    const [counts, all] = [new Uint32Array(names.length), new Uint32Array(names.length)];
    for (const value of values) all[value]!++;
    for (let at = 0; at < items.length; at++) counts[values[items[at]!]!]!++;
    const present = [...counts.keys()].filter((index) => counts[index]! > 0).sort((a, b) => counts[b]! - counts[a]!);
    const classes = present.slice(0, named).map((index) => ({ name: names[index]!, count: counts[index]!, of: all[index]! }));
    return { name, classes, more: present.length - classes.length };
  });
  const of = colouringsOf(summary, numbers).flatMap(({ colouring: { by }, name }) => {
    const values = by === 'label' ? null : numbers[by];
    return values ? [{ name, mean: meanOver(values, items), meanOfAll: meanOver(values) }] : [];
  });
  return { count: items.length, labels, numbers: of };
}

function meanOver(values: Float32Array, items?: ArrayLike<number>): number {
  const count = items?.length ?? values.length;
  let sum = 0;
  for (let at = 0; at < count; at++) sum += values[items ? items[at]! : at]!;
  return sum / count;
}

const decimal = (value: number): string => minus(value.toFixed(1)).replace('Infinity', '∞');

export function selectedPart({ summary }: WholeData, found: SelectedSummary, clear: () => void): TemplateResult {
  return html`<section class="latent-selected" aria-label="Selected points">
    <header>
      <h2>${formatCount(found.count)} of ${formatCount(summary.count)} selected</h2>
      <button class="link" @click=${clear}>Clear</button>
    </header>
    ${found.labels.map(
      ({ name, classes, more }) =>
        html`<p class="latent-note">
          ${name}:
          ${classes.map((one) => `${one.name} ${formatCount(one.count)} of ${formatCount(one.of)}`).join(', ')}${
            more === 0 ? nothing : `, and ${formatCount(more)} more`
          }.
        </p>`,
    )}
    ${found.numbers.map(
      ({ name, mean, meanOfAll }) => html`<p class="latent-note">Mean ${name}: ${decimal(mean)}; of all ${decimal(meanOfAll)}.</p>`,
    )}
  </section>`;
}
