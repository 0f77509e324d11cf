/** Which formula a piece of code nearly is: equal to it, were one thing in it changed. */

import type { Formula } from '../../../formulas/formula.ts';
import type { ValueReading } from '../../../formulas/reading.ts';
import { leaves, numberOf, operandsOf, unwrap, type Node } from '../../expression/node.ts';
import type { Choices } from '../../recognise/binding/choice.ts';
import { literalsOf } from '../../recognise/binding/literals.ts';
import { agreement } from '../../recognise/comparison/agreement.ts';
import { numbersComputed } from '../../recognise/comparison/evaluate.ts';
import { layoutsOf, type Layout } from '../../recognise/comparison/layouts.ts';
import type { Match } from '../../recognise/comparison/match.ts';
import { dependsOnShape, isMisshapen } from '../../recognise/comparison/shapes.ts';
import type { Cut } from '../../recognise/cut.ts';
import { isSupported, type Surroundings } from '../../recognise/evidence/evidence.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { holdsAny, scheduleWords, wordsOf } from '../../recognise/evidence/words.ts';
import { cutsOf } from '../../recognise/pieces.ts';
import type { Recogniser } from '../../recognise/recogniser.ts';
import { mayAgree } from '../../recognise/screening/oneElement.ts';
import { reached } from '../statements.ts';
import { editsOf, type Edit, type EditKind } from './edits.ts';
import { isFinished, leastWork, leastWorkOfPart, workIn } from './finished.ts';
import { namedReadings, type Named } from './naming.ts';

export interface NearMiss {
  /** Of the code with the edit made. */
  readonly match: Match;
  readonly edit: Edit;
  readonly named: Named;
  /** Which of the choices that names leave it is. */
  readonly at: number;
  /** The code as it is. */
  readonly cut: Cut;
}

/** Pieces that are looked at: the nearest ones. */
const mostPieces = 6;
const mostFormulas = 6;
/** What names speak for less than this below the best is not meant. */
const margin = 3;
/** Numbers that are worked out for one statement. */
const mostNumbers = 3_000_000;
/** And between two steps. */
const numbersAtOnce = 20_000;
/** Ways in which numbers of the code are tried for what a formula has as numbers. */
const mostLiterals = 24;

function likeliest(named: readonly Named[]): Named[] {
  const best = named[0]?.score ?? 0;
  const near = named.filter(({ score, isCalledSo }) => isCalledSo || score >= best - margin);
  const formulas = new Set([...new Set(near.map(({ formula }) => formula))].slice(0, mostFormulas));
  return near.filter(({ formula }) => formulas.has(formula));
}

/** The likeliest slips first. */
const order: readonly EditKind[] = [
  'sign',
  'extra function',
  'another function',
  'missing function',
  'factor',
  'scope',
  'order',
  'axis',
  'reduction',
  'swapped',
  'another value',
  'extra factor',
  'missing factor',
];

/** Of the same kind, what is done is changed before what it is done to, and in the statement itself. */
const rankOf = ({ kind, there, wanted }: Edit, own: ReadonlySet<Node>): number =>
  4 * order.indexOf(kind) + (own.has(there) ? 0 : 200) + (kind === 'sign' && wanted.op === 'negate' ? 1 : 0);

/** The edit that makes the code a formula that its names mean, step by step. */
export function* nearMissOf(
  node: Node,
  recogniser: Recogniser,
  surroundings: Surroundings,
  others: readonly Node[] = [],
  isPart = false,
): Generator<void, NearMiss | null> {
  if (!isFinished(node)) return null;
  const own = reached(node);
  const until = numbersComputed() + mostNumbers;
  let pieces = 0;
  for (const { cut, alternative } of cutsOf(unwrap(node))) {
    if (++pieces > mostPieces || numbersComputed() > until) break;
    // A part of a statement is a loss of its own, or a term of something else.
    const readings = isPart ? recogniser.valued.filter(({ reading }) => reading.fit !== 'quantity') : recogniser.valued;
    const likely = likeliest(namedReadings(cut, readings, surroundings));
    const work = workIn(cut);
    const least = isPart ? leastWorkOfPart : leastWork;
    if (likely.length === 0 || work === 0 || (work < least && (isPart || !likely.some(({ isCalledSo }) => isCalledSo)))) continue;
    const best = yield* bestIn(
      cut,
      alternative,
      likely,
      own,
      recogniser,
      surroundings,
      others.filter((one) => !cut.order.includes(one)),
      until,
    );
    if (best) return best;
  }
  return null;
}

function* bestIn(
  cut: Cut,
  alternative: number,
  likely: readonly Named[],
  own: ReadonlySet<Node>,
  recogniser: Recogniser,
  surroundings: Surroundings,
  others: readonly Node[],
  until: number,
): Generator<void, NearMiss | null> {
  // What is the formula, or a legitimate variant of it, but for what would speak for it, is no near miss of anything.
  if (likely.some((named) => isOneOf(cut, named, alternative))) return null;
  // With 1 for a share there is nothing left of the rest.
  if (
    cut.order.some(
      (node) =>
        isComplement(node) &&
        likely.every(
          ({ choices: [first] }) => first!.get(unwrap(node.args[1]!)) !== undefined && 'neutral' in first!.get(unwrap(node.args[1]!))!,
        ),
    )
  )
    return null;
  const telling = new Map(likely.map((named) => [named.reading, tellingIn(cut, named)]));
  const running = new Map(
    likely.flatMap(({ reading, choices: all }) => all.map((choices) => [choices, layoutsFor(cut, reading, choices, alternative)] as const)),
  );
  let best: NearMiss | null = null;
  let rest = numbersComputed() + numbersAtOnce;
  const renamed = new Map<string, Named[]>();
  const namedIn = (changed: Cut): Named[] => {
    const key = changed.inputs.map((input) => `${input.id}${changed.measured.has(input) ? '*' : ''}`).join();
    let known = renamed.get(key);
    if (!known) renamed.set(key, (known = likeliest(namedReadings(changed, recogniser.valued, surroundings))));
    return known;
  };
  for (const { cut: changed, edit } of editsOf(cut, { alternative }, others, isPossible)) {
    if (numbersComputed() > until) break;
    if (numbersComputed() > rest) {
      rest = numbersComputed() + numbersAtOnce;
      yield;
    }
    if (isComposite(edit, changed) || isLogarithm(edit, changed, surroundings) || isCancelled(edit, changed)) continue;
    // What is left out altogether was meant.
    if (changed.inputs.length < cut.inputs.length && edit.kind !== 'another value') continue;
    const isRenamed =
      changed.inputs.length !== cut.inputs.length ||
      changed.inputs.some((input) => !cut.inputs.includes(input) || cut.measured.has(input) !== changed.measured.has(input));
    for (const named of isRenamed ? namedIn(changed) : likely) {
      if (best && named.score < best.named.score) continue;
      if (isComplementOfReal(edit, named) || isOfLabel(edit, named) || isOfWeight(edit, named, changed)) continue;
      if (!isOfFormula(edit, telling.get(named.reading) ?? everything) || (!named.isCalledSo && asksForName(edit, changed))) continue;
      for (const [at, choices] of named.choices.entries()) {
        if (best && !isBetterThan(named, at, edit, best, own)) break;
        const layouts = movesAxes.has(edit.kind) ? undefined : running.get(choices);
        if (layouts?.length === 0) continue;
        // What is remembered of a choice is of one piece of code.
        const match = matchWith(changed, named.formula, named.reading, new Map(choices), alternative, layouts);
        if (!match || (best && isRest(match) && !isBetterThan(named, at, edit, best, own, true))) continue;
        if (!isSupported(named.reading.evidence, match.binding.choices, surroundings, recogniser.idsOf)) continue;
        best = { match, edit, named, at, cut };
        break;
      }
    }
  }
  return best;
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

const movesAxes: ReadonlySet<EditKind> = new Set<EditKind>(['axis', 'order', 'reduction', 'another value', 'swapped']);

/** Whether code computes the formula under other conditions than are asked for, or a variant of it. */
function isOneOf(cut: Cut, { formula, choices: all }: Named, alternative: number): boolean {
  const readings = readingsWithVariants(formula);
  return all.some((choices) => {
    const bound = [...choices.values()].flatMap((choice) => ('role' in choice ? [choice.role.id] : []));
    return readings.some((reading) => {
      const roles = new Map(reading.roles.map((role) => [role.id, role]));
      if (!bound.every((id) => roles.has(id))) return false;
      const renamed = new Map(
        [...choices].map(([node, choice]) => [node, 'role' in choice ? { ...choice, role: roles.get(choice.role.id)! } : choice]),
      );
      return matchWith(cut, formula, reading, renamed, alternative, undefined, false) !== null;
    });
  });
}

/** Values that depend on a part of the formula: what else there is is taken for 1, whatever is done with it. */
function tellingIn({ order: nodes, inputs }: Cut, { choices: [first] }: Named): ReadonlySet<Node> {
  const telling = new Set<Node>(
    inputs.filter((input) => {
      const choice = first!.get(input);
      return choice && 'role' in choice;
    }),
  );
  for (const node of nodes) if (operandsOf(node).some((arg) => telling.has(arg))) telling.add(node);
  return telling;
}

const everything = { has: () => true };

/** Whether an edit changes something that counts, and leaves something that counts. */
function isOfFormula({ kind, there, wanted }: Edit, telling: Pick<ReadonlySet<Node>, 'has'>): boolean {
  if (numberOf(there) !== null) return true;
  if (!telling.has(there)) return false;
  return (kind !== 'extra factor' && kind !== 'extra function') || telling.has(wanted);
}

/** What is only weighted, in another shape or averaged on its way out. */
function isAtTop(wanted: Node, { root }: Cut): boolean {
  for (let nodes = [root], depth = 0; nodes.length > 0 && depth < 8; depth++) {
    if (nodes.includes(wanted)) return true;
    nodes = nodes.flatMap((node) => (onTop.has(node.op) ? operandsOf(node) : []));
  }
  return false;
}

const onTop: ReadonlySet<string> = new Set(
  'multiply divide negate let inline mean sum reshape flatten squeeze expandDims detach'.split(' '),
);

/** A function of a formula is no mistake: `sqrt(variance)` is no variance. */
function isComposite({ kind, wanted }: Edit, changed: Cut): boolean {
  return (kind === 'extra function' || kind === 'extra factor') && isAtTop(wanted, changed);
}

/** A loss may be weighted by anything. */
function isOfWeight({ kind, there, wanted }: Edit, { reading, choices: [first] }: Named, changed: Cut): boolean {
  if (reading.fit !== 'loss') return false;
  const choice = first!.get(there);
  const isWeight = choice !== undefined && 'role' in choice && choice.role.absent !== undefined && choice.role.shape !== 'B D';
  return isWeight || (kind === 'factor' && isAtTop(wanted, changed));
}

/** Nobody takes a function of labels by mistake. */
function isOfLabel({ kind, there }: Edit, { choices: [first] }: Named): boolean {
  if (kind === 'another value' || kind === 'swapped' || kind === 'missing factor') return false;
  const made = new Set<Node>([there]);
  let isAny = false;
  for (const node of made) {
    const choice = first!.get(node);
    if (!choice) for (const arg of operandsOf(node)) made.add(arg);
    else if ('role' in choice && !ofLabels.has(choice.role.domain)) return false;
    else if ('role' in choice) isAny = true;
  }
  return isAny;
}

const ofLabels: ReadonlySet<string> = new Set(['binary', 'class']);

/** With one value for another something is left of it: `a - a` is no slip of `a - b`. */
const isCancelled = ({ kind }: Edit, { order: nodes }: Cut): boolean =>
  kind === 'another value' && nodes.some(({ op, args: [a, b] }) => (op === 'subtract' || op === 'divide') && unwrap(a!) === unwrap(b!));

/** What is no share has no complement. */
function isComplementOfReal({ kind, there, wanted }: Edit, { choices: [first] }: Named): boolean {
  if (kind !== 'missing function' || !isComplement(wanted)) return false;
  const choice = first!.get(there);
  return choice !== undefined && 'role' in choice && choice.role.domain === 'real';
}

/** The logarithm of a formula is no near miss of it. */
function isLogarithm({ wanted }: Edit, changed: Cut, { target, around }: Surroundings): boolean {
  if (wanted.op !== 'exp') return false;
  if (unwrap(changed.root).op === 'log') return true;
  return isAtTop(wanted, changed) && [target, around[0] ?? ''].some((name) => wordsOf(name).some((word) => word.startsWith('log')));
}

/** What is only a step on the way to a formula, or sums where it takes the mean, has to be called so. */
const asksForName = ({ kind, wanted }: Edit, changed: Cut): boolean =>
  kind === 'reduction' || kind === 'axis' || ((kind === 'missing function' || kind === 'missing factor') && isAtTop(wanted, changed));

/** Whether one value may have been taken for another: both have names, with a word in common, or are rates of one schedule. */
function areAlike({ there, wanted }: Edit): boolean {
  if (unwrap(wanted).op === 'normal' && unwrap(there).op === 'uniform') return true;
  const [one, other] = [there, isComplement(wanted) ? wanted.args[1]! : wanted].map((node) =>
    isNamed(node) ? namesOf(node).slice(0, 2).flatMap(wordsOf) : [],
  );
  if (isComplement(wanted)) return holdsAny(one!, scheduleWords) && holdsAny(other!, scheduleWords);
  return one!.some((word) => other!.includes(word));
}

const isNamed = (node: Node): boolean => node.op === 'let' || leaves.has(node.op) || node.op === 'index' || node.op === 'part';

/** `1 - alpha` */
const isComplement = ({ op, args }: Node): boolean => op === 'subtract' && numberOf(args[0]!) === 1;

/** A constant that is left over is another difference. */
const isRest = ({ fit: { constant } }: Match): boolean => constant !== 0;

/** Whether an edit is worth making: names must not speak against it. */
function isPossible(edit: Edit): boolean {
  const { kind, there, wanted } = edit;
  if (kind === 'another value')
    return (
      areAlike(edit) &&
      !namesOf(wanted)
        .slice(0, 1)
        .some((name) => /coef|weight|lambda|lam$/i.test(name))
    );
  const called = kind === 'missing function' ? alreadyCalled[wanted.op] : undefined;
  return (
    !called ||
    !(there.op === 'let' || leaves.has(there.op)) ||
    !namesOf(there)
      .slice(0, 1)
      .some((name) => called.test(name))
  );
}

/** What a name says has been done already. */
const alreadyCalled: Readonly<Record<string, RegExp>> = { square: /sq|2$|squared|var/i, sqrt: /sqrt|root|std/i, exp: /exp/i, log: /log/i };

/** Names speak first, then whether a constant is left over, then how likely a slip it is. `at`: of the choices that names leave. */
function isBetterThan(named: Named, at: number, edit: Edit, best: NearMiss, own: ReadonlySet<Node>, leavesRest = false): boolean {
  if (named.score !== best.named.score) return named.score > best.named.score;
  if (at !== best.at) return at < best.at;
  if (isRest(best.match) !== leavesRest) return isRest(best.match);
  return rankOf(edit, own) < rankOf(best.edit, own);
}

/** Shapes on which the code runs. */
function layoutsFor(cut: Cut, reading: ValueReading, choices: Choices, alternative: number): readonly Layout[] {
  if (!dependsOnShape(cut)) return layoutsOf(reading).slice(0, 1);
  const [literals] = literalsOf(cut, reading, choices);
  return layoutsOf(reading).filter(
    (layout) => literals && agreement(cut, reading, { choices, literals }, layout, alternative) !== 'misshapen',
  );
}

function matchWith(
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
