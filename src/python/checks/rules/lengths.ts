/** Lengths of gradients that are not squared in a penalty, or are squared where lengths are meant. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import { isDerivative } from '../../recognise/evidence/origins.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes } from '../statements.ts';
import { madeFrom, moving, namesOn } from './flow.ts';

export function* lengths(statement: Computed, { computed }: Checked): Generator<Fault> {
  const { target, around } = statement;
  const names = [target, around[0] ?? ''].join(' ');
  const isZeroCentred = /(?:^|[_ ])r[12](?:[_ ]|$)|zero_?cent/i.test(names) && !/norm|log(?:ged)?(?:_|$)/i.test(names);
  const isPath = [target, ...around.slice(0, 2)].some((name) => paths.test(name));
  if (!isZeroCentred && !isPath) return;
  for (const node of ownNodes(statement)) {
    if (node.op !== 'mean' && node.op !== 'sum') continue;
    const of = unwrap(node.args[0]!);
    const told = { statement, at: node, related: [], nearly: null, change: null, rule: 'function-missing' } as const;
    if (isZeroCentred && node.op === 'mean' && of.op === 'sqrt' && sumOfGradients(of.args[0]!)) {
      // Where the lengths have a name, they are to be squared there.
      const making = computed.find((one) => one.holder === statement.holder && one.node.op !== 'let' && unwrap(one.node) === of);
      const there = making && { statement: making, at: making.node, related: [{ node, message: 'The mean that is taken of it.' }] };
      yield {
        ...told,
        ...there,
        message: 'This is the mean length of the gradients: the penalty (R1) is the mean of their squares.',
      };
    }
    const squared = node.op === 'sum' ? isComparedAfter(node) && sumOfGradients(node) : sumOfGradients(of);
    if (isPath && squared && Array.isArray(node.attributes['axes']) && !isRooted(node))
      yield { ...told, message: 'These are the squares of the lengths: the root of the sum of squares is missing.' };
  }
}

/** `(norms - 1).mean()` */
export function* lengthsOffOne(statement: Computed): Generator<Fault> {
  if (![statement.target, statement.around[0] ?? ''].some((name) => penalties.test(name))) return;
  for (const node of ownNodes(statement)) {
    if ((node.op !== 'mean' && node.op !== 'sum') || !isOffOne(unwrap(node.args[0]!)) || isBentAfter(node)) continue;
    yield {
      rule: 'minimum-elsewhere',
      message:
        'The difference to 1 is not squared: this is least for gradients of length 0, and the penalty is to be least for a length of 1.',
      statement,
      at: node,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

const paths = /path_?(?:len|reg|pen|loss)|(?:^|_)pl_(?:len|pen|reg|loss)/i;
const penalties = /penal|(?:^|[_ ])gp(?:[_ ]|$)|lipschitz|regulari/i;

/** `norms - 1`, of the lengths of gradients. */
function isOffOne({ op, args: [norm, one] }: Node): boolean {
  const root = op === 'subtract' && numberOf(one!) === 1 ? unwrap(norm!) : null;
  return root?.op === 'sqrt' && sumOfGradients(root.args[0]!);
}

/** It is squared, or made positive, afterwards. */
const isBentAfter = (node: Node): boolean => [...madeFrom(node, beforeBend)].some(({ op }) => bending.has(op));
const bending: ReadonlySet<string> = new Set(['square', 'abs', 'relu', 'maximum', 'clamp', 'power']);
const beforeBend: ReadonlySet<string> = new Set(['let', 'inline', ...bending]);

/** A running mean is taken off it. */
const isComparedAfter = (node: Node): boolean =>
  [...madeFrom(node, naming)].some((one) => usersOf(one).some(({ op, args }) => op === 'subtract' && args[0] === one));
const naming: ReadonlySet<string> = new Set(['let', 'inline']);

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
    (of.op === 'opaque' && (of.attributes['callee'] === 'gradient' || isDerivative(of))) ||
    (of.op === 'parameter' && /grad/i.test(namesOn(of)[0] ?? ''))
  );
}

/** The root is taken afterwards. */
const isRooted = (node: Node): boolean => [...madeFrom(node, beforeRoot)].some(({ op }, at) => at > 0 && op === 'sqrt');
const beforeRoot: ReadonlySet<string> = new Set(['let', 'inline', 'add', 'sqrt']);
