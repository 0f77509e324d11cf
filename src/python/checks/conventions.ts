/** What the methods of a class take one another's numbers for: each right by itself, and wrong beside what another one does. */

import type { Span } from '../../maths/nesting.ts';
import type { Diagnostic } from '../../protocol/python.ts';
import type { Computed } from '../expression/follow/context.ts';
import { unwrap } from '../expression/node.ts';
import { calledFor, type Found } from '../recognise/findings.ts';
import type { Fault } from './fault.ts';
import { areEqual, combinationOf, numbersIn } from './noising/combination.ts';
import { wrongIn } from './noising/coefficients.ts';
import { levelsAt } from './noising/meant.ts';
import { isUsualVelocity, rotationOf } from './noising/rotations.ts';
import { Schedule } from './noising/schedule.ts';
import type { RuleId } from './rules.ts';
import { ownNodes } from './statements.ts';

/** How a class does something: the deviation of its noise, the sign of its velocities. */
type Convention = 'root of the rest' | 'usual velocity' | 'negative velocity';

/** What a class is known to do by what a statement computes; or what that would be wrong beside. */
export interface Habit extends Span {
  /** Names of the classes around; none for functions of the file. */
  readonly within: string;
  readonly does: Convention | null;
  readonly against: { readonly convention: Convention; readonly rule: RuleId; readonly message: string } | null;
}

/** What is told of already is told once. */
export function habitsIn(computed: readonly Computed[], found: readonly Found[], told: readonly Fault[]): Habit[] {
  const known = new Set(told.map(({ statement }) => statement));
  const habits: Habit[] = [];
  const likeSubVp = new Set(
    found.flatMap(({ computed: statement, recognition }) => (recognition.formula.id === 'sub_vp' ? [statement] : [])),
  );
  for (const statement of computed) {
    const { start, end, around, node } = statement;
    const within = around.slice(1).join('.');
    const tell = (does: Convention | null, against: Habit['against']): void => void habits.push({ start, end, within, does, against });
    if (within !== '' && takesRoot(statement)) tell('root of the rest', null);
    if (node.op === 'let' || calledFor(node) !== null || known.has(statement)) continue;
    if (within !== '' && likeSubVp.has(statement) && wrongIn(statement, computed, true)) tell(null, timesVariance);
    const isUsual = isUsualVelocity(statement);
    if (isUsual !== null) tell(isUsual ? 'usual velocity' : 'negative velocity', null);
    const rotation = rotationOf(statement);
    if (rotation && !rotation.isUsual) tell(null, fromNegative(rotation.gives));
  }
  return habits;
}

const timesVariance: Habit['against'] = {
  convention: 'root of the rest',
  rule: 'noise-times-variance',
  message: 'The noise is multiplied by its variance, 1 − ᾱ, of which this class takes the root elsewhere.',
};

const fromNegative = (gives: 'clean' | 'noise'): Habit['against'] => ({
  convention: 'usual velocity',
  rule: 'no-inverse',
  message: `The ${gives === 'clean' ? 'clean sample' : 'noise'} is told from the negative of the velocity that is learned: its sign has to be the other one.`,
});

/** Whether it takes the root of 1 − ᾱ, as a process does that keeps the variance. */
function takesRoot(statement: Computed): boolean {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'sqrt' || unwrap(node.args[0]!).op !== 'subtract') continue;
    const schedule = new Schedule();
    const root = numbersIn(combinationOf(node, { schedule }));
    const times = root && schedule.times();
    if (
      times &&
      areEqual(
        root,
        levelsAt(schedule, times).now.map((level) => Math.sqrt(1 - level)),
      )
    )
      return true;
  }
  return false;
}

/** What a class, or the functions of a file, does against what it does elsewhere. */
export function unlike(habits: readonly Habit[]): Diagnostic[] {
  return habits.flatMap(({ start, end, within, against }) => {
    const others = against ? habits.filter((one) => one.does === against.convention && one.within === within) : [];
    const [other] = others;
    // Either sign of a velocity may be learned, and both in one class.
    const isEither =
      against?.convention === 'usual velocity' && habits.some((one) => one.does === 'negative velocity' && one.within === within);
    if (!against || !other || isEither) return [];
    const related = [{ start: other.start, end: other.end, message: 'Here it is done the other way.' }];
    return [{ start, end, rule: against.rule, severity: 'warning' as const, message: against.message, related, fix: null, compared: null }];
  });
}
