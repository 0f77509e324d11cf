/** Guidance that puts its two predictions together the wrong way round. */

import { unwrap, type Node } from '../../expression/node.ts';
import { calledFor } from '../../recognise/findings.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { matchOf } from '../matched.ts';
import { replacedAll } from '../near/remade.ts';
import { textEdits } from '../near/write.ts';
import { boundTo } from './bound.ts';
import { sideOfPrediction } from './sides.ts';

export function* guidanceTurned(checked: Checked, told: readonly Fault[]): Generator<Fault> {
  const { found, computed, textOf, imports } = checked;
  const known = new Set(told.map(({ statement }) => statement));
  for (const { computed: statement, recognition, place } of found) {
    if (recognition.formula.id !== 'cfg' || known.has(statement) || calledFor(place.node) !== null) continue;
    const [first, second] = ['conditional', 'unconditional'].map((role) => boundTo(recognition, role)?.node);
    if (!first || !second || sideOfPrediction(first) !== 'without' || !isWith(second, first)) continue;
    known.add(statement);
    const back = { there: second, wanted: first, within: null };
    const edits = textEdits(
      { kind: 'swapped', there: first, wanted: second, within: null, also: [back] },
      { statement, computed, textOf, imports },
    );
    const turned = new Map<Node, Node>([
      [first, second],
      [second, first],
    ]);
    yield {
      rule: 'guidance-not-conditional',
      message: 'The two predictions have changed places: at scale 1 this is the unconditional one, and more goes away from the condition.',
      statement,
      at: place.node,
      related: [],
      nearly: edits && matchOf(replacedAll(place.node, turned), recognition.formula, statement, checked),
      change: edits && { title: 'Exchange the two', edits },
    };
  }
}

/** By its name, or since the same network was given the like of it with something for the condition. */
function isWith(prediction: Node, other: Node): boolean {
  const side = sideOfPrediction(prediction);
  const [call, without] = [unwrap(prediction), unwrap(other)];
  const isSameCall = call.op === 'opaque' && without.op === 'opaque' && call.attributes['callee'] === without.attributes['callee'];
  return side === 'with' || (side === null && isSameCall && call.args.length === without.args.length);
}
