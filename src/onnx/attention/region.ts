/** The part of a graph between a score product and a tap: what has to be computed again to have the weights. */

import type { Flow } from '../flow.ts';
import type { Node } from '../model.ts';

/** Nodes that lie on a way from the product to the tap, both ends included, producers first. */
export function nodesBetween(flow: Flow, product: Node, tap: string): Node[] {
  const end = flow.producers.get(tap);
  if (end === undefined) return [];
  // What comes before the product in order cannot depend on it, so the climb stays within the part between the two.
  const first = flow.position[product.index] ?? 0;
  const above = new Set([end]);
  for (const node of above) {
    for (const input of node.inputs) {
      const maker = flow.producers.get(input);
      if (maker !== undefined && (flow.position[maker.index] ?? 0) >= first) above.add(maker);
    }
  }
  const place = (node: Node): number => flow.position[node.index] ?? 0;
  const made = new Set(product.outputs);
  const between: Node[] = [];
  for (const node of [...above].sort((a, b) => place(a) - place(b))) {
    if (node !== product && !node.inputs.some((input) => input !== '' && made.has(input))) continue;
    between.push(node);
    for (const output of node.outputs) if (output !== '') made.add(output);
  }
  return between;
}
