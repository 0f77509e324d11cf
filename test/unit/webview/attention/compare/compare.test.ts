import { describe, expect, it } from 'vitest';
import { alignTokens, sameAxis, type Alignment } from '../../../../../src/maths/attention/align.ts';
import type { AttentionResult } from '../../../../../src/protocol/attention.ts';
import type { Comparison, MapSource } from '../../../../../src/protocol/inference.ts';
import { pairOf, requestOf, type Pair } from '../../../../../webview/attention/compare/pair.ts';
import { Places, positions } from '../../../../../webview/attention/compare/places.ts';
import { cellDifference, cellText, cellWeight, comparisonSentence } from '../../../../../webview/attention/compare/words.ts';
import { initialView } from '../../../../../webview/attention/viewState.ts';
import { plainText } from '../../../../../webview/attention/words.ts';

/** A run of a letter a token, with two layers of two heads. */
function resultOf(text: string, runId = text, title = text): AttentionResult {
  const tokens = [...text].map((letter, index) => ({ id: letter.charCodeAt(0), text: letter, start: index, end: index + 1 }));
  const sites = [0, 1].map((index) => ({
    index,
    layer: index,
    kind: 'self',
    heads: 2,
    batch: 1,
    queries: tokens.length,
    keys: tokens.length,
  }));
  return { run: { runId, tokens, sites }, subject: { title }, text } as unknown as AttentionResult;
}

const head = (site: number, at: number): MapSource => ({ kind: 'head', site, head: at });
const view = (change: Partial<typeof initialView.compare> = {}, chosen: MapSource | null = head(1, 0)) => ({
  ...initialView,
  chosen,
  compare: { ...initialView.compare, ...change },
});
const atHead = { text: { kind: 'head' } } as const;
const [now, before] = [resultOf('abxd', 'now', 'f.py'), resultOf('abyzd', 'then', 'f.py at HEAD')];

function comparison(axis: Alignment, mostDifferent: Comparison['mostDifferent']): Comparison {
  return { queries: axis, keys: axis, largest: 1, mostDifferent };
}
const aligned = alignTokens(now.run.tokens!, before.run.tokens!);
const say = (pair: Pair, found: Comparison): string => plainText(comparisonSentence(pair, found, new Places(pair, found)));

describe('what is compared with what', () => {
  it('is of one text another map, of two texts the same map, unless one was chosen that the run has', () => {
    const maps = (...args: Parameters<typeof pairOf>): MapSource[] => {
      const { a, b } = pairOf(...args)!;
      return [a.map, b.map].map(({ withoutFirst, ...map }) => (withoutFirst ? { ...map, withoutFirst } : map));
    };
    const all = { kind: 'mean', heads: [0, 1].flatMap((site) => [0, 1].map((at) => ({ site, head: at }))) };
    expect(maps(now, now, view())).toEqual([head(1, 0), all]);
    expect(maps(now, now, view({}, null))).toEqual([all, head(0, 0)]);
    expect(maps(now, before, view(atHead))).toEqual([head(1, 0), head(1, 0)]);
    expect(maps(now, before, view({ ...atHead, map: head(0, 1) }))).toEqual([head(1, 0), head(0, 1)]);
    expect(maps(now, before, view({ ...atHead, map: head(7, 1) }))).toEqual([head(1, 0), head(1, 0)]);
    expect(maps(now, before, view({ ...atHead, map: head(0, 1), swapped: true }))).toEqual([head(0, 1), head(1, 0)]);
  });

  it('is nothing where a run has no maps', () => {
    const empty = { ...now, run: { ...now.run, sites: [] } };
    expect(pairOf(empty, empty, view())).toBeNull();
  });

  it('is asked for by both runs, without the first token where that is left out', () => {
    const pair = pairOf(now, before, { ...view({ ...atHead, swapped: true }), scores: { ...initialView.scores, withoutFirst: true } })!;
    expect(requestOf(pair)).toEqual({
      a: { runId: 'then', map: { ...head(1, 0), withoutFirst: true } },
      b: { runId: 'now', map: { ...head(1, 0), withoutFirst: true } },
    });
    expect(pair.own).toBe('b');
  });
});

describe('the first line', () => {
  it('names two maps of one text and the cell that differs most', () => {
    const pair = pairOf(now, now, view({ map: head(0, 1) }))!;
    expect(say(pair, comparison(sameAxis(4), { query: 3, key: 1, a: 0.953, b: 0.0204 }))).toBe(
      'Layer 1, head 0 against layer 0, head 1: most different at d → b (0.95 against 0.02)',
    );
    expect(say(pair, comparison(sameAxis(4), { query: 0, key: 0, a: 0.5, b: 0.5 }))).toMatch(/: no difference$/);
    expect(say(pair, comparison(sameAxis(4), { query: 0, key: 0, a: NaN, b: 0.5 }))).toMatch(/\(masked against 0\.50\)$/);
    expect(say(pair, comparison(sameAxis(4), null))).toMatch(/: no cell is in both$/);
  });

  it('names two texts and how many of their tokens align', () => {
    const most = { query: 5, key: 0, a: 1, b: 0.2 };
    const pair = pairOf(now, before, view(atHead))!;
    expect(say(pair, comparison(aligned, most))).toBe(
      'Layer 1, head 0 on f.py against f.py at HEAD: most different at d → a (1.00 against 0.20); 3 of A’s 4 and B’s 5 tokens align',
    );
    const other = pairOf(now, before, view({ ...atHead, map: head(0, 1) }))!;
    expect(say(other, comparison({ ...aligned, by: 'line' }, most))).toMatch(
      /^Layer 1, head 0 on f\.py against layer 0, head 1 on f\.py at HEAD: .* tokens align, by whole lines$/,
    );
    expect(say(pair, comparison({ ...aligned, aligned: 0 }, null))).toMatch(/: no token of A’s 4 and B’s 5 aligns$/);
  });
});

describe('a place of the common axes', () => {
  const places = new Places(pairOf(now, before, view(atHead))!, comparison(aligned, null));

  it('has the token of the text that has one, and its positions in both', () => {
    expect([0, 2, 3, 5].map((place) => places.at('key', place))).toEqual([
      { text: 'a', a: 0, b: 0 },
      { text: 'x', a: 2, b: null },
      { text: 'y', a: null, b: 2 },
      { text: 'd', a: 3, b: 4 },
    ]);
    expect([0, 2, 3, 5].map((place) => positions(places.at('key', place)))).toEqual(['0', 'A 2 only', 'B 2 only', 'A 3, B 4']);
    const labels = places.labels('query');
    expect([labels.short(3), labels.full(3), labels.sign?.(3), labels.sign?.(0)]).toEqual(['y', 'B 2 only: y', 'B', '']);
  });
});

describe('a cell', () => {
  const place = { text: 'd', a: 3, b: 4 };
  const cell = (a: number | undefined, b: number | undefined) => ({ query: place, key: place, a, b, pinned: true });

  it('is told with both weights and their difference', () => {
    expect(cellText(cell(0.5, 0.75))).toBe('A 0.5000, B 0.7500, difference −0.2500: query A 3, B 4 d, key A 3, B 4 d');
    expect(cellText(cell(0.5, -Infinity))).toMatch(/^A 0\.5000, B not there: /);
    expect([undefined, NaN, 0, -Infinity].map(cellWeight)).toEqual(['…', 'masked', '0', 'not there']);
    expect(cellDifference(cell(0.5, NaN))).toBe('+0.5000');
    expect(cellDifference(cell(0.5, 0.5))).toBe('0');
    for (const none of [cell(undefined, 1), cell(NaN, NaN), cell(1, -Infinity)]) expect(cellDifference(none)).toBeNull();
  });
});
