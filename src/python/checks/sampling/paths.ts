/** Targets of a flow that are not the derivative of the path that the network is asked on. */

import { leaves, numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { kindsOf } from '../noising/samples.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { isMadeOf } from '../rules/flow.ts';
import { deepNodes } from '../statements.ts';
import { arithmetic, isPassing, shares } from './linear.ts';

export function* targetsOffPaths({ computed }: Checked, told: readonly Fault[]): Generator<Fault> {
  const known = new Set(told.map(({ statement }) => statement));
  const seen = new Set<Node>();
  for (const statement of computed) {
    if (known.has(statement)) continue;
    for (const node of deepNodes(statement)) {
      if (node.op !== 'subtract' || seen.has(node)) continue;
      seen.add(node);
      const wrong = wrongIn(node);
      if (!wrong) continue;
      const [target, path] = wrong;
      const made = computed.findLast(
        (one) =>
          one.holder === statement.holder && one.start <= statement.start && one.node.op !== 'let' && unwrap(one.node) === unwrap(target),
      );
      if (made && known.has(made)) continue;
      yield {
        rule: 'against-the-path',
        message:
          'The target is not the derivative of the path on which the network is asked: each end counts in it as its share of the path changes with time.',
        statement: made ?? statement,
        at: made ? made.node : target,
        related: [{ node: path, message: 'The path.' }],
        nearly: null,
        change: null,
      };
      break;
    }
  }
}

/** The target and the path. */
function wrongIn({ args }: Node): readonly [Node, Node] | null {
  for (const [said, target] of [args, args.toReversed()]) {
    const call = unwrap(said!);
    if (call.op !== 'opaque') continue;
    const ends = [...endsIn(target!)];
    if (ends.length !== 2) continue;
    for (const path of call.args) {
      const times = [...numbersIn(path, ends)].filter((one) =>
        call.args.some((arg) => arg !== path && isMadeOf(arg, (part) => part === one, 40)),
      );
      const [time] = times;
      if (!time || times.length > 1) continue;
      const [early, late] = [0.3, 0.7].map((at) => shares(path, { ends, time, at }));
      const wanted = shares(target!, { ends, time, at: 0.3 });
      if (!early || !late || !wanted || !areNear(early.slopes, late.slopes) || early.slopes.some((slope) => slope === 0)) continue;
      // Of a target that moves with time, and of the other sign, nothing is said here.
      if (wanted.slopes.some((slope) => slope !== 0) || wanted.values.some((value) => value === 0)) continue;
      // Nor of one number for both.
      const [ratio, other] = early.slopes.map((slope, place) => wanted.values[place]! / slope);
      if (Math.abs(ratio! - other!) > 1e-9) return [target!, path];
    }
  }
  return null;
}

const areNear = (a: readonly number[], b: readonly number[]): boolean => a.every((value, at) => Math.abs(value - b[at]!) < 1e-9);


/** Samples that a sum is of. */
function endsIn(node: Node): ReadonlySet<Node> {
  return new Set([...leavesOf(node)].filter(isSample));
}

/** What else it is of. */
function numbersIn(node: Node, ends: readonly Node[]): ReadonlySet<Node> {
  return new Set([...leavesOf(node)].filter((one) => !ends.includes(one) && numberOf(one) === null));
}

function leavesOf(node: Node): ReadonlySet<Node> {
  const found = new Set<Node>();
  const seen = new Set<Node>([node]);
  for (const one of seen) {
    if (isPassing(one) && one.args[0]) seen.add(one.args[0]);
    else if (arithmetic.has(one.op)) for (const arg of one.args) seen.add(arg);
    else found.add(one);
  }
  return found;
}

const isSample = (node: Node): boolean =>
  node.op === 'normal' ||
  (leaves.has(node.op) && (kindsOf(node).length > 0 || /^[xz]_?[01]$|^source$|^target$/.test(namesOf(node)[0] ?? '')));
