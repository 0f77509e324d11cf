/** Noise that is drawn from another distribution than the normal one, or multiplied by a variance. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Change, Fault } from '../fault.ts';
import { deepNodes, ownNodes, placeOf, writtenAround } from '../statements.ts';
import { factorsOf, isMadeOf, moving, namesOn, termsOf, under } from './flow.ts';
import { spreadOf } from './spreads.ts';
import { isWritten } from './written.ts';

export function* noise(statement: Computed, checked: Checked): Generator<Fault> {
  const own = ownNodes(statement);
  for (const node of deepNodes(statement)) {
    if (node.op !== 'add' || isSample(node)) continue;
    const terms = termsOf(node);
    for (const { node: term } of terms) {
      const factors = factorsOf(term, isNamedSpread);
      const drawn = factors.find((one) => !one.below && isDraw(one.node));
      if (!drawn || factors.length < 2) continue;
      const draw = settled(drawn.node);
      if (!own.has(node) && !isWritten(checked, draw)) continue;
      // What was kept in a list is told of where it is put there.
      if (own.has(node) && !isWritten(checked, draw) && !isWritten(checked, node)) continue;
      const others = factors.filter((one) => one !== drawn && !one.below);
      if (draw.op === 'uniform') {
        if (!others.some((one) => isDeviation(one.node) && !isStatistic(one.node)) || !isCentred(draw, terms, term)) continue;
        yield {
          rule: 'uniform-noise',
          message:
            'The noise is uniform on [0, 1) where standard normal noise is needed: it has the mean 1/2 and the variance 1/12, not 0 and 1.',
          statement,
          at: draw,
          related: [],
          nearly: null,
          change: normalDraw(draw),
        };
      } else if (own.has(node)) {
        const logarithm = others.find((one) => spreadOf(one.node) === 'log-variance' || spreadOf(one.node) === 'log-deviation');
        if (logarithm) {
          yield {
            rule: 'noise-times-variance',
            message: `The noise is multiplied by ${spreadOf(logarithm.node) === 'log-variance' ? 'a log-variance' : 'the logarithm of a deviation'}${called(logarithm.node)}, which may be negative: it needs the deviation, the exponential of ${spreadOf(logarithm.node) === 'log-variance' ? 'a half of it' : 'it'}.`,
            statement,
            at: checked.computed.some((one) => placeOf(one, node)) ? unwrap(term) : (writtenAround(statement, node) ?? node),
            related: [],
            nearly: null,
            change: null,
          };
          continue;
        }
        const variance = others.find((one) => spreadOf(one.node) === 'variance' || (isOfBetas(one.node) && isStep(terms, term)));
        // Divided by a root it may be the share of the noise in what is predicted.
        if (!variance || factors.some((one) => one.below && numberOf(one.node) === null) || others.some((one) => isRootOf(one.node)))
          continue;
        const used = checked.computed.some((one) => placeOf(one, node)) ? unwrap(term) : (writtenAround(statement, node) ?? node);
        const misnamed = isMisnamed(variance.node, statement, checked);
        yield {
          rule: 'noise-times-variance',
          message: `The noise is multiplied by a variance${called(variance.node)}: its variance is then the square of that. The root is missing.`,
          statement,
          at: misnamed ? unwrap(variance.node) : used,
          related: misnamed ? [{ node: used, message: 'It is used here.' }] : [],
          nearly: null,
          change: null,
        };
      }
    }
  }
}

/** A variance that a statement before calls a deviation: that is where it is wrong. */
const isMisnamed = (variance: Node, { holder, start }: Computed, { computed }: Checked): boolean =>
  variance.op === 'let' &&
  /std|sigma|dev|scale/i.test(String(variance.attributes['name'])) &&
  computed.some((one) => one.holder === holder && one.start < start && placeOf(one, variance) !== null);

/** A spread that is measured of the data: what is drawn with it is a perturbation. */
function isStatistic(node: Node): boolean {
  let inner = unwrap(node);
  while (inner.op === 'sqrt' || moving.has(inner.op)) inner = unwrap(inner.args[0]!);
  return inner.op === 'variance' || inner.op === 'std';
}

/** It counts as what it is called, however it is made. */
const isNamedSpread = (node: Node): boolean => node.op === 'let' && spreadOf(node) !== null;

/** What a distribution's method draws: how it does that is not written here. */
const isSample = (node: Node): boolean =>
  usersOf(node).some(
    ({ op, attributes }) => op === 'inline' && typeof attributes['own'] !== 'string' && /sample/.test(String(attributes['callee'])),
  );

const called = (node: Node): string => {
  const [name] = namesOn(node);
  return name ? ` (${name})` : '';
};

const passing: ReadonlySet<string> = new Set([...moving].filter((op) => op !== 'item'));

function settled(node: Node): Node {
  const inner = under(node, ({ op }) => passing.has(op) || op === 'detach');
  // None in the last step.
  const ways = inner.op === 'choice' ? inner.args : inner.op === 'where' ? inner.args.slice(1) : [];
  const drawn = ways.filter((arg) => numberOf(arg) === null && unwrap(arg).op !== 'zerosLike');
  return drawn.length === 1 ? settled(drawn[0]!) : inner;
}

/** Noise of which nothing else is made than this, and which is drawn as it stands, or given. */
const isDraw = (node: Node): boolean => {
  const { op, attributes } = settled(node);
  if (op !== 'parameter') return op === 'uniform' || op === 'normal';
  // Of a number of its own it is what keeps from 0.
  const isNumber = attributes['hint'] === 'float' || typeof attributes['default'] === 'number';
  return !isNumber && /^(?:noise|eps|epsilon|xi)$/.test(String(attributes['name']));
};

const isLookedUp = (node: Node): boolean => {
  let inner = unwrap(node);
  while (passing.has(inner.op) && inner.args[0]) {
    if ((inner.op === 'index' && / ?at ?/.test(String(inner.attributes['spec']))) || inner.op === 'gather') return true;
    inner = unwrap(inner.args[0]);
  }
  return false;
};

/** Noise that is added to what a network predicted. */
const isStep = (terms: readonly { readonly node: Node }[], term: Node): boolean =>
  terms.some(({ node }) => node !== term && isMadeOf(node, ({ op, attributes }) => op === 'opaque' && attributes['bound'] === true, 200));

/** The variances of the steps of a diffusion, looked up by step. */
const isOfBetas = (node: Node): boolean =>
  namesOn(node).some((name) => name === 'betas' || name === 'beta') &&
  isLookedUp(node) &&
  !/^(?:sqrt|subtract|rsqrt)$/.test(settled(node).op);

/** A root times noise makes up for a variance: sqrt(dt) * sigma ** 2 is no slip. */
const isRootOf = (node: Node): boolean => unwrap(node).op === 'sqrt' || unwrap(node).op === 'rsqrt';

/** What noise is multiplied by to have a spread: the exponential of a half, a root, something so called. */
function isDeviation(node: Node): boolean {
  const inner = settled(node);
  if (inner.op === 'subtract') return false;
  return (
    spreadOf(node) !== null ||
    inner.op === 'sqrt' ||
    namesOn(node).some((name) => /sqrt_(?:1m|one_minus|1_minus)|one_minus.*sqrt|noise_(?:rate|scale|level)/i.test(name))
  );
}

/**
 * Whether it stands for noise about a mean: as many numbers as that, and not one of two shares, nor a place between two ends.
 */
function isCentred(draw: Node, terms: readonly { readonly node: Node }[], term: Node): boolean {
  // A length of 1 is an axis that is the same throughout: a share of each example.
  if (draw.args.some((arg) => numberOf(arg) === 1) || isOneEach(draw)) return false;
  if (terms.length !== 2 || draw.args.some((arg) => /^low|high|minval|maxval$/.test(String(arg.attributes['name'])))) return false;
  const rest = terms.find((one) => one.node !== term)!.node;
  if (isMadeOf(rest, (part) => part === draw, 80)) return false;
  // A bound that is given: uniform(-1, 1), uniform(low, high).
  const numbers = draw.args.filter((arg) => numberOf(arg) !== null);
  if (numbers.length > 1 || (numbers.length > 0 && numbers.length === draw.args.length)) return false;
  // Shares and complements of it.
  return !isUsedOtherwise(draw);
}

/** One number for each example: `rand(len(x))`, `rand(b, device=...)`. */
const isOneEach = ({ args }: Node): boolean => {
  const [only] = args;
  if (args.length !== 1) return false;
  const { op, attributes } = unwrap(only!);
  return op === 'size' || op === 'count' || numberOf(only!) !== null || (op === 'opaque' && attributes['callee'] === 'len');
};

/** `1 - u`, `u > p`, `log(u)`, `2 * u - 1`: it is no noise that is meant to be normal. */
function isUsedOtherwise(draw: Node): boolean {
  const reached = new Set<Node>([draw]);
  for (const one of reached)
    for (const user of usersOf(one)) {
      if (user.op === 'let' || (passing.has(user.op) && user.args[0] === one)) reached.add(user);
      else if (/^(?:subtract|less|greater|lessEqual|greaterEqual|log|exp|power|square|floor|clamp|cos|sin)$/.test(user.op)) return true;
    }
  return false;
}

function normalDraw(draw: Node): Change | null {
  return {
    title: 'Draw normal noise',
    there: draw,
    write: (text) =>
      text
        .replace(/\brand_like\b/, 'randn_like')
        .replace(/\btorch\.rand\b/, 'torch.randn')
        .replace(/\brandom\.rand\b/, 'random.randn')
        .replace(/\brandom\.uniform\b/, 'random.normal'),
  };
}
