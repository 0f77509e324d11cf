/** Running products and sums of a noise schedule taken of the wrong table. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { ownNodes } from '../statements.ts';
import { rewritten } from './changes.ts';
import { namesOn } from './flow.ts';

export function* schedules(statement: Computed): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    const [table] = node.args;
    if (node.op === 'cumulativeProduct' && isBetas(table!))
      yield {
        rule: 'schedule-of-betas',
        message: 'This is the cumulative product of the betas, which is 0 after a few steps: alpha-bar is the product of 1 - beta.',
        statement,
        at: node,
        related: [],
        nearly: null,
        change: rewritten(statement, 'Take the product of 1 - beta', node, table!, (text, isFirst) =>
          isFirst ? `(1.0 - ${text})` : `1.0 - ${text}`,
        ),
      };
    if (node.op === 'cumulativeSum' && isAlphas(table!))
      yield {
        rule: 'schedule-of-betas',
        message: 'This is the cumulative sum of the alphas, which grows with every step: alpha-bar is their cumulative product.',
        statement,
        at: node,
        related: [],
        nearly: null,
        change: { title: 'Take the product', there: node, write: (text) => text.replace(/\bcumsum\b/, 'cumprod') },
      };
  }
}

function isBetas(node: Node): boolean {
  const names = namesOn(node);
  if (names.some((name) => /alpha|one_minus|retain|keep/i.test(name))) return false;
  const inner = unwrap(node);
  if (inner.op === 'linspace') {
    const [start, stop] = inner.args.map(numberOf);
    if (typeof start === 'number' && typeof stop === 'number') return start > 0 && start < 0.1 && stop > start && stop < 0.5;
  }
  // Of a table of betas that is clipped, squared or looked up it is still one.
  if (inner.op === 'subtract') return false;
  return names.some((name) => /(?:^|_)betas?(?:$|_)/i.test(name.replace(/([a-z\d])([A-Z])/g, '$1_$2')));
}

function isAlphas(node: Node): boolean {
  const inner = unwrap(node);
  if (inner.op === 'subtract') return numberOf(inner.args[0]!) === 1 && isBetas(inner.args[1]!);
  if (inner.op === 'log') return false;
  return namesOn(node).some((name) => /^(?:self\.)?alphas$/i.test(name)) && inner.op !== 'opaque' && inner.op !== 'parameter';
}
