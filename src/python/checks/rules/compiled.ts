/** The loss that a network of Keras is compiled with, against what its last layer gives. */

import type { Computed } from '../../expression/follow/context.ts';
import { argumentsOf, numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Span } from '../../../maths/nesting.ts';
import type { Checked } from '../checked.ts';
import type { Change, Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { keywordOf, kindOfModule } from './modules.ts';

const called = /^(?:sparse_categorical|categorical|binary)_crossentropy$/;
const made = /(?:^|\.)(?:Sparse)?(?:Categorical|Binary)Crossentropy$/;

export function* compiled(statement: Computed, { textOf }: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'opaque' || node.attributes['callee'] !== 'compile' || node.attributes['bound'] !== true) continue;
    const kind = kindOfModule(unwrap(node.args[0]!));
    const loss = keywordOf(node, 'loss') ?? argumentsOf(node)[1];
    if (!loss || !kind || kind === 'log-probabilities') continue;
    const inner = unwrap(loss);
    const isNamed = inner.op === 'global' && called.test(String(inner.attributes['name']).replaceAll('"', ''));
    if (!isNamed && !(inner.op === 'opaque' && made.test(String(inner.attributes['callee'])))) continue;
    const said = isNamed ? undefined : keywordOf(inner, 'from_logits');
    const takes = said && numberOf(said) === 1 ? 'logits' : 'probabilities';
    if ((said && numberOf(said) === null) || takes === kind || (!isNamed && !said && argumentsOf(inner).length > 0 && !isAllNamed(inner)))
      continue;
    const place = placeOf(statement, inner);
    yield {
      rule: takes === 'logits' ? 'probabilities-for-logits' : 'logits-for-probabilities',
      message:
        takes === 'logits'
          ? 'This loss is told that it is given logits, and the last layer of the network gives probabilities: they are squashed twice.'
          : 'This loss takes probabilities unless it is told from_logits=True, and the last layer of the network gives logits, having no activation.',
      statement,
      at: place ? inner : node,
      related: [],
      nearly: null,
      change: place && saidOtherwise(place, takes === 'probabilities', textOf),
    };
  }
}

const isAllNamed = (call: Node): boolean =>
  String(call.attributes['keywords'] ?? '')
    .split(' ')
    .filter(Boolean).length === argumentsOf(call).length;

/** `from_logits=True`, or `False`. */
function saidOtherwise(place: Span, areLogits: boolean, textOf: Checked['textOf']): Change | null {
  const text = textOf(place);
  const title = `Say from_logits=${areLogits ? 'True' : 'False'}`;
  const said = /from_logits\s*=\s*(True|False)/.exec(text);
  if (said) {
    const end = place.start + said.index + said[0].length;
    return { title, edits: [{ start: end - said[1]!.length, end, text: areLogits ? 'True' : 'False' }] };
  }
  if (!areLogits || !text.endsWith(')')) return null;
  const put = /\(\s*\)$/.test(text) ? 'from_logits=True' : ', from_logits=True';
  return { title, edits: [{ start: place.end - 1, end: place.end - 1, text: put }] };
}
