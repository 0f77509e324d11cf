/** What is made of the logarithms of densities: which signs they have, and where their mean is taken. */

import { unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { isMadeOf } from '../rules/flow.ts';
import { meanOfLogs } from './meanOfLogs.ts';
import { addedRatio, wrongEstimate, wrongRatio } from './ratios.ts';
import { wrongSum } from './signs.ts';
import { namesIn } from './sums.ts';

/** Step by step. */
export function* densities(checked: Checked, told: readonly Fault[]): Generator<void, Fault[]> {
  const known = new Set(told.map(({ statement }) => statement));
  // What is made of something that is wrong is wrong by that alone.
  const wrong = new Set<Node>();
  const faults: Fault[] = [];
  for (const statement of checked.computed) {
    if (statement.places.length === 0 || statement.node.op === 'let' || known.has(statement)) continue;
    const names = namesIn(statement, checked.textOf(statement));
    const fault =
      wrongSum(statement, names, checked) ??
      wrongRatio(statement, names, checked) ??
      wrongEstimate(statement, names, checked) ??
      addedRatio(statement, names) ??
      meanOfLogs(statement, names);
    if (fault && !isMadeOf(statement.node, (part) => wrong.has(part))) {
      wrong.add(unwrap(statement.node));
      faults.push(fault);
    }
    yield;
  }
  return faults;
}
