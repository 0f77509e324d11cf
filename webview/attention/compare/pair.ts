/** What is compared with what: two texts, and a map of each. Pure. */

import { meanOfAll, ownSites, siteOfMap } from '../../../src/maps/choice.ts';
import type { AttentionResult, AttentionViewState } from '../../../src/protocol/attention.ts';
import type { AttentionRun, ComparisonRequest, MapSource, SiteRun } from '../../../src/protocol/inference.ts';

export interface Side {
  readonly result: AttentionResult;
  readonly map: MapSource;
  /** Gives the map its sizes. */
  readonly site: SiteRun;
}

export interface Pair {
  readonly a: Side;
  readonly b: Side;
  /** The side of the panel's own text. */
  readonly own: 'a' | 'b';
  readonly sameText: boolean;
}

/** The panel's text with the map chosen, and the other text with the map compared; null where a run has no map. */
export function pairOf(result: AttentionResult, other: AttentionResult, state: AttentionViewState): Pair | null {
  const map = ownMap(result.run, state);
  const against = map && otherMap(other.run, map, state);
  const { withoutFirst } = state.scores;
  const [a, b] = [map && sideOf(result, map, withoutFirst), against && sideOf(other, against, withoutFirst)];
  if (!a || !b) return null;
  const sameText = result.run.runId === other.run.runId;
  return state.compare.swapped ? { a: b, b: a, own: 'b', sameText } : { a, b, own: 'a', sameText };
}

/** The map chosen, else the mean of all heads, else a head; null where the run has none. */
export function ownMap(run: AttentionRun, { chosen }: AttentionViewState): MapSource | null {
  return chosen && siteOfMap(run, chosen) ? chosen : (meanOfAll(run) ?? firstHead(run));
}

/** The map to compare with; where none was asked for that the run has, the same one of another text, another one of the same text. */
export function otherMap(run: AttentionRun, own: MapSource, { compare }: AttentionViewState): MapSource | null {
  if (compare.map && siteOfMap(run, compare.map)) return compare.map;
  if (compare.text.kind !== 'same' && siteOfMap(run, own)) return own;
  const all = meanOfAll(run);
  return own.kind === 'head' && all ? all : firstHead(run);
}

function firstHead(run: AttentionRun): MapSource | null {
  const site = ownSites(run)[0] ?? run.sites[0];
  return site ? { kind: 'head', site: site.index, head: 0 } : null;
}

function sideOf(result: AttentionResult, map: MapSource, withoutFirst: boolean): Side | null {
  const site = siteOfMap(result.run, map);
  return site && { result, map: { ...map, withoutFirst }, site };
}

/** Whether two pairs are of the same maps in the same order. */
export const samePair = (a: Pair, b: Pair): boolean => JSON.stringify(requestOf(a)) === JSON.stringify(requestOf(b));

export function requestOf({ a, b }: Pair): ComparisonRequest {
  return { a: { runId: a.result.run.runId, map: a.map }, b: { runId: b.result.run.runId, map: b.map } };
}
