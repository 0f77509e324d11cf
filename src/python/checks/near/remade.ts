/** A piece of code with something in it changed. */

import { leaves, measuring, numberOf, type Attributes, type Node } from '../../expression/node.ts';
import { argsOf, type Cut } from '../../recognise/cut.ts';
import { make } from './edit.ts';

/** Which alternative of a condition the code takes. */
export interface Way {
  readonly alternative: number;
}

/** The root with some operations changed; whatever holds them is made anew. `change` is told what the operation's arguments are by then. */
export function remade({ root, order, inputs }: Cut, change: (node: Node, args: readonly Node[]) => Node): Node {
  const given = new Set(inputs);
  const changed = new Map<Node, Node>();
  for (const node of order) {
    if (given.has(node)) continue;
    const now = change(
      node,
      node.args.map((arg) => changed.get(arg) ?? arg),
    );
    if (now !== node) changed.set(node, now);
  }
  return changed.get(root) ?? root;
}

/** The same node where nothing of it is another. */
export const withArgs = (node: Node, args: readonly Node[], attributes: Attributes = node.attributes): Node =>
  attributes === node.attributes && args.every((arg, place) => arg === node.args[place]) ? node : make(node.op, args, attributes);

/** A value with others in place of some that it is computed from. */
export function replacedAll(root: Node, by: ReadonlyMap<Node, Node>): Node {
  const all = new Map(by);
  const visit = (node: Node): Node => {
    let now = all.get(node);
    if (!now) all.set(node, (now = leaves.has(node.op) ? node : withArgs(node, node.args.map(visit))));
    return now;
  };
  return visit(root);
}

/** The same with one. */
export const replaced = (root: Node, there: Node, wanted: Node): Node => replacedAll(root, new Map([[there, wanted]]));

const known = new WeakMap<Cut, ReadonlySet<Node>>();

function nodesOf(cut: Cut): ReadonlySet<Node> {
  let nodes = known.get(cut);
  if (!nodes) known.set(cut, (nodes = new Set(cut.order)));
  return nodes;
}

/** The same piece of code with another value: of the same inputs. */
export function withRoot(cut: Cut, root: Node, others: ReadonlySet<Node>, way: Way): Cut {
  const given = new Set(cut.inputs);
  const added: Node[] = [];
  const order: Node[] = [];
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (!given.has(node) && (others.has(node) || node.op === 'normal')) added.push(node);
    else if (!given.has(node)) for (const arg of argsOf(node, way)) visit(arg);
    order.push(node);
  };
  visit(root);
  for (const one of added) given.add(one);
  const inputs = [...cut.inputs.filter((input) => seen.has(input)), ...added];
  const used = new Set([root, ...order.flatMap((node) => (given.has(node) || measuring.has(node.op) ? [] : argsOf(node, way)))]);
  return {
    root,
    order,
    inputs,
    constant: cut.constant,
    measured: new Set(inputs.filter((input) => !used.has(input))),
    operations: new Set(order.flatMap((node) => (given.has(node) ? [] : [node.op]))),
    literals: order.flatMap((node) => (node.op === 'number' ? [numberOf(node)!] : [])),
    common: nodesOf(cut),
  };
}
