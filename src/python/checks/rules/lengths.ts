/** Lengths of gradients that are not squared in a penalty, or are squared where lengths are meant. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { ownNodes } from '../statements.ts';
import { madeFrom, moving, namesOn } from './flow.ts';

export function* lengths(statement: Computed): Generator<Fault> {
  const { target, around } = statement;
  const names = [target, around[0] ?? ''].join(' ');
  const isZeroCentred = /(?:^|[_ ])r[12](?:[_ ]|$)|zero_?cent/i.test(names) && !/norm|log(?:ged)?(?:_|$)/i.test(names);
  const isPath = /path_?len/i.test(around.slice(0, 2).join(' ')) || /path_?len|^pl_len/i.test(target);
  if (!isZeroCentred && !isPath) return;
  for (const node of ownNodes(statement)) {
    if (node.op !== 'mean') continue;
    const of = unwrap(node.args[0]!);
    const told = { statement, at: node, related: [], nearly: null, change: null, rule: 'function-missing' } as const;
    if (isZeroCentred && of.op === 'sqrt' && sumOfGradients(of.args[0]!))
      yield { ...told, message: 'This is the mean length of the gradients: the penalty (R1) is the mean of their squares.' };
    if (isPath && sumOfGradients(of) && Array.isArray(node.attributes['axes']) && !isRooted(node))
      yield { ...told, message: 'These are the squares of the lengths: the root of the sum of squares is missing.' };
  }
}

/** A sum of squared derivatives. */
function sumOfGradients(node: Node): boolean {
  let inner = unwrap(node);
  if (inner.op === 'add') inner = unwrap(inner.args[0]!);
  if (inner.op !== 'sum') return false;
  let of = unwrap(inner.args[0]!);
  let isSquared = false;
  while ((of.op === 'square' || moving.has(of.op)) && of.args[0]) {
    isSquared ||= of.op === 'square';
    of = unwrap(of.args[0]);
  }
  if (!isSquared) return false;
  return (
    of.op === 'gradient' ||
    (of.op === 'opaque' && of.attributes['callee'] === 'gradient') ||
    (of.op === 'parameter' && /grad/i.test(namesOn(of)[0] ?? ''))
  );
}

/** The root is taken afterwards. */
const isRooted = (node: Node): boolean => [...madeFrom(node, beforeRoot)].some(({ op }, at) => at > 0 && op === 'sqrt');
const beforeRoot: ReadonlySet<string> = new Set(['let', 'inline', 'add', 'sqrt']);
