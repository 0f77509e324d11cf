/** What a view shows of maps: pooled to the resolution of the screen. */

import { toHalf } from '../maths/half.ts';
import type { Thumbnails, ThumbnailsRequest, Tile, TileArea } from '../protocol/inference.ts';
import { checkIndex, checkSide, checkSpan } from './checks.ts';
import type { SiteWeights } from './siteWeights.ts';
import type { DrawnMap } from './weightMap.ts';

/** A rectangle of a map, reduced by the maximum. Cells that are masked throughout are NaN. */
export async function readTile(map: DrawnMap, request: TileArea, signal: AbortSignal): Promise<Tile> {
  const { queryStart, queryEnd, keyStart, keyEnd } = request;
  checkSpan('queries', queryStart, queryEnd, map.queries);
  checkSpan('keys', keyStart, keyEnd, map.keys);
  const rows = Math.min(checkSide('rows', request.rows), queryEnd - queryStart);
  const columns = Math.min(checkSide('columns', request.columns), keyEnd - keyStart);
  const values = await map.reduce({ queryStart, queryEnd, keyStart, keyEnd, rows, columns }, signal);
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
