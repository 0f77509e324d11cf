/** Clean samples and noise that are told from a sample and its velocity: both have to take it with one sign. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { areEqual, combinationOf, type Combination } from './combination.ts';
import { levelsAt, partsOf, type Parts } from './meant.ts';
import { mended } from './mend.ts';
import { mayBe } from './samples.ts';
import { numbers, Schedule, type Numbers } from './schedule.ts';

export interface Rotation {
  readonly sample: Node;
  readonly velocity: Node;
  readonly gives: 'clean' | 'noise';
  /** Of v = √ᾱ ε − √(1 − ᾱ) x₀; else of its negative. */
  readonly isUsual: boolean;
  /** What each would be multiplied by, were the velocity the other. */
  readonly wanted: ReadonlyMap<Node, Numbers>;
}

/** What a statement makes of a sample and its velocity, by value alone. */
export function rotationOf({ node }: Computed): Rotation | null {
  const schedule = new Schedule();
  const combination = combinationOf(node, { schedule });
  const times = schedule.times();
  const ends = combination && times ? endsOf(combination, 'noisy', 'velocity') : null;
  if (!combination || !times || !ends) return null;
  const [sample, velocity] = ends;
  const { now } = levelsAt(schedule, times);
  const [signal, noise] = [now.map(Math.sqrt), now.map((level) => Math.sqrt(1 - level))];
  const [by, ofVelocity] = [combination.terms.get(sample)!, combination.terms.get(velocity)!];
  const opposite = (all: Numbers): Numbers => all.map((value) => -value);
  const turned = new Map([
    [sample, by],
    [velocity, opposite(ofVelocity)],
  ]);
  for (const [gives, kept, taken] of [
    ['clean', signal, opposite(noise)],
    ['noise', noise, signal],
  ] as const)
    for (const isUsual of [true, false])
      if (areEqual(by, kept) && areEqual(ofVelocity, isUsual ? taken : opposite(taken)))
        return { sample: unwrap(sample), velocity: unwrap(velocity), gives, isUsual, wanted: turned };
  return null;
}

/** Whether a statement makes the usual velocity of data and noise, or its negative; null where it makes neither. */
export function isUsualVelocity({ node }: Computed): boolean | null {
  const schedule = new Schedule();
  const combination = combinationOf(node, { schedule });
  const times = schedule.times();
  const ends = combination && times ? endsOf(combination, 'clean', 'noise') : null;
  if (!combination || !times || !ends) return null;
  const [usual, negative] = partsOf('velocity', levelsAt(schedule, times));
  const isIt = ({ clean, noise }: Parts): boolean =>
    areEqual(combination.terms.get(ends[0])!, clean) && areEqual(combination.terms.get(ends[1])!, noise);
  return isIt(usual!) ? true : isIt(negative!) ? false : null;
}

function endsOf({ terms, rest }: Combination, one: 'noisy' | 'clean', other: 'velocity' | 'noise'): readonly [Node, Node] | null {
  const [a, b, ...more] = terms.keys();
  if (!a || !b || more.length > 0 || rest.some((value) => value !== 0)) return null;
  for (const ends of [
    [a, b],
    [b, a],
  ] as const)
    if (mayBe(ends[0], one) && mayBe(ends[1], other)) return ends;
  return null;
}

export function* rotations(checked: Checked, told: readonly Fault[]): Generator<void, Fault[]> {
  const known = new Set(told.map(({ statement }) => statement));
  const all = checked.computed.flatMap((statement) => {
    const rotation = statement.node.op === 'let' || known.has(statement) ? null : rotationOf(statement);
    return rotation ? [{ statement, rotation }] : [];
  });
  yield;
  const faults: Fault[] = [];
  for (const { statement, rotation } of all) {
    const other = all.find((one) => isSame(one.rotation, rotation) && one.rotation.isUsual && one.statement.holder === statement.holder);
    if (rotation.isUsual || !other) continue;
    const holds = (found: Combination): boolean =>
      [...rotation.wanted].every(([node, wanted]) => areEqual(found.terms.get(node) ?? nothing, wanted));
    const change = yield* mended(statement, holds, checked);
    faults.push({
      rule: 'no-inverse',
      message: `The ${rotation.gives === 'clean' ? 'clean sample' : 'noise'} is told from the negative of the velocity that the ${rotation.gives === 'clean' ? 'noise' : 'clean sample'} is told from: put together again they are not the sample.`,
      statement,
      at: change?.there ?? statement.node,
      related: [{ node: other.statement.node, message: 'Here the velocity has the other sign.' }],
      nearly: null,
      change: change && { title: change.title, makes: null, edits: change.edits },
    });
  }
  return faults;
}

const isSame = (one: Rotation, other: Rotation): boolean =>
  one.sample === other.sample && one.velocity === other.velocity && one.gives !== other.gives;

const nothing = numbers(() => NaN);
