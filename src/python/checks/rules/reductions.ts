/** Terms of a loss of which one is summed over the batch and another one averaged. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { factorsOf, isMadeOf, made, namesOn, termsOf } from './flow.ts';
import { callsWithin } from './syntax.ts';

/** What becomes of the examples of a batch. */
type Over = 'sum' | 'mean' | 'each';

export function* reductions(statement: Computed, checked: Checked): Generator<Fault> {
  const inner = new Set<Node>();
  for (const node of ownNodes(statement)) {
    if ((node.op !== 'add' && node.op !== 'subtract') || inner.has(node)) continue;
    const terms = termsOf(node);
    for (const arg of node.args) inner.add(unwrap(arg));
    const over = terms.map((term) => ({ ...term, over: overBatch(term.node, 0) }));
    const [summed, averaged] = [over.find((one) => one.over === 'sum'), over.find((one) => one.over === 'mean')];
    if (!summed || !averaged || over.some((one) => hasOtherWeight(one.node))) continue;
    const penalty = sumOfGradients(summed.node);
    if (penalty)
      yield {
        rule: 'reductions-mixed',
        message:
          'This penalty is summed over the batch beside a loss that is averaged over it: its weight grows with the size of the batch.',
        statement,
        at: checked.computed.some((one) => placeOf(one, penalty)) ? penalty : node,
        related: [{ node: averaged.node, message: 'Averaged over the batch.' }],
        nearly: null,
        change: null,
      };
    else if ((isDivergence(summed.node) && isError(averaged.node)) || (isDivergence(averaged.node) && isError(summed.node))) {
      if (isOfOneExample(statement) && !isOverExamples(averaged.node)) continue;
      const [what, other] = isDivergence(summed.node) ? ['divergence', 'reconstruction'] : ['reconstruction', 'divergence'];
      const making = summed.node.op === 'let' ? makingOf(summed.node, statement, checked) : null;
      yield {
        rule: 'reductions-mixed',
        message: `The ${what} is summed over the batch and the ${other} is averaged over it: how much each counts depends on the size of the batch.`,
        statement: making ?? statement,
        at: making?.node ?? node,
        related: [
          making ? { node, message: 'They are added here.' } : { node: summed.node, message: 'Summed over the batch.' },
          { node: averaged.node, message: 'Averaged over the batch.' },
        ],
        nearly: null,
        change: null,
      };
    }
  }
}

/** Where what each example has was summed over all: written out, a divergence may be that of the batch, which its weight is to make up for. */
const makingOf = (named: Node, { holder, start }: Computed, { computed }: Checked): Computed | null =>
  computed.findLast(
    (one) =>
      one.holder === holder &&
      one.start < start &&
      one.target === named.attributes['name'] &&
      unwrap(one.node) === unwrap(named) &&
      [...ownNodes(one)].some(({ op, args, attributes }) => op === 'sum' && attributes['axes'] === null && isOfEach(args[0]!)),
  ) ?? null;

const isOfEach = ({ op, attributes }: Node): boolean =>
  op === 'let' || op === 'inline' || op === 'opaque' || (op === 'sum' && attributes['axes'] !== null);

const most = 40;
const elementwise: ReadonlySet<string> = new Set('square abs exp log softplus sqrt power clamp maximum minimum relu'.split(' '));

const known = new WeakMap<Node, Over | null>();

function overBatch(node: Node, depth: number): Over | null {
  if (depth > most) return null;
  const inner = unwrap(node);
  let over = known.get(inner);
  if (over === undefined) known.set(inner, (over = computedOver(inner, depth)));
  return over;
}

function computedOver(inner: Node, depth: number): Over | null {
  const [a, b] = inner.args;
  const of = (part: Node): Over | null => overBatch(part, depth + 1);
  switch (inner.op) {
    case 'sum':
    case 'mean': {
      const before = of(a!);
      if (before === 'sum' || before === 'mean') return before;
      const { axes } = inner.attributes;
      if (axes === null) return inner.op;
      if (!Array.isArray(axes)) return null;
      return axes.includes(0) ? inner.op : before;
    }
    case 'negate':
    case 'detach':
      return of(a!);
    case 'multiply':
      return numberOf(a!) !== null || isWeight(a!) ? of(b!) : numberOf(b!) !== null || isWeight(b!) ? of(a!) : both(of(a!), of(b!));
    case 'divide': {
      const over = of(a!);
      if (numberOf(b!) !== null) return over;
      if (isBatchSize(b!)) return over === 'sum' ? 'mean' : null;
      return isMadeOf(b!, ({ op }) => op === 'sum' || op === 'count' || op === 'opaque' || op === 'size', 30) || over === 'sum'
        ? null
        : over;
    }
    case 'add':
    case 'subtract': {
      if (numberOf(a!) !== null) return of(b!);
      return numberOf(b!) !== null ? of(a!) : both(of(a!), of(b!));
    }
    case 'crossEntropy':
      return 'each';
    case 'leftOut':
    case 'where':
    case 'carried':
    case 'choice':
    case 'item':
    case 'opaque':
    case 'index':
      return inner.op === 'opaque' || inner.op === 'item' || inner.op === 'index' ? 'each' : null;
    case 'parameter':
    case 'attribute':
    case 'gradient':
    case 'normal':
      return 'each';
    default:
      return elementwise.has(inner.op) && a ? of(a) : inner.op === 'number' ? null : 'each';
  }
}

const both = (a: Over | null, b: Over | null): Over | null => (a === b ? a : null);

const isWeight = (node: Node): boolean => {
  const inner = unwrap(node);
  if (inner.op === 'multiply') return inner.args.every((arg) => numberOf(arg) !== null || isWeight(arg));
  if (isAnnealed(inner) || isSchedule(inner)) return true;
  return (
    (inner.op === 'parameter' || inner.op === 'attribute' || inner.op === 'global') &&
    namesOn(node).some((name) => /^(?:beta|lambda\w*|gamma|kl_beta|lam|lmbda|weight|w|alpha|coef\w*)$/.test(name))
  );
};

/** A share that rises from 0 to 1 with the steps of training. */
const isAnnealed = ({ op, args }: Node): boolean =>
  (op === 'minimum' || op === 'clamp') &&
  args.some((arg) => numberOf(arg) === 1) &&
  args.some((arg) => isMadeOf(arg, (part) => namesOn(part).some((name) => /step|epoch|iter|warm|anneal/i.test(name)), 20));

/** A method that gives a weight by the step of training. */
const isSchedule = ({ op, attributes }: Node): boolean =>
  op === 'opaque' && /anneal|warm_?up|beta|kl_?weight|schedule/i.test(String(attributes['callee']));

/** A weight that may make up for the size of the batch. */
function hasOtherWeight(node: Node): boolean {
  return factorsOf(node).some(({ node: factor }) => {
    const inner = unwrap(factor);
    if (isBatchSize(factor)) return false;
    if (inner.op === 'sum' || inner.op === 'mean' || inner.op === 'add' || inner.op === 'subtract' || numberOf(inner) !== null)
      return false;
    return !isAnnealed(inner) && !isSchedule(inner) && !namesOn(factor).some((name) => /^(?:beta|gamma|lambda\w*|lam|kl_beta)$/.test(name));
  });
}

function isBatchSize(node: Node): boolean {
  const inner = unwrap(node);
  if (inner.op === 'size') return inner.attributes['axis'] === 0;
  if (inner.op === 'opaque') return inner.attributes['callee'] === 'len';
  return namesOn(node).some((name) => /batch|^(?:bs?|n|N|B)$/.test(name));
}

/** A sum over everything of squared derivatives. */
function sumOfGradients(term: Node): Node | null {
  for (const { node } of factorsOf(term)) {
    const inner = unwrap(node);
    if (inner.op !== 'sum' || inner.attributes['axes'] !== null) continue;
    const squares = unwrap(inner.args[0]!);
    if (
      squares.op === 'square' &&
      isMadeOf(squares, ({ op, attributes }) => op === 'gradient' || (op === 'opaque' && attributes['callee'] === 'gradient'), 12)
    )
      return inner;
  }
  return null;
}

/** `exp(v) - v` and a square, or what is called so. */
function isDivergence(term: Node): boolean {
  const exponents = new Set<Node>();
  let hasSquare = false;
  let hasSum = false;
  for (const part of partsOf(term)) {
    if (part.op === 'exp') exponents.add(unwrap(part.args[0]!));
    hasSquare ||= part.op === 'square';
    hasSum ||= part.op === 'sum' || part.op === 'mean';
  }
  return (
    hasSum &&
    hasSquare &&
    [...exponents].some((exponent) =>
      [...partsOf(term)].some((part) => (part.op === 'add' || part.op === 'subtract') && part.args.some((arg) => unwrap(arg) === exponent)),
    )
  );
}

function isError(term: Node): boolean {
  for (const part of partsOf(term)) {
    if (part.op === 'crossEntropy' || part.op === 'softplus' || part.op === 'logSigmoid') return true;
    const inner = part.op === 'square' || part.op === 'abs' ? unwrap(part.args[0]!) : null;
    if (inner?.op === 'subtract' && inner.args.every((arg) => numberOf(arg) === null) && !isDivergence(term)) return true;
    if (part.op === 'log' && !isDivergence(term) && unwrap(part.args[0]!).op !== 'number') return true;
  }
  return false;
}

/** What it computes with numbers, not what networks computed before. */
function* partsOf(term: Node): Generator<Node> {
  const seen = new Set<Node>([term]);
  for (const one of seen) {
    yield one;
    if (one.op === 'opaque' || seen.size > 80) continue;
    for (const arg of one.op === 'inline' || one.op === 'let' ? one.args.slice(0, 1) : one.args) seen.add(arg);
  }
}

/** A mean of what was summed before along all axes but the first. */
function isOverExamples(term: Node): boolean {
  for (const part of made(term, most)) {
    if (part.op !== 'mean' || part.attributes['axes'] !== null) continue;
    for (const inner of made(part.args[0]!, most))
      if (inner.op === 'sum' && Array.isArray(inner.attributes['axes']) && !inner.attributes['axes'].includes(0)) return true;
  }
  return false;
}

/** JAX' functions may be of one example, and lifted to a batch elsewhere. */
const isOfOneExample = (statement: Computed): boolean =>
  statement.holder !== null &&
  callsWithin(statement, statement.holder).some(
    ({ callee }) => callee.kind === 'attribute' && /^(?:jnp|jax|np|numpy)$/.test(callee.object.kind === 'name' ? callee.object.id : ''),
  );
