/**
 * Numbers the sites of a graph along its data flow. Encoder and decoder, or the two towers of a contrastive model, are numbered
 * apart, and so are self- and cross-attention: layer 0 of each is its own first.
 */

import type { Flow } from '../flow.ts';
import type { Node } from '../model.ts';

export interface Unnumbered {
  kind: 'self' | 'cross';
  query: string;
  valueProduct: Node;
}

/** More streams than a tensor needs to remember; only a hostile file has them. */
const MAX_STREAMS = 8;

/**
 * Layers of the sites, which stand in the order of the flow. A stream begins at an attention that none precedes, and is carried by
 * what is computed from its output. An attention's output belongs to the stream of its queries alone: keys and values of another
 * stream are looked at, not joined. Sites whose queries carry the same stream are one group.
 */
export function numberLayers(flow: Flow, sites: readonly Unnumbered[]): number[] {
  const bySite = new Map(sites.map((site, i) => [site.valueProduct, i]));
  const streams = new Map<string, readonly number[]>();
  const parents = sites.map((_, i) => i);
  const root = (stream: number): number => {
    let top = stream;
    while (parents[top] !== undefined && parents[top] !== top) top = parents[top] ?? top;
    parents[stream] = top;
    return top;
  };
  const groups = new Array<number>(sites.length).fill(0);
  for (const node of flow.order) {
    const index = bySite.get(node);
    const site = index === undefined ? undefined : sites[index];
    let carried: readonly number[];
    if (index !== undefined && site !== undefined) {
      carried = streams.get(site.query) ?? [];
      if (carried.length === 0) carried = [index];
      const first = root(carried[0] ?? index);
      for (const other of carried) parents[root(other)] = first;
      groups[index] = first;
      carried = [first];
    } else carried = union(node.inputs.map((input) => streams.get(input)));
    if (carried.length > 0) for (const output of node.outputs) streams.set(output, carried);
  }
  const next = new Map<string, number>();
  return sites.map(({ kind }, i) => {
    const group = `${root(groups[i] ?? 0)} ${kind}`;
    const layer = next.get(group) ?? 0;
    next.set(group, layer + 1);
    return layer;
  });
}

const NONE: readonly number[] = [];

function union(sets: readonly (readonly number[] | undefined)[]): readonly number[] {
  let all = NONE;
  for (const set of sets) {
    if (set === undefined || set === all) continue;
    all = all.length === 0 ? set : [...new Set([...all, ...set])].slice(0, MAX_STREAMS);
  }
  return all;
}
