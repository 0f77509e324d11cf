/** Answers of a discriminator drawn to the label that those of the other side have. */

import type { Computed } from '../../expression/follow/context.ts';
import { argumentsOf, numberOf, unwrap, type Node } from '../../expression/node.ts';
import { playerOf } from '../answers.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, writtenIn } from '../statements.ts';
import { namesOn } from './flow.ts';

export function* labels(statement: Computed): Generator<Fault> {
  const player = playerOf(statement.target) ?? playerOf(statement.around[0] ?? '');
  if (player !== 'generator' || statement.node.op === 'let') return;
  for (const node of ownNodes(statement)) {
    const drawn = drawnIn(node);
    // A label that is called so may be either where nothing else is.
    if (!drawn || !isLabelOf(drawn.label, 'fake') || isCalled(drawn.answer, 'real')) continue;
    yield {
      rule: 'players-agree',
      message:
        'The loss of the generator draws D(G(z)) to the label of what is generated, as that of the discriminator does: the generator has to want the label of what is real.',
      statement,
      at: writtenIn(statement, node),
      related: [],
      nearly: null,
      change: null,
    };
    return;
  }
}

interface Drawn {
  readonly answer: Node;
  readonly label: Node;
}

/** A squared error, a cross-entropy or a criterion that is not known, of an answer and what that is to be. */
function drawnIn(node: Node): Drawn | null {
  const [a, b] = node.args;
  if (node.op === 'square') {
    const inner = unwrap(a!);
    return inner.op === 'subtract' ? { answer: inner.args[0]!, label: inner.args[1]! } : null;
  }
  // y softplus(-x) + (1 - y) softplus(x), and of probabilities.
  if (node.op === 'add') {
    const [one, other] = [unwrap(a!), unwrap(b!)];
    const [label, first] = one.op === 'multiply' ? one.args : [];
    const made = first && unwrap(first);
    if (!label || other.op !== 'multiply' || !/^(?:softplus|log)$/.test(made?.op ?? '')) return null;
    const answer = unwrap(made!.args[0]!);
    return { answer: answer.op === 'negate' ? answer.args[0]! : made!.args[0]!, label };
  }
  const given = argumentsOf(node);
  return node.op === 'opaque' && given.length === 2 && /crit|bce|mse|adv|gan_?loss/i.test(String(node.attributes['callee']))
    ? { answer: given[0]!, label: given[1]! }
    : null;
}

const words = { real: /real|valid|true/i, fake: /fake/i };

/** A number that is called the label of one of the two sides, and not of the other. */
export function isLabelOf(node: Node, side: 'real' | 'fake'): boolean {
  const inner = unwrap(node);
  const isNumber = numberOf(inner) !== null || ((inner.op === 'parameter' || inner.op === 'attribute') && isNumeric(inner));
  return isNumber && isCalled(node, side) && !isCalled(node, side === 'real' ? 'fake' : 'real');
}

const isNumeric = ({ attributes: { default: fallback, name } }: Node): boolean =>
  typeof fallback === 'number' || /label|target/i.test(String(name));

const isCalled = (node: Node, side: 'real' | 'fake'): boolean => words[side].test(namesOn(node).join(' '));
