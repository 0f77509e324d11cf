/** Halves of a batch that was put together with and without a condition, and taken apart the other way round. */

import { argumentsOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { said, sideNamed, sideOf } from './sides.ts';

export function* exchangedHalves({ computed, textOf }: Checked): Generator<Fault> {
  for (const statement of computed) {
    const { node, target } = statement;
    const names = target.split(/[\s,()]+/).filter(Boolean);
    const [first, second] = names.map(sideNamed);
    if (node.op !== 'parts' || names.length !== 2 || !first || !second || first === second) continue;
    const batch = batchIn(node.args[0]!);
    const sides = batch?.args.map(sideOf);
    if (!batch || !sides || sides[0] === sides[1] || sides[0] === first) continue;
    const written = /^(\s*\(?\s*)(\w+)(\s*,\s*)(\w+)/.exec(textOf(statement));
    const [, before = '', one = '', between = '', other = ''] = written ?? [];
    const start = statement.start + before.length;
    const edits = [{ start, end: start + one.length + between.length + other.length, text: `${other}${between}${one}` }];
    yield {
      rule: 'guidance-not-conditional',
      message: `The batch was put together with the ${said[sides[0]!]} half first, and \`${names[0]!}\` is its first half: with the two exchanged, guidance of scale 1 is not the conditional prediction.`,
      statement,
      at: statement.node,
      related: [{ node: batch, message: 'Where the batch is put together.' }],
      nearly: null,
      change: written && { title: 'Exchange the names', edits },
    };
  }
}

/** What a call was given beside the sample twice: two halves, one of them without a condition. */
function batchIn(of: Node): Node | null {
  const call = unwrap(of);
  if (call.op !== 'opaque') return null;
  for (const arg of argumentsOf(call)) {
    const batch = unwrap(arg);
    if (batch.op !== 'concatenate' || batch.args.length !== 2 || batch.attributes['axis'] !== 0) continue;
    const sides = batch.args.map(sideOf);
    if (sides[0] !== sides[1]) return batch;
  }
  return null;
}
