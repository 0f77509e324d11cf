/** Numbers for computations that are the same whether or not they stand in the same graph. */

import type { Node } from '../expression/node.ts';

/** More than these are forgotten, all at once. */
const most = 400_000;

export class Likeness {
  readonly #numbers = new Map<string, number>();
  #next = 0;

  /** Whether numbers given from now on may differ from earlier ones for what is the same. */
  get isFull(): boolean {
    return this.#numbers.size > most;
  }

  forget(): void {
    this.#numbers.clear();
  }

  /**
   * A number for each node that the roots are made of. Nodes of other graphs that have the same number are the same computation of the
   * same names. What a graph tells apart by counting, draws and parameters, is told apart by its place among those like it.
   */
  of(roots: Iterable<Node>): ReadonlyMap<Node, number> {
    const numbers = new Map<Node, number>();
    const alike = new Map<string, number>();
    for (const node of reachable(roots)) {
      let key = `${node.op}|${node.args.map((arg) => numbers.get(arg)!).join(',')}|`;
      let isCounted = false;
      for (const [name, value] of Object.entries(node.attributes)) {
        if (name === 'draw' || name === 'at') isCounted = true;
        else key += `${name}=${typeof value === 'string' ? value : JSON.stringify(value)};`;
      }
      if (isCounted) {
        const place = alike.get(key) ?? 0;
        alike.set(key, place + 1);
        key += `#${place}`;
      }
      let number = this.#numbers.get(key);
      if (number === undefined) this.#numbers.set(key, (number = this.#next++));
      numbers.set(node, number);
    }
    return numbers;
  }
}

/** In the order in which they were made, so that each comes after what it is made of. */
function reachable(roots: Iterable<Node>): Node[] {
  const found = new Set(roots);
  for (const node of found) for (const arg of node.args) found.add(arg);
  return [...found].sort((a, b) => a.id - b.id);
}
