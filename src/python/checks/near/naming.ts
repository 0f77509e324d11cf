/** Which formula names mean, whatever the code computes. */

import type { Formula } from '../../../formulas/formula.ts';
import type { Encoding, Role, ValueReading } from '../../../formulas/reading.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import { affinity, formFits } from '../../recognise/binding/affinity.ts';
import type { Choice, Choices } from '../../recognise/binding/choice.ts';
import { inputsOf, isNeutral } from '../../recognise/binding/inputs.ts';
import { isRequired, needsOf } from '../../recognise/binding/needs.ts';
import type { Match } from '../../recognise/comparison/match.ts';
import type { Cut } from '../../recognise/cut.ts';
import type { Surroundings } from '../../recognise/evidence/evidence.ts';
import { given, type Given } from '../../recognise/evidence/given.ts';
import { holds, holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import type { Valued } from '../../recognise/recogniser.ts';
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

/** Assignments that are tried. */
const mostChoices = 20;

/**
 * Formulas for which every value has a name that fits and every role that is needed is named; `loosely`: those too of which one of several
 * values is only told by the others.
 */
export function namedReadings(cut: Cut, readings: readonly Valued[], surroundings: Surroundings, loosely = false): Named[] {
  const inputs = inputsOf(cut);
  const mayLack = loosely && workIn(cut) >= workOfOneUnnamed;
  const named: Named[] = [];
  for (const { formula, reading } of readings) {
    const isCalled = isCalledSo(formula, surroundings);
    if (isOfOrdinary(formula, surroundings)) continue;
    if ((isCalled && isOfOtherKind(formula, surroundings)) || (reading.fit === 'quantity' && isWeightOfLoss(formula, surroundings)))
      continue;
    if (((reading.rank ?? 1) < 0.5 && !isCalled) || needsOf(reading).requiredCount > inputs.length) continue;
    const options = optionsIn(inputs, reading);
    // What is told by one name alone has to be called so.
    if (!options || (!isCalled && !reading.evidence && reading.roles.filter(isRequired).length < 2)) continue;
    const found = assignments(inputs, options, reading, isCalled, mayLack).filter(
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

interface Option {
  readonly choice: Choice;
  /** How well it fits, of all that the value may be in this formula. */
  readonly score: number;
  /** How well the name fits, whichever formula it is. */
  readonly fits: number;
}

function optionsIn(inputs: readonly Given[], reading: ValueReading): Option[][] | null {
  const all: Option[][] = [];
  const isFrom0 = inputs.some((input) => isNumbered(input, 0)) && !inputs.some((input) => isNumbered(input, 2));
  for (const input of inputs) {
    const called = isFrom0 ? numberedFrom1(input) : input;
    const own = reading.roles.flatMap((role) =>
      (role.encodings ?? [null]).flatMap((encoding) => optionOf(/\d$/.test(role.id) ? called : input, role, encoding)),
    );
    if (isNeutral(input))
      own.push({ choice: { neutral: input.isTiny ? 'tiny' : 'weight' }, score: input.isMask || input.isTiny ? 2.5 : 0.5, fits: 0.5 });
    if (own.length === 0) return null;
    own.sort((a, b) => b.score - a.score);
    // What a name says is what it is: a part of the formula rather than a weight.
    const [{ score: best, choice: likeliest }] = own as [Option];
    // A letter tells what it is, not in which form.
    const isLetter = input.own.join('').length === 1;
    const isSame = (choice: Choice): boolean =>
      'role' in choice ? isLetter && 'role' in likeliest && choice.role === likeliest.role : !('role' in likeliest);
    all.push(best >= 2 ? own.filter(({ score, choice }) => score >= best - 1 || isSame(choice)) : own);
  }
  return all;
}

const isNumbered = ({ own }: Given, number: number): boolean => own.some((word) => word.endsWith(String(number)));

/** Of `s0` and `s1` the first is the one that is numbered 0. */
function numberedFrom1(input: Given): Given {
  const own = input.own.map((word) => word.replace(/[01]$/, (number) => String(Number(number) + 1)));
  return { ...input, own, names: { ...input.names, own } };
}

function optionOf(input: Given, role: Role, encoding: Encoding | null): Option[] {
  // What a loss is called is no score, no sample and no rate.
  if (holdsAny(input.own, lossWords) && !role.words?.some((phrase) => lossWords.some((word) => phrase.includes(word)))) return [];
  const fits = affinity(input, role);
  if (fits === null || (role.shape !== '' && input.isNumber && fits < 2)) return [];
  const form = encoding ? formFits(input, encoding) : 0;
  return [{ choice: { role, encoding }, score: fits + form, fits: fits + (form === 3 ? 0.5 : 0) }];
}

const lossWords = ['loss', 'losses', 'penalty', 'nll', 'kl', 'elbo', 'hinge', 'criterion', 'bce', 'mse', 'adversarial'];

interface Assignment {
  readonly choices: Choices;
  readonly score: number;
  readonly fits: number;
}

/** With so much done to them, one of three values or more is told by the others. */
const workOfOneUnnamed = 4;

function assignments(
  inputs: readonly Given[],
  options: readonly Option[][],
  reading: ValueReading,
  isCalled: boolean,
  mayLack: boolean,
): Assignment[] {
  const required = reading.roles.filter(isRequired);
  const mostUnnamed = isCalled ? required.length / 2 : mayLack && required.length >= 3 ? 1 : 0;
  const found: Assignment[] = [];
  const held = new Map<Role, readonly (Encoding | null)[]>();
  const choices = new Map<Node, Choice>();
  let steps = 0;
  const assign = (at: number, score: number, fits: number, own: number): void => {
    if (steps++ > 300) return;
    if (at === inputs.length) {
      // One that is not named may be told by the others.
      const unnamed = required.length - own;
      if (required.every((role) => held.has(role)) && unnamed <= mostUnnamed)
        found.push({ choices: new Map(choices), score: score + keptForms(held), fits: (3 * fits) / inputs.length + (isCalled ? 2 : 0) });
      return;
    }
    for (const { choice, score: more, fits: fitting } of options[at]!) {
      if (!('role' in choice)) {
        choices.set(inputs[at]!.node, choice);
        assign(at + 1, score + more, fits + fitting, own);
      } else {
        const { role, encoding } = choice;
        const forms = held.get(role) ?? [];
        // A role is one value, which code may hold in several forms at once.
        if (forms.length > 0 && (!encoding || forms.includes(encoding) || formFits(inputs[at]!, encoding) < 3)) continue;
        held.set(role, [...forms, encoding]);
        choices.set(inputs[at]!.node, choice);
        assign(at + 1, score + more, fits + fitting, own + (more >= 1 && isRequired(role) && forms.length === 0 ? 1 : 0));
        if (forms.length > 0) held.set(role, forms);
        else held.delete(role);
      }
      choices.delete(inputs[at]!.node);
    }
  };
  assign(0, 0, 0, 0);
  return found.sort((a, b) => b.score - a.score).slice(0, mostChoices);
}

/** Of two deviations both are likely held in one form. */
function keptForms(held: ReadonlyMap<Role, readonly (Encoding | null)[]>): number {
  const forms = [...held].flatMap(([{ encodings }, [form]]) => (encodings && form ? [{ encodings: encodings.length, form: form.id }] : []));
  return forms.filter((one, at) => forms.some((other, place) => place < at && other.encodings === one.encodings && other.form === one.form))
    .length;
}

/** Whether the target or the function around says which formula is meant. */
export const isCalledSo = (formula: Formula, { target, around }: Surroundings): boolean =>
  [target, ...around.slice(0, 2)].map(wordsOf).some((words) => holdsAny(words, wordsOfFormula(formula)));

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
