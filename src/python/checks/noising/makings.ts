/** Statements before that compute what a sample is multiplied by. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import { factorsOf, termsOf } from '../rules/flow.ts';
import { combinationOf } from './combination.ts';
import type { Kind } from './samples.ts';
import { Schedule, type Numbers } from './schedule.ts';

/** A sample that a statement puts together with others. */
export interface Term {
  readonly node: Node;
  readonly kind: Kind;
  /** What it is multiplied by, and what it would have to be. */
  readonly by: Numbers;
  readonly wanted: Numbers;
}

const samplesIn = (part: Node): readonly Node[] => [...(combinationOf(part, { schedule: new Schedule() })?.terms.keys() ?? [])];

/** A statement before that puts the sample together with all others, where the whole only multiplies what that gives. */
export function sumOf({ node }: Term, whole: Computed, { computed }: Checked): Computed | null {
  const sums = factorsOf(whole.node, ({ op }) => op === 'let').filter(
    (factor) => samplesIn(factor.node).length + samplesIn(unwrap(factor.node)).length > 0,
  );
  const [sum, ...others] = sums;
  if (sum?.node.op !== 'let' || sum.below || others.length > 0 || !/^(?:add|subtract)$/.test(unwrap(sum.node).op)) return null;
  if (!samplesIn(unwrap(sum.node)).includes(node)) return null;
  const isIt = ({ holder, start, target, node: made }: Computed): boolean =>
    holder === whole.holder && start < whole.start && target === sum.node.attributes['name'] && unwrap(made) === unwrap(sum.node);
  return computed.findLast(isIt) ?? null;
}

/** A statement before that multiplies the sample by all that it is multiplied by in the whole. */
export function productOf({ node }: Term, whole: Computed, { computed }: Checked): Computed | null {
  const [part, ...others] = termsOf(whole.node).flatMap((term) => (samplesIn(term.node).includes(node) ? [term.node] : []));
  if (part?.op !== 'let' || others.length > 0 || samplesIn(part.args[0]!).length !== 1) return null;
  const isIt = ({ holder, start, target, node: made }: Computed): boolean =>
    holder === whole.holder && start < whole.start && target === part.attributes['name'] && unwrap(made) === unwrap(part);
  return computed.findLast(isIt) ?? null;
}

/** A statement before that computes all that the sample is multiplied by, for nothing else. */
export function weightOf({ node }: Term, whole: Computed, { computed }: Checked): Computed | null {
  for (const { node: term } of termsOf(whole.node)) {
    const factors = factorsOf(chosen(term), (one) => one === node || one.op === 'let');
    const [weight, ...others] = factors.filter((factor) => factor.node !== node);
    if (!weight || others.length > 0 || weight.below || factors.length !== 2) continue;
    const isRoot = weight.node.op === 'sqrt';
    const made = isRoot ? weight.node.args[0]! : weight.node;
    if (made.op !== 'let') continue;
    const isMade = (one: Computed): boolean =>
      one.holder === whole.holder && one.start < whole.start && one.target === made.attributes['name'] && unwrap(one.node) === unwrap(made);
    const statement = computed.findLast(isMade);
    const isUsedElsewhere = computed.some(
      (one) => one !== whole && one !== statement && one.holder === whole.holder && one.places.some((place) => place.node === made),
    );
    // What is called a variance is right, and its root is missing where it is used.
    return isUsedElsewhere || (!isRoot && /var/i.test(String(made.attributes['name']))) ? null : (statement ?? null);
  }
  return null;
}

/** Of noise that is none in the last step, the noise. */
const chosen = (node: Node): Node => {
  const ways = unwrap(node).op === 'choice' ? unwrap(node).args.filter((arg) => numberOf(arg) === null) : [];
  return ways.length === 1 ? ways[0]! : node;
};
