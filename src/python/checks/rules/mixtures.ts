/** Gradient penalties between real and generated examples that take one share for all pairs. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import { isDerivative } from '../../recognise/evidence/origins.ts';
import type { Call, Expression } from '../../syntax/ast.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { factorsOf, moving, source, termsOf } from './flow.ts';
import { callAt } from './syntax.ts';

export function* mixtures(statement: Computed, { computed }: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    const input = inputOf(node);
    for (const share of input ? sharesIn(source(input)) : []) {
      const made = computed.find((one) => one.holder === statement.holder && placeOf(one, share));
      const call = made && callAt(made, placeOf(made, share)!);
      if (!call || !isSingle(call)) continue;
      yield {
        rule: 'penalty-not-per-example',
        severity: 'info',
        message:
          'One share is drawn for the whole batch, so that all points lie equally far between their real and their generated example: the penalty draws one for each pair.',
        statement: made,
        at: share,
        related: [{ node, message: 'The gradient is taken here.' }],
        nearly: null,
        change: null,
      };
    }
  }
}

/** Where a gradient is taken, of a batch: what JAX differentiates is a function of one example. */
function inputOf({ op, args, attributes }: Node): Node | null {
  let input = op === 'gradient' ? args[1] : undefined;
  if (op === 'opaque' && attributes['callee'] === 'gradient' && isDerivative({ op, args, attributes, id: 0 })) [, , input] = args;
  let inner = input && unwrap(input);
  while (inner && (moving.has(inner.op) || inner.op === 'stack') && inner.args.length === 1) inner = unwrap(inner.args[0]!);
  return inner ?? null;
}

/** What is drawn, of `e * a + (1 - e) * b` or `b + e * (a - b)`. */
function sharesIn(mixture: Node): ReadonlySet<Node> {
  const parts =
    mixture.op === 'lerp' ? mixture.args.slice(-1) : termsOf(mixture).flatMap(({ node }) => factorsOf(node).map((one) => one.node));
  return new Set(
    parts.map(source).filter(({ op, attributes }) => op === 'uniform' || (op === 'opaque' && drawing.test(String(attributes['callee'])))),
  );
}

const drawing = /^(?:random|uniform)$/;

/** Whether a call draws one number: the graph does not keep how many. */
function isSingle({ callee, args }: Call): boolean {
  const name = callee.kind === 'attribute' ? callee.name : callee.kind === 'name' ? callee.id : '';
  const path =
    callee.kind === 'attribute' && callee.object.kind === 'attribute' && callee.object.object.kind === 'name'
      ? callee.object.object.id
      : '';
  const shapes = args.filter(({ name: keyword }) => keyword === 'shape' || keyword === 'size').map(({ value }) => value);
  const given = args.filter(({ name: keyword, star }) => keyword === null && star === '').map(({ value }) => value);
  if (args.some(({ star }) => star !== '')) return false;
  switch (name) {
    case 'rand':
    case 'random':
    case 'random_sample':
      return [...given, ...shapes].every(isOne);
    case 'uniform':
      // TensorFlow's is told the shape first, NumPy's last.
      return (path === 'tf' ? [...given.slice(0, 1), ...shapes] : [...given.slice(2), ...shapes]).every(isOne);
    default:
      return false;
  }
}

const isOne = (length: Expression): boolean =>
  length.kind === 'tuple' || length.kind === 'list' ? length.items.every(isOne) : length.kind === 'number' && length.value === 1;
