/** A prediction and what it is to be are added where a loss takes their difference. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, writtenIn } from '../statements.ts';
import { namesOn, source } from './flow.ts';

/** `((pred + target) ** 2).mean()` */
export function* summedErrors(statement: Computed, { textOf }: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'square' && node.op !== 'abs' && node.op !== 'norm') continue;
    const sum = unwrap(node.args[0]!);
    if (sum.op !== 'add' || !isAveraged(node, statement)) continue;
    const [a, b] = sum.args as [Node, Node];
    const wrong = [
      [a, b],
      [b, a],
    ].find(([one, wanted]) => isCalled(one!, prediction, truth) && isCalled(wanted!, truth, prediction));
    if (!wrong) continue;
    const [one, wanted] = wrong.map((side) => namesOn(side)[0]!);
    const place = statement.places.find((written) => written.node === sum);
    const [x, y] = [a, b].map((side) => statement.places.find((written) => written.node === side));
    const between = place && x && y && x.end <= y.start ? { start: x.end, end: y.start } : null;
    const operator = between ? textOf(between) : '';
    yield {
      rule: 'minimum-elsewhere',
      message: `${one} and ${wanted} are added: the error is least where the one is minus the other, not where they are the same.`,
      statement,
      at: writtenIn(statement, sum),
      related: [],
      nearly: null,
      change:
        between && /^\s*\+\s*$/.test(operator)
          ? { title: 'Take the difference', makes: null, edits: [{ ...between, text: operator.replace('+', '-') }] }
          : null,
    };
    return;
  }
}

/** It is an error only where it is added up, or is the whole. */
const isAveraged = (node: Node, statement: Computed): boolean =>
  unwrap(statement.node) === node ||
  [...ownNodes(statement)].some(({ op, args }) => (op === 'mean' || op === 'sum') && unwrap(args[0]!) === node);

const prediction =
  /(?:^|_)(?:pred|preds|predicted|prediction|predictions|recon|recons|reconstruction|reconstructed|rec|output|outputs|decoded|y_?pred|y_?hat|x_?hat|x_?rec\w*|hat|estimate)(?:_|$)/i;
const truth =
  /(?:^|_)(?:targets?|truth|ground_?truth|gt|labels?|y_?true|images?|data|real|original|clean|inputs?|batch|velocity)(?:_|$)|^[xy]$/i;
/** What is no truth, or an offset to a prediction. */
const either = /resid|offset|bias|delta|shift|noise|eps|correction|grad|fake|neg|diff/i;

function isCalled(node: Node, so: RegExp, not: RegExp): boolean {
  const names = namesOn(node);
  const inner = source(node);
  const isBare = node.op === 'let' || /^(?:parameter|attribute|item|opaque|index)$/.test(inner.op);
  return isBare && names.length > 0 && so.test(names[0]!) && !not.test(names[0]!) && !names.some((name) => either.test(name));
}
