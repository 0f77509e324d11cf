/** Clipped policy losses that are no lower bound: what is beyond the clip has a gradient still. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import type { Checked } from '../checked.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { factorsOf, isMadeOf, isNegated, namesOn } from './flow.ts';

export function* clipping(statement: Computed, { computed }: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    const told = { statement, at: node, related: [], nearly: null };
    const wrong = node.op === 'clamp' ? notTrained(node) : null;
    if (wrong) yield { ...told, ...wrong, change: null, ...placed(wrong.at, node, statement, computed) };
    if (node.op === 'clamp' && isAbout0(node))
      yield {
        ...told,
        rule: 'another-value',
        severity: 'warning',
        message: 'The ratio is 1 where both policies agree, and is clipped about 0 here: it is clipped to 1 ± ε.',
        change: null,
      };
    if (node.op === 'maximum' || node.op === 'minimum') {
      if (node.op === 'minimum' && isOfErrors(node))
        yield {
          ...told,
          rule: 'clip-optimistic',
          message:
            'This takes the smaller of the two errors of the value, which is the optimistic one: its gradient is lost where the clip makes it less. The bound is the greater one.',
          change: { title: 'Take the bound', there: node, write: turned },
        };
      const bare = bareIn(node);
      if (bare)
        yield {
          ...told,
          rule: 'factor-scope',
          severity: 'warning',
          message:
            'The clipped ratio stands without the advantage that the other one is multiplied by: the two are not of one kind. Both are multiplied.',
          change: null,
        };
      const [a, b] = node.args.map(weighted);
      if (!a || !b || a.isClipped === b.isClipped || a.ratio !== b.ratio || a.sign !== b.sign || !isSameRest(a, b)) continue;
      // The smaller of two objectives, the greater of two losses.
      if ((a.sign === 1) === (node.op === 'minimum')) continue;
      yield {
        ...told,
        rule: 'clip-optimistic',
        message:
          a.sign === 1
            ? 'This takes the greater of the two objectives, which is the optimistic one: its gradient goes on beyond the clip. The bound is the smaller one.'
            : 'This takes the smaller of the two losses, which is the optimistic one: its gradient goes on beyond the clip. Of what has its sign turned, the bound is the greater one.',
        change: { title: 'Take the bound', there: node, write: turned },
      };
    }
    const only = node.op === 'multiply' && isCalledSo(statement) ? weighted(node) : null;
    if (only?.isClipped === true && only.rest.length === 1 && !isInBound(node) && !isHeld(node))
      yield {
        ...told,
        rule: 'function-missing',
        message:
          'The clipped objective stands alone: where the clip makes it better than the objective itself, nothing holds the ratio any more. The bound is the smaller of the two.',
        change: null,
      };
  }
}

/** What is clipped about 1 and is no ratio, or one that no gradient goes through. */
function notTrained(clamp: Node): Pick<Fault, 'rule' | 'severity' | 'message' | 'at'> | null {
  const of = clippedIn(clamp);
  if ((of?.op === 'subtract' || of?.op === 'divide') && of.args.every(isLogProbability))
    return {
      rule: 'function-missing',
      severity: 'warning',
      message:
        of.op === 'divide'
          ? 'This is a quotient of log-probabilities: the ratio of the probabilities is the exponential of their difference.'
          : 'This is a difference of log-probabilities, 0 where both policies agree, and it is clipped about 1: the ratio is its exponential.',
      at: of,
    };
  const held = of?.op === 'detach' ? unwrap(of.args[0]!) : null;
  if (held?.op !== 'exp' || !isMadeOf(held, ({ op }) => op === 'subtract', mostMade) || !isObjective(clamp)) return null;
  return {
    rule: 'held-side',
    severity: 'warning',
    message: 'The ratio is held constant, and nothing else in the clipped objective depends on the policy: it trains nothing.',
    at: of!,
  };
}

/** Where it is made; of a logarithm that is called one, where it is called otherwise, or is clipped. */
function placed(at: Node, clamp: Node, { holder }: Computed, computed: readonly Computed[]): Partial<Fault> {
  const [name = '', ...others] = namesOn(clamp.args[0]!);
  if (![name, ...others].some((one) => ofLogarithms.test(one))) return { at: computed.some((one) => placeOf(one, at)) ? at : clamp };
  const renaming = computed.find((one) => one.holder === holder && one.target === name && unwrap(one.node) === at);
  return renaming && !ofLogarithms.test(name) ? { statement: renaming, at: renaming.node } : { at: clamp };
}

const ofLogarithms = /log|diff|delta/i;

const isLogProbability = (node: Node): boolean => {
  const inner = unwrap(node);
  const of = inner.op === 'detach' ? inner.args[0]! : node;
  return (
    [...namesOn(node), ...namesOn(of)].some((name) => /log_?(?:p|pi)|lp$|_lp_/i.test(name)) &&
    !isMadeOf(node, ({ op }) => op === 'exp', mostMade)
  );
};

/** It is multiplied by advantages, and not by log-probabilities. */
function isObjective(clamp: Node): boolean {
  const reached = new Set<Node>([clamp]);
  for (const one of reached)
    if (reached.size < mostMade) for (const user of usersOf(one)) if (/^(?:let|multiply|negate)$/.test(user.op)) reached.add(user);
  const products = [...reached].filter(({ op }) => op === 'multiply');
  const others = products.flatMap((product) => factorsOf(product).map(({ node }) => node));
  return (
    products.length > 0 &&
    others.some((node) => namesOn(node).some((name) => /adv|gae|return|reward/i.test(name))) &&
    !others.some(
      (node) =>
        unwrap(node) !== clamp && (isLogProbability(node) || isMadeOf(node, ({ op }) => op === 'logSoftmax' || op === 'gather', 30)),
    )
  );
}

/** The other of the two, by whichever library. */
const turned = (text: string): string => text.replace(/\b(?:max|min)(?=(?:imum)?\b)/, (name) => (name === 'max' ? 'min' : 'max'));

interface Weighted {
  readonly ratio: Node;
  readonly isClipped: boolean;
  readonly sign: 1 | -1;
  /** What else is multiplied: the advantages. */
  readonly rest: readonly Node[];
}

/** A ratio of likelihoods times something, the ratio as it is or clipped about 1. */
function weighted(node: Node): Weighted | null {
  const factors = factorsOf(node);
  if (factors.length < 2 || factors.some(({ below }) => below)) return null;
  let sign: 1 | -1 = isNegated(node) ? -1 : 1;
  let ratio: Node | null = null;
  let isClipped = false;
  const rest: Node[] = [];
  for (const { node: factor } of factors) {
    const inner = unwrap(factor);
    const value = numberOf(inner);
    const clipped: Node | null = ratio ? null : clippedIn(inner);
    if (value !== null) {
      if (value < 0) sign = sign === 1 ? -1 : 1;
    } else if (clipped) [ratio, isClipped] = [clipped, true];
    else if (!ratio && isRatio(inner)) ratio = inner;
    else rest.push(inner);
  }
  return ratio && rest.length > 0 ? { ratio, isClipped, sign, rest } : null;
}

/** The exponential of a difference of log-probabilities, or a quotient. */
const isRatio = ({ op, args, attributes }: Node): boolean =>
  (op === 'exp' && isMadeOf(args[0]!, (part) => part.op === 'subtract', mostMade)) ||
  op === 'divide' ||
  ((op === 'parameter' || op === 'attribute') && /ratio|^r$|rho|importance/i.test(String(attributes['name'])));

/** Of a whole sequence it is the mean over its tokens. */
const mostMade = 16;

/** What is clipped about 1. */
function clippedIn({ op, args }: Node): Node | null {
  const [of, low, high] = args;
  if (op === 'clamp' && of && low && high) return isAbout1(low, -1) && isAbout1(high, 1) ? unwrap(of) : null;
  return null;
}

/** A ratio between -ε and ε. */
function isAbout0({ args: [of, low, high] }: Node): boolean {
  if (!of || !low || !high || of.op !== 'let' || !/ratio|^r$|rho/i.test(namesOn(of)[0] ?? '')) return false;
  const inner = unwrap(of);
  if (inner.op !== 'exp' || !isMadeOf(inner, ({ op }) => op === 'subtract', mostMade)) return false;
  const below = unwrap(low);
  return (
    (below.op === 'negate' && unwrap(below.args[0]!) === unwrap(high)) ||
    (numberOf(low) !== null && numberOf(low) === -(numberOf(high) ?? NaN))
  );
}

/** `min((v - R) ** 2, (v_clipped - R) ** 2)` */
function isOfErrors({ args }: Node): boolean {
  const errors = args.map((arg) => {
    const square = unwrap(arg);
    const inner = square.op === 'square' ? unwrap(square.args[0]!) : null;
    return inner?.op === 'subtract' ? inner.args : null;
  });
  const [a, b] = errors;
  const common = a?.find((one) => b?.some((other) => unwrap(other) === unwrap(one)));
  if (!a || !b || !common) return false;
  const sides = [a, b].map((error) =>
    error.some((one) => unwrap(one) !== unwrap(common) && isMadeOf(one, ({ op }) => op === 'clamp', mostMade)),
  );
  return sides[0] !== sides[1];
}

/** `min(r * A, clip(r))` */
function bareIn({ args }: Node): Node | null {
  for (const [one, other] of [args, args.toReversed()] as [Node, Node][]) {
    const clipped = clippedIn(unwrap(other));
    const whole = clipped && weighted(one);
    if (whole && !whole.isClipped && whole.ratio === clipped) return other;
  }
  return null;
}

const isAbout1 = (bound: Node, side: 1 | -1): boolean => {
  const inner = unwrap(bound);
  const value = numberOf(inner);
  if (value !== null) return side === 1 ? value > 1 && value < 2 : value > 0 && value < 1;
  return inner.op === (side === 1 ? 'add' : 'subtract') && inner.args.some((arg) => numberOf(arg) === 1);
};

const isSameRest = (a: Weighted, b: Weighted): boolean => a.rest.length === b.rest.length && a.rest.every((one) => b.rest.includes(one));

const isCalledSo = ({ target, around }: Computed): boolean =>
  /ppo|grpo|policy|surrogate|clip/i.test(`${target} ${around.slice(0, 2).join(' ')}`);

/** It goes on to a minimum or a maximum, or chooses. */
function isInBound(node: Node): boolean {
  const reached = new Set<Node>([node]);
  for (const one of reached) {
    if (reached.size > 30) return true;
    for (const user of usersOf(one)) {
      if (/^(?:minimum|maximum|where|stack|amin|amax|opaque|less|greater|lessEqual|greaterEqual|concatenate)$/.test(user.op)) return true;
      if (/^(?:let|inline|negate|multiply|expandDims|reshape)$/.test(user.op)) reached.add(user);
    }
  }
  return false;
}

/** A weight that is held constant has no gradient to be bounded. */
const isHeld = (node: Node): boolean => factorsOf(node).some(({ node: factor }) => unwrap(factor).op === 'detach');
