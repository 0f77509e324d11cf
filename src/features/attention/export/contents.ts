/** What the files of an export hold, piece by piece: maps have more cells than one wants in memory as text. */

import { npyHeader } from '../../../formats/npy.ts';
import type { AttentionResult } from '../../../protocol/attention.ts';
import type { InferenceService, MapSource, SiteRun } from '../../../protocol/inference.ts';
import type { Progress, Remote } from '../../../protocol/rpc.ts';
import { csvHeader, csvRow } from './csv.ts';

export interface OpenMap {
  result: AttentionResult;
  map: MapSource;
  /** Gives the map its sizes. */
  site: SiteRun;
}

type Row = Remote<Pick<InferenceService, 'row'>>['row'];

interface Work {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** @param row of the map, NaN where masked */
export async function* mapCsv(open: OpenMap, row: Row, work: Work): AsyncGenerator<string> {
  const { result, site } = open;
  const { tokens } = result.run;
  const named = (count: number): ((index: number) => string) | null =>
    tokens?.length === count ? (index) => tokens[index]?.text ?? '' : null;
  yield csvHeader(site.keys, site.kind === 'cross' ? null : named(site.keys));
  for await (const [query, weights] of rowsOf(open, row, work)) yield csvRow(query, weights, named(site.queries));
}

/** float32 [queries, keys]; masked cells are written as their weight, 0. */
export async function* mapNpy(open: OpenMap, row: Row, work: Work): AsyncGenerator<Uint8Array> {
  yield npyHeader('float32', [open.site.queries, open.site.keys]);
  for await (const [, weights] of rowsOf(open, row, work)) {
    const written = weights.map((weight) => (Number.isNaN(weight) ? 0 : weight));
    yield new Uint8Array(written.buffer, written.byteOffset, written.byteLength);
  }
}

async function* rowsOf(
  { result, map, site }: OpenMap,
  row: Row,
  { signal, onProgress }: Work,
): AsyncGenerator<readonly [number, Float32Array]> {
  const { runId } = result.run;
  for (let query = 0; query < site.queries; query++) {
    if (query % 32 === 0) onProgress({ message: 'Writing weights', fraction: query / site.queries });
    yield [query, await row({ runId, map, query }, { signal })] as const;
  }
}
