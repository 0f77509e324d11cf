/** What some tokens attend to, or what attends to them, over several heads at once: one number a token. */

import type { ShadeRequest } from '../../protocol/inference.ts';
import { RpcError } from '../../protocol/rpc.ts';
import { stripes, type SiteSizes, type SiteWeights } from './siteWeights.ts';
import { checkIndex } from './tiles.ts';

interface Heads {
  site: SiteWeights;
  /** In the order in which they are read. */
  heads: readonly number[];
}

/** [keys] (or [queries], towards the tokens): NaN where every cell that was summed is masked. */
export async function readShade(sites: readonly SiteWeights[], request: ShadeRequest, signal: AbortSignal): Promise<Float32Array> {
  const groups = groupHeads(sites, request);
  const { queries, keys } = sizesOf(groups);
  const batch = checkIndex('batch', request.batch ?? 0, groups[0]!.site.sizes.batch);
  const towards = request.direction === 'to';
  const tokens = [...new Set(request.tokens)].map((token) => checkIndex('token', token, towards ? keys : queries));
  const sum = new Float64Array(towards ? queries : keys);
  const seen = new Uint8Array(sum.length);
  const rows = async (queryStart: number, queryEnd: number): Promise<Float32Array> => {
    const combined = new Combination((queryEnd - queryStart) * keys, request.combine);
    for (const { site, heads } of groups) {
      const all = heads.length === site.sizes.heads;
      for (const head of all ? [null] : heads) {
        signal.throwIfAborted();
        const values = await site.read({ batch, head, queryStart, queryEnd }, 'nan', signal);
        const cells = (queryEnd - queryStart) * keys;
        for (let start = 0; start < values.length; start += cells) {
          const part = values.slice(start, start + cells);
          if (request.withoutFirst) leaveOutFirst(part, keys);
          combined.add(part);
        }
      }
    }
    return combined.finish();
  };
  const take = (at: number, weight: number): void => {
    if (Number.isNaN(weight)) return;
    sum[at]! += weight;
    seen[at] = 1;
  };
  if (!towards) {
    for (const query of tokens) (await rows(query, query + 1)).forEach((weight, key) => take(key, weight));
  } else {
    const mostHeads = Math.max(...groups.map(({ site }) => site.sizes.heads));
    for (const { queryStart, queryEnd } of stripes(0, queries, mostHeads * keys)) {
      const values = await rows(queryStart, queryEnd);
      for (let query = queryStart; query < queryEnd; query++)
        for (const key of tokens) take(query, values[(query - queryStart) * keys + key]!);
    }
  }
  return Float32Array.from(sum, (value, at) => (seen[at] === 1 ? value : NaN));
}

/** Mean or maximum, cell by cell. In a mean, a head that masks a cell gives it 0. */
class Combination {
  readonly #how: ShadeRequest['combine'];
  readonly #values: Float32Array;
  #count = 0;

  constructor(cells: number, how: ShadeRequest['combine']) {
    this.#how = how;
    this.#values = new Float32Array(cells).fill(NaN);
  }

  add(weights: Float32Array): void {
    const values = this.#values;
    this.#count++;
    weights.forEach((weight, cell) => {
      const before = values[cell]!;
      if (Number.isNaN(weight)) return;
      if (Number.isNaN(before)) values[cell] = weight;
      else values[cell] = this.#how === 'mean' ? before + weight : Math.max(before, weight);
    });
  }

  finish(): Float32Array {
    const count = this.#count;
    return this.#how === 'mean' ? this.#values.map((sum) => sum / count) : this.#values;
  }
}

/** The first key left out of rows [rows, keys] and the rest made to sum to 1 again, in place; a row that has nothing else is masked. */
function leaveOutFirst(rows: Float32Array, keys: number): void {
  for (let start = 0; start < rows.length; start += keys) {
    rows[start] = NaN;
    let rest = 0;
    for (let at = start + 1; at < start + keys; at++) if (rows[at]! > 0) rest += rows[at]!;
    for (let at = start + 1; at < start + keys; at++) rows[at] = rest > 0 ? rows[at]! / rest : NaN;
  }
}

function groupHeads(sites: readonly SiteWeights[], { heads }: ShadeRequest): readonly Heads[] {
  const groups = new Map<number, Set<number>>();
  for (const { site, head } of heads) {
    const { sizes } = sites[checkIndex('attention site', site, sites.length)]!;
    const group = groups.get(site) ?? new Set();
    groups.set(site, group.add(checkIndex('head', head, sizes.heads)));
  }
  if (groups.size === 0) throw new RpcError('out-of-range', 'No head was named; name one at least.');
  return [...groups].map(([site, chosen]) => ({ site: sites[site]!, heads: [...chosen] }));
}

/** @throws RpcError 'out-of-range' where the heads' maps are of different sizes */
function sizesOf(groups: readonly Heads[]): SiteSizes {
  const [first, ...others] = groups.map(({ site }) => site.sizes);
  for (const { queries, keys } of others) {
    if (queries === first!.queries && keys === first!.keys) continue;
    throw new RpcError(
      'out-of-range',
      `Maps of ${first!.queries} × ${first!.keys} and of ${queries} × ${keys} cells cannot be put together; choose heads with maps of one size.`,
    );
  }
  return first!;
}
