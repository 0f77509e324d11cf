/** Two maps beside each other: on common axes, cell by cell. */

import { alignTokens, sameAxis, type AlignedToken, type Alignment } from '../maths/attention/align.ts';
import { difference } from '../maths/attention/difference.ts';
import type { ComparedCell, ComparedPicture, Comparison } from '../protocol/inference.ts';
import { RpcError } from '../protocol/rpc.ts';
import { alignedMap } from './alignedMap.ts';
import { differenceMap } from './differenceMap.ts';
import { stripes } from './siteWeights.ts';
import type { DrawnMap } from './weightMap.ts';

/** A map, and what its axes are of. */
export interface MapOfRun {
  readonly map: DrawnMap;
  /** The keys are the sequence that the queries are: of another sequence nothing is known. */
  readonly self: boolean;
  /** The run's tokens, a token a position; undefined where tensors were given. */
  readonly tokens: readonly AlignedToken[] | undefined;
}

export type ComparedMaps = Readonly<Record<ComparedPicture, DrawnMap>> & Pick<Comparison, 'queries' | 'keys'>;

/** Alignments of the tokens of runs, each made once. */
export class Alignments {
  readonly #known = new WeakMap<readonly AlignedToken[], WeakMap<readonly AlignedToken[], Alignment>>();

  of(a: readonly AlignedToken[], b: readonly AlignedToken[]): Alignment {
    const ofA = this.#known.get(a) ?? new WeakMap<readonly AlignedToken[], Alignment>();
    this.#known.set(a, ofA);
    const alignment = ofA.get(b) ?? alignTokens(a, b);
    ofA.set(b, alignment);
    return alignment;
  }
}

/** @throws RpcError 'not-comparable' where axes are of different sequences, or of different lengths without tokens to align them by */
export function compareMaps(a: MapOfRun, b: MapOfRun, alignments: Alignments): ComparedMaps {
  const queries = alignAxes('queries', axisOf(a, 'queries'), axisOf(b, 'queries'), alignments);
  const keys = alignAxes('keys', axisOf(a, 'keys'), axisOf(b, 'keys'), alignments);
  const [onA, onB] = [alignedMap(a.map, queries.a, keys.a), alignedMap(b.map, queries.b, keys.b)];
  return { queries, keys, a: onA, b: onB, difference: differenceMap(onA, onB) };
}

interface Axis {
  readonly length: number;
  /** Of the text's sequence. */
  readonly own: boolean;
  readonly tokens: readonly AlignedToken[] | undefined;
}

function axisOf({ map, self, tokens }: MapOfRun, of: 'queries' | 'keys'): Axis {
  const own = of === 'queries' || self;
  return { length: map[of], own, tokens: own && tokens?.length === map[of] ? tokens : undefined };
}

function alignAxes(what: string, a: Axis, b: Axis, alignments: Alignments): Alignment {
  if (a.own !== b.own)
    throw new RpcError(
      'not-comparable',
      `The ${what} of one map are the text’s tokens, those of the other are of another sequence. Choose two maps of self-attention, or two of cross-attention.`,
    );
  if (a.tokens && b.tokens) return alignments.of(a.tokens, b.tokens);
  if (a.length === b.length) return sameAxis(a.length);
  throw new RpcError(
    'not-comparable',
    `One map has ${a.length} ${what} and the other ${b.length}, and there are no tokens to align them by. Choose maps of one size.`,
  );
}

/** Looks through both maps, stripe by stripe. */
export async function readComparison({ queries, keys, a, b }: ComparedMaps, signal: AbortSignal): Promise<Comparison> {
  let largest = 0;
  let mostDifferent: ComparedCell | null = null;
  let most = -1;
  for (const { queryStart, queryEnd } of stripes(0, a.queries, a.keys)) {
    const ofA = await a.read(queryStart, queryEnd, signal);
    const ofB = await b.read(queryStart, queryEnd, signal);
    for (let at = 0; at < ofA.length; at++) {
      const [weightA, weightB] = [ofA[at]!, ofB[at]!];
      if (weightA > largest) largest = weightA;
      if (weightB > largest) largest = weightB;
      const magnitude = Math.abs(difference(weightA, weightB));
      if (!(magnitude > most) || magnitude === Infinity) continue;
      most = magnitude;
      mostDifferent = { query: queryStart + Math.floor(at / a.keys), key: at % a.keys, a: weightA, b: weightB };
    }
    // Other calls are heard between, one that cancels this among them.
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
  }
  return { queries, keys, largest, mostDifferent };
}
