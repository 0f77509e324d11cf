/** The formulas of a file. */

import { leaves, numberOf, operandsOf, unwrap, wrappers, type Node } from '../expression/node.ts';
import type { Computed, Place } from '../expression/follow/context.ts';
import { surroundingsOf } from './evidence/evidence.ts';
import type { Recogniser, Recognition } from './recogniser.ts';
import { termsOf } from './terms.ts';

/** A formula and the piece of code that is it. */
export interface Found {
  readonly place: Place;
  readonly computed: Computed;
  readonly recognition: Recognition;
}

/**
 * What statements are, each as a whole where it has a name, else the largest parts of it that have one, in the order in which they stand.
 */
export function findFormulas(computed: readonly Computed[], recogniser: Recogniser): Found[] {
  const found: Found[] = [];
  for (const statement of computed) {
    // A statement that adds to a variable is met twice: what is added, then the sum, which is the one to name if it has a name.
    const before = found.at(-1);
    const surroundings = surroundingsOf(statement.target, statement.around);
    const whole = statement.node.op === 'let' ? null : recogniser.recognise(statement.node, surroundings);
    if (whole && isHandedOn(statement.node, whole, isQuantity(whole), recogniser, statement.gathered)) continue;
    if (whole) {
      while (found.at(-1)?.computed.start === statement.start && found.at(-1)?.computed.end === statement.end) found.pop();
      found.push({ place: { start: statement.start, end: statement.end, node: statement.node }, computed: statement, recognition: whole });
      continue;
    }
    if (before && before.computed.start === statement.start && before.computed.end === statement.end) continue;
    found.push(...partsOf(statement, recogniser));
  }
  return found;
}

/**
 * A formula in another shape or put together with others of its kind, a quantity times a weight: another statement computed it. Nor is the
 * mean of one formula another one.
 */
function isHandedOn(node: Node, whole: Recognition, mayBeWeighted: boolean, recogniser: Recogniser, gathered = false): boolean {
  const reduced = reducedName(node);
  const own = reduced && recogniser.idsOf(reduced);
  if (own && own.size > 0 && !own.has(whole.formula.id)) return true;
  if (own?.has(whole.formula.id) === true && (gathered || isMeanOfExamples(node))) return true;
  if (mayBeWeighted && isScaledSample(node, whole, recogniser)) return true;
  const weights = whole.kind === 'value' && mayBeWeighted ? whole.weights : none;
  let inner = node;
  for (let name = nameIn(inner, false); ; name = nameIn(inner, false)) {
    if (name) return recogniser.idsOf(name).has(whole.formula.id);
    const [a, b] = inner.args;
    // A first one, gathered.
    if (mayBeWeighted && inner.op === 'add' && numberOf(a!) === 0) {
      inner = b!;
      continue;
    }
    if (inner.op !== 'multiply' && inner.op !== 'divide') return false;
    const isWeight = (one: Node): boolean => isOf(one, weights) || (mayBeWeighted ? isNumberRole(whole, one) : isCount(one));
    // Times a number of times, a term is another value; over a number of examples it is their mean.
    if (isWeight(b!) || (inner.op === 'divide' && isCounted(b!))) inner = a!;
    else if (isWeight(a!)) inner = b!;
    else return false;
  }
}

/** What is said of each component is no less the formula without a batch. */
const isMeanOfExamples = ({ op, args, attributes: { axes } }: Node): boolean =>
  op === 'mean' && Array.isArray(axes) && axes.join() === '0' && wrappers.has(args[0]!.op);

/** A sample of a name, times or over what went into it already: `z_t / sqrt(1 - var)` is no sample of its own. */
function isScaledSample({ op, args }: Node, whole: Recognition, recogniser: Recogniser): boolean {
  if (whole.formula.id !== 'reparam' || (op !== 'divide' && op !== 'multiply')) return false;
  return args.some((one, place) => {
    if (one.op !== 'let') return false;
    const own = recogniser.idsOf(one);
    return own.size > 0 && !own.has(whole.formula.id) && isMadeWithin(args[1 - place]!, nodesIn(one));
  });
}

/** All that something is made of. */
function nodesIn(node: Node): ReadonlySet<Node> {
  const seen = new Set<Node>([node]);
  for (const one of seen) {
    if (seen.size > mostWithin) break;
    for (const arg of operandsOf(one)) seen.add(arg);
  }
  return seen;
}

const mostWithin = 100;

function isMadeWithin(node: Node, within: ReadonlySet<Node>): boolean {
  if (within.has(node) || numberOf(node) !== null) return true;
  return !leaves.has(node.op) && operandsOf(node).length > 0 && operandsOf(node).every((arg) => isMadeWithin(arg, within));
}

/** `x.size(0)`, `len(loader)`: means over batches are gathered with it. */
function isCount(node: Node): boolean {
  const { op, attributes } = node;
  return op === 'size' || op === 'count' || (op === 'opaque' && attributes['callee'] === 'len');
}

/** Something counted, by whatever name: of examples, of rounds, of what is not left out. */
function isCounted(named: Node): boolean {
  const node = unwrap(named);
  const { op, args } = node;
  if (named !== node && numberOf(node) === 1) return true;
  if (op === 'maximum') return args.some(isCounted) && args.every((arg) => isCounted(arg) || numberOf(arg) !== null);
  return isCount(node) || (op === 'sum' && named !== node && unwrap(args[0]!).op === 'notEqual');
}

/** Taken for one of the formula's numbers: where what it multiplies is the formula already, it is a weight. */
function isNumberRole(whole: Recognition, node: Node): boolean {
  if (whole.kind !== 'value' || whole.reading.fit === 'quantity') return false;
  const choice = whole.binding.choices.get(node);
  return choice !== undefined && 'role' in choice && choice.role.shape === '';
}

/** One of the weights, or made of them. */
function isOf(node: Node, weights: ReadonlyMap<Node, number>): boolean {
  if (weights.get(node)) return true;
  return (node.op === 'multiply' || node.op === 'divide') && node.args.every((arg) => numberOf(arg) !== null || isOf(arg, weights));
}

/** The name that is all that a value is made of, but for its sign, means and sums of it. */
function reducedName(node: Node): Node | null {
  let inner = node;
  while (inner.op === 'sum' || inner.op === 'mean' || inner.op === 'negate' || ofANameStill.has(inner.op)) inner = inner.args[0]!;
  return inner.op === 'let' ? inner : null;
}

const none: ReadonlyMap<Node, number> = new Map();

/** Through these a part of a statement is looked for: what is summed, weighted, moved or handed on is a value of its own. */
const through: ReadonlySet<string> = new Set(
  'add subtract negate multiply divide sum mean clamp stack concatenate detach opaque inline let choice reshape permute swapAxes rearrange flatten squeeze expandDims'.split(
    ' ',
  ),
);

/** More parts than this are not looked at: generated code, tables. */
const mostParts = 60;

function partsOf(statement: Computed, recogniser: Recogniser): Found[] {
  const places = new Map<Node, Place>();
  for (const place of statement.places) if (!places.has(place.node)) places.set(place.node, place);
  const found: Found[] = [];
  const seen = new Set<Node>([statement.node]);
  const queue = [...partsBelow(statement.node)];
  // Some terms of a sum are a loss of their own, but half a step or half a sample is none.
  const partial = new Set<Node>();
  if (isSum(unwrap(statement.node))) for (const part of unwrap(statement.node).args) if (isSum(part)) partial.add(part);
  while (queue.length > 0 && seen.size < mostParts) {
    const node = queue.shift()!;
    if (seen.has(node)) continue;
    seen.add(node);
    const place = places.get(node);
    // What is followed beyond the statement is another statement's.
    if (!place || (leaves.has(node.op) && node.op !== 'opaque')) continue;
    // What is only a name with numbers before it, or in another shape, was computed by another statement.
    if (nameIn(node, true)) continue;
    const recognition = recogniser.recognise(node, surroundingsOf('', statement.around));
    if (recognition && isHandedOn(node, recognition, true, recogniser)) continue;
    if (recognition && !(partial.has(node) && isQuantity(recognition))) found.push({ place, computed: statement, recognition });
    else {
      const parts = partsBelow(node);
      if (isSum(node)) for (const part of parts) if (isSum(part)) partial.add(part);
      queue.push(...parts);
    }
  }
  return found.sort((a, b) => a.place.start - b.place.start);
}

/** The name that is all that a value is made of, in whatever shape, and with numbers before it where they may be. */
function nameIn(node: Node, mayBeWeighted: boolean): Node | null {
  let inner = node;
  for (;;) {
    const terms = mayBeWeighted ? termsOf(inner) : [{ node: inner }];
    if (terms.length !== 1) return null;
    inner = terms[0]!.node;
    if (inner.op === 'let') return inner;
    // In one shape or another.
    if (inner.op === 'choice') {
      const names = inner.args.map((arg) => nameIn(arg, mayBeWeighted));
      return names.every((name) => name === names[0]) ? names[0]! : null;
    }
    // A function that gives what it was given.
    if (inner.op === 'inline' && inner.args.slice(1).includes(inner.args[0]!)) {
      inner = inner.args[0]!;
      continue;
    }
    // Some of it left out.
    if (inner.op === 'where' && numberOf(inner.args[2]!) === 0) {
      inner = inner.args[1]!;
      continue;
    }
    const isReshaping = inner.op === 'inline' && !wrappers.has(inner.args[0]!.op);
    // Kept within bounds it has another formula, if any.
    const isBounded = inner.op === 'clamp' && !mayBeWeighted;
    const isStill = ofANameStill.has(inner.op) || (joining.has(inner.op) && inner.args.every((arg) => arg === inner.args[0]));
    if (!(isReshaping || isBounded || isStretch(inner) || isStill) || !inner.args[0]) return null;
    inner = inner.args[0];
  }
}

/** `x[:, None]`, `x[:length]` */
const isStretch = ({ op, attributes }: Node): boolean =>
  op === 'index' && /^(?:(?:slice:[fts]*|new|dots) ?)+$/.test(String(attributes['spec']));

/** The function of the file whose result a value is, in whatever shape. */
export const calledFor = (node: Node): string | null => (callOf(node)?.attributes['own'] as string | undefined) ?? null;

/** The call of a function of the file whose result a value is, in whatever shape. */
export function callOf(node: Node): Node | null {
  for (let inner = node; ;) {
    if (inner.op === 'inline') return typeof inner.attributes['own'] === 'string' ? inner : null;
    const terms = termsOf(inner);
    if (terms.length !== 1) return null;
    const [{ node: only, factor, weights }] = terms as [(typeof terms)[number]];
    if (factor !== 1 || weights.length > 0) return null;
    if (only !== inner) inner = only;
    else if (inner.op === 'let' || ofANameStill.has(inner.op)) inner = inner.args[0]!;
    else return null;
  }
}

const isSum = ({ op }: Node): boolean => op === 'add' || op === 'subtract';

const isQuantity = (recognition: Recognition): boolean => recognition.kind === 'value' && recognition.reading.fit === 'quantity';

const ofANameStill: ReadonlySet<string> = new Set(
  'reshape permute swapAxes rearrange flatten squeeze expandDims expand tile detach'.split(' '),
);

const joining: ReadonlySet<string> = new Set(['concatenate', 'stack']);

function partsBelow(node: Node): readonly Node[] {
  if (!through.has(node.op)) return [];
  // Errors over a spread are a share, no error.
  if (node.op === 'divide' && isSpread(node.args[1]!)) return [];
  return node.op === 'inline' ? node.args.slice(1) : node.args;
}

/** A sum or mean of squares. */
function isSpread(node: Node): boolean {
  let inner = unwrap(node);
  while ((inner.op === 'add' || inner.op === 'maximum') && inner.args.length > 1) inner = unwrap(inner.args[0]!);
  if (inner.op === 'variance') return true;
  return (inner.op === 'sum' || inner.op === 'mean') && unwrap(inner.args[0]!).op === 'square';
}
