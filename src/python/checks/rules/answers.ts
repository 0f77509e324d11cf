/** The two halves of a discriminator's loss, taken for different things: probabilities beside logits, a margin beside none. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import { termsOf } from '../../recognise/terms.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, writtenIn } from '../statements.ts';
import { namesOn, source } from './flow.ts';
import { kindOf } from './kinds.ts';
import { lossesIn } from './losses.ts';

/** Both halves judge answers of one network. */
export function* halvesOfAnswers(statement: Computed, checked: Checked): Generator<Fault> {
  if (statement.node.op === 'let') return;
  yield* mixedKinds(statement, checked);
  yield* margins(statement, checked);
  yield* opposed(statement, checked);
}

/** `real_loss - fake_loss`: what lowers the one raises the other, which has no greatest value. */
function* opposed(statement: Computed, { recogniser }: Checked): Generator<Fault> {
  const halves = termsOf(statement.node).flatMap(({ node, factor }) => {
    if (!sides.test(namesOn(node)[0] ?? '')) return [];
    const sign = isCost(node) ? 1 : ([...recogniser.signsOf(node)].find(([id]) => costs.has(id))?.[1] ?? 0);
    return sign * factor === 0 ? [] : [{ node, sign: Math.sign(sign * factor) }];
  });
  for (const [at, one] of halves.entries()) {
    const other = halves.slice(at + 1).find(({ node, sign }) => sign !== one.sign && areNamedPair(one.node, node));
    if (!other) continue;
    yield fault(
      'wrong-direction',
      'One half of this loss is taken off the other: what lowers the whole raises a half that is to be small as well.',
      ...([statement, other.node, one.node] as const),
    );
    return;
  }
}

/** Never below 0, whatever the answers are. */
const isCost = (node: Node): boolean => {
  const { op, args } = unwrap(node);
  if (op === 'add') return args.every(isCost);
  if (op === 'multiply') return args.some(isCost) && !args.some((arg) => (numberOf(arg) ?? 0) < 0);
  return op === 'softplus' || op === 'relu' || op === 'square' || ((op === 'mean' || op === 'sum') && isCost(args[0]!));
};

/** Losses of answers that are so too. */
const costs: ReadonlySet<string> = new Set(['bce', 'gan_d_bce', 'gan_g_ns', 'hinge_d', 'lsgan_d', 'lsgan_g']);

const fault = (rule: Fault['rule'], message: string, statement: Computed, at: Node, other: Node): Fault => ({
  ...{ rule, message, statement, at: writtenIn(statement, at), nearly: null, change: null },
  related: [{ node: other, message: 'The other half.' }],
});

function* mixedKinds(statement: Computed, { computed }: Checked): Generator<Fault> {
  for (const { node, taken } of lossesIn(ownNodes(statement))) {
    if (taken.loss !== 'binary cross-entropy' || taken.takes !== 'probabilities' || kindOf(taken.value)) continue;
    for (const other of besides(statement, computed))
      for (const one of lossesIn(ownNodes(other))) {
        if (one.taken.takes !== 'logits' || kindOf(one.taken.value) || !arePair(taken.value, one.taken.value)) continue;
        yield fault(
          'logits-for-probabilities',
          'What the discriminator answers is taken for probabilities here, and for logits in the other half of its loss.',
          ...([statement, node, one.node] as const),
        );
        return;
      }
  }
}

function* margins(statement: Computed, { computed }: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    const own = marginIn(node);
    if (own?.margin !== 0) continue;
    for (const other of besides(statement, computed))
      for (const part of ownNodes(other)) {
        const one = marginIn(part);
        if (!one || one.margin <= 0 || one.sign === own.sign || !arePair(own.answer, one.answer)) continue;
        yield fault(
          'other-factor',
          `The other half of this hinge loss has a margin of ${one.margin}, and this one none: it stops as soon as the answer has the right sign.`,
          ...([statement, node, part] as const),
        );
        return;
      }
  }
}

const besides = ({ holder, around }: Computed, computed: readonly Computed[]): readonly Computed[] =>
  computed.filter((one) => one.holder === holder && one.around.length === around.length && one.node.op !== 'let');

interface Margin {
  readonly answer: Node;
  readonly sign: 1 | -1;
  readonly margin: number;
}

/** max(0, m ± answer). */
function marginIn({ op, args }: Node): Margin | null {
  const [a, b] = args;
  const inside = op === 'relu' ? a : op === 'maximum' && numberOf(b!) === 0 ? a : op === 'maximum' && numberOf(a!) === 0 ? b : null;
  return inside ? inMargin(inside) : null;
}

function inMargin(node: Node): Margin | null {
  const { op, args } = unwrap(node);
  const [a, b] = args;
  if (op === 'negate') return turned(inMargin(a!));
  if (op !== 'add' && op !== 'subtract') return { answer: node, sign: 1, margin: 0 };
  const [first, second] = [numberOf(a!), numberOf(b!)];
  if (first !== null) return { answer: b!, sign: op === 'add' ? 1 : -1, margin: first };
  return second === null ? null : { answer: a!, sign: 1, margin: op === 'add' ? second : -second };
}

const turned = (of: Margin | null): Margin | null => of && { ...of, sign: of.sign === 1 ? -1 : 1, margin: -of.margin };

const sides = /(?<=^|_)(?:real|true|fake|gen|generated|r|f)(?=_|\d|$)/i;

function areNamedPair(one: Node, other: Node): boolean {
  const [a, b] = [namesOn(one)[0] ?? '', namesOn(other)[0] ?? ''];
  return a !== b && sides.test(a) && sides.test(b) && a.replace(sides, '') === b.replace(sides, '');
}

/** Of what is real and of what is generated: by names that differ in nothing else, or by the network that was asked. */
function arePair(one: Node, other: Node): boolean {
  if (areNamedPair(one, other)) return true;
  const [x, y] = [source(one), source(other)];
  const isCall = x !== y && x.op === 'opaque' && y.op === 'opaque' && x.attributes['callee'] === y.attributes['callee'];
  return isCall && /(?:^|_|net)d(?:is\w*)?(?:_|$)|critic/i.test(String(x.attributes['callee']));
}
