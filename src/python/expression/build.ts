/** Short ways of making nodes. */

import { maskedBy } from './leftOut.ts';
import type { Attributes, Graph, Node } from './node.ts';

export interface Build {
  readonly graph: Graph;
  readonly number: (value: number) => Node;
  readonly apply: (operation: string, ...args: Node[]) => Node;
  /** Over the last axes, or all where `axes` is null. */
  readonly reduce: (operation: string, x: Node, axes: readonly number[] | null, keep?: boolean) => Node;
  readonly with: (operation: string, args: readonly Node[], attributes: Attributes) => Node;
}

export function buildOn(graph: Graph): Build {
  const leftOut = (operation: string, args: readonly Node[]): Node | null => {
    const masked = maskedBy(operation, args);
    return masked && graph.make('leftOut', masked);
  };
  return {
    graph,
    number: (value) => graph.number(value),
    apply: (operation, ...args) => leftOut(operation, args) ?? graph.apply(operation, args),
    reduce: (operation, x, axes, keep = false) => graph.make(operation, [x], { axes, keep }),
    with: (operation, args, attributes) => leftOut(operation, args) ?? graph.make(operation, args, attributes),
  };
}
