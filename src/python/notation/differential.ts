/** Equations of differentials: what stands before dt. */

import { apply, type Tree } from './tree.ts';
import { Unread } from './unread.ts';

/**
 * `f dt + g dw` without its noise, over dt.
 * @throws Unread where a term has no differential
 */
export function driftOf(tree: Tree): Tree {
  const drift = part(tree);
  if (!drift) throw new Unread();
  return drift;
}

/** null: a multiple of noise. */
function part(tree: Tree): Tree | null {
  if (tree.kind !== 'apply') throw new Unread();
  const { op, args } = tree;
  if (op === 'add' || op === 'subtract') {
    const [a, b] = args.map(part);
    if (!a) return b ? (op === 'add' ? b : apply('negate', b)) : null;
    return b ? apply(op, a, b) : a;
  }
  if (op === 'negate') {
    const inner = part(args[0]!);
    return inner && apply('negate', inner);
  }
  if (op !== 'multiply' && op !== 'dot') throw new Unread();
  const factors = factorsOf(tree);
  const differentials = factors.filter((factor) => factor.kind === 'name' && /^d[twxz]$/.test(factor.base));
  const others = factors.filter((factor) => !differentials.includes(factor));
  const [only] = differentials;
  if (differentials.length !== 1 || only?.kind !== 'name') throw new Unread();
  if (only.base === 'dw') return null;
  if (only.base !== 'dt' || others.length === 0) throw new Unread();
  return others.reduce((product, factor) => apply('multiply', product, factor));
}

function factorsOf(tree: Tree): Tree[] {
  return tree.kind === 'apply' && (tree.op === 'multiply' || tree.op === 'dot') ? tree.args.flatMap(factorsOf) : [tree];
}
