/** What is said of weights and of what masking does. Pure, so that each sentence can be tested. */

import type { EffectChoices } from '../../../src/protocol/attention.ts';
import { counted, formatShare } from '../../shared/numbers.ts';
import { shortTokenLabel } from '../../shared/tokenLabel.ts';
import type { Sentence } from '../words.ts';
import type { Measured } from './edgeStudy.ts';

type Unit = EffectChoices['unit'];

/** A change smaller than this, in bits, is not worth a sentence. */
const telling = 0.01;

export function inUnit(nats: number, unit: Unit): number {
  return unit === 'bits' ? nats / Math.LN2 : nats;
}

/** "−1.3", "+0.042", "0": two digits that say something, with their sign. */
export function formatChange(value: number): string {
  if (Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (size < 5e-5) return '0';
  return `${value < 0 ? '−' : '+'}${formatSize(size)}`;
}

function formatSize(size: number): string {
  return size >= 10 ? String(Math.round(size)) : String(Number(size.toPrecision(2)));
}

/** A key whose edge was masked. */
export interface Edge {
  readonly key: number;
  readonly weight: number;
  /** |W_O v|; null where it is not known. */
  readonly norm: number | null;
  /** Nats; NaN where nothing would be left. */
  readonly change: number;
}

/** The query's strongest keys, masked ones left out: of equal weights the nearer one first. */
export function strongestKeys(row: Float32Array, count: EffectChoices['count']): number[] {
  const keys = [...row.keys()].filter((key) => !Number.isNaN(row[key]!)).sort((a, b) => row[b]! - row[a]! || b - a);
  return count === 0 ? keys : keys.slice(0, count);
}

/** What of the row is looked at: "its 32 strongest keys have 0.97 of its weight". */
export function rowSentence(query: Quoted, row: Float32Array, keys: readonly number[]): Sentence {
  const all = row.filter((weight) => !Number.isNaN(weight)).length;
  if (all === 0) return ['Query ', query, ' attends to nothing: all keys are masked.'];
  if (all === 1) return ['Query ', query, ' attends to one key alone: with that edge masked nothing would be left.'];
  const share = keys.reduce((sum, key) => sum + row[key]!, 0);
  if (keys.length === all) return ['Query ', query, ` attends to ${counted(all, 'key')}.`];
  return ['Query ', query, `: its ${keys.length} strongest of ${counted(all, 'key')} have ${formatShare(share)} of its weight.`];
}

type Quoted = Exclude<Sentence[number], string>;

/** The edge whose masking changes most; null where none is known. */
export function strongestEffect(edges: readonly Edge[]): Edge | null {
  const known = edges.filter(({ change }) => !Number.isNaN(change));
  return known.reduce<Edge | null>((most, edge) => (most && Math.abs(most.change) >= Math.abs(edge.change) ? most : edge), null);
}

/** What masking the edge with the largest effect does. Tokens come ready to be read. */
export function effectSentence(edges: readonly Edge[], { target }: Measured, unit: Unit, token: (key: number) => string): Sentence {
  const follows = target.actual ? ', which follows,' : ', the most probable next token,';
  const most = strongestEffect(edges);
  if (!most) return [];
  const size = Math.abs(most.change);
  const start: Sentence = [' the log-probability of ', { quoted: shortTokenLabel(target.text) }, follows];
  if (inUnit(size, 'bits') < telling)
    return [
      `Masking any of ${counted(edges.length, 'edge')} changes`,
      ...start,
      ` by less than ${inUnit(telling * Math.LN2, unit).toPrecision(1)} ${unit}`,
    ];
  return [
    'Masking ',
    { quoted: token(most.key), position: most.key },
    ` (weight ${formatShare(most.weight)}) ${most.change < 0 ? 'lowers' : 'raises'}`,
    ...start,
    ` by ${formatSize(inUnit(size, unit))} ${unit}`,
  ];
}

/** One edge as it is heard: "key 12 def: weight 0.62, |W_O v| 3.1, change −1.3 bits". */
export function edgeText({ key, weight, norm, change }: Edge, unit: Unit, token: (key: number) => string): string {
  const parts = [
    `weight ${formatEdgeWeight(weight)}`,
    ...(norm === null ? [] : [`times |W_O v| ${formatContribution(weight * norm)}`]),
    Number.isNaN(change) ? 'nothing else to attend to' : `change ${formatChange(inUnit(change, unit))} ${unit}`,
  ];
  return `key ${key} ${token(key)}: ${parts.join(', ')}`;
}

/** Two digits of a weight that say something: beside others, 0.0093 is not 0.01. */
export function formatEdgeWeight(weight: number): string {
  return weight !== 0 && weight < 1e-3 ? weight.toExponential(0) : String(Number(weight.toPrecision(2)));
}

/** weight x |W_O v|, to three digits. */
export function formatContribution(value: number): string {
  if (value === 0) return '0';
  return Math.abs(value) < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

/** How far the order of the weights is that of the effects' sizes. */
export function correlationSentence(rho: number | null, count: number, across: EffectChoices['across']): string {
  const what = across === 'weight' ? 'weight' : 'weight × |W_O v|';
  if (rho === null) return `No rank correlation of ${what} and size of the change: ${counted(count, 'edge')} alone, or all alike.`;
  return `Rank correlation (Spearman) of ${what} and size of the change: ${rho < 0 ? '−' : ''}${Math.abs(rho).toFixed(2)}, n = ${count}.`;
}

/** What the numbers are, and are not. */
export const caveat =
  'Each edge is masked by itself, just before the softmax: the rest of its row is renormalised to sum to 1, and later layers see what comes of it. Two edges that say the same may each seem to do nothing. What the head does at other queries is not in these numbers.';
