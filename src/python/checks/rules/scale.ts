/** Attention scores scaled the wrong way, or twice: 1/sqrt(d) once is right, on the queries, the keys or their product. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf, writtenAround } from '../statements.ts';
import { isQueriesFirst, scoresIn, softmaxesOf, type Scores } from './attention.ts';
import { factorsOf, isMadeOf, moving, namesOn } from './flow.ts';
import { tableOf } from './halves.ts';
import { isOfModel } from './headWidths.ts';

interface Factor {
  /** Which power of the width of a head it is; null where that is not known. */
  readonly power: number | null;
  readonly whole: Node;
}

export function* scale(statement: Computed, checked: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) if (node.op === 'multiply' || node.op === 'divide') yield* scaledAfter(node, statement);
  for (const { softmax, at: node } of softmaxesOf(statement)) {
    const scores = scoresIn(softmax.args[0]!);
    if (!scores || scores.operands.some(isNormed)) continue;
    const onScores = scores.factors.flatMap(({ node: factor, below, whole }) => powersIn(factor, below, whole));
    const onOperands = scores.operands.flatMap(onOperand);
    const all = [...onScores, ...onOperands];
    const [factor] = scores.factors;
    if (factor && scores.factors.length === 1 && onOperands.every(({ power }) => power === null) && isOfModel(scores, factor.node))
      yield {
        rule: 'attention-scale',
        severity: 'info',
        message:
          'The scores are divided by the root of the width of the whole model, and their terms are as many as a head is wide: with h heads they are smaller by sqrt(h) than with 1/sqrt(d) of a head.',
        statement,
        at: checked.computed.some((one) => placeOf(one, factor.whole)) ? factor.whole : node,
        related: [],
        nearly: null,
        change: null,
      };
    if (all.some(({ power }) => power === null)) continue;
    if (all.length === 0) {
      const told = unscaled(scores) ? { statement, at: node, related: [], nearly: null, change: null } : null;
      if (told)
        yield {
          ...told,
          rule: 'attention-scale',
          severity: 'info',
          message:
            'Nothing divides the scores by sqrt(d), here or in what gives the queries and keys: their variance grows with the width of a head, and the softmax sharpens.',
        };
      continue;
    }
    const total = all.reduce((sum, { power }) => sum + power!, 0);
    const where = (whole: Node): Node =>
      checked.computed.some((one) => placeOf(one, whole)) ? whole : (writtenAround(statement, node) ?? node);
    if (total === 0.5 && all.length === 1)
      yield {
        rule: 'attention-scale',
        message:
          'The scores are multiplied by sqrt(d) where attention divides by it: their variance grows with d^2, and the softmax gives all weight to one key.',
        statement,
        at: where(all[0]!.whole),
        related: [],
        nearly: null,
        change: null,
      };
    else if (total === -1 && all.length === 2 && all.every(({ power }) => power === -0.5))
      yield {
        rule: 'attention-scale',
        severity: 'info',
        message:
          'The scores are divided by sqrt(d) twice, once before the product of queries and keys and once after it: attention divides once.',
        statement,
        at: where(scores.factors.length > 0 ? scores.factors[0]!.whole : node),
        related: [],
        nearly: null,
        change: null,
      };
  }
}

/** `softmax(q @ k.T) / sqrt(d)`, or so of what the values are summed to. */
function* scaledAfter(node: Node, statement: Computed): Generator<Fault> {
  const factors = factorsOf(node);
  const weights = factors.flatMap(({ node: factor, below }) => (below ? [] : (weightsIn(factor) ?? [])));
  const [softmax] = weights;
  const scores = softmax && weights.length === 1 ? scoresIn(softmax.args[0]!) : null;
  if (!scores || scores.factors.length > 0 || scores.operands.some((operand) => factorsOf(operand).length > 1 || isNormed(operand))) return;
  const others = factors.filter(({ node: factor }) => !weightsIn(factor));
  const powers = others.flatMap(({ node: factor, below }) => powersIn(factor, below, node));
  if (powers.length !== 1 || Math.abs(powers[0]!.power ?? 0) !== 0.5) return;
  yield {
    rule: 'attention-scale',
    message:
      'The scale comes after the softmax: the weights of a query sum to 1/sqrt(d), and the scores are not scaled at all. They are divided before it.',
    statement,
    at: node,
    related: [],
    nearly: null,
    change: null,
  };
}

/** A softmax, or the values summed with its weights. */
function weightsIn(factor: Node): Node | null {
  const inner = unwrap(factor);
  if (inner.op === 'softmax') return inner;
  const [first] = inner.op === 'matmul' ? inner.args : [];
  return first && unwrap(first).op === 'softmax' ? unwrap(first) : null;
}

/**
 * Queries and keys that linear layers of the same module give, with nothing between that may hold a scale. Convolutions are another
 * family, which has none; with something added to the scores, as T5 has it, a scale is in the weights.
 */
function unscaled(scores: Scores): boolean {
  if (scores.factors.length > 0 || scores.path.some(({ op }) => op === 'add' || op === 'subtract')) return false;
  return isQueriesFirst(scores) === true && scores.operands.every(isProjected);
}

function isProjected(operand: Node): boolean {
  let isLinear = false;
  const seen = new Set<Node>([operand]);
  for (const node of seen) {
    if (seen.size > 80) return false;
    const inner = unwrap(node);
    // Angles of a rotation have no part in the length.
    if (inner.op === 'cos' || inner.op === 'sin' || tableOf(node)) continue;
    if (inner.op === 'opaque') {
      const [module, ...given] = inner.args;
      if (!module || inner.attributes['bound'] !== true || given.length === 0) return false;
      if (!/^(?:Linear|Dense|DenseGeneral)$/.test(calleeOf(unwrap(module)))) return false;
      isLinear = true;
      continue;
    }
    if (!carrying.has(inner.op)) return false;
    for (const arg of inner.op === 'add' ||
    inner.op === 'multiply' ||
    inner.op === 'subtract' ||
    inner.op === 'concatenate' ||
    inner.op === 'stack'
      ? inner.args
      : inner.args.slice(0, 1))
      seen.add(arg);
  }
  return isLinear;
}

const calleeOf = ({ op, attributes }: Node): string => (op === 'opaque' ? String(attributes['callee']).split('.').at(-1)! : '');
const carrying: ReadonlySet<string> = new Set([...moving, 'add', 'subtract', 'multiply', 'negate', 'concatenate', 'stack']);

/** Of a product of which one factor is the queries or the keys, what the others are. */
function onOperand(operand: Node): Factor[] {
  const factors = factorsOf(operand);
  const whole = unwrap(operand);
  const known = factors.filter(({ node }) => powerOf(node) !== null);
  return [
    ...(known.length < factors.length - 1 ? [{ power: null, whole }] : []),
    ...known.flatMap(({ node, below }) => powersIn(node, below, whole)),
  ];
}

/** What a factor is as powers of the width; nothing for what does not depend on it. */
function powersIn(factor: Node, below: boolean, whole: Node): Factor[] {
  const sign = below ? -1 : 1;
  return factorsOf(factor).flatMap(({ node, below: under }): Factor[] => {
    const power = powerOf(node);
    if (power === 'number') return [];
    return [{ power: power === null ? null : power * sign * (under ? -1 : 1), whole }];
  });
}

const widthWords = [
  'head dim',
  'dim head',
  'd head',
  'head size',
  'head width',
  'd k',
  'dk',
  'd',
  'dim',
  'embed dim',
  'd model',
  'hidden size',
  'hidden dim',
  'channels',
  'c',
  'depth',
  'n embd',
  'key dim',
  'dim k',
  'attention head size',
  'size',
  'width',
  'features',
  'emb size',
  'd kv',
  'd q',
  'd qk',
  'hd',
  'qk dim',
];

function powerOf(node: Node): number | 'number' | null {
  const inner = unwrap(node);
  if (numberOf(inner) !== null) return 'number';
  const [a, b] = inner.args;
  const of = (by: number): number | null => {
    const base = powerOf(a!);
    return typeof base === 'number' ? base * by : null;
  };
  switch (inner.op) {
    case 'sqrt':
      return of(0.5);
    case 'rsqrt':
      return of(-0.5);
    case 'reciprocal':
      return of(-1);
    case 'square':
      return of(2);
    case 'power': {
      const by = numberOf(b!);
      return by === null ? null : of(by);
    }
    case 'divide':
      if (numberOf(a!) !== null) {
        const under = powerOf(b!);
        return typeof under === 'number' ? -under : null;
      }
      return isWidth(node) ? 1 : null;
    case 'size':
    case 'floorDivide':
    case 'parameter':
    case 'attribute':
    case 'global':
    case 'index':
    case 'item':
    case 'opaque':
      return isWidth(node) ? 1 : null;
    default:
      return null;
  }
}

function isWidth(node: Node): boolean {
  const inner = unwrap(node);
  if (inner.op === 'size') return inner.attributes['axis'] === -1 || inner.attributes['axis'] === 3 || namesOn(node).some(isWidthName);
  if (inner.op === 'floorDivide') return true;
  return namesOn(node).some(isWidthName);
}

const isWidthName = (name: string): boolean => {
  const words = wordsOf(name);
  return holdsAny([words.join('')], widthWords) || holdsAny(words.slice(-2), widthWords);
};

/** Normalised queries and keys have products within -1 and 1: they are scaled up. */
const isNormed = (operand: Node): boolean =>
  isMadeOf(
    operand,
    ({ op, attributes }) =>
      op === 'norm' ||
      op === 'layerNorm' ||
      op === 'variance' ||
      (op === 'opaque' && /norm|rms/i.test(String(attributes['callee']))) ||
      (op === 'let' && /norm|unit/i.test(String(attributes['name']))),
    120,
  );
