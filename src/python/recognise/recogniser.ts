/** Which formulas of the catalogue a piece of code is. */

import type { Formula } from '../../formulas/formula.ts';
import type { CallReading, SumReading, SumTerm, ValueReading } from '../../formulas/reading.ts';
import { leaves, numberOf, unwrap, wrappers, type Node } from '../expression/node.ts';
import { isView } from './cut.ts';
import { isSupported, nowhere, surroundingsOf, type Surroundings } from './evidence/evidence.ts';
import { given } from './evidence/given.ts';
import { affinity } from './binding/affinity.ts';
import { mayBind } from './binding/options.ts';
import type { Cut } from './cut.ts';
import { degreesIn } from './screening/degrees.ts';
import type { Match } from './comparison/match.ts';
import { mayTogether } from './screening/separable.ts';
import { ReadingsByWork } from './screening/work.ts';
import { cutsOf, matchesOf, type Piece } from './pieces.ts';
import { termsOf, type TermOf } from './terms.ts';
import { countWords, holdsAny } from './evidence/words.ts';

/** A formula that a piece of code is, and how it was known. */
export type Recognition =
  | ({ readonly kind: 'value' } & Match)
  | { readonly kind: 'sum'; readonly formula: Formula; readonly reading: SumReading; readonly terms: ReadonlyMap<TermOf, SumTerm> }
  | { readonly kind: 'call'; readonly formula: Formula; readonly reading: CallReading; readonly call: Node };

export class Recogniser {
  /** Readings by value. */
  readonly valued: readonly Valued[];
  readonly #values: ReadingsByWork<Valued>;
  readonly #sums: readonly { formula: Formula; reading: SumReading }[];
  readonly #calls: readonly { formula: Formula; reading: CallReading }[];
  readonly #known = new Map<string, Recognition | null>();
  readonly #quantities = new Map<string, boolean>();
  readonly #looked = new Set<Node>();
  readonly #ids = new Map<Node, ReadonlyMap<string, number>>();
  readonly #readings = new WeakMap<Piece, readonly Valued[]>();
  readonly #pieces = new Map<Node, { readonly made: Piece[]; readonly rest: Generator<Piece> }>();

  constructor(catalogue: Iterable<Formula>) {
    const readings = [...catalogue].flatMap((formula) => (formula.readings ?? []).map((reading) => ({ formula, reading })));
    this.valued = readings.filter((one): one is Valued => one.reading.kind === 'value');
    this.#values = byWork(this.valued);
    this.#sums = readings.filter((one): one is { formula: Formula; reading: SumReading } => one.reading.kind === 'sum');
    this.#calls = readings.filter((one): one is { formula: Formula; reading: CallReading } => one.reading.kind === 'call');
  }

  /** The formula that a piece of code is: the most particular one; null where it is none. */
  recognise(node: Node, surroundings: Surroundings = nowhere): Recognition | null {
    // A name of it, and the function that gives it, change nothing.
    const top = unwrap(node);
    if (top.op === 'number') return null;
    if (leaves.has(top.op)) return this.#call(node);
    // Where numbers stand is no formula; nor is what is picked out of pairs, which are known where they are made.
    if (isView(top) || top.op === 'diagonal') return null;
    const key = `${top.id}|${node.op === 'inline' ? (node.attributes['callee'] as string) : ''}|${surroundings.target}|${surroundings.around.join(',')}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    // While it is looked at it is nothing, so that what it is made of, or made into, does not ask for it again.
    if (this.#looked.has(top)) return null;
    this.#looked.add(top);
    const inBits = isInBits(top) ? this.#value(top, surroundings) : null;
    const found = inBits ?? this.#sum(top, surroundings) ?? this.#call(node) ?? this.#value(top, surroundings);
    this.#looked.delete(top);
    this.#known.set(key, found);
    return found;
  }

  /** Ids of the formulas that a value is, wherever it stands. */
  readonly idsOf = (node: Node): ReadonlySet<string> => new Set(this.signsOf(node).keys());

  /** The same, each with the sign that it has there. */
  readonly signsOf = (node: Node): ReadonlyMap<string, number> => {
    const known = this.#ids.get(node);
    if (known) return known;
    if (this.#looked.has(unwrap(node))) return new Map();
    this.#ids.set(node, new Map());
    const signs = new Map<string, number>();
    for (let inner = node; ; inner = inner.args[0]!) {
      const found = this.recognise(inner, surroundingsOf(inner.op === 'let' ? (inner.attributes['name'] as string) : '', []));
      if (found) signs.set(found.formula.id, found.kind === 'value' ? Math.sign(found.fit.factor) : 1);
      if (leaves.has(inner.op) || (!wrappers.has(inner.op) && inner.op !== 'detach')) break;
    }
    this.#ids.set(node, signs);
    return signs;
  };

  /** A name of a quantity that has a formula of its own, and no generic one; also where it was kept within bounds. */
  readonly #isKnown = (node: Node): boolean => {
    let inner = unwrap(node);
    while (inner.op === 'clamp' || inner.op === 'detach') inner = unwrap(inner.args[0]!);
    if (leaves.has(inner.op)) return false;
    // Whatever the network predicts, one quantity is told from it.
    if (inner.op === 'choice') return inner.args.some(this.#isKnown);
    return this.#isQuantity(inner, surroundingsOf(node.op === 'let' ? (node.attributes['name'] as string) : '', []));
  };

  /** Whether it is a quantity, which is less to ask than which formula it is. */
  #isQuantity(node: Node, surroundings: Surroundings): boolean {
    if (isView(node) || node.op === 'diagonal') return false;
    const key = `${node.id}|${surroundings.target}`;
    const known = this.#quantities.get(key);
    if (known !== undefined) return known;
    if (this.#looked.has(node)) return false;
    this.#looked.add(node);
    let found = false;
    for (const piece of this.#piecesOf(node)) if ((found = this.#best(piece, surroundings, null, isOfQuantity) !== null)) break;
    this.#looked.delete(node);
    this.#quantities.set(key, found);
    return found;
  }

  #value(node: Node, surroundings: Surroundings): Recognition | null {
    let generic: (Recognition & { kind: 'value' }) | null = null;
    for (const piece of this.#piecesOf(node)) {
      const found = this.#best(piece, surroundings, generic);
      if (found && rankOf(found.reading) >= 1) return found;
      generic = found ?? generic;
    }
    return generic;
  }

  /** The piece of code as it stands, then with more and more of its names followed. Each is made when it is asked for, once. */
  *#piecesOf(node: Node): Generator<Piece> {
    let pieces = this.#pieces.get(node);
    if (!pieces) this.#pieces.set(node, (pieces = { made: [], rest: cutsOf(node, this.#isKnown) }));
    for (let at = 0; ; at++) {
      if (at === pieces.made.length) {
        const next = pieces.rest.next();
        if (next.done === true) return;
        pieces.made.push(next.value);
      }
      yield pieces.made[at]!;
    }
  }

  /** Whatever stands around a piece, what it may be is the same. */
  #readingsOf(piece: Piece): readonly Valued[] {
    let known = this.#readings.get(piece);
    if (!known) this.#readings.set(piece, (known = byNames(piece.cut, this.#readingsByWork(piece))));
    return known;
  }

  #readingsByWork({ cut, alternative }: Piece): readonly Valued[] {
    const degrees = degreesIn(cut, alternative);
    return this.#values.of(cut, degrees).filter(({ reading }) => mayTogether(cut, reading, alternative) && mayBind(cut, reading, degrees));
  }

  #best(
    piece: Piece,
    surroundings: Surroundings,
    than: (Recognition & { kind: 'value' }) | null,
    isAsked: (reading: ValueReading) => boolean = () => true,
  ): (Recognition & { kind: 'value' }) | null {
    let best: (Recognition & { kind: 'value' }) | null = null;
    for (const { formula, reading } of this.#readingsOf(piece)) {
      if (!isAsked(reading)) continue;
      if (than && rankOf(reading) <= rankOf(than.reading)) continue;
      if (best && rankOf(best.reading) > rankOf(reading)) continue;
      for (const match of matchesOf(piece, formula, reading, surroundings)) {
        if (!isSupported(reading.evidence, match.binding.choices, surroundings, this.idsOf)) continue;
        const found = { kind: 'value', ...match } as const;
        if (!best || isBetter(found, best)) best = found;
        break;
      }
    }
    return best;
  }

  #call(node: Node): Recognition | null {
    let inner = node;
    for (let step = 0; step < 12; step++) {
      if (inner.op === 'inline' || inner.op === 'opaque') {
        const callee = inner.attributes['callee'] as string;
        const known = this.#calls.find(({ reading }) => reading.calls.includes(callee));
        return known ? { kind: 'call', ...known, call: inner } : null;
      }
      // Of what has a name it is the mean.
      if (inner.op === 'let' && inner !== node) inner = inner.args[0]!;
      else if (inner.op === 'sum' || inner.op === 'mean' || inner.op === 'einopsReduce' || inner.op === 'flatten' || inner.op === 'reshape')
        inner = inner.args[0]!;
      else {
        const terms = termsOf(inner);
        if (terms.length !== 1 || terms[0]!.node === inner || terms[0]!.factor < 0) return null;
        inner = terms[0]!.node;
      }
    }
    return null;
  }

  #sum(node: Node, surroundings: Surroundings): Recognition | null {
    const terms = termsOf(node);
    if (terms.length < 2 || terms.length > mostTerms) return null;
    let best: (Recognition & { kind: 'sum' }) | null = null;
    for (const { formula, reading } of this.#sums) {
      if (best && rankOf(reading) <= rankOf(best.reading)) continue;
      const assigned = this.#assign(terms, reading);
      if (!assigned) continue;
      if (reading.evidence && !isSupported(reading.evidence, new Map(), surroundings, this.idsOf)) continue;
      best = { kind: 'sum', formula, reading, terms: assigned };
    }
    return best;
  }

  /** Every term of the code as one of the formula's; null where one is left over or missing. Names that are none are followed. */
  #assign(terms: readonly TermOf[], reading: SumReading): Map<TermOf, SumTerm> | null {
    const assigned = new Map<TermOf, SumTerm>();
    const open = new Set(reading.terms);
    const queue = terms.map((term) => ({ term, depth: 0 }));
    let sign = 0;
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { term, depth } = next;
      const found = this.#termIn(term, open) ?? this.#furtherOf(term, assigned);
      if (found) {
        if (sign !== 0 && found.sign !== sign) return null;
        sign = found.sign;
        assigned.set(withNamedWeights(found.term), found.wanted);
        open.delete(found.wanted);
        continue;
      }
      if (term.node.op === 'number') continue;
      if (!wrappers.has(term.node.op) || depth > 3) return null;
      const inner = termsOf(unwrap(term.node), term.factor, term.weights);
      if (inner.length < 2 || assigned.size + queue.length + inner.length > mostTerms) return null;
      queue.unshift(...inner.map((one) => ({ term: one, depth: depth + 1 })));
    }
    if ([...open].some(({ optional }) => optional !== true)) return null;
    const first = [...assigned].find(([, wanted]) => wanted === reading.terms[0])?.[0];
    for (const [term, wanted] of assigned) {
      if (!wanted.weight || !first || term === first) continue;
      if (haveSameWeight(term, first) !== (wanted.weight === 'one')) return null;
    }
    return assigned;
  }

  /** One more of what there may be several of. */
  #furtherOf(term: TermOf, assigned: ReadonlyMap<TermOf, SumTerm>): TermFound | null {
    const first = [...assigned].find(([, { several }]) => several === true);
    if (!first) return null;
    const formulas = first[1].formulas.filter((id) => this.signsOf(first[0].node).has(id));
    return this.#termIn(term, new Set([{ ...first[1], formulas, words: [], opposite: [], also: [] }]));
  }

  /** The term of the formula that a term of the code is, the sign that it then has, and its weights. */
  #termIn(term: TermOf, open: ReadonlySet<SumTerm>): TermFound | null {
    for (const wanted of open) {
      const sign = this.#isTerm(term.node, wanted);
      if (sign !== 0) return { wanted, sign: sign * Math.sign(term.factor), term };
    }
    // What a term is multiplied by beside what it is by value is its weight, whatever it is called.
    const { op, args } = term.node;
    for (const [place, weight] of op === 'multiply' ? args.entries() : []) {
      const node = args[1 - place]!;
      if (!isPlain(weight) || this.signsOf(node).size === 0) continue;
      const found = this.#termIn({ node, factor: term.factor, weights: [...term.weights, weight] }, open);
      if (found) return found;
    }
    return null;
  }

  /** 1 where it is the term, -1 where it is minus the term, 0 where it is neither. What it is by value speaks louder than its name. */
  #isTerm(node: Node, wanted: SumTerm): number {
    const { formulas, words, opposite, also } = wanted;
    const signs = this.signsOf(node);
    for (const id of formulas) if (signs.has(id)) return signs.get(id)!;
    if ([...signs.keys()].some((id) => also?.includes(id) !== true)) return 0;
    // The mean of something named is it.
    if (averaging.has(node.op) && signs.size === 0) return this.#isTerm(node.args[0]!, wanted);
    const { own, layers, origins } = given(node);
    const telling = own.length > 0 ? own : (layers.find((layer) => layer.length > 0) ?? []);
    if (holdsAny(telling, words)) return 1;
    if (!opposite) return 0;
    return holdsAny(telling, opposite) || (origins.has('logDensity') && !holdsAny(layers.flat(), otherDensities)) ? -1 : 0;
  }
}

interface TermFound {
  readonly wanted: SumTerm;
  readonly sign: number;
  readonly term: TermOf;
}

const averaging: ReadonlySet<string> = new Set(['mean', 'sum']);

/** A number that the code was given. */
const isPlain = (node: Node): boolean => {
  const { op } = unwrap(node);
  return op === 'parameter' || op === 'attribute' || op === 'global';
};

/** What is divided by the logarithm of 2 is another quantity than what it was in nats. */
function isInBits(node: Node): boolean {
  const inner = unwrap(node);
  if (inner.op === 'log') return numberOf(inner.args[0]!) === 2;
  return inBitsStill.has(inner.op) && inner.args.some(isInBits);
}

const inBitsStill: ReadonlySet<string> = new Set(['multiply', 'divide', 'negate', 'mean', 'sum']);

/** No formula that is a sum has more. */
const mostTerms = 8;
/** Of whose log-densities none is a likelihood of the data. */
const otherDensities = ['q', 'qz', 'prior', 'posterior', 'guide', 'pz', 'p z', 'old', 'ref', 'policy', 'pi', 'action', 'actions'];

/** What a name holds may be weighted already: `kl_loss = beta * kl`. */
function withNamedWeights(term: TermOf): TermOf {
  if (!wrappers.has(term.node.op)) return term;
  const inner = termsOf(unwrap(term.node));
  const weights = inner.length === 1 ? inner[0]!.weights.filter(isNamedWeight) : [];
  return weights.length > 0 ? { ...term, weights: [...term.weights, ...weights] } : term;
}

const isNamedWeight = (node: Node): boolean => given(node).isWeight && !holdsAny(given(node).own, countWords);

/** A half belongs to a closed form that stands in the sum itself. */
function haveSameWeight(a: TermOf, b: TermOf): boolean {
  const natural = ({ node, factor }: TermOf): boolean => Math.abs(factor) === 1 || (!wrappers.has(node.op) && Math.abs(factor) === 0.5);
  if (Math.abs(a.factor) !== Math.abs(b.factor) && !(natural(a) && natural(b))) return false;
  return a.weights.length === b.weights.length && a.weights.every((weight) => b.weights.includes(weight));
}

export interface Valued {
  readonly formula: Formula;
  readonly reading: ValueReading;
}

const isOfQuantity = (reading: ValueReading): boolean => reading.fit === 'quantity' && rankOf(reading) > 0;

let indexed: { readonly readings: readonly Valued[]; readonly index: ReadingsByWork<Valued> } | null = null;

/** The index of one catalogue is kept. */
function byWork(readings: readonly Valued[]): ReadingsByWork<Valued> {
  const isSame =
    indexed?.readings.length === readings.length && readings.every(({ reading }, at) => reading === indexed!.readings[at]!.reading);
  if (!isSame) indexed = { readings, index: new ReadingsByWork(readings) };
  return indexed!.index;
}

/** Those first whose roles the names of the code mean. */
function byNames<T extends { readonly reading: ValueReading }>(cut: Cut, readings: readonly T[]): readonly T[] {
  const inputs = cut.inputs.filter((input) => !cut.measured.has(input)).map(given);
  return readings
    .map((one) => ({ one, named: inputs.filter((input) => one.reading.roles.some((role) => affinity(input, role) === 2)).length }))
    .sort((a, b) => b.named - a.named)
    .map(({ one }) => one);
}

const rankOf = ({ rank }: { readonly rank?: number }): number => rank ?? 1;

function isBetter(a: Match, b: Match): boolean {
  const rank = rankOf(a.reading) - rankOf(b.reading);
  if (rank !== 0) return rank > 0;
  const exact = (match: Match): number => (match.fit.gradientAlone ? 0 : match.fit.constant !== 0 ? 1 : 2);
  if (exact(a) !== exact(b)) return exact(a) > exact(b);
  const weights = (match: Match): number => [...match.binding.choices.values()].filter((choice) => 'neutral' in choice).length;
  if (weights(a) !== weights(b)) return weights(a) < weights(b);
  return namesThatFit(a) > namesThatFit(b);
}

/** Of how many values the name says that they are the role, or the form of it, that they were taken for. */
function namesThatFit({ binding }: Match): number {
  let count = 0;
  for (const [node, choice] of binding.choices) {
    if (!('role' in choice)) continue;
    const { own } = given(node);
    if (holdsAny(own, choice.role.words)) count++;
    if (holdsAny(own, choice.encoding?.words)) count++;
  }
  return count;
}
