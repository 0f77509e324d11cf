/** What a view shows of a site's weights: pooled to the resolution of the screen. */

import { toHalf } from '../../maths/half.ts';
import type { Thumbnails, ThumbnailsRequest, Tile, TileRequest } from '../../protocol/inference.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { SiteWeights } from './siteWeights.ts';

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
  const values = await site.reduce({ batch, head, queryStart, queryEnd, keyStart, keyEnd, rows, columns }, signal);
  return { rows, columns, values: toHalf(values) };
}

/** Every head of a site, reduced to thumbnails. A head's largest weight is 0 where all of it is masked. */
export async function readThumbnails(site: SiteWeights, request: ThumbnailsRequest, signal: AbortSignal): Promise<Thumbnails> {
  const { queries, keys, heads } = site.sizes;
  const batch = checkIndex('batch', request.batch ?? 0, site.sizes.batch);
  const rows = Math.min(checkSide('rows', request.size), queries);
  const columns = Math.min(request.size, keys);
  const values = await site.reduce(
    { batch, head: null, queryStart: 0, queryEnd: queries, keyStart: 0, keyEnd: keys, rows, columns },
    signal,
  );
  const size = rows * columns;
  const maxima = Float32Array.from({ length: heads }, (_, head) =>
    values.subarray(head * size, (head + 1) * size).reduce((largest, value) => (value > largest ? value : largest), 0),
  );
  return { heads, rows, columns, values: toHalf(values), maxima };
}
