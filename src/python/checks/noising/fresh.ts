/** Predictions that are compared with noise that the network never saw. */

import { argumentsOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Computed } from '../../expression/follow/context.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { isMadeOf } from '../rules/flow.ts';
import { arithmetic, isPassing } from '../sampling/linear.ts';
import { deepNodes, ownNodes } from '../statements.ts';
import { kindsOf } from './samples.ts';

/** Noise that nothing else is made of is independent of all that a network was told: the loss is least where it says 0. */
export function* freshNoise({ computed }: Checked, told: readonly Fault[]): Generator<Fault> {
  const known = new Set(told.map(({ statement }) => statement));
  const seen = new Set<Node>();
  for (const statement of computed) {
    if (known.has(statement)) continue;
    for (const residual of deepNodes(statement)) {
      const sides = seen.has(residual) ? null : sidesOf(residual);
      const draw = sides && drawIn(sides, residual);
      if (!draw) continue;
      seen.add(residual);
      const target = computed.find((one) => one.holder === statement.holder && one.node.op !== 'let' && isMadeWith(one, draw));
      yield {
        rule: 'minimum-elsewhere',
        message:
          'What the network says is compared with noise that it never saw: nothing else is made of it, so that the loss is least where the network says 0. The noise that its input was made with belongs here.',
        statement: target ?? statement,
        at: target ? target.node : residual,
        related: [{ node: draw, message: 'Where it is drawn.' }],
        nearly: null,
        change: null,
      };
    }
  }
}

/** A statement that draws it where it makes something of it. */
const isMadeWith = (statement: Computed, draw: Node): boolean => arithmetic.has(unwrap(statement.node).op) && ownNodes(statement).has(draw);

/** A difference alone may be a direction: what is made least is a size of it. */
const isMeasured = (node: Node): boolean =>
  usersOf(node).some((user) => sizes.has(user.op) || ((user.op === 'let' || isPassing(user)) && isMeasured(user)));

const sizes: ReadonlySet<string> = new Set(['square', 'power', 'abs', 'norm']);

/** What is compared: by a difference that is squared, or by a criterion that is not known. */
function sidesOf(node: Node): readonly (readonly [said: Node, target: Node])[] | null {
  const given = node.op === 'opaque' && /loss|criterion|huber|mse|l1/i.test(String(node.attributes['callee'])) ? argumentsOf(node) : [];
  const [a, b] = node.op === 'subtract' && isMeasured(node) ? node.args : given.length === 2 ? given : [];
  return a && b
    ? [
        [a, b],
        [b, a],
      ]
    : null;
}

/** The noise that is drawn for nothing else. */
function drawIn(sides: readonly (readonly [said: Node, target: Node])[], residual: Node): Node | null {
  for (const [said, target] of sides) {
    if (!isMadeOf(said, isAskedOfNoisy, 60)) continue;
    for (const draw of drawsIn(target)) if (isOnlyIn(draw, residual) && !isMadeOf(said, (part) => part === draw, 1000)) return draw;
  }
  return null;
}

/** Noise that a target is, or is a sum with. */
function* drawsIn(target: Node): Generator<Node> {
  const seen = new Set<Node>([target]);
  for (const one of seen) {
    if (one.op === 'normal') yield one;
    else if (isPassing(one) && one.args[0]) seen.add(one.args[0]);
    else if (arithmetic.has(one.op)) for (const arg of one.args) seen.add(arg);
  }
}

/** Whatever it is called, and wherever it is put. */
function isOnlyIn(draw: Node, residual: Node): boolean {
  const reached = new Set<Node>([draw]);
  for (const one of reached)
    for (const user of usersOf(one)) {
      if (user !== residual && (isPassing(user) || arithmetic.has(user.op))) reached.add(user);
      else if (user !== residual && !isOfShape(user)) return false;
    }
  return true;
}

const isOfShape = ({ op }: Node): boolean => /^(?:shape|size|rank|count)$/.test(op);

/** A network that is given a sample with noise in it. */
const isAskedOfNoisy = (call: Node): boolean =>
  call.op === 'opaque' &&
  argumentsOf(call).some((arg) => kindsOf(arg).includes('noisy') || isMadeOf(arg, ({ op }) => op === 'normal', 200));
