/** The scores of attention, found from what is made of them. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import { isCallOfFile, ownNodes } from '../statements.ts';
import { isMadeOf, moving, namesOn, under } from './flow.ts';

export interface Scores {
  /** The product of queries and keys. */
  readonly product: Node;
  readonly operands: readonly [Node, Node];
  /** Where each operand's own axis stands in the product, from the end: -1 is the last. */
  readonly axes: readonly [number, number];
  /** What the product was multiplied by or divided by on the way, the last one first. */
  readonly factors: readonly { readonly node: Node; readonly below: boolean; readonly whole: Node }[];
  /** The way to the product, the product last. */
  readonly path: readonly Node[];
  /** Whether the axes are those of the product still. */
  readonly isInPlace: boolean;
}

const most = 24;
const masking: ReadonlySet<string> = new Set(['leftOut', 'add', 'where']);

/** The scores that a softmax, or what is left of them, was made of; null where they are no product of two things. */
export function scoresIn(node: Node): Scores | null {
  const path: Node[] = [];
  const factors: Scores['factors'][number][] = [];
  let isInPlace = true;
  const walk = (part: Node, depth: number): Scores | null => {
    const inner = unwrap(part);
    if (depth > most) return null;
    path.push(inner);
    const product = productOf(inner);
    if (product) return { product: inner, ...product, factors, path, isInPlace };
    const [a, b] = inner.args;
    switch (inner.op) {
      case 'multiply':
      case 'divide': {
        const before = factors.length;
        factors.push({ node: b!, below: inner.op === 'divide', whole: inner });
        const found = walk(a!, depth + 1);
        if (found || inner.op === 'divide') return found;
        factors.length = before;
        factors.push({ node: a!, below: false, whole: inner });
        return walk(b!, depth + 1);
      }
      case 'add': {
        const [kept, known] = [path.length, factors.length];
        const found = walk(a!, depth + 1);
        if (found) return found;
        path.length = kept;
        factors.length = known;
        return walk(b!, depth + 1);
      }
      case 'subtract':
      case 'leftOut':
      case 'detach':
      case 'clamp':
      case 'tanh':
        return walk(a!, depth + 1);
      case 'choice': {
        // Masked where there is a mask.
        const masked = inner.args.find((arg) => masking.has(unwrap(arg).op));
        const isOne = masked && inner.args.every((arg) => arg === masked || unwrap(masked).args.some((of) => unwrap(of) === unwrap(arg)));
        return isOne ? walk(masked, depth + 1) : null;
      }
      case 'where': {
        const branch = inner.args.slice(1).find((one) => numberOf(one) === null);
        return branch ? walk(branch, depth + 1) : null;
      }
      default:
        if (!moving.has(inner.op) || !a) return null;
        isInPlace = false;
        return walk(a, depth + 1);
    }
  };
  return walk(node, 0);
}

/** Every softmax that a statement takes, by a library's function or by one of the file, with where it is called. */
export function* softmaxesOf(statement: Computed): Generator<{ readonly softmax: Node; readonly at: Node }> {
  for (const at of ownNodes(statement)) {
    const softmax = isCallOfFile(at) ? unwrap(at) : at;
    if (softmax.op === 'softmax') yield { softmax, at };
  }
}

function productOf(node: Node): Pick<Scores, 'operands' | 'axes'> | null {
  const [a, b] = node.args;
  if (node.op === 'sum') return productOfEach(node);
  if (!a || !b) return null;
  if (node.op === 'matmul') return isTurned(b) ? { operands: [a, unwrap(b).args[0]!], axes: [-2, -1] } : null;
  if (node.op !== 'einsum' || node.args.length !== 2) return null;
  const [, first = '', second = '', result = ''] = /^([\w.]+),([\w.]+)->([\w.]+)$/.exec(node.attributes['equation'] as string) ?? [];
  const lettersOf = (text: string): string[] => [...text].filter((letter) => letter !== '.');
  const [x, y, out] = [lettersOf(first), lettersOf(second), lettersOf(result)];
  const contracted = x.filter((letter) => y.includes(letter) && !out.includes(letter));
  const own = [x.filter((letter) => !y.includes(letter)), y.filter((letter) => !x.includes(letter))];
  if (contracted.length !== 1 || own.some((letters) => letters.length !== 1 || !out.includes(letters[0]!))) return null;
  const placeOf = (letter: string): number => out.indexOf(letter) - out.length;
  return { operands: [a, b], axes: [placeOf(own[0]![0]!), placeOf(own[1]![0]!)] };
}

/** `(a[:, None] * b[None]).sum(-1)`, of unit vectors or of others. */
function productOfEach({ args: [of], attributes: { axes } }: Node): Pick<Scores, 'operands' | 'axes'> | null {
  const inner = of && unwrap(of);
  if (inner?.op !== 'multiply' || String(axes) !== '-1') return null;
  const [a, b] = inner.args.map((arg) => under(arg, ({ op }) => op === 'divide'));
  const isSpread = (node: Node, as: RegExp): boolean => node.op === 'index' && as.test(String(node.attributes['spec']));
  return isSpread(a!, /^slice: new(?: slice:)?$/) && isSpread(b!, /^new(?: slice:)*$/)
    ? { operands: [a!.args[0]!, b!.args[0]!], axes: [-2, -1] }
    : null;
}

/** The last two axes are exchanged. */
function isTurned(node: Node): boolean {
  const { op, attributes } = unwrap(node);
  const axes = attributes['axes'];
  if (op === 'permute') return axes === null || (Array.isArray(axes) && axes.at(-1) === axes.length - 2 && axes.at(-2) === axes.length - 1);
  if (op !== 'swapAxes' || !Array.isArray(axes)) return false;
  const [one, other] = axes as number[];
  // Of two axes.
  if (Math.min(one!, other!) === 0 && Math.max(one!, other!) === 1) return true;
  return Math.abs(one! - other!) === 1 && (one! < 0 ? Math.max(one!, other!) === -1 : one! > 0 && other! > 0);
}

const queryWords = ['q', 'query', 'queries', 'xq', 'qs', 'query layer'];
const keyWords = ['k', 'key', 'keys', 'xk', 'ks', 'key layer'];

/** Whether the first operand is that of the queries, by names; null where they do not tell. */
export function isQueriesFirst({ operands }: Scores): boolean | null {
  const [a, b] = operands.map((operand) => namesOn(operand).map(wordsOf));
  const holds = (names: readonly (readonly string[])[] | undefined, words: readonly string[]): boolean =>
    names?.some((one) => holdsAny(one, words)) ?? false;
  if (holds(a, queryWords) && holds(b, keyWords)) return true;
  return holds(a, keyWords) && holds(b, queryWords) ? false : null;
}

/** Of what is turned by axes that are counted from the first: the last two are those. */
function turnedRank(node: Node): number | null {
  const { op, attributes } = unwrap(node);
  const { axes } = attributes;
  if (op === 'permute' && axes === null) return 2;
  if (op !== 'swapAxes' || !Array.isArray(axes)) return null;
  const last = Math.max(...(axes as number[]));
  return last > 0 && Math.min(...(axes as number[])) === last - 1 ? last + 1 : null;
}

/** How many axes a value has, where the code tells. */
export function rankOf(node: Node, depth = 0): number | null {
  const inner = unwrap(node);
  if (depth > 12) return null;
  const of = (part: Node | undefined): number | null => (part ? rankOf(part, depth + 1) : null);
  switch (inner.op) {
    case 'einsum': {
      const result = String(inner.attributes['equation']).split('->')[1];
      return result && !result.includes('.') ? result.length : null;
    }
    case 'rearrange': {
      const result = String(inner.attributes['pattern']).split('->')[1]?.trim();
      return result && !/[.()]/.test(result) ? result.split(/\s+/).length : null;
    }
    case 'reshape': {
      const lengths = inner.args.slice(1);
      return lengths.some(
        (one) => /^(?:shape|index|stack|concatenate|attribute|parameter)$/.test(unwrap(one).op) && unwrap(one).op !== 'parameter',
      )
        ? null
        : lengths.length;
    }
    case 'item':
    case 'index':
    case 'part': {
      // One of what an array holds along its first axis.
      const isOne = inner.op === 'item' || inner.attributes['spec'] === 'at' || inner.attributes['unbound'] === true;
      const rank = isOne || inner.op === 'part' ? of(inner.args[0]) : null;
      return rank !== null && isOne ? rank - 1 : rank;
    }
    case 'permute': {
      const axes = inner.attributes['axes'];
      return Array.isArray(axes) ? axes.length : of(inner.args[0]);
    }
    case 'uniform':
    case 'normal':
      return inner.args.length > 1 && inner.args.every((one) => unwrap(one).op === 'size' || numberOf(one) !== null)
        ? inner.args.length
        : null;
    case 'matmul':
      return turnedRank(inner.args[1]!) ?? of(inner.args[0]) ?? of(inner.args[1]);
    case 'multiply':
    case 'add':
    case 'divide':
    case 'subtract':
      return of(inner.args[0]) ?? of(inner.args[1]);
    case 'swapAxes':
    case 'detach':
    case 'leftOut':
    case 'softmax':
    case 'clamp':
      return of(inner.args[0]);
    case 'where':
      return of(inner.args[1]) ?? of(inner.args[2]);
    default:
      return null;
  }
}

const carrying: ReadonlySet<string> = new Set([
  ...moving,
  ...'let inline multiply where add leftOut maximum clamp exp detach subtract matmul'.split(' '),
]);

/** Whether something made of a value is divided by a sum of it afterwards. */
export function isRenormalised(node: Node): boolean {
  const reached = new Set<Node>([node]);
  for (const one of reached) {
    if (reached.size > 60) break;
    for (const user of usersOf(one)) {
      if (user.op === 'divide' && user.args[0] === one && isMadeOf(user.args[1]!, (part) => isTotal(part, reached), 60)) return true;
      if (user.op === 'norm' || (user.op === 'softmax' && one !== node)) return true;
      if (user.op === 'opaque' && /normali[sz]/i.test(String(user.attributes['callee']))) return true;
      if (carrying.has(user.op)) reached.add(user);
    }
  }
  return false;
}

const isTotal = ({ op, args }: Node, of: ReadonlySet<Node>): boolean =>
  (op === 'sum' || op === 'norm' || op === 'einsum') && args.some((arg) => isMadeOf(arg, (part) => of.has(part), 40));

const maskNames = [
  'allow',
  'allowed',
  'visible',
  'same',
  'seen',
  'mask',
  'masks',
  'causal',
  'tril',
  'triu',
  'padding',
  'keep',
  'valid',
  'is pad',
  'pad',
  'future',
  'subsequent',
];
const otherMasks = /head|drop|bias|expert|route|top_?k|gate|sample|loss/i;
const comparing: ReadonlySet<string> = new Set(
  'equal notEqual less lessEqual greater greaterEqual logicalNot logicalAnd logicalOr'.split(' '),
);

/** 1 where something counts, 0 where it does not: of pairs of queries and keys, or of keys. */
export function isKeyMask(node: Node): boolean {
  const names = namesOn(node);
  if (names.some((name) => otherMasks.test(name)) || isOfRows(node)) return false;
  const named = names.some((name) => holdsAny(wordsOf(name), maskNames));
  const inner = under(node, ({ op }) => moving.has(op) || op === 'detach');
  if (
    isMadeOf(
      inner,
      ({ op }) => op === 'uniform' || op === 'normal' || op === 'exp' || op === 'sigmoid' || op === 'softmax' || op === 'opaque',
      60,
    )
  )
    return false;
  if (inner.op === 'triangle') return numberOf(inner.args[0]!) === 1;
  if (comparing.has(inner.op))
    return named || isOfPairs(inner) || isMadeOf(inner, (part) => part.op === 'triangle' || part.op === 'arange' || isNamedMask(part), 40);
  if (inner.op === 'subtract' && numberOf(inner.args[0]!) === 1) return isKeyMask(inner.args[1]!);
  return named && (inner.op === 'parameter' || inner.op === 'attribute' || inner.op === 'item');
}

/** `ids[:, :, None] == ids[:, None, :]` */
function isOfPairs({ args }: Node): boolean {
  const [a, b] = args.map(unwrap);
  return a !== b && /^(?:index|expandDims)$/.test(a?.op ?? '') && a!.op === b?.op && unwrap(a!.args[0]!) === unwrap(b.args[0]!);
}

const isNamedMask = (node: Node): boolean =>
  (node.op === 'parameter' || node.op === 'attribute' || node.op === 'let') &&
  holdsAny(wordsOf(String(node.attributes['name'])), maskNames) &&
  !otherMasks.test(String(node.attributes['name']));

/** It says the same of all keys: a mask of queries. */
function isOfRows(node: Node): boolean {
  let inner = unwrap(node);
  while (inner.args[0]) {
    // Of two that are compared, or hold together, both have to.
    const [, other] = inner.args;
    if (comparing.has(inner.op) && other && numberOf(other) === null) return inner.args.every(isOfRows);
    if (inner.op === 'expandDims') return inner.attributes['axis'] === -1;
    if (inner.op === 'index') return / new$/.test(String(inner.attributes['spec'])) || (inner.attributes['spec'] as string) === 'new';
    if (inner.op === 'all' || inner.op === 'any') return inner.attributes['keep'] === true;
    if (!moving.has(inner.op) && !comparing.has(inner.op) && inner.op !== 'subtract' && inner.op !== 'detach') return false;
    inner = unwrap(inner.op === 'subtract' ? inner.args[1]! : inner.args[0]);
  }
  return false;
}

export const isRowMask = isOfRows;
