/** Whether a piece of code computes a formula: by its value and derivatives, at random points. */

import type { Formula } from '../../../formulas/formula.ts';
import type { ValueReading } from '../../../formulas/reading.ts';
import type { Node } from '../../expression/node.ts';
import { bindings } from '../binding/bindings.ts';
import type { Binding, Outlook } from '../binding/choice.ts';
import type { Cut } from '../cut.ts';
import { degreesIn } from '../screening/degrees.ts';
import { isScreened, mayAgree } from '../screening/oneElement.ts';
import { maySpan } from '../screening/spans.ts';
import { agreement } from './agreement.ts';
import { numbersComputed } from './evaluate.ts';
import type { Fit } from './fit.ts';
import { layoutsOf, orderedOf, type Layout } from './layouts.ts';
import { dependsOnShape, isMisshapen } from './shapes.ts';

export interface Match {
  readonly formula: Formula;
  readonly reading: ValueReading;
  readonly cut: Cut;
  readonly binding: Binding;
  readonly fit: Fit;
  readonly layout: Layout;
  readonly alternative: number;
  /** The powers with which weights enter: 1 multiplies, -1 divides, 0 is divided by its sum or adds a constant. */
  readonly weights: ReadonlyMap<Node, number>;
}

/** False too where shapes do not fit. */
function holdsOnShapes(of: () => boolean): boolean {
  try {
    return of();
  } catch (error) {
    if (isMisshapen(error)) return false;
    throw error;
  }
}

/** What may still be spent on one statement: 1 is comparing code of usual size. */
export interface Budget {
  left: number;
}

/** Bindings that are tried where one element tells nothing. */
const mostUnscreened = 14;

/** Bindings that are tried in more than one shape. */
const mostInFurtherShapes = 10;

/** Of looking at one binding, on one element. */
const bindingCosts = 0.03;

/** Numbers worked out for code of usual size: larger code costs more. */
const usualNumbers = 5000;

/** Code that does not run on a shape ends soon: that much of a try is given back. */
const misshapenCosts = 0.75;

/** Every way in which the piece computes the formula, as it is found; the caller stops where one will do. */
export function* matches(
  cut: Cut,
  formula: Formula,
  reading: ValueReading,
  alternative: number,
  budget: Budget,
  outlook?: Outlook,
): Generator<Match> {
  const layouts = dependsOnShape(cut) ? layoutsOf(reading) : layoutsOf(reading).slice(0, 1);
  const ordered = orderedOf(reading);
  // Without a batch a mean over all is none: a quantity is then taken for its mean.
  const whole =
    reading.fit === 'quantity' && cut.order.some(({ op, attributes }) => (op === 'mean' || op === 'sum') && attributes['axes'] === null);
  let open: Binding[] = [];
  const most = isScreened(cut, reading, alternative) ? Infinity : mostUnscreened;
  for (const binding of bindings(cut, reading, degreesIn(cut, alternative), outlook, (input, role, encoding) =>
    maySpan(cut, alternative, input, reading, role, encoding),
  )) {
    if (open.length >= most || budget.left <= 0) break;
    budget.left -= bindingCosts;
    if (holdsOnShapes(() => mayAgree(cut, reading, binding, alternative))) open.push(binding);
  }
  for (const [place, layout] of layouts.entries()) {
    if (whole && Object.values(layout.lengths).some((lengths) => lengths.length === 0)) continue;
    let fitted = false;
    const misshapen: Binding[] = [];
    for (const binding of open) {
      if (budget.left-- <= 0) return;
      const before = numbersComputed();
      const found = agreement(cut, reading, binding, layout, alternative);
      budget.left -= (numbersComputed() - before) / usualNumbers;
      if (found === 'misshapen') {
        misshapen.push(binding);
        budget.left += misshapenCosts;
      }
      if (!found || found === 'misshapen') continue;
      fitted = true;
      yield { formula, reading, cut, binding, ...found, layout, alternative };
    }
    if (fitted) return;
    // Other numbers of axes are tried where the code did not run on these.
    if (place + 1 >= ordered) open = misshapen;
    // The likeliest come first: in further shapes the others are not worth the time.
    if (open.length > mostInFurtherShapes) open = open.slice(0, mostInFurtherShapes);
    if (open.length === 0) return;
  }
}

/** The fit of a match on other lengths of axes, which tells a factor of the code from a mean; null where there it does not hold. */
export function fitIn({ cut, reading, binding, alternative }: Match, layout: Layout): Fit | null {
  const found = agreement(cut, reading, binding, layout, alternative);
  return found === 'misshapen' || !found ? null : found.fit;
}
