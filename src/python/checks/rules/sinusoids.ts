/** Sinusoidal positions: a sine where the cosine belongs, and frequencies that grow where they fall. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf, writtenIn } from '../statements.ts';
import { factorsOf, isMadeOf, isMoved, isNegated, namesOn, under } from './flow.ts';

export function* sinusoids(statement: Computed, checked: Checked): Generator<Fault> {
  yield* twice(statement, checked);
  yield* apart(statement, checked);
  for (const node of ownNodes(statement)) {
    if (node.op !== 'sin' && node.op !== 'cos') continue;
    for (const { node: factor, below } of factorsOfAngle(node.args[0]!, 0)) {
      const frequency = settled(factor);
      const spread = spreadOf(frequency);
      if (spread !== null) {
        const made = checked.computed.find((one) => one.holder === statement.holder && placeOf(one, frequency));
        yield {
          rule: 'other-factor',
          message:
            spread < 1
              ? 'These frequencies fall to the root of the last one only: the exponent of the base runs from 0 to 1/2, and is to run to 1.'
              : 'These frequencies fall to the square of the last one: the exponent of the base runs from 0 to 2, and is to run to 1.',
          statement: made ?? statement,
          at: made ? frequency : node,
          related: made ? [{ node, message: 'They are used here.' }] : [],
          nearly: null,
          change: null,
        };
        continue;
      }
      if (below || !isGrowing(frequency)) continue;
      const made = checked.computed.find((one) => one.holder === statement.holder && placeOf(one, frequency));
      yield {
        rule: 'other-sign',
        severity: 'warning',
        message:
          'These frequencies grow from 1 to the base and are to fall from 1 to its inverse: at thousands of radians for each position the angles are as good as random.',
        statement: made ?? statement,
        at: made ? frequency : node,
        related: made ? [{ node, message: 'They are used here.' }] : [],
        nearly: null,
        change: null,
      };
    }
  }
}

/** Places times frequencies, each with each. */
function factorsOfAngle(angle: Node, depth: number): ReturnType<typeof factorsOf> {
  return factorsOf(angle).flatMap((factor) => {
    const inner = settled(factor.node);
    const isDoubled = inner.op === 'concatenate' && inner.args.every((arg) => unwrap(arg) === unwrap(inner.args[0]!));
    if (depth > 4 || factor.below || !(isDoubled || multiplying.has(inner.op))) return [factor];
    return (isDoubled ? inner.args.slice(0, 1) : inner.args).flatMap((arg) => factorsOfAngle(arg, depth + 1));
  });
}

const multiplying: ReadonlySet<string> = new Set(['outer', 'einsum', 'matmul', 'multiply']);

function settled(node: Node): Node {
  return under(node, isMoved);
}

/** `exp(arange * log(10000) / d)`, `10000 ** (arange / d)` */
function isGrowing(frequency: Node): boolean {
  const [a, b] = frequency.args;
  const isOfPlaces = (node: Node): boolean => isMadeOf(node, ({ op }) => op === 'arange' || op === 'linspace', 20);
  if (frequency.op === 'power') return isBase(a!) && isOfPlaces(b!) && !isFalling(b!);
  if (frequency.op !== 'exp' || !isOfPlaces(a!) || isFalling(a!)) return false;
  return factorsOf(a!).some(({ node, below }) => !below && isLogOfBase(node));
}

const leastBase = 1000;

/** 10000, or what is 10000 unless something else is given, or over the least wavelength. */
function isBase(node: Node): boolean {
  const inner = unwrap(node);
  if (inner.op === 'divide') return isBase(inner.args[0]!);
  const value = numberOf(inner) ?? inner.attributes['default'];
  if (typeof value === 'number') return value >= leastBase;
  return namesOn(node).some((name) => /^(?:rope_)?(?:base|theta)$|max_?(?:period|timescale|wavelength)/i.test(name));
}

/** How far the exponent of the base runs, where that is 1/2 or 2 and it is to be 1; null for others. */
function spreadOf(frequency: Node): number | null {
  let inner = frequency;
  if (inner.op === 'reciprocal' || (inner.op === 'divide' && numberOf(inner.args[0]!) === 1)) inner = settled(inner.args.at(-1)!);
  const isPower = inner.op === 'power' && isBase(inner.args[0]!);
  if (!isPower && !(inner.op === 'exp' && factorsOf(inner.args[0]!).some(({ node, below }) => !below && isLogOfBase(node)))) return null;
  let ends: { readonly of: Node; readonly by: number } | null = null;
  let [factor, length]: [number, Node | null] = [1, null];
  for (const { node, below } of factorsOf(inner.args.at(-1)!)) {
    const one = settled(node);
    const value = numberOf(one);
    if (one.op === 'arange' && !below && !ends) ends = endsOf(one);
    else if (value !== null && value !== 0) factor *= Math.abs(below ? 1 / value : value);
    else if (below && !length) length = node;
    else if (isPower || below || !isLogOfBase(node)) return null;
  }
  const by = ends && length && partOf(length, ends.of);
  const spread = by ? (factor * ends!.by) / by : null;
  return spread === 0.5 || spread === 2 ? spread : null;
}

/** Up to what share of which number places run. */
function endsOf({ args }: Node): { readonly of: Node; readonly by: number } | null {
  const [from, to, step] = args.length === 1 ? [null, args[0]!, null] : args;
  if ((from && numberOf(from) !== 0) || !to) return null;
  const half = halfOf(to);
  return args.length <= 3 && (!step || numberOf(step) !== null) ? { of: unwrap(half ?? to), by: half ? 0.5 : 1 } : null;
}

/** 1 where it is that number, 1/2 where it is half of it. */
function partOf(node: Node, of: Node): number | null {
  if (unwrap(node) === of) return 1;
  const half = halfOf(node);
  return half && unwrap(half) === of ? 0.5 : null;
}

function halfOf(node: Node): Node | null {
  const { op, args } = unwrap(node);
  return (op === 'floorDivide' || op === 'divide') && numberOf(args[1]!) === 2 ? args[0]! : null;
}

function isFalling(node: Node): boolean {
  const negative = factorsOf(node).filter(({ node: factor }) => (numberOf(factor) ?? 0) < 0).length;
  const isTurned = factorsOf(node).some(({ node: factor }) =>
    isMadeOf(factor, ({ op, args }) => op === 'arange' && (numberOf(args.at(-1)!) ?? 0) < 0, 4),
  );
  return isNegated(node) !== (negative % 2 === 1) || isTurned || unwrap(node).op === 'subtract';
}

/** log(10000), as it is written or worked out. */
function isLogOfBase(node: Node): boolean {
  const inner = unwrap(node);
  const value = numberOf(inner);
  if (value !== null) return Math.abs(value - Math.log(10000)) < 0.1;
  if (inner.op === 'log') return isBase(inner.args[0]!);
  return (inner.op === 'divide' || inner.op === 'multiply') && inner.args.some(isLogOfBase);
}

/** `sin(t * w)` beside `cos(t / w)` */
function* apart(statement: Computed, { computed, textOf }: Checked): Generator<Fault> {
  const own = unwrap(statement.node);
  if ((own.op !== 'sin' && own.op !== 'cos') || !second.test(textOf(statement))) return;
  const other = computed.find(
    (one) =>
      one.holder === statement.holder &&
      one.start < statement.start &&
      /^(?:sin|cos)$/.test(unwrap(one.node).op) &&
      first.test(textOf(one)),
  );
  const [a, b] = [own, other && unwrap(other.node)].map((one) => (one ? factorsOfAngle(one.args[0]!, 0) : []));
  const isAlike = a!.length === 2 && b!.length === 2 && a!.every(({ node }, at) => settled(node) === settled(b![at]!.node));
  if (!other || !isAlike || a!.every(({ below }, at) => below === b![at]!.below)) return;
  yield {
    rule: 'another-function',
    message:
      'The two of a pair have other angles: in one places are multiplied by the frequencies, in the other divided by them. A pair is the sine and the cosine of one angle.',
    statement,
    at: statement.node,
    related: [{ node: other.node, message: 'The other one.' }],
    nearly: null,
    change: null,
  };
}

/** `pe[:, 0::2] = sin(a)` and `pe[:, 1::2] = sin(a)` */
function* twice(statement: Computed, checked: Checked): Generator<Fault> {
  const { computed, textOf } = checked;
  for (const node of ownNodes(statement)) {
    const [a, b, ...more] = node.op === 'concatenate' || node.op === 'stack' ? node.args : [];
    const inner = a && unwrap(a);
    if (!inner || !b || more.length > 0 || unwrap(b) !== inner || (inner.op !== 'sin' && inner.op !== 'cos')) continue;
    if (!isAlone(inner, statement, checked)) continue;
    yield {
      rule: 'same-twice',
      severity: 'warning',
      message: bothOf(inner),
      ...{ statement, at: writtenIn(statement, node), related: [], nearly: null, change: null },
    };
  }
  const { op } = unwrap(statement.node);
  if ((op !== 'sin' && op !== 'cos') || !second.test(textOf(statement))) return;
  const other = computed.find(
    (one) =>
      one.holder === statement.holder &&
      one.start < statement.start &&
      unwrap(one.node) === unwrap(statement.node) &&
      first.test(textOf(one)),
  );
  if (!other) return;
  yield {
    rule: 'same-twice',
    severity: 'warning',
    message: bothOf(unwrap(statement.node)),
    statement,
    at: statement.node,
    related: [{ node: other.node, message: 'The other one.' }],
    nearly: null,
    change: null,
  };
}

const bothOf = ({ op }: Node): string =>
  `Both of each pair are the ${op === 'sin' ? 'sine' : 'cosine'} of the same angle: one is the sine and one the cosine, so that a step of positions is a rotation.`;

/** A table that holds each cosine twice, as rotations of halves take it, has one of sines beside it. */
const isAlone = ({ op, args }: Node, { target, holder, around }: Computed, { computed }: Checked): boolean =>
  !/cos|sin(?!us)|rot|rope/i.test([target, ...around].join(' ')) &&
  !computed.some(
    (one) =>
      one.holder === holder &&
      isMadeOf(one.node, (part) => part.op === (op === 'sin' ? 'cos' : 'sin') && unwrap(part.args[0]!) === unwrap(args[0]!), 60),
  );

const first = /^[\w.]+\[[^\]=]*(?:\b0)?::2\s*\]\s*=/;
const second = /^[\w.]+\[[^\]=]*\b1::2\s*\]\s*=/;
