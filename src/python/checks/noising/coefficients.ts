/** Samples put together with other numbers than the schedule says. */

import { unwrap, type Node } from '../../expression/node.ts';
import type { Computed } from '../../expression/follow/context.ts';
import type { Formula } from '../../../formulas/formula.ts';
import { properties } from '../../../formulas/properties.ts';
import { surroundingsOf } from '../../recognise/evidence/evidence.ts';
import { calledFor } from '../../recognise/findings.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import type { Checked } from '../checked.ts';
import type { Fault, TextChange } from '../fault.ts';
import { matchOf } from '../matched.ts';
import { isMadeOf } from '../rules/flow.ts';
import { isCallOfFile } from '../statements.ts';
import { areEqual, combinationOf, type Combination } from './combination.ts';
import { levelsAt, made, meaningOf, othersThan, partsOf, waysOf, type Levels, type Meaning, type Parts } from './meant.ts';
import { productOf, sumOf, weightOf, type Term } from './makings.ts';
import { mended } from './mend.ts';
import { isPreservingBy } from './preserving.ts';
import { siblingOf } from './siblings.ts';
import { inferred, isStepBack, isStepOn, type Sample } from './inferred.ts';
import { isDrawn, kindsOf, mayBe, type Kind } from './samples.ts';
import { numbers, Schedule, type Numbers } from './schedule.ts';
import { formulaOf } from './named.ts';
import { wrongTable } from './tables.ts';
import { inSymbols } from './symbols.ts';

export interface Wrong {
  readonly meaning: Meaning;
  readonly terms: readonly Term[];
  readonly levels: Levels;
  /** What noise that is drawn anew is multiplied by beside them. */
  readonly fresh: Numbers | null;
}

export function* coefficients(checked: Checked, told: readonly Fault[]): Generator<void, Fault[]> {
  const known = new Set(told.map(({ statement }) => statement));
  // What is made of a number that is wrong is wrong by that alone.
  const wrong = new Set(told.map(({ statement }) => unwrap(statement.node)));
  const isWrong = (part: Node): boolean =>
    wrong.has(part) ||
    (part.op === 'let' && wrongTable(String(part.attributes['name']), part, true) !== null) ||
    (isCallOfFile(part) &&
      /var(?:iance)?(?:_|$)/i.test(String(part.attributes['own'])) &&
      wrongTable('posterior_variance', part, false) !== null);
  const faults: Fault[] = [];
  for (const statement of checked.computed) {
    if (known.has(statement) || statement.node.op === 'let' || isToldElsewhere(statement.node)) continue;
    const found = wrongIn(statement, checked.computed);
    if (!found || isMadeOf(statement.node, isWrong)) continue;
    wrong.add(unwrap(statement.node));
    faults.push(yield* faultOf(found, statement, checked));
  }
  return faults;
}

/** What a function of the file gives is told of there, unless it only multiplies. */
const isToldElsewhere = (node: Node): boolean => calledFor(node) !== null && !/mul|scale/.test(String(node.attributes['callee']));

/** `keeps`: whether its process is known to keep the variance. */
export function wrongIn(statement: Computed, computed: readonly Computed[], keeps = false): Wrong | null {
  const called = meaningOf(surroundingsOf(statement.target, statement.around));
  if (statement.around.some((name) => /sub_?vp/i.test(name))) return null;
  const isRound = isOfRound(statement, computed);
  const schedule = new Schedule();
  const combination = combinationOf(statement.node, { schedule });
  if (!combination || combination.rest.some((value) => value !== 0)) return null;
  const times = schedule.times();
  const all: Sample[] = [...combination.terms];
  if (!times || all.length === 0 || all.length > 3) return null;
  const levels = levelsAt(schedule, times);
  const isNoised =
    isRound && all.length === 2 && all.some(([node]) => unwrap(node).op === 'carried') && all.some(([node]) => isDrawn(node));
  const isStep = isNoised || (called === null && isStepOn(all));
  const meaning = isStep
    ? 'step'
    : (called === 'noisy' && times.before.base !== times.now.base) || isStepBack(all)
      ? 'earlier'
      : (called ?? inferred(all, times, levels));
  if (!meaning) return null;
  const [samples, fresh] = apart(all, meaning);
  // Where it is told by the rate of the sample, that may be called anything.
  const isAny = (kind: Kind): boolean => called === null && !isStep && kind === (meaning === 'step' ? 'previous' : 'clean');
  const isPreserving = keeps || isPreservingBy(statement.node);
  let found: Wrong | null = null;
  for (const kinds of made[meaning].flatMap(orders)) {
    if (kinds.length !== samples.length || !kinds.every((kind, at) => mayBe(samples[at]![0], kind) || isAny(kind))) continue;
    for (const [at, given] of choices(kinds.map((kind) => partsOf(kind, levels))).entries()) {
      const ways = waysOf(meaning, kinds, levels, fresh).map((parts) => weightsFor(given, parts));
      const others = othersThan(meaning, levels, isPreserving).map((parts) => weightsFor(given, parts));
      if (meaning === 'noisy' && kindsOf(samples[0]![0]).includes('noisy'))
        others.push(...waysOf('step', kinds, levels, null).map((parts) => weightsFor(given, parts)));
      // Where time begins with the noise, the angle of its rates does too.
      if (meaning === 'noisy' && samples.some(([node]) => isDrawn(node) && /^[xz]_?0$/.test(namesOf(node)[0] ?? '')))
        others.push(weightsFor(given, turned(partsOf('noisy', levels)[0]!)));
      const spread = at === 0 && fresh && ways[kinds.includes('noisy') ? 0 : 1];
      if (spread && spread.every((weight, place) => areEqual(weight, samples[place]![1]))) {
        const [drawn] = all.filter(([node]) => isDrawn(node));
        const wanted = spreadOf(fresh, levels, times.areBoth);
        return wanted && { meaning, levels, fresh, terms: [{ node: drawn![0], kind: 'noise', by: fresh, wanted }] };
      }
      // What is gone to may be the only time that is spoken of.
      if (meaning === 'earlier' && !fresh) others.push(weightsFor(given, partsOf('noisy', levels)[0]!));
      if ([...ways, ...others].some((weights) => weights?.every((weight, place) => areEqual(weight, samples[place]![1])))) return null;
      const left = meaning === 'earlier' && !fresh ? withRoom(statement.node, samples, given, levels) : null;
      if (left) ways.push(weightsFor(given, left));
      if (left && ways.at(-1)?.every((weight, place) => areEqual(weight, samples[place]![1])) === true) return null;
      for (const weights of at === 0 ? ways : []) {
        if (!weights) continue;
        const terms = samples.map(([node, by], place) => ({ node, by, kind: kinds[place]!, wanted: weights[place]! }));
        // A walk of any other kind is no noising.
        if (isNoised && called !== 'noisy' && !isStepOn(all) && !terms.every(({ by, kind }) => areEqual(by, rateOf(kind, levels))))
          continue;
        if (!found && isOneThing(terms)) found = { meaning, terms, levels, fresh };
      }
    }
  }
  return found;
}

/** What noise is to be multiplied by beside the mean of the step back: the root of either variance; null where it is. */
function spreadOf(fresh: Numbers, { now, before, alpha }: Levels, areBoth: boolean): Numbers | null {
  const wide = alpha.map((rate) => Math.sqrt(1 - rate));
  const narrow = numbers((at) => wide[at]! * Math.sqrt((1 - before[at]!) / (1 - now[at]!)));
  // Less of it may be taken at every time.
  const isShareOf = (one: Numbers): boolean =>
    areEqual(
      one,
      fresh.map((value) => (Math.abs(value) * one[0]!) / Math.abs(fresh[0]!)),
    );
  if (isShareOf(wide) || isShareOf(narrow) || isShareOf(numbers(() => 1))) return null;
  return areBoth ? narrow : wide;
}

/** What all noising steps together multiply it by. */
const rateOf = (kind: Kind, { now }: Levels): Numbers => now.map((level) => Math.sqrt(kind === 'noise' ? 1 - level : level));

/** Whether the next round of a loop goes on from what the statement gives. */
const isOfRound = (statement: Computed, computed: readonly Computed[]): boolean =>
  /^\w+$/.test(statement.target) &&
  !computed.some(({ holder, target, start }) => holder === statement.holder && target === statement.target && start > statement.start);

const orders = (kinds: readonly Kind[]): (readonly Kind[])[] => (kinds.length === 2 ? [kinds, kinds.toReversed()] : [kinds]);

const turned = ({ clean, noise }: Parts): Parts => ({ clean: noise, noise: clean });

function choices(all: readonly (readonly Parts[])[]): Parts[][] {
  return all.reduce<Parts[][]>((made, options) => made.flatMap((before) => options.map((one) => [...before, one])), [[]]);
}

/** The samples that count, and what fresh noise beside them is multiplied by. */
function apart(all: readonly Sample[], meaning: Meaning): [samples: readonly Sample[], fresh: Numbers | null] {
  const drawn = all.filter(([node]) => isDrawn(node));
  if (meaning !== 'earlier' || all.length < 3 || drawn.length !== 1) return [all, null];
  return [all.filter((one) => one !== drawn[0]), drawn[0]![1]];
}

/** With noise that is added elsewhere there may be less of what was predicted. */
function withRoom(node: Node, samples: readonly Sample[], given: readonly Parts[], { before }: Levels): Parts | null {
  if (!isMadeOf(node, (part) => holdsAny(namesOf(part).slice(0, 1).flatMap(wordsOf), spreadWords))) return null;
  const noise = numbers((at) => samples.reduce((sum, [, by], place) => sum + by[at]! * given[place]!.noise[at]!, 0));
  return noise.every((value, at) => value > 0 && value ** 2 < 1 - before[at]!) ? { clean: before.map(Math.sqrt), noise } : null;
}

const spreadWords = ['eta', 'sigma', 'sigmas', 'std', 'std dev', 'variance', 'var', 'stddev'];

/** What samples have to be multiplied by to give another; null where they cannot. */
function weightsFor(given: readonly Parts[], { clean, noise }: Parts): Numbers[] | null {
  const [a, b] = given;
  if (!a) return null;
  if (!b) {
    const by = numbers((at) => noise[at]! / a.noise[at]!);
    return clean.every((part) => part === 0) && a.clean.every((part) => part === 0) ? [by] : null;
  }
  const across = (at: number): number => a.clean[at]! * b.noise[at]! - b.clean[at]! * a.noise[at]!;
  return [
    numbers((at) => (clean[at]! * b.noise[at]! - b.clean[at]! * noise[at]!) / across(at)),
    numbers((at) => (a.clean[at]! * noise[at]! - clean[at]! * a.noise[at]!) / across(at)),
  ];
}

/** One of them differs, or both by one number that is not the same at every time; or they have changed places, or are rates of another level. */
function isOneThing(terms: readonly Term[]): boolean {
  if (!terms.every(({ by, wanted }) => [...by, ...wanted].every((value) => Number.isFinite(value) && Math.abs(value) > 1e-9))) return false;
  const differing = terms.filter(({ by, wanted }) => !areEqual(by, wanted));
  const [one, other] = differing;
  if (!one || !other) return true;
  const [first, second] = [one, other].map(({ by, wanted }) => numbers((at) => by[at]! / wanted[at]!));
  if (areEqual(first!, second!)) return first!.some((value) => Math.abs(value - first![0]!) > 1e-6);
  return (
    (areAlike(one.by, other.wanted) && areAlike(other.by, one.wanted)) || (areRates(one.by, other.by) && areRates(one.wanted, other.wanted))
  );
}

/** But for the sign. */
const areAlike = (a: Numbers, b: Numbers): boolean => areEqual(a.map(Math.abs), b.map(Math.abs));

/** The two rates of one level. */
const areRates = (a: Numbers, b: Numbers): boolean =>
  a.every((value, at) => value > 0 && b[at]! > 0 && Math.abs(value ** 2 + b[at]! ** 2 - 1) < 1e-9);

const called: Readonly<Record<Meaning | Kind, string>> = {
  previous: 'sample',
  clean: 'clean sample',
  noise: 'noise',
  noisy: 'noised sample',
  velocity: 'velocity',
  score: 'score',
  earlier: 'sample of the time before',
  step: 'sample of the next step',
};

/** What has to undo the forward noising, or the rotation to velocities. */
const undone: ReadonlySet<Meaning> = new Set<Meaning>(['clean', 'noise', 'velocity', 'score']);

const why: Readonly<Record<Meaning, string>> = {
  noisy: 'the signal has the share ᾱ of the variance, and the noise the rest',
  step: 'a single step has alpha, and only all steps together alpha-bar',
  clean: 'it has to undo the forward noising',
  noise: 'it has to undo the forward noising',
  velocity: 'sample and velocity are clean sample and noise, rotated',
  score: 'the score of the forward kernel is −ε over its deviation',
  earlier: 'it has to have the mean √ᾱ x₀ and the variance 1 − ᾱ of the time that is gone to',
};

function* faultOf({ meaning, terms, levels, fresh }: Wrong, whole: Computed, checked: Checked): Generator<void, Fault> {
  const formula = formulaOf(meaning, terms);
  const differing = terms.filter(({ by, wanted }) => !areEqual(by, wanted));
  const product = differing.length === 1 ? productOf(differing[0]!, whole, checked) : null;
  const [statement, own] = product ? [product, differing] : [whole, terms];
  const holds = (found: Combination): boolean => own.every(({ node, wanted }) => areEqual(found.terms.get(node) ?? none, wanted));
  const lookup = differing.length > 1 ? misread(statement, holds, checked) : null;
  const weight =
    differing.length === 1 && !lookup ? (weightOf(differing[0]!, statement, checked) ?? sumOf(differing[0]!, statement, checked)) : null;
  const ofWeight = weight && (yield* mended(weight, holds, checked, [], statement.node));
  const change = lookup
    ? null
    : (ofWeight ??
      (yield* mended(
        statement,
        holds,
        checked,
        own.map(({ node }) => node),
      )));
  const said = differing.map((term) => {
    const [has, needs] = [term.by, term.wanted].map((by) => inSymbols(by, levels, fresh));
    const name = nameOf(term, statement, checked);
    return needs === null
      ? `${name} has another factor than it needs`
      : `${name} needs the factor ${needs}${has === null ? '' : ` and has ${has}`}`;
  });
  const user = lookup || product || ofWeight;
  return {
    rule: undone.has(meaning) ? 'no-inverse' : 'marginals-differ',
    message: `${capital(said.join(', '))} in the ${called[meaning]}${ofFormula(meaning, formula)}.`,
    statement: lookup?.statement ?? (ofWeight ? weight : statement),
    at: lookup?.statement.node ?? change?.there ?? statement.node,
    related: user ? [{ node: whole.node, message: 'What is made with it.' }] : [],
    nearly: !product && !ofWeight && change && formula ? matchOf(change.whole, formula, statement, checked) : null,
    change: lookup?.change ?? (change && { title: change.title, ...(ofWeight && { makes: null }), edits: change.edits }),
  };
}

/** Which formula it is, and what it loses. */
function ofFormula(meaning: Meaning, formula: Formula | null): string {
  const [broken] = (meaning !== 'step' && formula && properties[formula.id]) || [];
  if (!formula || !broken) return `${formula ? ` (${formula.name})` : ''}: ${why[meaning]}`;
  return ` (${formula.name}, which ${broken.words})`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const none = numbers(() => NaN);

/** A statement before that looks up another table than the numbers are to be of. */
function misread(
  statement: Computed,
  holds: (found: Combination) => boolean,
  checked: Checked,
): { statement: Computed; change: TextChange } | null {
  for (const { node } of statement.places) {
    if (node.op !== 'let') continue;
    const made = checked.computed.findLast(
      (one) =>
        one.holder === statement.holder &&
        one.start < statement.start &&
        one.target === node.attributes['name'] &&
        unwrap(one.node) === unwrap(node),
    );
    const sibling = made && siblingOf(made, node, statement.node, holds, checked);
    if (sibling) return { statement: made, change: { title: sibling.title, edits: sibling.edits } };
  }
  return null;
}

function nameOf({ node, kind }: Term, { places }: Computed, { textOf }: Checked): string {
  const texts = places.filter((one) => one.node === node).map(textOf);
  const name = texts.find((text) => /^[\w.]+$/.test(text));
  return name === undefined ? `the ${called[kind]}` : `\`${name}\``;
}
