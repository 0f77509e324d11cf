/** Targets of a flow that are not the derivative of the path that the network is asked on. */

import { leaves, numberOf, unwrap, wrappers, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { kindsOf } from '../noising/samples.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { isMadeOf, moving } from '../rules/flow.ts';
import { deepNodes } from '../statements.ts';

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

const arithmetic: ReadonlySet<string> = new Set(['add', 'subtract', 'multiply', 'divide', 'negate', 'lerp']);
const isPassing = ({ op }: Node): boolean => wrappers.has(op) || moving.has(op) || op === 'detach';

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

interface Asked {
  readonly ends: readonly Node[];
  readonly time: Node;
  readonly at: number;
}

/** What each end is multiplied by, and its derivative by time. */
function shares(node: Node, { ends, time, at }: Asked): { readonly values: readonly number[]; readonly slopes: readonly number[] } | null {
  const zero = (): Linear => ({ values: ends.map(() => 0), slopes: ends.map(() => 0), rest: 0, slope: 0 });
  const of = (one: Node): Linear | null => {
    const place = ends.indexOf(one);
    if (place >= 0) return { ...zero(), values: ends.map((_, other) => (other === place ? 1 : 0)) };
    const value = numberOf(one);
    if (value !== null) return { ...zero(), rest: value };
    if (isPassing(one) && one.args[0]) return of(one.args[0]);
    if (!arithmetic.has(one.op)) return { ...zero(), rest: one === time ? at : drawn(one), slope: one === time ? 1 : 0 };
    const [a, b] = one.args.slice(0, 2).map(of);
    if (!a) return null;
    if (one.op === 'negate') return plus(zero(), a, -1);
    if (!b) return null;
    switch (one.op) {
      case 'add':
        return plus(a, b, 1);
      case 'subtract':
        return plus(a, b, -1);
      case 'multiply':
        return times(a, b) ?? times(b, a);
      case 'lerp': {
        const share = of(one.args[2]!);
        const way = share && times(plus(b, a, -1), share);
        return way && plus(a, way, 1);
      }
      default:
        return b.slope === 0 && isNumber(b) ? times(a, { ...zero(), rest: 1 / b.rest }) : null;
    }
  };
  return of(node);
}

interface Linear {
  readonly values: readonly number[];
  readonly slopes: readonly number[];
  readonly rest: number;
  readonly slope: number;
}

const isNumber = ({ values, slopes }: Linear): boolean => [...values, ...slopes].every((value) => value === 0);

const plus = (a: Linear, b: Linear, sign: 1 | -1): Linear => ({
  values: a.values.map((value, at) => value + sign * b.values[at]!),
  slopes: a.slopes.map((slope, at) => slope + sign * b.slopes[at]!),
  rest: a.rest + sign * b.rest,
  slope: a.slope + sign * b.slope,
});

/** null where both hold an end. */
function times(a: Linear, by: Linear): Linear | null {
  if (!isNumber(by)) return null;
  return {
    values: a.values.map((value) => value * by.rest),
    slopes: a.slopes.map((slope, at) => slope * by.rest + a.values[at]! * by.slope),
    rest: a.rest * by.rest,
    slope: a.slope * by.rest + a.rest * by.slope,
  };
}

/** A number for what is not known, the same whenever it is met. */
const drawn = ({ id }: Node): number => 0.2 + 0.6 * ((Math.abs(id) * 0.618034) % 1);
