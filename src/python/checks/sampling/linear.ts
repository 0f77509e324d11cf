/** What code multiplies samples by, and how that changes with one of its numbers. */

import { numberOf, wrappers, type Node } from '../../expression/node.ts';
import { moving } from '../rules/flow.ts';

export const arithmetic: ReadonlySet<string> = new Set(['add', 'subtract', 'multiply', 'divide', 'negate', 'lerp']);
/** Each of several things is one of its own: an entry of a table, a half of a batch, what a loop goes through. */
const isOneOfMany = ({ op, attributes }: Node): boolean =>
  op === 'item' || op === 'part' || op === 'parts' || (op === 'index' && /\bat\b|slice:[ft]/.test(String(attributes['spec'])));
export const isPassing = (node: Node): boolean =>
  wrappers.has(node.op) || (moving.has(node.op) && !isOneOfMany(node)) || node.op === 'detach';

export interface Asked {
  readonly ends: readonly Node[];
  /** Of which number slopes are asked, if of any, and what that is. */
  readonly time: Node | null;
  readonly at: number;
}

/** What each end is multiplied by, and its derivative by time; what else is added. */
export function shares(node: Node, { ends, time, at }: Asked): Linear | null {
  const zero = (): Linear => ({ values: ends.map(() => 0), slopes: ends.map(() => 0), rest: 0, slope: 0 });
  const known = new Map<Node, Linear | null>();
  const of = (one: Node): Linear | null => {
    let found = known.get(one);
    if (found === undefined) known.set(one, (found = computed(one)));
    return found;
  };
  const computed = (one: Node): Linear | null => {
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

export interface Linear {
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
