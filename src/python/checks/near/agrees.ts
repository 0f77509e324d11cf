/** Whether a piece of code, of which it is said what is what, is a formula. */

import type { Formula } from '../../../formulas/formula.ts';
import type { ValueReading } from '../../../formulas/reading.ts';
import type { Node } from '../../expression/node.ts';
import type { Choices } from '../../recognise/binding/choice.ts';
import { literalsOf } from '../../recognise/binding/literals.ts';
import { agreement } from '../../recognise/comparison/agreement.ts';
import { layoutsOf, type Layout } from '../../recognise/comparison/layouts.ts';
import type { Match } from '../../recognise/comparison/match.ts';
import { dependsOnShape, isMisshapen } from '../../recognise/comparison/shapes.ts';
import type { Cut } from '../../recognise/cut.ts';
import { mayAgree } from '../../recognise/screening/oneElement.ts';
import type { Named } from './naming.ts';

/** Ways in which numbers of the code are tried for what a formula has as numbers. */
const mostLiterals = 24;

/** Shapes on which the code runs. */
export function layoutsFor(cut: Cut, reading: ValueReading, choices: Choices, alternative: number): readonly Layout[] {
  if (!dependsOnShape(cut)) return layoutsOf(reading).slice(0, 1);
  const [literals] = literalsOf(cut, reading, choices);
  return layoutsOf(reading).filter(
    (layout) => literals && agreement(cut, reading, { choices, literals }, layout, alternative) !== 'misshapen',
  );
}

export function matchWith(
  cut: Cut,
  formula: Formula,
  reading: ValueReading,
  choices: Choices,
  alternative: number,
  layouts: readonly Layout[] = dependsOnShape(cut) ? layoutsOf(reading) : layoutsOf(reading).slice(0, 1),
  isWeighted = true,
): Match | null {
  let tries = 0;
  for (const literals of literalsOf(cut, reading, choices)) {
    if (tries++ >= mostLiterals) break;
    const binding = { choices, literals };
    try {
      if (!mayAgree(cut, reading, binding, alternative)) continue;
    } catch (error) {
      if (!isMisshapen(error)) throw error;
      continue;
    }
    for (const layout of layouts) {
      const found = agreement(cut, reading, binding, layout, alternative, isWeighted);
      if (found === 'misshapen') continue;
      if (!found) break;
      return { formula, reading, cut, binding, fit: found.fit, layout, alternative, weights: found.weights };
    }
  }
  return null;
}

const withVariants = new WeakMap<Formula, readonly ValueReading[]>();

function readingsWithVariants(formula: Formula): readonly ValueReading[] {
  const known = withVariants.get(formula);
  if (known) return known;
  const { readings = [], variants = [] } = formula;
  const own = readings.filter((reading) => reading.kind === 'value');
  const all = [
    ...own,
    ...variants.flatMap(({ roles }) =>
      own.map((reading) => ({ ...reading, elements: (given: Parameters<typeof roles>[0]) => reading.elements(roles(given)) })),
    ),
  ];
  withVariants.set(formula, all);
  return all;
}

/** `parts`: what is likely a part of the formula. Whether code computes the formula under other conditions than are asked for, or a variant of it. */
export function isOneOf(cut: Cut, { formula, choices: all }: Named, alternative: number, parts: ReadonlySet<Node>): boolean {
  const readings = readingsWithVariants(formula);
  return all.some((choices) => {
    // What may be a part of the formula is a weight where it multiplies the whole.
    const isWeighted = [...choices].some(([node, choice]) => 'neutral' in choice && parts.has(node));
    const bound = [...choices.values()].flatMap((choice) => ('role' in choice ? [choice.role.id] : []));
    return readings.some((reading) => {
      const roles = new Map(reading.roles.map((role) => [role.id, role]));
      if (!bound.every((id) => roles.has(id))) return false;
      const renamed = new Map(
        [...choices].map(([node, choice]) => [node, 'role' in choice ? { ...choice, role: roles.get(choice.role.id)! } : choice]),
      );
      return matchWith(cut, formula, reading, renamed, alternative, undefined, isWeighted) !== null;
    });
  });
}
