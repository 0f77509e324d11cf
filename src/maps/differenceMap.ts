import { absent, difference } from '../maths/attention/difference.ts';
import { createMaxPool } from '../maths/pooling.ts';
import { stripes } from './siteWeights.ts';
import type { DrawnMap, MapRows, ReducedRectangle } from './weightMap.ts';

/**
 * The difference a - b of two maps of one size. A cell that one of them lacks is absent; one that one of them masks counts as 0 there,
 * and one that both mask is masked. Reduced, the difference of the largest magnitude stays, with its sign.
 */
export function differenceMap(a: MapRows, b: MapRows): DrawnMap {
  const rows: MapRows = {
    queries: a.queries,
    keys: a.keys,
    read: async (queryStart, queryEnd, signal) =>
      subtract(await a.read(queryStart, queryEnd, signal), await b.read(queryStart, queryEnd, signal)),
  };
  return { ...rows, reduce: (asked, signal) => reduce(rows, asked, signal) };
}

function subtract(a: Float32Array, b: Float32Array): Float32Array {
  const values = new Float32Array(a.length);
  for (let at = 0; at < values.length; at++) values[at] = difference(a[at]!, b[at]!);
  return values;
}

/** The largest and the smallest under each cell; what is no number is the same in both. */
async function reduce(map: MapRows, asked: ReducedRectangle, signal: AbortSignal): Promise<Float32Array> {
  const { queryStart, queryEnd, keyStart, keyEnd, rows, columns } = asked;
  const [above, below] = [0, 1].map(() => createMaxPool(queryEnd - queryStart, keyEnd - keyStart, rows, columns));
  for (const stripe of stripes(queryStart, queryEnd, map.keys)) {
    const values = await map.read(stripe.queryStart, stripe.queryEnd, signal);
    const rowCount = stripe.queryEnd - stripe.queryStart;
    const part = { values, offset: keyStart, stride: map.keys, firstRow: stripe.queryStart - queryStart, rowCount };
    above!.add(part);
    for (let at = 0; at < values.length; at++) if (values[at] !== absent) values[at] = -values[at]!;
    below!.add(part);
  }
  return above!.values.map((most, at) => (below!.values[at]! > most ? -below!.values[at]! : most));
}
