/** What code loses by not being the formula that it nearly is. */

import { properties, type Code, type Property, type Roles } from '../../../formulas/properties.ts';
import { scalar } from '../../../maths/tensor/tensor.ts';
import { evaluate } from '../../recognise/comparison/evaluate.ts';
import { inputsFor, rolesAt } from '../../recognise/comparison/roles.ts';
import { isMisshapen } from '../../recognise/comparison/shapes.ts';
import type { NearMiss } from './search.ts';

/** The first property of the formula that the code as it is does not have; null where it has all, or that cannot be told. */
export function brokenBy(near: NearMiss): Property | null {
  const { match, cut } = near;
  const { reading, layout, binding, alternative } = match;
  const known = properties[match.formula.id] ?? [];
  if (known.length === 0) return null;
  const code: Code = (roles) => {
    const inputs = inputsFor(cut, reading, binding, layout, { ...drawn, ...roles }, 1);
    return evaluate(cut, inputs, alternative);
  };
  const drawn = rolesAt(match.cut, reading, binding, layout, 0);
  // A loss is told as one whose sign is turned; a quantity is another one then.
  if (reading.fit !== 'quantity' && isFlipped(near)) return null;
  const held: Roles = Object.fromEntries(Object.entries(drawn).filter(([id]) => isBound(near, id)));
  const isWhole = cut.inputs.every((input) => binding.choices.has(input) || cut.measured.has(input));
  for (const property of known) {
    try {
      if (!isWhole ? !property.holds(() => scalar(0), {}) : !property.holds(code, held)) return property;
    } catch (error) {
      if (!isMisshapen(error) && !(error instanceof TypeError)) throw error;
    }
  }
  return null;
}

/** Whether code and formula differ by the sign of the whole alone: what is maximised is minimised. */
export function isFlipped({ cut, match }: NearMiss): boolean {
  const { reading, binding, layout, alternative } = match;
  try {
    const [code, formula] = [cut, match.cut].map((one) =>
      evaluate(one, inputsFor(one, reading, binding, layout, rolesAt(one, reading, binding, layout, 0), 1), alternative),
    );
    return code!.values.every((value, at) => Math.abs(value + formula!.values[at]!) < 1e-9 * Math.max(1, Math.abs(value)));
  } catch (error) {
    if (isMisshapen(error) || error instanceof TypeError) return false;
    throw error;
  }
}

const isBound = ({ match: { binding } }: NearMiss, id: string): boolean =>
  [...binding.choices.values()].some((choice) => 'role' in choice && choice.role.id === id);
