/** Stands in for the extension host and its engine: answers from what the report holds, and computes the rest. */

import { checkIndex } from '../../src/maps/checks.ts';
import { OpenMaps } from '../../src/maps/openMaps.ts';
import { openPortable } from '../../src/maps/portable/openPortable.ts';
import { readShade } from '../../src/maps/shade.ts';
import type { SiteWeights } from '../../src/maps/siteWeights.ts';
import { readTile } from '../../src/maps/tiles.ts';
import type { AttentionHost } from '../../src/protocol/attention.ts';
import type { KnownNextToken, PortableSite, SiteScores } from '../../src/protocol/inference.ts';
import type { Packed, ReportData } from '../../src/protocol/report.ts';
import { RpcError, type Remote } from '../../src/protocol/rpc.ts';
import { unpack } from './data.ts';
import { knownNextToken } from './next.ts';

const never = new AbortController().signal;

export function reportHost(report: Packed<ReportData>): Remote<AttentionHost> {
  const sites = report.sites.map(lazySite);
  const maps = new OpenMaps(sites);
  const siteOf = (site: number): Packed<PortableSite> => report.sites[checkIndex('attention site', site, sites.length)]!;
  const nothing = async (): Promise<void> => undefined;
  return {
    ready: async () => null,
    saveState: nothing,
    thumbnails: ({ site }) => unpack<PortableSite['thumbnails']>(siteOf(site).thumbnails),
    tile: async (request, { signal = never } = {}) => readTile(maps.open(request.map), request, signal),
    row: async ({ map: source, query }, { signal = never } = {}) => {
      const map = maps.open(source);
      const row = checkIndex('query', query, map.queries);
      return map.read(row, row + 1, signal);
    },
    shade: async (request, { signal = never } = {}) => readShade(maps.open(request.map), request, signal),
    cell: async ({ site, head, query, key }, { signal = never } = {}) => {
      const carried = siteOf(site);
      const opened = sites[site]!;
      if (!opened.cell || carried.kind === 'weights')
        throw new RpcError('no-operands', `This report holds the weights of this layer, not the queries and keys: ${reasonOf(carried)}`);
      const place = {
        batch: 0,
        head: checkIndex('head', head, carried.heads),
        query: checkIndex('query', query, carried.queries),
        key: checkIndex('key', key, carried.keys),
      };
      return opened.cell(place, signal);
    },
    headScores: async ({ site, withoutFirst }) => {
      const scores = report.scores[checkIndex('attention site', site, report.scores.length)]!;
      return unpack<SiteScores>(withoutFirst ? scores.withoutFirst : scores.all);
    },
    valueNorms: withoutEngine,
    edgeEffects: withoutEngine,
    comparison: withoutEngine,
    comparedTile: withoutEngine,
    comparedRow: withoutEngine,
    compareWith: withoutEngine,
    chooseOther: withoutEngine,
    cancelOther: withoutEngine,
    symbols: async () => report.symbols,
    predictions: async () => (await nextOf(report)).predictions,
    nextToken: async ({ position }): Promise<KnownNextToken> =>
      knownNextToken(await nextOf(report), report.result.run.tokens ?? [], position),
    export: nothing,
    explainHere: nothing,
    cancel: nothing,
    act: nothing,
    reveal: nothing,
  };
}

/** What no view of a report asks for. */
async function withoutEngine(): Promise<never> {
  throw new RpcError('no-engine', 'A report has no model that could be run.');
}

async function nextOf({ next }: Packed<ReportData>): Promise<NonNullable<ReportData['next']>> {
  if (next) return unpack<NonNullable<ReportData['next']>>(next);
  throw new RpcError('no-logits', 'This report holds nothing of the next token.');
}

const reasonOf = (site: Packed<PortableSite>): string => (site.kind === 'weights' ? site.reason : '');

/** A site that is unpacked when its weights are first asked for. */
function lazySite(packed: Packed<PortableSite>): SiteWeights {
  const { heads, queries, keys, headDim } = packed;
  let opening: Promise<SiteWeights> | undefined;
  const opened = (): Promise<SiteWeights> => (opening ??= unpack<PortableSite>(packed).then(openPortable));
  return {
    sizes: { batch: 1, heads, queries, keys, headDim },
    read: async (range, masked, signal) => (await opened()).read(range, masked, signal),
    reduce: async (asked, signal) => (await opened()).reduce(asked, signal),
    ...(packed.kind === 'operands' && { cell: async (place, signal) => (await opened()).cell!(place, signal) }),
  };
}
