/** Code as text, with one thing in it changed: what a quick fix writes. */

import type { Span } from '../../../maths/nesting.ts';
import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Edit, Replacement } from './edit.ts';

/** A statement, and what stands around it. */
export interface Source {
  readonly statement: Computed;
  /** Every statement, in the order in which they were met. */
  readonly computed: readonly Computed[];
  readonly textOf: (span: Span) => string;
  /** What names of modules stand for: "np" for "numpy". */
  readonly imports: ReadonlyMap<string, string>;
}

export type TextEdit = Span & { readonly text: string };

/** What has to be replaced; null where that cannot be written. */
export function textEdits({ kind, there, wanted, within, also }: Edit, source: Source): TextEdit[] | null {
  if (kind === 'swapped') return swapped(there, wanted, source);
  const all: TextEdit[] = [];
  for (const one of [{ there, wanted, within }, ...also]) {
    const edit = replacement(one, source);
    if (!edit) return null;
    all.push(edit);
  }
  return all.sort((a, b) => a.start - b.start);
}

/** Both names, wherever they stand in the statement. */
function swapped(one: Node, other: Node, { statement, textOf }: Source): TextEdit[] | null {
  const [here, there] = [one, other].map((node) => statement.places.filter((place) => place.node === node));
  const [first, second] = [here?.[0], there?.[0]];
  if (!first || !second) return null;
  const [a, b] = [textOf(first), textOf(second)];
  const edits = [...here!.map(({ start, end }) => ({ start, end, text: b })), ...there!.map(({ start, end }) => ({ start, end, text: a }))];
  return edits.sort((x, y) => x.start - y.start);
}

function replacement({ there, wanted, within }: Replacement, source: Source): TextEdit | null {
  const span = spanOf(there, within, source);
  if (!span) return null;
  const text = smallest(there, wanted, span, source) ?? write(wanted, source);
  if (text === null) return null;
  return { ...span, text: isBare(wanted, source) || isWholeOf(span, source) || isArgument(span, source) ? text : atom(text) };
}

/** Where a value stands: in what uses it, wherever that is, else where it stands alone. */
export function spanOf(there: Node, within: Node | null, { statement, computed }: Source): Span | null {
  const before = computed.toReversed().filter(({ holder, start }) => holder === statement.holder && start < statement.start);
  for (const inside of within ? [true, false] : [false]) {
    for (const one of [statement, ...before]) {
      const around = inside ? one.places.filter((place) => place.node === within || unwrap(place.node) === unwrap(within!)) : [];
      const found = one.places.filter(
        (place) => place.node === there && (!inside || around.some((outer) => place.start >= outer.start && place.end <= outer.end)),
      );
      const distinct = [...new Map(found.map((place) => [`${place.start} ${place.end}`, place])).values()];
      if (distinct.length === 1) return { start: distinct[0]!.start, end: distinct[0]!.end };
      // Brackets around it are it too.
      const widest = distinct.find((place) => distinct.every((other) => other.start >= place.start && other.end <= place.end));
      if (widest) return { start: widest.start, end: widest.end };
      if (distinct.length > 1) return null;
    }
  }
  return null;
}

/** One operator, or one name of a function, in place of another: the rest stays as it is written. */
function smallest(there: Node, wanted: Node, span: Span, source: Source): string | null {
  const text = source.textOf(span);
  const args = there.args.map((arg) => spanIn(arg, span, source));
  const [a, b] = args;
  const sameArgs = wanted.args.length === there.args.length && wanted.args.every((arg, at) => arg === there.args[at]);
  if (!sameArgs || !a) return null;
  const operator = operators[wanted.op];
  if (operator && b && operators[there.op] && a.end <= b.start) {
    const between = text.slice(a.end - span.start, b.start - span.start);
    const found = /[-+*/]/.exec(between);
    if (found && found[0] === operators[there.op] && !/[-+*/]/.test(between.replace(found[0], '')))
      return text.slice(0, a.end - span.start) + between.replace(found[0], operator) + text.slice(b.start - span.start);
  }
  return renamed(there.op, wanted.op, text, { start: a.start - span.start, end: a.end - span.start });
}

/** The name of a function outside of what it is given. */
function renamed(op: string, other: string, text: string, inner: Span): string | null {
  for (const [from, to] of names[`${op} ${other}`] ?? []) {
    const [before, after] = [text.slice(0, inner.start), text.slice(inner.end)];
    for (const [outside, put] of [
      [before, (now: string) => now + text.slice(inner.start)],
      [after, (now: string) => text.slice(0, inner.end) + now],
    ] as const) {
      const all = [...outside.matchAll(new RegExp(`(?<![\\w])(\\w*?_)?${from}(?=\\s*[(=])`, 'g'))];
      if (all.length === 1)
        return put(outside.slice(0, all[0]!.index) + (all[0]![1] ?? '') + to + outside.slice(all[0]!.index + all[0]![0].length));
    }
  }
  return null;
}

const names: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  'sum mean': [['sum', 'mean']],
  'mean sum': [['mean', 'sum']],
  'minimum maximum': [
    ['minimum', 'maximum'],
    ['min', 'max'],
    ['max', 'min'],
  ],
  'maximum minimum': [
    ['maximum', 'minimum'],
    ['max', 'min'],
    ['min', 'max'],
  ],
  'sin cos': [['sin', 'cos']],
  'cos sin': [['cos', 'sin']],
  'exp log': [['exp', 'log']],
  'log exp': [['log', 'exp']],
  'sigmoid logSigmoid': [['sigmoid', 'logsigmoid']],
};

const operators: Readonly<Record<string, string>> = { add: '+', subtract: '-', multiply: '*', divide: '/' };

const spanIn = (node: Node, within: Span, { statement, computed }: Source): Span | null =>
  [statement, ...computed]
    .flatMap(({ places }) => places)
    .filter((place) => place.node === node && place.start >= within.start && place.end <= within.end)
    .reduce<Span | null>((best, one) => (best && best.end - best.start >= one.end - one.start ? best : one), null);

/** A value as an expression. */
function write(node: Node, source: Source): string | null {
  const value = numberOf(node);
  const written = value === null ? writtenOf(node, source) : null;
  if (written !== null) return written;
  if (value !== null) return numberText(value);
  if (node.op === 'let') return node.attributes['name'] as string;
  const args = node.args.map((arg) => write(arg, source));
  if (args.some((arg) => arg === null)) return null;
  const [a, b] = args as string[];
  switch (node.op) {
    case 'add':
      return `${a} + ${atomOrProduct(b!)}`;
    case 'subtract':
      return `${a} - ${atom(b!)}`;
    case 'multiply':
      return `${atom(a!)} * ${atom(b!)}`;
    case 'divide':
      return `${atom(a!)} / ${atom(b!)}`;
    case 'power':
      return `${atom(a!)} ** ${atom(b!)}`;
    case 'negate':
      return `-${atom(a!)}`;
    case 'reciprocal':
      return `1 / ${atom(a!)}`;
    case 'sqrt':
      return `${atom(a!)} ** 0.5`;
    case 'square':
      return `${atom(a!)} ** 2`;
    case 'detach':
      return `${atom(a!)}.detach()`;
    default: {
      const name = functionName(node.op, source);
      return name === null ? null : `${name}(${args.join(', ')})`;
    }
  }
}

/** As it stands in the code: in the statement, else in one before. */
function writtenOf(node: Node, { statement, computed, textOf }: Source): string | null {
  const places = [statement, ...computed.filter(({ holder, start }) => holder === statement.holder && start <= statement.start)].flatMap(
    ({ places: own }) => own,
  );
  const place = places.find((one) => one.node === node);
  return place ? textOf(place) : null;
}

const numberText = (value: number): string => (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(12))));

/** What is one piece whatever stands around it. */
function atom(text: string): string {
  return isAtom(text) ? text : `(${text})`;
}

const atomOrProduct = (text: string): string => (/^[^-+]*$/.test(text) ? text : atom(text));

/** A name, a number, or what brackets hold together. */
function isAtom(text: string): boolean {
  let depth = 0;
  for (const [at, letter] of [...text].entries()) {
    if ('([{'.includes(letter)) depth++;
    else if (')]}'.includes(letter)) depth--;
    else if (depth === 0 && !/[\w.]/.test(letter)) return false;
    if (depth === 0 && at < text.length - 1 && ')]}'.includes(letter) && /[\w]/.test(text[at + 1]!)) return false;
  }
  return depth === 0;
}

/** Whether it stands for itself: a name, a call, a number. */
const isBare = (wanted: Node, source: Source): boolean => {
  const text = write(wanted, source);
  return text !== null && isAtom(text);
};

/** The statement that a place stands in: that of the formula, or one before it. */
const statementAt = ({ start, end }: Span, { statement, computed }: Source): Span =>
  [statement, ...computed].find((one) => start >= one.start && end <= one.end) ?? statement;

/** Whether the value is all that its statement computes. */
const isWholeOf = (span: Span, source: Source): boolean => {
  const { start, end } = statementAt(span, source);
  return span.end === end && /(^|=|return)\s*$/.test(source.textOf({ start, end: span.start }));
};

/** `f(x)`: no more brackets are needed. */
const isArgument = (span: Span, source: Source): boolean => {
  const { start, end } = statementAt(span, source);
  return /[(,]\s*$/.test(source.textOf({ start, end: span.start })) && /^\s*[),]/.test(source.textOf({ start: span.end, end }));
};

const inLibrary: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  torch: {
    exp: 'exp',
    log: 'log',

    sigmoid: 'sigmoid',
    relu: 'relu',
    minimum: 'minimum',
    maximum: 'maximum',
    softmax: 'softmax',
  },
  numpy: { exp: 'exp', log: 'log', minimum: 'minimum', maximum: 'maximum' },
  'jax.numpy': { exp: 'exp', log: 'log', minimum: 'minimum', maximum: 'maximum' },
  tensorflow: { exp: 'exp', log: 'math.log', sigmoid: 'sigmoid', minimum: 'minimum', maximum: 'maximum' },
  'keras.ops': { exp: 'exp', log: 'log', sigmoid: 'sigmoid', minimum: 'minimum', maximum: 'maximum' },
};

/** By the library that the statement uses, or that the file imports. */
function functionName(op: string, { statement, imports, textOf }: Source): string | null {
  // Python's own does for arrays of every library.
  if (op === 'abs') return op;
  const text = textOf(statement);
  const known = [...imports].filter(([, module]) => inLibrary[module]?.[op] !== undefined);
  const used = known.find(([alias]) => new RegExp(`\\b${alias}\\.`).test(text)) ?? known[0];
  return used ? `${used[0]}.${inLibrary[used[1]]![op]!}` : null;
}
