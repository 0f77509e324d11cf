/** What the points are coloured by. */

import type { PointColouring } from '../../src/protocol/latent.ts';
import type { EncodedData } from '../../src/protocol/vae.ts';
import type { PointColour } from '../shared/points/colours.ts';
import type { ItemNumbers, WholeData } from './encodedData.ts';

export interface NamedColouring {
  readonly colouring: PointColouring;
  readonly name: string;
}

const numberNames = {
  elbo: 'ELBO (nats)',
  reconstruction: 'reconstruction, log p(x|z) (nats)',
  kl: 'KL to the prior (nats)',
  error: 'squared error of the reconstruction',
} as const satisfies Record<keyof ItemNumbers, string>;

/** Values beyond these shares of the data have the last colours: a few that lie far out would take all of the scale. */
const cut = 0.01;

export function colouringsOf({ labels }: EncodedData, numbers: ItemNumbers): NamedColouring[] {
  const kinds = Object.keys(numberNames) as (keyof ItemNumbers)[];
  return [
    ...labels.map(({ name }) => ({ colouring: { by: 'label', label: name } as const, name })),
    ...kinds.filter((by) => numbers[by] !== null).map((by) => ({ colouring: { by } as const, name: numberNames[by] })),
  ];
}

/** What is kept, where it is there; else the first that is. */
export function chosenOf(known: readonly NamedColouring[], kept: PointColouring | null): NamedColouring {
  const same = known.find(({ colouring }) => JSON.stringify(colouring) === JSON.stringify(kept));
  return same ?? known[0] ?? { colouring: { by: 'error' }, name: numberNames.error };
}

/** The colours of points, and what their scale says. */
export type Coloured =
  | {
      readonly kind: 'classes';
      readonly colour: PointColour;
      readonly names: readonly string[];
      readonly groups: number | readonly number[];
    }
  | { readonly kind: 'values'; readonly colour: PointColour; readonly range: readonly [number, number]; readonly name: string };

/** What is not there, as of another model or of data that was chosen before, gives way to the first label, else to the error. */
export function coloured({ summary, numbers }: Omit<WholeData, 'means'>, colouring: PointColouring): Coloured {
  const own = colouring.by === 'label' ? null : numbers[colouring.by];
  if (colouring.by !== 'label' && own) {
    const range = rangeOf(own);
    return { kind: 'values', colour: { kind: 'values', values: own, range, ramp: 'viridis' }, range, name: numberNames[colouring.by] };
  }
  const wanted = colouring.by === 'label' ? colouring.label : null;
  const label = summary.labels.find(({ name }) => name === wanted) ?? summary.labels[0];
  if (!label) return coloured({ summary, numbers }, { by: 'error' });
  const { names, values } = label;
  const classes = values instanceof Uint32Array ? Uint16Array.from(values, (value) => value % 0xffff) : values;
  const groups = groupsOf(names);
  return { kind: 'classes', colour: { kind: 'classes', classes, count: groups }, names, groups };
}

/** Digits, capitals and small letters that follow each other are groups of their own. */
export function groupsOf(names: readonly string[]): number | readonly number[] {
  const kindOf = (name: string): string =>
    /^\d$/.test(name) ? 'digit' : /^[A-Z]$/.test(name) ? 'capital' : /^[a-z]$/.test(name) ? 'small' : '';
  const kinds = names.map(kindOf);
  if (kinds.includes('')) return names.length;
  const counts: number[] = [];
  kinds.forEach((kind, at) => (kind === kinds[at - 1] ? counts[counts.length - 1]!++ : counts.push(1)));
  return counts.length <= 3 ? counts : names.length;
}

function rangeOf(values: Float32Array): readonly [number, number] {
  const sorted = values.filter(Number.isFinite).sort();
  if (sorted.length === 0) return [0, 1];
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  const [low, high] = [at(cut), at(1 - cut)];
  return low < high ? [low, high] : [low - 0.5, low + 0.5];
}

/** The colours of those items that are shown; null: of all. */
export function colourOfItems(colour: PointColour, items: Uint32Array | null): PointColour {
  if (!items) return colour;
  if (colour.kind === 'values') return { ...colour, values: Float32Array.from(items, (item) => colour.values[item]!) };
  return { ...colour, classes: Uint16Array.from(items, (item) => colour.classes[item]!) };
}
