/** What the training panel says. Pure, so that each sentence can be tested. */

import type { Estimate } from '../../src/protocol/training.ts';
import type { RatePlace, RunSummary } from '../../src/protocol/trainingView.ts';
import { formatCount } from '../shared/numbers.ts';
import { coefficientText, signed } from '../shared/training/words.ts';
import type { StepNumbers } from './measured.ts';

/** "1.23 ± 0.04" */
function withError({ value, standardError }: Estimate, digits = 2): string {
  return `${signed(value, digits)}${Number.isFinite(standardError) ? ` ± ${standardError.toFixed(digits)}` : ''}`;
}

/** What a step has come to. */
export function stepSentence({ step, beta, elbo, gap, rate, distortion, difference }: StepNumbers): string {
  const start = `Step ${formatCount(step)} at beta ${coefficientText(beta)}`;
  const above = gap
    ? `log p(x) is ${signed(gap.value)} above it`
    : `log p(x) is not known: two grids of z differ by ${difference.toPrecision(1)} nats`;
  return `${start}: the ELBO is ${withError(elbo)} nats; ${above}; R = ${signed(rate.value)}, D = ${signed(distortion.value)}.`;
}

export function unmeasuredSentence(step: number, beta: number): string {
  return `Step ${formatCount(step)} at beta ${coefficientText(beta)}, not measured yet.`;
}

/** A place of the rate-distortion plane, as it is heard. */
export function placeWords({ step, beta, rate, distortion, slack }: RatePlace, isOpen: boolean): string {
  const above = slack ? `, ${withError(slack)} nats above the entropy` : '';
  const run = isOpen ? '' : ' of an earlier run';
  return `Beta ${coefficientText(beta)}, step ${formatCount(step)}${run}: R ${signed(rate.value)}, D ${signed(distortion.value)}${above}`;
}

/** What the rate-distortion plane says: the bound, and how far above it the newest place is. */
export function planeSentence(summary: RunSummary, place: RatePlace | null): string {
  const { entropy } = summary;
  if (entropy === null) return 'The entropy of the data is being worked out.';
  const line = `R + D is no less than the entropy of the data, H = ${signed(entropy)} nats (the line).`;
  if (!place?.slack) return `${line} A run leaves a place when it is paused, and on the way.`;
  return `${line} At step ${formatCount(place.step)} it is ${withError(place.slack)} nats above.`;
}

/** What changed at a step: "beta 4". */
export function changeWords(before: Readonly<Record<string, number>> | undefined, after: Readonly<Record<string, number>>): string {
  return Object.entries(after)
    .filter(([name, value]) => before && before[name] !== value)
    .map(([name, value]) => `${name} ${coefficientText(value)}`)
    .join(', ');
}
