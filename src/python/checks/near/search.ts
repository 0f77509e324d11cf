/** Which formula a piece of code nearly is: equal to it, were one thing in it changed. */

import type { Formula } from '../../../formulas/formula.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import { numbersComputed } from '../../recognise/comparison/evaluate.ts';
import type { Layout } from '../../recognise/comparison/layouts.ts';
import type { Match } from '../../recognise/comparison/match.ts';
import type { Choices } from '../../recognise/binding/choice.ts';
import type { Cut } from '../../recognise/cut.ts';
import { isSupported, type Surroundings } from '../../recognise/evidence/evidence.ts';
import { cutsOf } from '../../recognise/pieces.ts';
import type { Recogniser } from '../../recognise/recogniser.ts';
import { mayDo } from '../../recognise/screening/work.ts';
import { reached } from '../statements.ts';
import { isOneOf, layoutsFor, matchWith } from './agrees.ts';
import type { Edit, EditKind } from './edit.ts';
import { editsOf, type Edited } from './edits.ts';
import { isFinished, leastWork, leastWorkOfPart, workIn } from './finished.ts';
import { allNamed, namedReadings, type Named } from './naming.ts';
import { areOfOneKind, isComplement, isPossible } from './possible.ts';
import { isErrorOfNamed, vetoes, vetoesOn, type Trial } from './vetoes.ts';

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

/** What is looked at. */
export interface Question {
  readonly node: Node;
  readonly recogniser: Recogniser;
  readonly surroundings: Surroundings;
  /** Values with names that the code could have taken instead. */
  readonly others: readonly Node[];
  /** A part of a statement is a loss of its own, or a term of something else. */
  readonly isPart: boolean;
  /** It has the name of a general formula: of a squared error, of a cross-entropy. */
  readonly isGeneral: boolean;
}

/** Pieces that are looked at: the nearest ones. */
const mostPieces = 6;
const mostLoosePieces = 3;
/** Operations of a piece of code of which a part may be missing. */
const mostWithOthers = 40;
const mostFormulas = 6;
/** What names speak for less than this below the best is not meant. */
const margin = 3;
/** Numbers that are worked out for one statement. */
const mostNumbers = 3_000_000;
/** And between two steps. */
const numbersAtOnce = 20_000;

/** The edit that makes the code a formula that its names mean, step by step; 'meant' where it is one, or a variant of it, as it is. */
export function* nearMissOf(question: Question): Generator<void, NearMiss | 'meant' | null> {
  const isWhole = isFinished(question.node);
  if (!isWhole && question.isPart) return null;
  // Where no formula is meant by all its names, it may be by all but one.
  return (yield* nearestOf(question, isWhole, false)) ?? (isWhole && !question.isPart ? yield* nearestOf(question, isWhole, true) : null);
}

function* nearestOf(question: Question, isWhole: boolean, isLoose: boolean): Generator<void, NearMiss | 'meant' | null> {
  const { node, recogniser, isPart } = question;
  const until = numbersComputed() + mostNumbers;
  const readings = isPart ? recogniser.valued.filter(({ reading }) => reading.fit !== 'quantity') : recogniser.valued;
  let pieces = 0;
  let isMeant = false;
  let nearest: NearMiss | null = null;
  for (const { cut, alternative } of cutsOf(unwrap(node))) {
    if (++pieces > (isLoose ? mostLoosePieces : mostPieces) || numbersComputed() > until) break;
    const likely = likeliest(namedReadings(cut, readings, question.surroundings, isLoose)).filter(
      (named) => mayBe(named, question) && (isWhole || isForUse(named)),
    );
    const work = workIn(cut);
    const least = isPart ? leastWorkOfPart : leastWork;
    // A part that is missing may be had for another value of its kind.
    const isOpen = likely.length > 0 || (isWhole && !isPart && !isLoose && hasOthers(cut, question.others));
    const isTold = !isPart && likely.some((named) => named.isCalledSo || isErrorOfNamed(named));
    if (!isOpen || work === 0 || (work < least && !isTold)) continue;
    const search = new PieceSearch(question, cut, alternative, likely);
    if (search.isMeant()) {
      isMeant = true;
      continue;
    }
    const best = yield* search.best(until);
    // With a square more two values are near to much: where names are followed further, a sign may say it all.
    if (best && (nearest ? best.edit.kind === 'sign' || best.edit.kind === 'order' : best.edit.kind !== 'missing function')) return best;
    nearest ??= best;
  }
  return nearest ?? (isMeant ? 'meant' : null);
}

/** A quantity that something else is computed from, of several values that all have their name. */
const isForUse = ({ reading, score }: Named): boolean =>
  reading.fit === 'quantity' && (reading.rank ?? 1) >= 1 && reading.roles.length >= 3 && score >= allNamed;

const hasOthers = ({ inputs, order }: Cut, others: readonly Node[]): boolean =>
  order.length <= mostWithOthers && others.some((other) => !order.includes(other) && inputs.some((input) => areOfOneKind(input, other)));

/** A particular formula is meant by code that is a general one where every value is called so. */
const mayBe = ({ reading, isCalledSo, score }: Named, { isGeneral }: Question): boolean =>
  !isGeneral || ((reading.rank ?? 1) >= 1 && (isCalledSo || score >= allNamed));

/** What a general formula is given in place of what a particular one asks for. */
const ofValues: ReadonlySet<EditKind> = new Set<EditKind>(['another value', 'swapped', 'missing factor', 'extra factor', 'off by one']);

function likeliest(named: readonly Named[]): Named[] {
  const best = named[0]?.score ?? 0;
  const near = named.filter(({ score, isCalledSo }) => isCalledSo || score >= best - margin);
  const formulas = new Set([...new Set(near.map(({ formula }) => formula))].slice(0, mostFormulas));
  return near.filter(({ formula }) => formulas.has(formula));
}

/** One piece of code, cut in one way. */
class PieceSearch {
  readonly #question: Question;
  readonly #cut: Cut;
  readonly #alternative: number;
  /** What names mean. */
  readonly #likely: readonly Named[];
  /** What the statement computes itself. */
  readonly #own: ReadonlySet<Node>;
  /** Of which the code takes the rest: `1 - alpha`. */
  readonly #shares: readonly Node[];
  /** Formulas that named values of it are already: they are used with whatever sign and weight is needed. */
  readonly #made: ReadonlySet<string>;
  readonly #layouts = new Map<Choices, readonly Layout[]>();
  readonly #renamed = new Map<string, readonly Named[]>();

  constructor(question: Question, cut: Cut, alternative: number, likely: readonly Named[]) {
    this.#question = question;
    this.#cut = cut;
    this.#alternative = alternative;
    this.#likely = likely;
    this.#own = reached(question.node);
    const names = cut.order.filter((node) => node.op === 'let' && unwrap(node) !== unwrap(cut.root));
    this.#made = new Set(names.flatMap((name) => [...question.recogniser.idsOf(name)]));
    this.#shares = cut.order.filter(isComplement).map(({ args }) => unwrap(args[1]!));
  }

  *best(until: number): Generator<void, NearMiss | null> {
    let best: NearMiss | null = null;
    let rest = numbersComputed() + numbersAtOnce;
    for (const edited of this.#edits()) {
      if (numbersComputed() > until) break;
      if (numbersComputed() > rest) {
        rest = numbersComputed() + numbersAtOnce;
        yield;
      }
      best = this.#better(edited, best) ?? best;
    }
    return best;
  }

  /** What is the formula, or a legitimate variant of it, but for what would speak for it, is no near miss of anything. */
  isMeant(): boolean {
    const parts = new Map<Formula, Set<Node>>();
    for (const { formula, choices } of this.#likely) {
      let own = parts.get(formula);
      if (!own) parts.set(formula, (own = new Set<Node>()));
      for (const [node, choice] of choices[0]!) if ('role' in choice) own.add(node);
    }
    // What is called another loss of real and generated examples is no critic's.
    const isCalled = this.#likely.some(({ isCalledSo, score, formula }) => isCalledSo && score >= allNamed && formula.id !== 'wgan_d');
    return this.#likely.some(
      (named) =>
        !(isCalled && named.formula.id === 'wgan_d' && !named.isCalledSo) &&
        isOneOf(this.#cut, named, this.#alternative, parts.get(named.formula)!),
    );
  }

  /** With 1 for a share there is nothing left of the rest. */
  #isEmptied(choices: Choices): boolean {
    return this.#shares.some((share) => {
      const choice = choices.get(share);
      return choice !== undefined && 'neutral' in choice;
    });
  }

  #edits(): Generator<Edited> {
    const others = this.#question.others.filter((one) => !this.#cut.order.includes(one));
    return editsOf(this.#cut, { alternative: this.#alternative }, others, isPossible);
  }

  /** What an edit makes of the code, where that is a better answer. */
  #better({ cut: changed, edit }: Edited, best: NearMiss | null): NearMiss | null {
    const { surroundings, recogniser } = this.#question;
    const trial: Trial = { edit, cut: this.#cut, changed, surroundings };
    if (this.#question.isGeneral && !ofValues.has(edit.kind)) return null;
    if (Object.values(vetoes).some((isVetoed) => isVetoed(trial))) return null;
    let found: NearMiss | null = null;
    for (const named of this.#namedIn(changed)) {
      const than = found ?? best;
      if (than && named.score < than.named.score) continue;
      if (this.#made.has(named.formula.id) || !mayDo(changed, named.reading)) continue;
      if (Object.values(vetoesOn).some((isVetoed) => isVetoed(trial, named))) continue;
      for (const [at, choices] of named.choices.entries()) {
        if (than && !isBetterThan(named, at, edit, than, this.#own)) break;
        if (this.#isEmptied(choices)) continue;
        const layouts = movesAxes.has(edit.kind) ? undefined : this.#layoutsOf(named, choices);
        if (layouts?.length === 0) continue;
        const match = matchWith(changed, named.formula, named.reading, choices, this.#alternative, layouts);
        if (!match || (than && isRest(match) && !isBetterThan(named, at, edit, than, this.#own, true))) continue;
        if (!isSupported(named.reading.evidence, match.binding.choices, surroundings, recogniser.idsOf)) continue;
        found = { match, edit, named, at, cut: this.#cut };
        break;
      }
    }
    return found;
  }

  /** What names mean where the code has other inputs. */
  #namedIn(changed: Cut): readonly Named[] {
    const cut = this.#cut;
    const isSame =
      changed.inputs.length === cut.inputs.length &&
      changed.inputs.every((input) => cut.inputs.includes(input) && cut.measured.has(input) === changed.measured.has(input));
    if (isSame) return this.#likely;
    const key = changed.inputs.map((input) => `${input.id}${changed.measured.has(input) ? '*' : ''}`).join();
    let known = this.#renamed.get(key);
    if (!known) {
      const { recogniser, surroundings } = this.#question;
      const named = likeliest(namedReadings(changed, recogniser.valued, surroundings));
      this.#renamed.set(key, (known = named.filter((one) => mayBe(one, this.#question))));
    }
    return known;
  }

  /** Shapes on which the code as it is runs; undefined where the choices are not of it. */
  #layoutsOf({ reading }: Named, choices: Choices): readonly Layout[] | undefined {
    if (this.#cut.inputs.some((input) => !this.#cut.measured.has(input) && !choices.has(input))) return undefined;
    let known = this.#layouts.get(choices);
    if (!known) this.#layouts.set(choices, (known = layoutsFor(this.#cut, reading, choices, this.#alternative)));
    return known;
  }
}

const movesAxes: ReadonlySet<EditKind> = new Set<EditKind>(['axis', 'order', 'reduction', 'another value', 'swapped']);

/** The likeliest slips first. */
const order: readonly EditKind[] = [
  'sign',
  'order',
  'extra function',
  'another function',
  'missing function',
  'factor',
  'off by one',
  'scope',
  'exchanged',
  'axis',
  'reduction',
  'swapped',
  'another value',
  'extra factor',
  'missing factor',
];

/** Of the same kind, what is done is changed before what it is done to, in the statement itself, at one place. */
function rankOf({ kind, there, wanted, within, also }: Edit, own: ReadonlySet<Node>): number {
  // Nobody forgets `1 /` before a name: what the name holds is upside down.
  const isUpsideDown = there.op === 'let' && wanted.op === 'reciprocal';
  const isOwn = own.has(there) && (!within || own.has(within)) && !isUpsideDown;
  const isOfValue = kind === 'sign' && (wanted.op === 'negate' || wanted.op === 'number');
  // `b - a` for `a + b`
  const isTurned = kind === 'sign' && there.op === 'add' && wanted.args[0] === there.args[1];
  return 4 * order.indexOf(kind) + (isOwn ? 0 : 200) + (isOfValue ? 1 : 0) + (isTurned ? 5 : 0) + 2 * also.length;
}

/** A constant that is left over is another difference. */
const isRest = ({ fit: { constant } }: Match): boolean => constant !== 0;

/** Names speak first, then whether a constant is left over, then how likely a slip it is. `at`: of the choices that names leave. */
function isBetterThan(named: Named, at: number, edit: Edit, best: NearMiss, own: ReadonlySet<Node>, leavesRest = false): boolean {
  if (named.score !== best.named.score) return named.score > best.named.score;
  if (at !== best.at) return at < best.at;
  if (isRest(best.match) !== leavesRest) return isRest(best.match);
  const [rank, other] = [edit, best.edit].map((one) => rankOf(one, own)) as [number, number];
  // Of two that are as likely the one counts that leaves the formula in its usual way.
  const isUsual = ({ reading }: Named): boolean => reading.remark === undefined;
  return rank === other ? edit !== best.edit && isUsual(named) && !isUsual(best.named) : rank < other;
}
