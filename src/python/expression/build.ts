/** Short ways of making nodes. */

import { maskedBy } from './leftOut.ts';
import { numberOf, unwrap, type Attributes, type Graph, type Node } from './node.ts';

export interface Build {
  readonly graph: Graph;
  readonly number: (value: number) => Node;
  readonly apply: (operation: string, ...args: Node[]) => Node;
  /** Over the last axes, or all where `axes` is null. */
  readonly reduce: (operation: string, x: Node, axes: readonly number[] | null, keep?: boolean) => Node;
  readonly with: (operation: string, args: readonly Node[], attributes: Attributes) => Node;
}

/** Axes before those of one example. */
const mostLeading = 3;

export function buildOn(graph: Graph): Build {
  const leftOut = (operation: string, args: readonly Node[]): Node | null => {
    const masked = graph.literal ? null : maskedBy(operation, args);
    return masked && graph.make('leftOut', [masked.of, masked.mask], { whereItHolds: masked.whereItHolds });
  };
  /** How many numbers there are in something, from the lengths of its axes, or of those from one on. */
  const counted = (operation: string, [lengths]: readonly Node[]): Node | null => {
    if (operation !== 'product' && operation !== 'count') return null;
    const inner = lengths && unwrap(lengths);
    if (inner?.op === 'shape' && operation === 'product') return graph.make('count', inner.args, {});
    const [of, from] = inner?.op === 'index' && inner.attributes['spec'] === 'slice:f' ? inner.args : [];
    const axes = from ? numberOf(from) : null;
    if (!of || unwrap(of).op !== 'shape' || axes === null || axes < 1 || axes > mostLeading) return null;
    let one = unwrap(of).args[0]!;
    for (let axis = 0; axis < axes; axis++) one = graph.make('index', [one, graph.number(0)], { spec: 'at' });
    return graph.make('count', [one], {});
  };
  return {
    graph,
    number: (value) => graph.number(value),
    apply: (operation, ...args) => leftOut(operation, args) ?? graph.apply(operation, args),
    reduce: (operation, x, axes, keep = false) => graph.make(operation, [x], { axes, keep }),
    with: (operation, args, attributes) => leftOut(operation, args) ?? counted(operation, args) ?? graph.make(operation, args, attributes),
  };
}
