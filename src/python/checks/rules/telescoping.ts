/** The divergence of a latent taken apart: what one part takes off the next one begins with. */

import type { Computed } from '../../expression/follow/context.ts';
import type { Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { under } from './flow.ts';

/** log q(z|x) - log q(z), log q(z) - Σ log q(z_j), Σ log q(z_j) - log p(z): three differences of four densities, of which one breaks the chain. */
export function* telescoping(statement: Computed, { computed }: Checked): Generator<Fault> {
  const own = differenceIn(statement);
  if (!own) return;
  const all = computed.flatMap((one) => (one.holder === statement.holder ? (differenceIn(one) ?? []) : []));
  const names = new Set(all.flatMap(({ from, off }) => [from, off]));
  if (all.length !== 3 || names.size !== 4 || isChain(all)) return;
  const others = all.filter((one) => one.node !== own.node);
  const mends = mendsOf(own, names);
  const right = mends.filter((one) => isChain([one, ...others]));
  const isAnother = others.some((one) =>
    mendsOf(one, names).some((mend) => isChain([mend, ...all.filter((rest) => rest.node !== one.node)])),
  );
  const [mend] = right;
  if (right.length !== 1 || !mend || isAnother) return;
  yield {
    rule: 'another-value',
    message: `The three parts do not add up: here belongs ${mend.from} - ${mend.off}, so that what one part takes off is what the next one begins with and their sum is the whole divergence.`,
    ...{ statement, at: statement.node, related: [], nearly: null, change: null },
  };
}

/** With another of the densities on one side, or turned round. */
const mendsOf = (one: Difference, names: ReadonlySet<string>): Difference[] => [
  { ...one, from: one.off, off: one.from },
  ...[...names].flatMap((name) => [
    { ...one, from: name },
    { ...one, off: name },
  ]),
];

interface Difference {
  readonly node: Node;
  readonly from: string;
  readonly off: string;
}

/** Of two logarithms of densities that have names. */
function differenceIn({ node, target }: Computed): Difference | null {
  if (target === '' || node.op === 'let') return null;
  const inner = under(node, ({ op }) => op === 'mean');
  const [a, b] = inner.op === 'subtract' ? inner.args : [];
  if (a?.op !== 'let' && a?.op !== 'parameter') return null;
  if (b?.op !== 'let' && b?.op !== 'parameter') return null;
  const [from, off] = [a, b].map((one) => String(one.attributes['name'])) as [string, string];
  return /log/i.test(from) && /log/i.test(off) ? { node, from, off } : null;
}

/** Each but two begins one and is taken off in one. */
function isChain(all: readonly Difference[]): boolean {
  const count = (names: readonly string[]): number => new Set(names).size;
  const [starts, ends] = [all.map(({ from }) => from), all.map(({ off }) => off)];
  if (count(starts) !== all.length || count(ends) !== all.length || all.some(({ from, off }) => from === off)) return false;
  const [first, ...more] = starts.filter((name) => !ends.includes(name));
  const last = ends.find((name) => !starts.includes(name));
  return first !== undefined && more.length === 0 && last !== undefined && /x|cond|post/i.test(first) && /prior|p_?z/i.test(last);
}
