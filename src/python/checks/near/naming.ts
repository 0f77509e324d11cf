/** Which formula names mean, whatever the code computes. */

import type { Formula } from '../../../formulas/formula.ts';
import type { Encoding, Role, ValueReading } from '../../../formulas/reading.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import { affinity } from '../../recognise/binding/affinity.ts';
import type { Choices } from '../../recognise/binding/choice.ts';
import { inputsOf } from '../../recognise/binding/inputs.ts';
import { needsOf } from '../../recognise/binding/needs.ts';
import type { Match } from '../../recognise/comparison/match.ts';
import type { Cut } from '../../recognise/cut.ts';
import type { Surroundings } from '../../recognise/evidence/evidence.ts';
import { given, type Given } from '../../recognise/evidence/given.ts';
import { holds, holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import type { Valued } from '../../recognise/recogniser.ts';
import { areFrom0, assignments, mayBeNamed, optionsIn } from './assignments.ts';
import { workIn } from './finished.ts';

/** A formula as names speak for it. */
export interface Named extends Valued {
  /** What is what, the likeliest first. */
  readonly choices: readonly Choices[];
  /** How well names fit, in the mean. */
  readonly score: number;
  /** Whether the target or the function around says that the formula is meant. */
  readonly isCalledSo: boolean;
}

/** What every value's own name speaks for. */
export const allNamed = 6;

/** With so much done to them, one of three values or more is told by the others. */
const workOfOneUnnamed = 4;

/**
 * Formulas for which every value has a name that fits and every role that is needed is named; `loosely`: those too of which one of several
 * values is only told by the others.
 */
export function namedReadings(cut: Cut, readings: readonly Valued[], surroundings: Surroundings, loosely = false): Named[] {
  const inputs = inputsOf(cut);
  const mayLack = loosely && workIn(cut) >= workOfOneUnnamed;
  const isFrom0 = areFrom0(inputs);
  const named: Named[] = [];
  for (const { formula, reading } of readings) {
    const { required, requiredCount } = needsOf(reading);
    if (requiredCount > inputs.length) continue;
    const options = optionsIn(inputs, reading, isFrom0);
    if (!options) continue;
    const isCalled = isCalledSo(formula, surroundings);
    const mostUnnamed = isCalled ? requiredCount / 2 : mayLack && requiredCount >= 3 ? 1 : 0;
    if (!mayBeNamed(options, required, mostUnnamed)) continue;
    if (isOfOrdinary(formula, surroundings)) continue;
    if ((isCalled && isOfOtherKind(formula, surroundings)) || (reading.fit === 'quantity' && isWeightOfLoss(formula, surroundings)))
      continue;
    if ((reading.rank ?? 1) < 0.5 && !isCalled) continue;
    // What is told by one name alone has to be called so.
    if (!isCalled && !reading.evidence && requiredCount < 2) continue;
    const found = assignments(inputs, options, reading, isCalled, mostUnnamed).filter(
      ({ choices }) => isCalled || hasNumbers(cut, reading, choices),
    );
    if (found.length > 0)
      named.push({ formula, reading, choices: found.map(({ choices }) => choices), score: found[0]!.fits, isCalledSo: isCalled });
  }
  return named.sort((a, b) => b.score - a.score);
}

/** Whether there is a number for every role that has to be one. */
function hasNumbers({ literals }: Cut, { roles }: ValueReading, choices: Choices): boolean {
  const bound = new Set([...choices.values()].flatMap((choice) => ('role' in choice ? [choice.role.id] : [])));
  const open = roles.filter(({ id, literal, absent }) => literal === true && absent === undefined && !bound.has(id));
  return literals.filter((value) => !plain.has(Math.abs(value))).length >= open.length;
}

/** Numbers that stand in nearly every formula. */
const plain: ReadonlySet<number> = new Set([0, 0.5, 1, 2]);

const calledKnown = new WeakMap<Surroundings, Map<Formula, boolean>>();

/** Whether the target or the function around says which formula is meant. */
export function isCalledSo(formula: Formula, surroundings: Surroundings): boolean {
  let formulas = calledKnown.get(surroundings);
  if (!formulas) calledKnown.set(surroundings, (formulas = new Map<Formula, boolean>()));
  let called = formulas.get(formula);
  if (called === undefined) {
    const { target, around } = surroundings;
    called = [target, ...around.slice(0, 2)].map(wordsOf).some((words) => holdsAny(words, wordsOfFormula(formula)));
    formulas.set(formula, called);
  }
  return called;
}

/** "kl_laplace_normal" is neither between two Gaussians nor an estimate. */
const isOfOtherKind = (formula: Formula, { target, around: [holder = ''] }: Surroundings): boolean =>
  /^kl_(?!categorical)|^gauss_nll$/.test(formula.id) &&
  [target, holder].map(wordsOf).some((words) => holdsAny(words, wordsOfFormula(formula)) && words.some((word) => otherKinds.has(word)));

/** What is called an ordinary differential equation has no noise, and half the score. */
const isOfOrdinary = (formula: Formula, { target, around: [holder = ''] }: Surroundings): boolean =>
  formula.id === 'reverse_sde' && [target, holder].map(wordsOf).some((words) => words.includes('ode'));

/** What a loss is weighted by may be anything that falls with the noise. */
const isWeightOfLoss = (formula: Formula, { target, around: [holder = ''] }: Surroundings): boolean =>
  /loss_?weight|weighting/i.test(target === '' ? holder : target) && !/weight|snr/i.test(`${formula.id} ${formula.name}`);

/** As single words: `log_normal` is the logarithm of a normal density. */
const otherKinds: ReadonlySet<string> = new Set(
  'laplace gumbel gamma cauchy student exponential weibull pareto dirichlet lognormal halfnormal uniform poisson logistic wishart'.split(
    ' ',
  ),
);

const known = new WeakMap<Formula, readonly string[]>();

/** Words of its id, its name, and neighbouring words of that: "kl diag std normal" gives "kl"; general words say nothing. */
function wordsOfFormula(formula: Formula): readonly string[] {
  let words = known.get(formula);
  if (!words) {
    const own = formula.id.split('_').filter((word) => word.length > 1 && !general.has(word));
    const names = wordsOf(formula.name);
    const ids = [formula.id.replaceAll('_', ' '), ...own, ...(names.length > 1 ? [names.join(' ')] : [])];
    const pairs = names.slice(1).map((word, at) => `${names[at]!} ${word}`);
    known.set(
      formula,
      (words = [
        ...ids,
        ...(alsoCalled[formula.id] ?? []),
        ...pairs.filter((pair) => !pair.split(' ').some((word) => word.length < 3 || filling.has(word))),
      ]),
    );
  }
  return words;
}

/** What else code calls it, beside its id and its name. */
const divergence = ['kld', 'kl div', 'kl divergence'];
const alsoCalled: Readonly<Record<string, readonly string[]>> = {
  kl_diag_std_normal: divergence,
  kl_gauss_gauss: divergence,
  kl_gauss_full: divergence,
  kl_free_bits: ['free nats', 'free bits'],
  gauss_nll: ['nll', 'log normal', 'log gaussian', 'gaussian log', 'normal log', 'gaussian likelihood', 'normal logpdf'],
  eps_from_score: ['score to eps', 'score to noise', 'noise from score', 'score2eps', 'score2noise'],
  iwae: ['log mean exp', 'log mean weights', 'importance'],
};

const filling: ReadonlySet<string> = new Set(['the', 'and', 'with', 'from', 'for', 'between', 'loss']);
/** Words of ids that say nothing by themselves. */
const general: ReadonlySet<string> = new Set(
  `std normal diag full from step target loss mean weight weights table model flow sample layer norm gauss nll categorical cross entropy label
   smoothing free bits per dim path length feature matching paired cycle consistency posterior eps x0 capacity beta linear saturating ns clip sub
   precond sigmas schedule interp ode sde reverse pf score pos vlb pred mc dist min from std`.split(/\s+/),
);

/**
 * Whether values were taken for what their own names say they are not: for another form of a part ("logvar" for a log-deviation), or two of
 * them for each other.
 */
export function isMisnamed(match: Pick<Match, 'cut' | 'reading' | 'binding'>): boolean {
  const bound = [...boundIn(match)].map(({ input, role }) => ({ input: calledIn(match.cut, input), role }));
  const crossed = new Set<string>();
  for (const { input, role } of bound) {
    if ((affinity(input, role) ?? -1) >= 2) continue;
    for (const other of match.reading.roles) {
      if (other === role || !isCalled(input, other)) continue;
      // Of two of one kind, one without names of its own, the name of the other tells: `ab` stands where `ab_prev` belongs.
      const others = bound.filter((one) => one.role === other);
      const isTaken =
        !role.words && role.encodings === other.encodings && others.length > 0 && !others.some((one) => isCalled(one.input, other));
      if (isTaken || crossed.has(`${other.id} ${role.id}`)) return true;
      crossed.add(`${role.id} ${other.id}`);
    }
  }
  return misnamedForm(match) !== null;
}

/** By the name that the code uses for it, where that was followed to what it stands for. */
function calledIn({ order }: Cut, input: Given): Given {
  const name = order.findLast((node) => node.op === 'let' && node !== input.node && itself(node) === itself(input.node));
  return name ? given(name) : input;
}

/** Whatever gradients reach it. */
function itself(node: Node): Node {
  const inner = unwrap(node);
  return inner.op === 'detach' ? itself(inner.args[0]!) : inner;
}

const isCalled = ({ own }: Given, { words, not }: Role): boolean => holdsAny(own, words) && !holdsAny(own, not);

/** A value that is used in one form and called another. */
export function misnamedForm(
  match: Pick<Match, 'cut' | 'reading' | 'binding'>,
): { readonly node: Node; readonly name: string; readonly used: string; readonly called: string } | null {
  for (const { input, role, encoding } of boundIn(match)) {
    if (!encoding || !role.encodings) continue;
    const said = role.encodings.map((one) => [one, saidOf(input, one)] as const).reduce((best, one) => (one[1] > best[1] ? one : best));
    if (said[0] !== encoding && said[1] > Math.max(3, saidOf(input, encoding)))
      return { node: input.node, name: input.own.join(' '), used: encoding.name, called: said[0].name };
  }
  return null;
}

function* boundIn({ cut, binding }: Pick<Match, 'cut' | 'binding'>): Generator<{ input: Given; role: Role; encoding: Encoding | null }> {
  for (const input of inputsOf(cut)) {
    const choice = binding.choices.get(input.node);
    if (choice && 'role' in choice) yield { input, ...choice };
  }
}

/** How many letters of its own name say that a value is held in this form: "log var" says more than "var". */
function saidOf({ own }: Given, { words, not }: Encoding): number {
  // What is squared, or a half, may be either.
  if (holdsAny(own, not) || own.some((word) => /2|sq|half/.test(word))) return 0;
  let most = 0;
  for (const phrase of words) if (telling.test(phrase) && holds(own, phrase)) most = Math.max(most, phrase.length);
  return most;
}

/** Words that leave no doubt of the form. */
const telling = /log|prob|var|std/;
