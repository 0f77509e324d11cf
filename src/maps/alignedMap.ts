import { absent } from '../maths/attention/difference.ts';
import { reduceRows, type DrawnMap, type MapRows } from './weightMap.ts';

/**
 * A map laid on longer axes.
 *
 * @param queries [places] the map's query at each place, ascending, each of them once; -1 where there is none
 * @param keys the same of the keys
 */
export function alignedMap(map: DrawnMap, queries: Int32Array, keys: Int32Array): DrawnMap {
  if (queries.length === map.queries && keys.length === map.keys) return map;
  const spans = spansOf(keys);
  const rows: MapRows = {
    queries: queries.length,
    keys: keys.length,
    read: async (queryStart, queryEnd, signal) => {
      const out = new Float32Array((queryEnd - queryStart) * keys.length).fill(absent);
      const own = queries.subarray(queryStart, queryEnd).filter((query) => query >= 0);
      const [first] = own;
      if (first === undefined) return out;
      const values = await map.read(first, first + own.length, signal);
      for (let place = queryStart; place < queryEnd; place++) {
        const query = queries[place]!;
        if (query < 0) continue;
        const [from, to] = [(query - first) * map.keys, (place - queryStart) * keys.length];
        for (const { key, count, at } of spans) out.set(values.subarray(from + key, from + key + count), to + at);
      }
      return out;
    },
  };
  return { ...rows, reduce: (asked, signal) => reduceRows(rows, asked, signal) };
}

interface Span {
  readonly key: number;
  /** Place of the first of them. */
  readonly at: number;
  count: number;
}

/** Keys that follow each other without a place between. */
function spansOf(keys: Int32Array): Span[] {
  const spans: Span[] = [];
  keys.forEach((key, place) => {
    if (key < 0) return;
    const last = spans.at(-1);
    if (last && last.at + last.count === place) last.count++;
    else spans.push({ key, at: place, count: 1 });
  });
  return spans;
}
