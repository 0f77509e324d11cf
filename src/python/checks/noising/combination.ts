/** Values as sums of samples, each times a number of the schedule: what `(x - s * eps) / a` makes of x and of eps. */

import { argumentsOf, leaves, numberOf, unwrap, type Node } from '../../expression/node.ts';
import { isMadeOf } from '../rules/flow.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { holdsAny, maskWords, wordsOf } from '../../recognise/evidence/words.ts';
import type { Schedule } from './schedule.ts';
import { draws, formOf, formOfLeaf, inForm, isEarlier, now, numbers, type Form, type Numbers, type Time } from './schedule.ts';
import { kindsOf } from './samples.ts';

export interface Combination {
  /** What each sample is multiplied by. */
  readonly terms: ReadonlyMap<Node, Numbers>;
  /** What is added: the whole of what has no samples. */
  readonly rest: Numbers;
}

const none: ReadonlyMap<Node, Numbers> = new Map();
const nothing = numbers(() => 0);

const number = (rest: Numbers): Combination => ({ terms: none, rest });

/** The number that a value is, where it holds no sample. */
export const numbersIn = (of: Combination | null): Numbers | null => (of?.terms.size === 0 ? of.rest : null);

/** What leaves numbers as they are. */
const passing: ReadonlySet<string> = new Set(
  'reshape expand flatten expandDims squeeze permute rearrange einopsRepeat tile detach inline leftOut item parts part'.split(' '),
);

type Of1 = (x: number) => number;
const ofOne: Readonly<Record<string, Of1>> = {
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  square: (x) => x * x,
  reciprocal: (x) => 1 / x,
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  expm1: Math.expm1,
  abs: Math.abs,
};

/** Looks a table up at a time, and makes its entries fit the samples. */
const lookingUp =
  /^(?:_?extract(?:_into_tensor)?|_?gather|index_select|take|_?get_index_from_list|_?broadcast\w*|append_dims|bcast|expand\w*|match_dims|unsqueeze\w*|to_torch|tensor|as_tensor|asarray|array|float32|float64|from_numpy)$/;

export interface Reading {
  readonly schedule: Schedule;
  /** Operations in place of others. */
  readonly instead?: ReadonlyMap<Node, Node>;
  /** Numbers in place of what the code has. */
  readonly given?: ReadonlyMap<Node, Numbers>;
  /** Whether a deviation of which nothing else is known is that of the noise. */
  readonly isSpread?: boolean;
}

/** null for what cannot be told. */
export function combinationOf(node: Node, reading: Reading, time: Time = now): Combination | null {
  return new Evaluator(reading).of(node, time, true);
}

const unchanged: ReadonlyMap<Node, Node> = new Map();
const unknown: ReadonlyMap<Node, Numbers> = new Map();

class Evaluator {
  readonly #schedule: Schedule;
  readonly #instead: ReadonlyMap<Node, Node>;
  readonly #given: ReadonlyMap<Node, Numbers>;
  readonly #known = new Map<Node, Map<string, Combination | null>>();
  readonly #isSpread: boolean;
  #left = 400;

  constructor({ schedule, instead = unchanged, given = unknown, isSpread = false }: Reading) {
    this.#schedule = schedule;
    this.#instead = instead;
    this.#given = given;
    this.#isSpread = isSpread;
  }

  of(node: Node, time: Time, isRoot = false): Combination | null {
    const given = this.#given.get(node);
    if (given) return number(given);
    const made = this.#instead.get(node) ?? node;
    const key = `${time.base?.id ?? ''} ${time.steps}`;
    let known = this.#known.get(made);
    if (!known) this.#known.set(made, (known = new Map<string, Combination | null>()));
    const before = known.get(key);
    if (before !== undefined) return before;
    if (this.#left-- <= 0) return null;
    const found = this.#compute(made, time, isRoot);
    const isSound = found && [...found.terms.values(), found.rest].every((all) => all.every(Number.isFinite));
    known.set(key, isSound ? found : null);
    return isSound ? found : null;
  }

  #compute(node: Node, time: Time, isRoot: boolean): Combination | null {
    const { op, args } = node;
    const value = numberOf(node);
    if (value !== null) return number(numbers(() => value));
    if (op === 'let' && !isRoot) return this.#named(node, time);
    if (leaves.has(op)) return this.#leaf(node, time);
    const [a, b] = args;
    if (!a) return null;
    switch (op) {
      case 'let':
        return this.of(a, time);
      case 'cumulativeProduct':
        return number(this.#schedule.level(time));
      case 'index':
        return this.#entry(node, time);
      case 'gather':
        return b ? this.of(a, this.#schedule.timeOf(b)) : null;
      case 'concatenate':
        return this.#shifted(args, time);
      case 'choice':
        return this.#first(args, time);
      case 'where':
        return this.#first(args.slice(1), time);
      case 'add':
      case 'subtract':
        return this.#sum(a, b!, op === 'add' ? 1 : -1, time);
      case 'multiply':
        return product(this.of(a, time), this.of(b!, time));
      case 'divide':
        return product(this.of(a, time), inverse(this.of(b!, time)));
      case 'negate':
        return scaled(
          this.of(a, time),
          numbers(() => -1),
        );
      case 'power':
        return this.#power(a, b!, time);
      case 'sin':
      case 'cos':
        return this.#ofAngle(op, a, time);
      // Kept within bounds, it is mostly what it was.
      case 'clamp':
        return this.of(a, time);
      case 'minimum':
      case 'maximum':
        return numberOf(b!) !== null ? this.of(a, time) : null;
    }
    if (op === 'inline') return this.of(a, time) ?? this.#called(node, time);
    if (passing.has(op)) return this.of(a, time);
    const compute = ofOne[op];
    if (!compute) return null;
    if (op === 'exp' && isSumOfLogarithms(a)) return number(this.#schedule.level(time));
    const inner = numbersIn(this.of(a, time));
    return inner && number(inner.map(compute));
  }

  /** What a name holds; where that is no number, and the name says what it is, the sample of this name. */
  #named(node: Node, time: Time): Combination | null {
    const name = String(node.attributes['name']);
    const made = unwrap(node);
    const form = formOf(name);
    if (form && (made.op === 'sin' || made.op === 'cos')) {
      const of: Time = { base: made.args[0]!, steps: 0 };
      if (isEarlier(name)) this.#schedule.tellEarlier(of);
      return number(inForm(form, this.#schedule.level(of)));
    }
    // Whichever schedule was chosen, its steps are what they are called.
    if (made.op === 'choice' && form?.of === 'alpha') return this.#inForm(form, name, time);
    const inner = this.of(node.args[0]!, time);
    if (inner?.terms.size === 0 || (inner && isScaledDraw(inner))) return inner;
    if (kindsOf(node).length > 0) return { terms: new Map([[node, numbers(() => 1)]]), rest: nothing };
    if (!inner && this.#isSpread && holdsAny(wordsOf(name), spreadWords))
      return number(this.#schedule.level(time).map((level) => Math.sqrt(1 - level)));
    return inner ?? this.#inForm(formOf(name), name, time);
  }

  /** What a function of the file gives that is called what it is. */
  #called({ attributes }: Node, time: Time): Combination | null {
    const name = String(attributes['own'] ?? '');
    return /alpha|coeff|cumprod/i.test(name) ? this.#inForm(formOf(name), name, time) : null;
  }

  #inForm(form: Form | null, name: string, time: Time): Combination | null {
    if (!form) return null;
    const at: Time = isEarlier(name) ? { ...time, steps: time.steps - 1 } : time;
    return number(inForm(form, form.of === 'level' ? this.#schedule.level(at) : this.#schedule.alpha(at)));
  }

  #leaf(node: Node, time: Time): Combination | null {
    if (node.op === 'opaque' && lookingUp.test(String(node.attributes['callee']).split('.').at(-1)!)) {
      const [table, index] = argumentsOf(node).slice(isCallee(argumentsOf(node)[0]) ? 1 : 0);
      if (!table) return null;
      return this.of(table, index && numberOf(index) === null ? this.#schedule.timeOf(index) : time);
    }
    const [name] = namesOf(node);
    if (name !== undefined && node.op !== 'opaque' && node.op !== 'normal') {
      const known = this.#inForm(formOfLeaf(node, name), name, time);
      if (known) return known;
      const words = wordsOf(name);
      if (holdsAny(words, maskWords) || words.includes('nonzero')) return number(numbers(() => 1));
      if (this.#isSpread && holdsAny(words, spreadWords)) return number(this.#schedule.level(time).map((level) => Math.sqrt(1 - level)));
      if (holdsAny(words, freeWords)) return number(numbers((at) => 0.11 + 0.02 * at));
    }
    return kindsOf(node).length > 0 ? { terms: new Map([[node, numbers(() => 1)]]), rest: nothing } : null;
  }

  /** `table[t]`; all but the last, `table[:-1]`, are those of one step before, beside all but the first. */
  #entry({ args, attributes }: Node, time: Time): Combination | null {
    const spec = String(attributes['spec']);
    const [table, index] = args;
    if (spec.includes('at') && index) {
      const at = numberOf(index);
      if (at === null) return this.of(table!, this.#schedule.timeOf(index));
      // Of what every level is divided by, so that the first is 1.
      return at === 0 && isTable(table!) ? number(numbers(() => 1)) : null;
    }
    if (spec.startsWith('slice:t') && index && numberOf(index) === -1) return this.of(table!, { ...time, steps: time.steps - 1 });
    if (spec.startsWith('slice:f') && index) return numberOf(index) === 1 ? this.of(table!, time) : null;
    return spec.includes('at') ? null : this.of(table!, time);
  }

  /** `[1, *table[:-1]]` is the table of one step before, `[*table[1:], 0]` that of one step after. */
  #shifted(parts: readonly Node[], time: Time): Combination | null {
    const [first, last] = parts;
    if (parts.length !== 2) return null;
    const of = (node: Node): Node | null => {
      const { op, attributes } = unwrap(node);
      return op === 'index' && /^slice:[ft]$/.test(String(attributes['spec'])) ? unwrap(node) : null;
    };
    const [before, after] = [of(last!), of(first!)];
    if (before && isFull(first!) && numberOf(before.args[1]!) === -1) return this.of(before.args[0]!, { ...time, steps: time.steps - 1 });
    if (after && isFull(last!) && numberOf(after.args[1]!) === 1) return this.of(after.args[0]!, { ...time, steps: time.steps + 1 });
    return null;
  }

  #first(ways: readonly Node[], time: Time): Combination | null {
    for (const way of ways) {
      const found = numberOf(way) === null ? this.of(way, time) : null;
      if (found) return found;
    }
    return null;
  }

  #sum(a: Node, b: Node, sign: 1 | -1, time: Time): Combination | null {
    const [one, other] = [this.of(a, time), this.of(b, time)];
    if (!one || !other) return null;
    const terms = new Map(one.terms);
    for (const [node, by] of other.terms) {
      const before = terms.get(node) ?? nothing;
      terms.set(
        node,
        numbers((at) => before[at]! + sign * by[at]!),
      );
    }
    return { terms, rest: numbers((at) => one.rest[at]! + sign * other.rest[at]!) };
  }

  #power(a: Node, b: Node, time: Time): Combination | null {
    const [base, exponent] = [numbersIn(this.of(a, time)), numbersIn(this.of(b, time))];
    return base && exponent && number(numbers((at) => base[at]! ** exponent[at]!));
  }

  /** Both rates may be of one angle; of a table of angles there is one for each time. */
  #ofAngle(op: 'sin' | 'cos', angle: Node, time: Time): Combination {
    const level = this.#schedule.level(isTable(angle) ? time : { base: unwrap(angle), steps: 0 });
    return number(numbers((at) => Math.sqrt(op === 'cos' ? level[at]! : 1 - level[at]!)));
  }
}

/** Noise that has its deviation already, whatever it is called. */
const isScaledDraw = ({ terms }: Combination): boolean =>
  terms.size === 1 && [...terms].every(([node, by]) => unwrap(node).op === 'normal' && by.some((value) => value !== 1));

const isTable = (node: Node): boolean => isMadeOf(node, ({ op }) => op === 'linspace' || op === 'arange', 60);

/** Settings that may be any share. */
const freeWords = ['eta', 'ddim eta'];

const spreadWords = ['std', 'sigma', 'sigmas', 'marginal std', 'stds'];

const isCallee = (node: Node | undefined): boolean => node?.op === 'global' && /extract|gather|self/.test(String(node.attributes['name']));

/** Ones or zeros, of whatever length. */
const isFull = (node: Node): boolean => {
  const inner = unwrap(node);
  return numberOf(inner) !== null || inner.op === 'stack' || (inner.op === 'expand' && isFull(inner.args[0]!));
};

const isSumOfLogarithms = (node: Node): boolean => {
  const inner = unwrap(node);
  return inner.op === 'cumulativeSum' && unwrap(inner.args[0]!).op === 'log';
};

function scaled(of: Combination | null, by: Numbers): Combination | null {
  if (!of) return null;
  const times = (all: Numbers): Numbers => numbers((at) => all[at]! * by[at]!);
  return { terms: new Map([...of.terms].map(([node, all]) => [node, times(all)])), rest: times(of.rest) };
}

function product(a: Combination | null, b: Combination | null): Combination | null {
  if (!a || !b) return null;
  const [x, y] = [numbersIn(a), numbersIn(b)];
  return x ? scaled(b, x) : y ? scaled(a, y) : null;
}

function inverse(of: Combination | null): Combination | null {
  const inner = numbersIn(of);
  return inner && number(inner.map((value) => 1 / value));
}

export const areEqual = (a: Numbers, b: Numbers): boolean => {
  for (let at = 0; at < draws; at++)
    if (!(Math.abs(a[at]! - b[at]!) <= 1e-9 * Math.max(1, Math.abs(a[at]!), Math.abs(b[at]!)))) return false;
  return true;
};
