/** Tables of one object that are taken for one another. */

import type { Computed } from '../../expression/follow/context.ts';
import type { Node } from '../../expression/node.ts';
import { isNode } from '../../expression/values.ts';
import type { Checked } from '../checked.ts';
import { made } from '../rules/flow.ts';
import type { TextEdit } from '../near/write.ts';
import { combinationOf, numbersIn, type Combination } from './combination.ts';
import { Schedule, type Numbers } from './schedule.ts';

interface Sibling {
  readonly there: Node;
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

const mostReached = 200;

/**
 * Another table of the same object, looked up in its place in a statement, with which it holds of what is made of that: `value` is what the
 * statement computes, as `whole` has it.
 */
export function siblingOf(
  statement: Computed,
  value: Node,
  whole: Node,
  holds: (found: Combination) => boolean,
  { attributes, textOf }: Checked,
): Sibling | null {
  const text = textOf(statement);
  const tables = statement.around.flatMap((name) => [...(attributes.get(name) ?? [])]);
  const schedule = new Schedule();
  combinationOf(whole, { schedule });
  const time = schedule.times()?.now;
  if (!time) return null;
  for (const there of made(value, mostReached)) {
    const name = String(there.attributes['name']);
    const places = there.op === 'let' ? [...text.matchAll(new RegExp(`\\bself\\.${name}\\b`, 'g'))] : [];
    if (places.length !== 1 || !numbersIn(combinationOf(there, { schedule: new Schedule() }))) continue;
    for (const [other, table] of tables) {
      const numbers: Numbers | null = other === name || !isNode(table) ? null : numbersIn(combinationOf(table, { schedule }, time));
      const found = numbers && combinationOf(whole, { schedule: new Schedule(), given: new Map([[there, numbers]]) });
      if (!found || !holds(found)) continue;
      const start = statement.start + places[0]!.index + 'self.'.length;
      return { there, title: `Replace \`${name}\` by \`${other}\``, edits: [{ start, end: start + name.length, text: other }] };
    }
  }
  return null;
}
