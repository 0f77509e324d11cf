/** A continuation and what was tried instead of it: a tree of tokens, of which one path is shown. */

import type { GeneratedToken } from '../../../src/protocol/generation.ts';
import type { BranchNode } from '../../../src/protocol/sampling.ts';

/** The prompt's end, before the first token. */
export const root = -1;

export type Nodes = readonly BranchNode[];

/** The nodes from the first token to one of them, which is the last. */
export function pathTo(nodes: Nodes, tip: number): number[] {
  const path: number[] = [];
  for (let at = tip; at !== root; at = nodes[at]!.parent) path.push(at);
  return path.reverse();
}

/** What was tried behind a node, in the order in which it was. */
export function childrenOf(nodes: Nodes, parent: number): number[] {
  return nodes.flatMap((node, index) => (node.parent === parent ? [index] : []));
}

/** The end of the branch through a node: of what was tried behind each, the newest. */
export function endOf(nodes: Nodes, node: number): number {
  const child = nodes.findLastIndex(({ parent }) => parent === node);
  return child < 0 ? node : endOf(nodes, child);
}

/** Every branch by its end, in the order in which they were begun. */
export function tipsOf(nodes: Nodes): number[] {
  const inner = new Set(nodes.map(({ parent }) => parent));
  return nodes.flatMap((_, index) => (inner.has(index) ? [] : [index]));
}

/** How many tokens two paths have in common from their start on. */
export function commonLength(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** The text of a path: half characters belong to the token that completes them. */
export function textOf(nodes: Nodes, path: readonly number[]): string {
  return path.map((node) => nodes[node]!.token.added).join('');
}

/** One more token behind a node; where that token is there already, it stays the only one. */
export function withToken(nodes: Nodes, parent: number, token: GeneratedToken): { nodes: Nodes; node: number } {
  const known = nodes.findIndex((node) => node.parent === parent && node.token.id === token.id);
  if (known >= 0) return { nodes, node: known };
  return { nodes: [...nodes, { token, parent }], node: nodes.length };
}

/** An alternative of a token, as a token in its place. */
export function chosenInstead({ alternatives, entropy, candidates }: GeneratedToken, id: number): GeneratedToken | null {
  const rank = alternatives.findIndex((alternative) => alternative.id === id);
  const chosen = alternatives[rank];
  if (!chosen) return null;
  const { text, probability, drawn } = chosen;
  return { id, text, added: text, logProbability: Math.log(probability), rank: rank + 1, entropy, drawn, candidates, alternatives };
}
