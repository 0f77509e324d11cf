/** Whether a value is a variance, a deviation or the logarithm of one, told by how it was made, else by its name. */

import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import { isUnknown, moving, under } from './flow.ts';

export type Spread = 'variance' | 'deviation' | 'log-variance' | 'log-deviation';

const most = 30;

/** null where the code does not tell. */
export function spreadOf(node: Node, depth = 0): Spread | null {
  if (depth > most) return null;
  const [a, b] = node.args;
  const of = (part: Node): Spread | null => spreadOf(part, depth + 1);
  switch (node.op) {
    case 'let':
      return of(a!) ?? byName(node, String(node.attributes['name']));
    case 'inline':
    case 'detach':
      return of(a!);
    case 'parameter':
    case 'attribute':
    case 'global':
      return byName(node, String(node.attributes['name']));
    case 'exp':
      return exponential(a!, depth);
    case 'sqrt':
      return of(a!) === 'variance' ? 'deviation' : null;
    case 'square':
      return of(a!) === 'deviation' ? 'variance' : null;
    case 'log': {
      const inner = of(a!);
      return inner === 'variance' ? 'log-variance' : inner === 'deviation' ? 'log-deviation' : null;
    }
    case 'multiply': {
      const [x, y] = [numberOf(a!), numberOf(b!)];
      return scaled(of(x !== null ? b! : a!), x ?? y);
    }
    case 'divide': {
      const y = numberOf(b!);
      return scaled(of(a!), y === null ? null : 1 / y);
    }
    case 'clamp':
    case 'maximum':
    case 'minimum':
      return of(a!);
    case 'add':
      return isSlight(b!) ? of(a!) : isSlight(a!) ? of(b!) : null;
    case 'choice': {
      const all = node.args.map(of);
      return all.every((one) => one === all[0]) ? all[0]! : null;
    }
    default:
      return moving.has(node.op) && a && node.op !== 'item' ? of(a) : null;
  }
}

const isSlight = (node: Node): boolean => {
  const value = numberOf(node);
  return value !== null ? Math.abs(value) <= 1e-2 : /^(?:eps|epsilon|jitter)$/i.test(String(unwrap(node).attributes['name']));
};

function exponential(of: Node, depth: number): Spread | null {
  const log = spreadOf(of, depth + 1);
  return log === 'log-variance' ? 'variance' : log === 'log-deviation' ? 'deviation' : null;
}

/** Half a log-variance is the logarithm of the deviation, twice that one is a log-variance. */
function scaled(of: Spread | null, by: number | null): Spread | null {
  if (by === 1) return of;
  if (of === 'log-variance' && by === 0.5) return 'log-deviation';
  return of === 'log-deviation' && by === 2 ? 'log-variance' : null;
}

const names: readonly (readonly [Spread, RegExp])[] = [
  ['log-variance', /(?:^|_)(?:log_?var(?:iance)?s?|log_?cov(?:ariance)?|log_?sigma_?(?:sq|squared|2)|lv|logvar_?\w?|log_var_\w)(?:$|_)/],
  ['log-deviation', /(?:^|_)(?:log_?(?:std|stddev|sigma|sd|scale)s?|logstd|logsd)(?:$|_)/],
  ['variance', /(?:^|_)(?:var(?:iance)?s?|sigma_?(?:sq|squared|2)|sigmas_?squared)(?:$|_)/],
  ['deviation', /(?:^|_)(?:std|stddev|stdev|sd|stds|sigma|sigmas|std_dev|standard_deviation)(?:$|_)/],
];

/** Where nothing else tells. */
function byName(node: Node, name: string): Spread | null {
  const inner = under(node, ({ op }) => moving.has(op) && op !== 'item');
  // What is computed, but not of what, is as it is called.
  if (!isUnknown(inner) && !/^(?:divide|multiply|softplus|add|subtract|exp|clamp|sqrt)$/.test(inner.op)) return null;
  const plain = name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
  return names.find(([, pattern]) => pattern.test(plain))?.[0] ?? null;
}
