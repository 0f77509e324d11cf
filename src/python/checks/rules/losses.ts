/** What losses take, and what they are given. */

import { numberOf, operandsOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Kind } from './modules.ts';

export interface Taken {
  readonly loss: 'logarithm' | 'cross-entropy' | 'binary cross-entropy' | 'negative log-likelihood' | 'divergence';
  readonly takes: Kind;
  readonly value: Node;
  /** Of a divergence, what the other distribution is given as. */
  readonly target?: { readonly takes: Kind; readonly value: Node };
}

/** What a loss that a node is takes; null where it is none. */
export function takenBy(node: Node): Taken | null {
  const [a, b] = node.args;
  switch (node.op) {
    case 'crossEntropy':
      return ofClasses(a!);
    case 'softplus':
      return { loss: 'binary cross-entropy', takes: 'logits', value: unsigned(a!) };
    case 'logSigmoid':
      return { loss: 'binary cross-entropy', takes: 'logits', value: unsigned(a!) };
    case 'add': {
      const p = ofProbability(a!, b!) ?? ofProbability(b!, a!);
      return p && { loss: 'binary cross-entropy', takes: 'probabilities', value: p };
    }
    case 'log': {
      const picked = ofRightClass(a!);
      if (picked) return { loss: 'cross-entropy', takes: 'probabilities', value: picked };
      const rest = withoutSlight(a!);
      if (rest.op === 'subtract' && numberOf(rest.args[0]!) === 1)
        return { loss: 'logarithm', takes: 'probabilities', value: rest.args[1]! };
      if (isOfClasses(node)) return { loss: 'logarithm', takes: 'probabilities', value: a! };
      if (rest.op !== 'parameter') return null;
      const value = unwrap(a!) === rest ? a! : unwrap(a!).args.find((arg) => unwrap(arg) === rest)!;
      return { loss: 'logarithm', takes: 'probabilities', value };
    }
    case 'multiply':
      return ofDivergence(a!, b!);
    default:
      return null;
  }
}

/** A logarithm with a name of its own that a negative log-likelihood is given. */
const isOfClasses = (log: Node): boolean =>
  usersOf(log).some((user) => user.op === 'let' && usersOf(user).some(({ op, args }) => op === 'crossEntropy' && args[0] === user));

function unsigned(node: Node): Node {
  const inner = unwrap(node);
  return inner.op === 'negate' ? inner.args[0]! : node;
}

/** What the right class of each example is picked from. */
function ofRightClass(node: Node): Node | null {
  let inner = withoutSlight(node);
  while (inner.op === 'squeeze' || inner.op === 'index') inner = unwrap(inner.args[0]!);
  return inner.op === 'gather' ? inner.args[0]! : null;
}

function ofClasses(logs: Node): Taken {
  // What the loss does itself has no name.
  if (logs.op === 'logSoftmaxOfClasses' || logs.op === 'logSoftmax')
    return { loss: 'cross-entropy', takes: 'logits', value: logs.args[0]! };
  if (logs.op === 'log') return { loss: 'cross-entropy', takes: 'probabilities', value: logs.args[0]! };
  return { loss: 'negative log-likelihood', takes: 'log-probabilities', value: logs };
}

/** `y log p` beside `(1 - y) log(1 - p)`. */
function ofProbability(positive: Node, negative: Node): Node | null {
  const [p, q] = [logarithmIn(positive), logarithmIn(negative)];
  if (!p || !q) return null;
  const rest = withoutSlight(q);
  return rest.op === 'subtract' && numberOf(rest.args[0]!) === 1 && source(rest.args[1]!) === source(p) ? p : null;
}

const source = (node: Node): Node => unwrap(withoutSlight(unwrap(node)));

function withoutSlight(node: Node): Node {
  const inner = unwrap(node);
  if (inner.op !== 'add') return inner;
  const [a, b] = inner.args;
  return numberOf(b!) !== null ? unwrap(a!) : numberOf(a!) !== null ? unwrap(b!) : inner;
}

/** What the logarithm in a product is of. */
function logarithmIn(node: Node): Node | null {
  const inner = unwrap(node);
  if (inner.op === 'log') return inner.args[0]!;
  if (inner.op !== 'multiply') return null;
  for (const arg of inner.args) {
    const factor = unwrap(arg);
    if (factor.op === 'log') return factor.args[0]!;
  }
  return null;
}

/** `p (log p - x)`, or `exp(log p) (log p - x)`. */
function ofDivergence(weight: Node, difference: Node): Taken | null {
  const inner = unwrap(difference);
  // `p log(p / q)`
  const quotient = inner.op === 'log' ? unwrap(inner.args[0]!) : null;
  if (quotient?.op === 'divide' && unwrap(quotient.args[0]!) === unwrap(weight))
    return { loss: 'divergence', takes: 'probabilities', value: quotient.args[1]!, target: { takes: 'probabilities', value: weight } };
  if (inner.op !== 'subtract') return null;
  const [first, second] = inner.args as [Node, Node];
  const log = unwrap(first);
  if (log.op === 'log' && (unwrap(log.args[0]!) === unwrap(weight) || withoutSlight(log.args[0]!) === unwrap(weight)))
    return { loss: 'divergence', takes: 'log-probabilities', value: second, target: { takes: 'probabilities', value: weight } };
  const exponential = unwrap(weight);
  if (exponential.op === 'exp' && unwrap(exponential.args[0]!) === log)
    return { loss: 'divergence', takes: 'log-probabilities', value: second, target: { takes: 'log-probabilities', value: first } };
  return null;
}

/** Everything that is computed from values of a statement alone, given to losses. */
export function* lossesIn(nodes: Iterable<Node>): Generator<{ readonly node: Node; readonly taken: Taken }> {
  const inner = new Set<Node>();
  for (const node of nodes) {
    const taken = takenBy(node);
    if (!taken || inner.has(node)) continue;
    if (node.op === 'add') for (const arg of operandsOf(node)) inner.add(unwrap(arg));
    yield { node, taken };
  }
}
