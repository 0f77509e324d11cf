/** Targets of a flow that are not the derivative of the path that the network is asked on. */

import { leaves, numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { kindsOf } from '../noising/samples.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { isMadeOf } from '../rules/flow.ts';
import { deepNodes, isCallOfFile } from '../statements.ts';
import { arithmetic, isPassing, shares } from './linear.ts';

export function* targetsOffPaths({ computed }: Checked, told: readonly Fault[]): Generator<Fault> {
  const known = new Set(told.map(({ statement }) => statement));
  const seen = new Set<Node>();
  for (const statement of computed) {
    if (known.has(statement)) continue;
    for (const node of deepNodes(statement)) {
      if ((node.op !== 'subtract' && node.op !== 'add') || seen.has(node)) continue;
      seen.add(node);
      const wrong = wrongIn(node);
      if (!wrong) continue;
      const { target, path, isUnfinished } = wrong;
      // What is wrong with the path is told of that.
      if (told.some((one) => unwrap(one.statement.node) === unwrap(path))) continue;
      if (isUnfinished) {
        const line = computed.findLast(
          (one) => one.holder === statement.holder && unwrap(one.node) === unwrap(path) && one.node.op !== 'let',
        );
        if (line) yield { ...unfinished, statement: line, at: line.node, related: [{ node: target, message: 'The velocity.' }] };
        break;
      }
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

const unfinished: Omit<Fault, 'statement' | 'at' | 'related'> = {
  rule: 'against-the-path',
  message:
    'The path keeps all of one end at every time, and the velocity leads away from it: (1 − t) of the one and t of the other move by their difference.',
  nearly: null,
  change: null,
};

interface Wrong {
  readonly target: Node;
  readonly path: Node;
  /** The target is the way from end to end, and the path does not leave one of them. */
  readonly isUnfinished: boolean;
}

function wrongIn(residual: Node): Wrong | null {
  // The whole of what is compared.
  if (usersOf(residual).some(({ op }) => op === 'add' || op === 'subtract' || op === 'negate')) return null;
  const parts = [...leavesOf(residual)];
  for (const call of parts.filter(isCall)) {
    const ends = parts.filter((part) => part !== call && (isSample(part) || isCall(part)));
    const wrong = ends.length === 2 ? wrongOf(residual, call, ends) : null;
    if (wrong) return wrong;
  }
  return null;
}

function wrongOf(residual: Node, call: Node, ends: readonly Node[]): Wrong | null {
  const asked = call.op === 'opaque' ? call.args : call.args.slice(2);
  for (const path of asked) {
    const times = [...numbersIn(path, ends)].filter((one) =>
      asked.some((arg) => arg !== path && isMadeOf(arg, (part) => part === one, 40)),
    );
    const [time] = times;
    if (!time || times.length > 1) continue;
    const [early, late] = [0.3, 0.7].map((at) => shares(path, { ends, time, at }));
    const whole = shares(residual, { ends: [...ends, call], time, at: 0.3 });
    const by = whole?.values[2];
    if (!early || !late || !whole || !by || !areNear(early.slopes, late.slopes) || early.slopes.every((slope) => slope === 0)) continue;
    const wanted = whole.values.slice(0, 2).map((value) => -value / by);
    // Of a target that moves with time, and of the other sign, nothing is said here.
    if (whole.slopes.some((slope) => slope !== 0) || wanted.some((value) => value === 0)) continue;
    const target = residual.args.find((arg) => ends.every((end) => leavesOf(arg).has(end)) && !leavesOf(arg).has(call)) ?? residual;
    const kept = early.slopes.findIndex((slope) => slope === 0);
    if (kept >= 0) {
      const isWay = wanted[kept] === -1 && wanted[1 - kept] === 1 && early.values[kept] === 1;
      if (!isWay) continue;
      return { target, path, isUnfinished: true };
    }
    // Nor of one number for both.
    const [ratio, other] = early.slopes.map((slope, place) => wanted[place]! / slope);
    if (Math.abs(ratio! - other!) > 1e-9) return { target, path, isUnfinished: false };
  }
  return null;
}

/** What a network says, also one that is written in the file. */
const isCall = (node: Node): boolean =>
  node.op === 'opaque' ||
  (isCallOfFile(node) &&
    isMadeOf(node.args[0]!, ({ op }) => op === 'matmul' || op === 'opaque' || op === 'einsum', 80) &&
    node.args.length > 3);

const areNear = (a: readonly number[], b: readonly number[]): boolean => a.every((value, at) => Math.abs(value - b[at]!) < 1e-9);

/** What else it is of. */
function numbersIn(node: Node, ends: readonly Node[]): ReadonlySet<Node> {
  return new Set([...leavesOf(node)].filter((one) => !ends.includes(one) && numberOf(one) === null));
}

function leavesOf(node: Node): ReadonlySet<Node> {
  const found = new Set<Node>();
  const seen = new Set<Node>([node]);
  for (const one of seen) {
    if (isCall(one)) found.add(one);
    else if (isPassing(one) && one.args[0]) seen.add(one.args[0]);
    else if (arithmetic.has(one.op)) for (const arg of one.args) seen.add(arg);
    else found.add(one);
  }
  return found;
}

const isSample = (node: Node): boolean =>
  node.op === 'normal' ||
  (leaves.has(node.op) && (kindsOf(node).length > 0 || /^[xz]_?[01]$|^source$|^target$/.test(namesOf(node)[0] ?? '')));
