/** What a piece of code is given, as the parts of a formula are looked for among it. */

import { unwrap, type Node } from '../../expression/node.ts';
import type { Cut } from '../cut.ts';
import { given, type Given } from '../evidence/given.ts';

const inputsKnown = new WeakMap<Cut, readonly Given[]>();

/** What the code is given and uses as more than a length. */
export function inputsOf(cut: Cut): readonly Given[] {
  let known = inputsKnown.get(cut);
  if (!known) inputsKnown.set(cut, (known = cut.inputs.filter((input) => !cut.measured.has(input)).map((input) => givenIn(cut, input))));
  return known;
}

/** What is next to nothing stands beside something else, not as a factor. */
function givenIn(cut: Cut, input: Node): Given {
  const own = given(input);
  const { order } = cut;
  // Nothing is weighted by its exponent.
  if (isNeutral(own) && order.some(({ op, args }) => op === 'power' && unwrap(args[1]!) === unwrap(input)))
    return { ...own, isExponent: true };
  if (!own.isMask && isDividedBySum(cut, input)) return { ...own, isMask: true };
  if (!own.isTiny || order.every(({ op, args }) => !args.includes(input) || beside.has(op))) return own;
  return { ...own, isTiny: false };
}

/** `(x * m).sum() / m.sum()`: m says what counts. */
function isDividedBySum({ order }: Cut, input: Node): boolean {
  return order.some(({ op, args }) => {
    if (op !== 'divide') return false;
    let below = args[1]!;
    while (beside.has(below.op) && below.op !== 'subtract') below = below.args[0]!;
    return below.op === 'sum' && unwrap(below.args[0]!) === unwrap(input);
  });
}

const beside: ReadonlySet<string> = new Set(['add', 'subtract', 'maximum', 'minimum', 'clamp', 'let', 'inline', 'reshape', 'expandDims']);

export const isNeutral = ({ isWeight, isNumber, isMask, isTiny, isExponent }: Given): boolean =>
  isExponent !== true && (isWeight || isNumber || isMask || isTiny);
