/** Whether a piece of code, of which it is said what is what, is a formula. */

import type { Formula } from '../../../formulas/formula.ts';
import type { ValueReading } from '../../../formulas/reading.ts';
import type { Node } from '../../expression/node.ts';
import type { Choice, Choices } from '../../recognise/binding/choice.ts';
import { literalsOf } from '../../recognise/binding/literals.ts';
import { agreement } from '../../recognise/comparison/agreement.ts';
import { layoutsOf, type Layout } from '../../recognise/comparison/layouts.ts';
import type { Match } from '../../recognise/comparison/match.ts';
import { dependsOnShape, isMisshapen } from '../../recognise/comparison/shapes.ts';
import type { Cut } from '../../recognise/cut.ts';
import { mayAgree } from '../../recognise/screening/oneElement.ts';
import { mayDo } from '../../recognise/screening/work.ts';
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
  // Whether code runs on a shape does not depend on numbers of it.
  const misshapen = new Set<Layout>();
  for (const literals of literalsOf(cut, reading, choices).slice(0, mostLiterals)) {
    const binding = { choices, literals };
    try {
      if (!mayAgree(cut, reading, binding, alternative)) continue;
    } catch (error) {
      if (!isMisshapen(error)) throw error;
      continue;
    }
    for (const layout of layouts) {
      if (misshapen.has(layout)) continue;
      const found = agreement(cut, reading, binding, layout, alternative, isWeighted);
      if (found === 'misshapen') {
        misshapen.add(layout);
        continue;
      }
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
export function isOneOf(cut: Cut, named: Named, alternative: number, parts: ReadonlySet<Node>): boolean {
  const own = new Set<unknown>(named.formula.readings);
  // A variant may do without what the formula asks for.
  const readings = readingsWithVariants(named.formula).filter((reading) => !own.has(reading) || mayDo(cut, reading));
  return named.choices.some((choices) => {
    // What may be a part of the formula is a weight where it multiplies the whole.
    const isWeighted = [...choices].some(([node, choice]) => 'neutral' in choice && parts.has(node));
    return readings.some((reading) => {
      const renamed = reading.roles === named.reading.roles ? choices : renamedFor(reading, choices);
      return renamed !== null && matchWith(cut, named.formula, reading, renamed, alternative, undefined, isWeighted) !== null;
    });
  });
}

/** The same of another reading of the formula; null where that has not all of the roles. */
function renamedFor({ roles }: ValueReading, choices: Choices): Choices | null {
  const byId = new Map(roles.map((role) => [role.id, role]));
  const renamed = new Map<Node, Choice>();
  for (const [node, choice] of choices) {
    const role = 'role' in choice ? byId.get(choice.role.id) : undefined;
    if ('role' in choice && !role) return null;
    renamed.set(node, role ? { ...choice, role } : choice);
  }
  return renamed;
}
