/** What is said of a recognised piece of code, without where it stands. */

import type { Span } from '../../maths/nesting.ts';
import type { Encoding } from '../../formulas/reading.ts';
import type { Formula } from '../../formulas/formula.ts';
import type { Equality } from '../../protocol/python.ts';
import { wrappers, type Node } from '../expression/node.ts';
import type { Match } from '../recognise/comparison/match.ts';
import { isRequired } from '../recognise/binding/needs.ts';
import { calledFor, type Found } from '../recognise/findings.ts';
import type { Recogniser, Recognition } from '../recognise/recogniser.ts';
import { nameOf, remarksOf, type CodeOf } from './remarks.ts';

/** A value of the code that has a part in the formula; `N` is what tells one value from another. */
export interface Holding<N = Node> {
  readonly node: N;
  /** Its own name: of a variable, an attribute, a call. */
  readonly name: string;
  /** null where it is none of the formula's terms: a weight, a mask. */
  readonly term: string | null;
  readonly encoding: Encoding | null;
}

/** A name that stands for something that the formula is seen in. */
export interface Followed<N = Node> {
  readonly name: string;
  readonly value: N;
}

export interface Described<N = Node> {
  readonly formula: Formula;
  readonly place: Span;
  readonly equality: Equality;
  readonly remarks: readonly string[];
  readonly parts: readonly string[];
  /** The function of the file whose result it is. */
  readonly calls: string | null;
  readonly holdings: readonly Holding<N>[];
  readonly followed: readonly Followed<N>[];
  /** What is the formula. */
  readonly value: N;
  /** The terms that it has to have, where it is a loss. */
  readonly needs: readonly string[];
}

export function described({ place, recognition }: Found, recogniser: Recogniser, codeOf: CodeOf): Described {
  return {
    formula: recognition.formula,
    place: { start: place.start, end: place.end },
    equality: equalityOf(recognition),
    remarks: remarksOf(recognition, codeOf),
    parts: partsOf(recognition, recogniser),
    calls: calledFor(place.node),
    holdings: holdingsOf(recognition),
    followed: followedBy(recognition),
    value: place.node,
    needs: neededBy(recognition),
  };
}

/** Of a piece of code that is not a formula, but nearly: as it was matched with one thing changed. */
export function describedNearly(nearly: Match, place: Span, value: Node): Described {
  return {
    formula: nearly.formula,
    place,
    equality: 'near miss',
    remarks: [],
    parts: [],
    calls: null,
    holdings: holdingsOf({ kind: 'value', ...nearly }),
    followed: [],
    value,
    needs: [],
  };
}

/** What the code has to hold, where the formula is a loss. */
function neededBy(recognition: Recognition): string[] {
  if (recognition.kind !== 'value' || recognition.reading.fit === 'quantity') return [];
  return recognition.reading.roles.filter(isRequired).map(({ id }) => id);
}

/** Whether one finding is one of several terms that another one adds up: half of a loss. */
export function isPartOf<N>(one: Described<N>, whole: Described<N>): boolean {
  if (one === whole || one.formula !== whole.formula || !whole.followed.some(({ value }) => value === one.value)) return false;
  return one.needs.length > 0 && one.needs.every((term) => whole.needs.includes(term)) && one.needs.length < whole.needs.length;
}

function equalityOf(recognition: Recognition): Equality {
  if (recognition.kind !== 'value') return 'exact';
  return recognition.fit.constant !== 0 || recognition.fit.gradientAlone ? 'up to constant' : 'exact';
}

function partsOf(recognition: Recognition, { idsOf }: Recogniser): string[] {
  if (recognition.kind !== 'sum') return [];
  const parts = [...recognition.terms].flatMap(([{ node }, { formulas }]) =>
    [...idsOf(node)].filter((id) => formulas.includes(id)).slice(0, 1),
  );
  return [...new Set(parts)].filter((id) => id !== recognition.formula.id);
}

function holdingsOf(recognition: Recognition): Holding[] {
  const holding = (node: Node, term: string | null, encoding: Encoding | null = null): Holding => ({
    node,
    name: nameOf(node),
    term,
    encoding,
  });
  switch (recognition.kind) {
    case 'value':
      return [...recognition.binding.choices].map(([node, choice]) =>
        'role' in choice ? holding(node, choice.role.id, choice.encoding) : holding(node, null),
      );
    case 'sum':
      return [...recognition.terms].flatMap(([{ node, weights }, { id }]) => [
        holding(node, id),
        ...weights.map((weight) => holding(weight, null)),
      ]);
    case 'call':
      return [];
  }
}

function followedBy(recognition: Recognition): Followed[] {
  if (recognition.kind !== 'value') return [];
  const { order, inputs } = recognition.cut;
  const given = new Set(inputs);
  // A name of something given is left as it is.
  const isOfGiven = (node: Node): boolean => given.has(node) || (wrappers.has(node.op) && isOfGiven(node.args[0]!));
  return order
    .filter((node) => node.op === 'let' && !isOfGiven(node))
    .map((node) => ({ name: node.attributes['name'] as string, value: node.args[0]! }));
}

/** The same for another way of telling values apart. */
export function renamed<A, B>(described: Described<A>, to: (node: A) => B): Described<B> {
  return {
    ...described,
    holdings: described.holdings.map((holding) => ({ ...holding, node: to(holding.node) })),
    followed: described.followed.map(({ name, value }) => ({ name, value: to(value) })),
    value: to(described.value),
  };
}
