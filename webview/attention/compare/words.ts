/** What is said of a comparison. Pure, so that each sentence can be tested. */

import { difference } from '../../../src/maths/attention/difference.ts';
import { mapName } from '../../../src/maps/names.ts';
import type { Comparison } from '../../../src/protocol/inference.ts';
import { formatCount, formatShare, formatWeight } from '../../shared/numbers.ts';
import { shortTokenLabel } from '../../shared/tokenLabel.ts';
import type { Sentence } from '../words.ts';
import type { Pair, Side } from './pair.ts';
import { positions, type Place, type Places } from './places.ts';

const nameOf = ({ map, result }: Side): string => `${mapName(map, result.run.sites)}${map.withoutFirst ? ', without the first token' : ''}`;
const inSentence = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** What is compared with what. */
export function pairSentence({ a, b, sameText }: Pair): Sentence {
  const [nameA, nameB] = [nameOf(a), nameOf(b)];
  if (sameText) return [`${nameA} against ${nameA === nameB ? 'itself' : inSentence(nameB)}`];
  const texts = [{ quoted: a.result.subject.title }, { quoted: b.result.subject.title }] as const;
  if (nameA === nameB) return [`${nameA} on `, texts[0], ' against ', texts[1]];
  return [`${nameA} on `, texts[0], ` against ${inSentence(nameB)} on `, texts[1]];
}

/** What came of it: where the two differ most, and how much of two texts aligns. */
export function comparisonSentence(pair: Pair, { queries, mostDifferent }: Comparison, places: Places): Sentence {
  const start = pairSentence(pair);
  const [ofA, ofB] = [queries.a, queries.b].map((tokens) => formatCount(tokens.filter((token) => token >= 0).length));
  const lines = queries.by === 'line' ? ', by whole lines' : '';
  if (queries.aligned === 0) return [...start, `: no token of A’s ${ofA} and B’s ${ofB} aligns${lines}`];
  const end = pair.sameText ? '' : `; ${formatCount(queries.aligned)} of A’s ${ofA} and B’s ${ofB} tokens align${lines}`;
  if (!mostDifferent) return [...start, `: no cell is in both${end}`];
  const { query, key, a, b } = mostDifferent;
  if (difference(a, b) === 0) return [...start, `: no difference${end}`];
  const token = (axis: 'query' | 'key', place: number): Sentence[number] => {
    const { text, a: inA, b: inB } = places.at(axis, place);
    return { quoted: shortTokenLabel(text), position: inA ?? inB ?? place };
  };
  return [...start, ': most different at ', token('query', query), ' → ', token('key', key), ` (${share(a)} against ${share(b)})${end}`];
}

const share = (weight: number): string => (Number.isNaN(weight) ? 'masked' : formatShare(weight));

/** One cell of both maps; undefined weights are on their way. */
export interface CellReading {
  readonly query: Place;
  readonly key: Place;
  readonly a: number | undefined;
  readonly b: number | undefined;
  readonly pinned: boolean;
}

export function cellWeight(weight: number | undefined): string {
  if (weight === undefined) return '…';
  if (weight === -Infinity) return 'not there';
  return Number.isNaN(weight) ? 'masked' : formatWeight(weight);
}

/** "+0.9300", "−0.0200"; null where there is none. */
export function cellDifference({ a, b }: Pick<CellReading, 'a' | 'b'>): string | null {
  if (a === undefined || b === undefined) return null;
  const value = difference(a, b);
  if (!Number.isFinite(value)) return null;
  return value === 0 ? '0' : `${value > 0 ? '+' : '−'}${formatWeight(Math.abs(value))}`;
}

/** The same as one sentence, to copy or to hear. */
export function cellText(cell: CellReading): string {
  const place = (role: string, at: Place): string => `${role} ${positions(at)} ${shortTokenLabel(at.text)}`;
  const apart = cellDifference(cell);
  const weights = `A ${cellWeight(cell.a)}, B ${cellWeight(cell.b)}${apart === null ? '' : `, difference ${apart}`}`;
  return `${weights}: ${place('query', cell.query)}, ${place('key', cell.key)}`;
}
