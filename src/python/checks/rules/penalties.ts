/** Gradient penalties that train nothing, or that are no penalty of each example. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, operandsOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import { isDerivative } from '../../recognise/evidence/origins.ts';
import type { Checked } from '../checked.ts';
import type { Change, Fault } from '../fault.ts';
import { isCallOfFile, ownNodes, placeOf, writtenIn } from '../statements.ts';
import { rankOf } from './attention.ts';
import { factorsOf, isMadeOf, isUnknown, moving, termsOf } from './flow.ts';
import { callsWithin } from './syntax.ts';

export function* penalties(statement: Computed, checked: Checked): Generator<Fault> {
  yield* untrained(statement, checked);
  yield* shared(statement);
  yield* afterSquare(statement);
}

/** `mean(norm ** 2 - 1)`: what is taken off the square, and not before it, changes no gradient. */
function* afterSquare(statement: Computed): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    const of = node.op === 'mean' ? unwrap(node.args[0]!) : null;
    if (of?.op !== 'subtract' || numberOf(of.args[1]!) === null || !isSquaredLength(of.args[0]!)) continue;
    yield {
      rule: 'factor-scope',
      severity: 'warning',
      message: `${numberOf(of.args[1]!)} is taken off the square of the length and not off the length before it is squared: that changes no gradient, and the lengths are drawn to 0.`,
      ...{ statement, at: writtenIn(statement, of), related: [], nearly: null, change: null },
    };
  }
}

/** Of a gradient. */
function isSquaredLength(node: Node): boolean {
  const inner = unwrap(node);
  return (
    (inner.op === 'square' || inner.op === 'sum' || (inner.op === 'add' && numberOf(inner.args[1]!) !== null)) &&
    isMadeOf(inner, (part) => part.op === 'gradient' || isDerivative(part), 40) &&
    isMadeOf(inner, ({ op }) => op === 'square', 10)
  );
}

const penaltyWords = /penalt|regular|(?:^|_)(?:r1|r2|gp|dsm|ssm|score_matching)(?:_|$)/i;

/** The derivative in a penalty has no derivative itself: it was not asked to keep its graph. */
function* untrained(statement: Computed, checked: Checked): Generator<Fault> {
  if (statement.detached || isStatistic(statement)) return;
  const terms = termsOf(statement.node);
  const isReturned =
    statement.target === '' &&
    (penaltyWords.test(statement.around[0] ?? '') || /_loss$|^loss|^(?:forward|__call__)$/i.test(statement.around[0] ?? ''));
  for (const { node: term } of terms) {
    const gradient = penalised(term);
    if (!gradient) continue;
    if (!(terms.length > 1 || isReturned || isTrained(statement, checked))) continue;
    const own = checked.computed.find((one) => placeOf(one, gradient));
    if (!own && isOfPenalty(statement, gradient, checked)) continue;
    yield {
      rule: 'penalty-without-graph',
      message:
        'This penalty is made of a gradient that keeps no graph (no create_graph=True): it has no gradient itself, and trains nothing.',
      statement,
      at: own ? gradient : statement.node,
      related: [],
      nearly: null,
      change: own ? keepingGraph(gradient) : null,
    };
    return;
  }
}

/** What a function of the file gives that is called a penalty is told of there. */
const isOfPenalty = ({ holder }: Computed, gradient: Node, { computed }: Checked): boolean =>
  computed.some(
    (one) =>
      one.holder === holder &&
      [...ownNodes(one)].some(
        (call) => isCallOfFile(call) && penaltyWords.test(String(call.attributes['own'])) && isMadeOf(call, (part) => part === gradient),
      ),
  );

/** A term that is a number times a mean or sum of what a gradient is: the gradient, where it keeps no graph. */
function penalised(term: Node): Node | null {
  let found: Node | null = null;
  for (const { node, below } of factorsOf(term)) {
    const gradient = gradientIn(node);
    // Of two gradients, how they compare.
    if (gradient && below) return null;
    if (gradient) found ??= gradient;
    // Another loss that it weighs: the weight need not be trained.
    else if (!isScalar(node)) return null;
  }
  return found;
}

const isScalar = (node: Node): boolean => {
  const inner = unwrap(node);
  return (
    numberOf(inner) !== null ||
    ((inner.op === 'parameter' || inner.op === 'attribute' || inner.op === 'global') && !/loss|adv/i.test(String(inner.attributes['name'])))
  );
};

const making: ReadonlySet<string> = new Set([
  ...moving,
  ...'let inline mean sum square sqrt subtract add norm maximum clamp relu power abs multiply divide lerp'.split(' '),
]);

const drawn: ReadonlySet<string> = new Set(['normal', 'uniform']);

/** The gradient that a penalty is of: something that was squared or measured, and reduced. */
function gradientIn(node: Node): Node | null {
  let isReduced = false;
  let isMeasured = false;
  const seen = new Set<Node>([node]);
  let found: Node | null = null;
  for (const one of seen) {
    if (one.op === 'gradient') {
      if (one.attributes['kept'] !== false) return null;
      found ??= one;
      continue;
    }
    // A running mean may be made of it as well; where all of it is held constant there is none.
    if (one.op === 'detach') continue;
    if (!making.has(one.op)) {
      if (!isUnknown(one) && !drawn.has(one.op) && one.op !== 'number' && one.op !== 'count' && one.op !== 'size') return null;
      continue;
    }
    isReduced ||= one.op === 'mean' || one.op === 'sum';
    isMeasured ||= one.op === 'square' || one.op === 'norm' || one.op === 'sqrt' || one.op === 'power' || one.op === 'abs';
    const args = operandsOf(one);
    for (const arg of one.op === 'index' || one.op === 'reshape' ? args.slice(0, 1) : args) seen.add(arg);
  }
  return isReduced && isMeasured ? found : null;
}

/** Given to a number of Python's or to a log: nothing is trained by it. */
function isStatistic(statement: Computed): boolean {
  return callsWithin(statement, statement).some(
    ({ callee }) =>
      (callee.kind === 'attribute' && /^(?:item|tolist|numpy|detach|cpu|log|add_scalar|append|info|debug)$/.test(callee.name)) ||
      (callee.kind === 'name' && /^(?:float|print)$/.test(callee.id)),
  );
}

/** It is added to something else, returned from a loss, or has backward called. */
function isTrained(statement: Computed, checked: Checked): boolean {
  const holders = new Set(usersOf(statement.node).filter(({ op, attributes }) => op === 'let' && attributes['name'] === statement.target));
  if (![...holders].some((holder) => usersOf(holder).length > 0)) return false;
  return checked.computed.some((later) => {
    if (later.start <= statement.start || isStatistic(later)) return false;
    if (unwrap(later.node).op === 'opaque')
      return unwrap(later.node).attributes['callee'] === 'backward' && isMadeOf(later.node, (part) => holders.has(part), 200);
    return (
      termsOf(later.node).length > 1 && termsOf(later.node).some(({ node }) => factorsOf(node).some((factor) => holders.has(factor.node)))
    );
  });
}

function keepingGraph(gradient: Node): Change {
  return {
    title: 'Keep the graph',
    there: gradient,
    write: (text) => {
      if (/create_graph\s*=\s*\w+/.test(text)) return text.replace(/create_graph\s*=\s*\w+/, 'create_graph=True');
      if (/retain_graph\s*=\s*\w+/.test(text)) return text.replace(/retain_graph\s*=\s*\w+/, 'create_graph=True');
      const end = closing(text);
      return end < 0 ? text : `${text.slice(0, end).replace(/,?\s*$/, '')}, create_graph=True${text.slice(end)}`;
    },
  };
}

/** Where the call of `grad` ends. */
function closing(text: string): number {
  const start = text.search(/grad\s*\(/);
  let depth = 0;
  for (let at = text.indexOf('(', start); start >= 0 && at >= 0 && at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0) return at;
  }
  return -1;
}

/** A norm of the gradients of all examples at once, or of one pixel. */
function* shared(statement: Computed): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'subtract' || !isNear1(node)) continue;
    const norm = unwrap(node.args[0]!);
    const sum = normOf(norm);
    if (!sum) continue;
    const { axes } = sum.attributes;
    const gradient = gradientBehind(sum.args[0]!);
    if (!gradient) continue;
    const { of, isFlat, isOfAll } = gradient;
    const at = norm;
    if (axes === null || isOfAll)
      yield {
        rule: 'penalty-not-per-example',
        message:
          'One norm is taken of the gradients of the whole batch, so that it grows with the batch: the penalty holds the norm of each example at 1.',
        statement,
        at,
        related: [],
        nearly: null,
        change: null,
      };
    else if (!isFlat && Array.isArray(axes) && axes.length === 1 && axes[0] === 1 && (rankOfInput(of) ?? 0) > 2)
      yield {
        rule: 'penalty-not-per-example',
        severity: 'info',
        message:
          'The norm is taken over the channels alone, one for each pixel: the penalty holds the norm of the whole gradient of an example at 1.',
        statement,
        at,
        related: [],
        nearly: null,
        change: null,
      };
  }
}

const isNear1 = ({ args }: Node): boolean => numberOf(args[1]!) === 1;

/** What a Euclidean norm is the sum of. */
function normOf(node: Node): Node | null {
  if (node.op !== 'sqrt') return null;
  let inner = unwrap(node.args[0]!);
  if (inner.op === 'add' && numberOf(inner.args[1]!) !== null) inner = unwrap(inner.args[0]!);
  return inner.op === 'sum' ? inner : null;
}

/** Of all examples at once: of a function of a library that is told the batch; what JAX lifts is of one. */
function gradientBehind(squares: Node): { readonly of: Node; readonly isFlat: boolean; readonly isOfAll: boolean } | null {
  let inner = squares;
  let isFlat = false;
  // In one row with all others.
  let isOfAll = false;
  for (let step = 0; step < 20; step++) {
    if (inner.op === 'gradient') return { of: inner, isFlat, isOfAll };
    if (inner.op === 'opaque')
      return inner.attributes['callee'] === 'gradient' && isDerivative(inner) ? { of: inner, isFlat, isOfAll } : null;
    if (moving.has(inner.op) && inner.op !== 'item' && inner.op !== 'index') isFlat = true;
    const { from, to } = inner.attributes;
    isOfAll ||= inner.op === 'flatten' ? from === 0 && to === -1 : inner.op === 'reshape' && inner.args.length === 2;
    const [next] = inner.op === 'square' || inner.op === 'let' || inner.op === 'inline' || moving.has(inner.op) ? inner.args : [];
    if (!next) return null;
    inner = next;
  }
  return null;
}

/** How many axes the input has, by what it was mixed with: shares of each image have four. */
function rankOfInput(gradient: Node): number | null {
  const input = gradient.args[1];
  return input ? rankOf(input) : null;
}
