/** What a view shows of a site's weights: pooled to the resolution of the screen, a stripe of rows at a time. */

import { toHalf } from '../../maths/half.ts';
import { createMaxPool } from '../../maths/pooling.ts';
import type { Thumbnails, ThumbnailsRequest, Tile, TileRequest } from '../../protocol/inference.ts';
import { RpcError } from '../../protocol/rpc.ts';
import { stripes, type SiteWeights } from './siteWeights.ts';

/** No screen shows more, and a peer that asks for more gets no gigabytes. */
const maximumSide = 8_192;

function outOfRange(what: string, value: unknown, range: string): RpcError {
  return new RpcError('out-of-range', `There is no ${what} ${String(value)}; ${range}.`);
}

/** Checks that `value` is a whole number in [0, count). */
export function checkIndex(what: string, value: number, count: number): number {
  if (Number.isInteger(value) && value >= 0 && value < count) return value;
  throw outOfRange(what, value, count === 1 ? 'there is only 0' : `they go from 0 to ${count - 1}`);
}

function checkSpan(what: string, start: number, end: number, count: number): void {
  if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= count) return;
  throw outOfRange(`range of ${what}`, `${start} to ${end}`, `they go from 0 to ${count}`);
}

function checkSide(what: string, value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= maximumSide) return value;
  throw outOfRange(`number of ${what}`, value, `it goes from 1 to ${maximumSide}`);
}

/** A rectangle of one head, reduced by the maximum. Cells that are masked throughout are NaN. */
export async function readTile(site: SiteWeights, request: TileRequest, signal: AbortSignal): Promise<Tile> {
  const { queries, keys, heads } = site.sizes;
  const { queryStart, queryEnd, keyStart, keyEnd } = request;
  const batch = checkIndex('batch', request.batch ?? 0, site.sizes.batch);
  const head = checkIndex('head', request.head, heads);
  checkSpan('queries', queryStart, queryEnd, queries);
  checkSpan('keys', keyStart, keyEnd, keys);
  const rows = Math.min(checkSide('rows', request.rows), queryEnd - queryStart);
  const columns = Math.min(checkSide('columns', request.columns), keyEnd - keyStart);
  const pool = createMaxPool(queryEnd - queryStart, keyEnd - keyStart, rows, columns);
  for (const stripe of stripes(queryStart, queryEnd, keys)) {
    const values = await site.read({ batch, head, ...stripe }, 'nan', signal);
    pool.add({
      values,
      offset: keyStart,
      stride: keys,
      firstRow: stripe.queryStart - queryStart,
      rowCount: stripe.queryEnd - stripe.queryStart,
    });
  }
  return { rows, columns, values: toHalf(pool.values) };
}

/** Every head of a site, reduced to thumbnails. A head's largest weight is 0 where all of it is masked. */
export async function readThumbnails(site: SiteWeights, request: ThumbnailsRequest, signal: AbortSignal): Promise<Thumbnails> {
  const { queries, keys, heads } = site.sizes;
  const batch = checkIndex('batch', request.batch ?? 0, site.sizes.batch);
  const rows = Math.min(checkSide('rows', request.size), queries);
  const columns = Math.min(request.size, keys);
  const pools = Array.from({ length: heads }, () => createMaxPool(queries, keys, rows, columns));
  for (const stripe of stripes(0, queries, heads * keys)) {
    const values = await site.read({ batch, head: null, ...stripe }, 'nan', signal);
    const rowCount = stripe.queryEnd - stripe.queryStart;
    pools.forEach((pool, head) =>
      pool.add({ values, offset: head * rowCount * keys, stride: keys, firstRow: stripe.queryStart, rowCount }),
    );
  }
  const pooled = new Float32Array(heads * rows * columns);
  pools.forEach((pool, head) => pooled.set(pool.values, head * rows * columns));
  const maxima = Float32Array.from(pools, ({ values }) => values.reduce((largest, value) => (value > largest ? value : largest), 0));
  return { heads, rows, columns, values: toHalf(pooled), maxima };
}
