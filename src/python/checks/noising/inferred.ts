/** What samples are put together to, where no name says it. */

import { unwrap, type Node } from '../../expression/node.ts';
import { areEqual, combinationOf } from './combination.ts';
import type { Levels, Meaning } from './meant.ts';
import { isDrawn, kindsOf, mayBe } from './samples.ts';
import { Schedule, type Numbers, type Times } from './schedule.ts';

export type Sample = readonly [node: Node, by: Numbers];

/** A sample, what is predicted of its noise, and noise that is drawn. */
export const isStepBack = (all: readonly Sample[]): boolean =>
  all.length === 3 &&
  all.some(([node]) => isDrawn(node)) &&
  all.some(([node]) => !isDrawn(node) && mayBe(node, 'noise')) &&
  all.some(([node]) => mayBe(node, 'noisy'));

/** What is called the sample before, and noise. */
export const isStepOn = (all: readonly Sample[]): boolean =>
  all.length === 2 &&
  all.some(([node]) => mayBe(node, 'previous') && unwrap(node).op === 'parameter') &&
  all.some(([node]) => mayBe(node, 'noise'));

/** What samples give that nothing else is made of, where no name says it: noise and what was told by it, or noise and data. */
export function inferred(all: readonly Sample[], { areBoth }: Times, { now, alpha }: Levels): Meaning | null {
  if (all.some(([noise]) => mayBe(noise, 'noise') && all.some(([clean]) => mayBe(clean, 'clean') && isToldBy(clean, noise))))
    return 'earlier';
  // What has a share of a noised sample and one of the clean one, of two times.
  const isBetween = all.some(([node]) => mayBe(node, 'noisy')) && all.some(([node]) => kindsOf(node).join() === 'clean');
  if (areBoth && isBetween && all.every(([, by]) => by.every((value) => value > 0))) return 'earlier';
  if (all.length !== 2 || all.some(([, by]) => by.some((value) => value < 0))) return null;
  const rate = all.find(([node]) => !isDrawn(node))?.[1];
  // Whatever is noised, by the rate that it keeps.
  if (rate && all.some(([node]) => isDrawn(node)) && all.some(([node]) => isGiven(node))) {
    if (areEqual(rate, alpha.map(Math.sqrt)) && !areEqual(alpha, now)) return 'step';
    if (areEqual(rate, now.map(Math.sqrt))) return 'noisy';
  }
  const [data] = all.find(([node]) => isGiven(node) && kindsOf(node).every((kind) => kind === 'clean')) ?? [];
  const other = all.find(([node]) => node !== data)?.[0];
  const isNoise = other && (isDrawn(other) || (isGiven(other) && kindsOf(other).every((kind) => kind === 'noise')));
  if (!data || !isNoise) return null;
  return areBoth ? 'earlier' : 'noisy';
}

const isGiven = (node: Node): boolean => kindsOf(node).length > 0 && unwrap(node).op === 'parameter';

/** A clean sample that was told from a noisy one by this noise, or both by one velocity, whatever they are called since. */
function isToldBy(clean: Node, noise: Node): boolean {
  const samplesIn = (node: Node): readonly Node[] =>
    [...(combinationOf(unwrap(node), { schedule: new Schedule() })?.terms.keys() ?? [])].map(unwrap);
  const [one, other] = [samplesIn(clean), samplesIn(noise)];
  return one.length === 2 && (one.includes(unwrap(noise)) || (other.length === 2 && other.every((node) => one.includes(node))));
}
