/** With what weights code computes a formula. */

import type { ValueReading } from '../../../formulas/reading.ts';
import { multiply } from '../../../maths/tensor/elementwise.ts';
import { scalar } from '../../../maths/tensor/tensor.ts';
import type { Node } from '../../expression/node.ts';
import type { Binding } from '../binding/choice.ts';
import type { Cut } from '../cut.ts';
import { given } from '../evidence/given.ts';
import { countWords, holdsAny } from '../evidence/words.ts';
import { evaluate } from './evaluate.ts';
import type { Layout } from './layouts.ts';
import { inputsFor, rolesAt } from './roles.ts';

/**
 * The power with which each value that is taken for a weight enters: it multiplies or divides the whole (0 where it is divided by its
 * sum), or adds the same everywhere. null where one of them does something else.
 */
export function powersOf(
  cut: Cut,
  reading: ValueReading,
  binding: Binding,
  layout: Layout,
  alternative: number,
): ReadonlyMap<Node, number> | null {
  const powers = new Map<Node, number>();
  const weights = [...binding.choices].filter(([, choice]) => 'neutral' in choice && choice.neutral === 'weight').map(([node]) => node);
  if (weights.length === 0) return powers;
  const roles = rolesAt(cut, reading, binding, layout, 1);
  const inputs = inputsFor(cut, reading, binding, layout, roles, 1);
  const before = evaluate(cut, inputs, alternative);
  const place = before.values.findIndex((value) => Math.abs(value) > 1e-9);
  if (place < 0) return null;
  const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-7 * Math.max(1, Math.abs(a));
  for (const node of weights) {
    const after = evaluate(cut, new Map(inputs).set(node, multiply(inputs.get(node)!, scalar(2))), alternative);
    const ratio = after.values[place]! / before.values[place]!;
    const power = possiblePowers.find((one) => Math.abs(ratio - 2 ** one) < 1e-9);
    if (power !== undefined && after.values.every((value, other) => isClose(value, ratio * before.values[other]!))) {
      powers.set(node, power);
      continue;
    }
    const shift = after.values[place]! - before.values[place]!;
    const same = after.values.every((value, other) => isClose(value, before.values[other]! + shift));
    const moves = after.tangents?.every((value, other) => isClose(value, before.tangents?.[other] ?? 0)) ?? false;
    // A count may be a constant of the whole; a weight of something else is another term.
    if (reading.fit === 'quantity' || !same || !moves || !(given(node).isNumber || holdsAny(given(node).own, countWords))) return null;
    powers.set(node, 0);
  }
  return powers;
}

const possiblePowers: readonly number[] = [1, -1, 0, 2, -2, 0.5];
