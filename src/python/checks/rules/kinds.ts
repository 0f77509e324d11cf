/** Whether values are probabilities, their logarithms, or logits, told by what made them. */

import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import { wordsOf } from '../../recognise/evidence/words.ts';
import { isUnknown, moving, under } from './flow.ts';
import { kindOfModule, type Kind } from './modules.ts';

export interface Known {
  readonly kind: Kind;
  /** What made it such: a softmax, a module's call, or what is called so. */
  readonly made: Node;
  /** By its name alone. */
  readonly named: boolean;
}

const most = 40;

/** null where the code does not tell. */
export function kindOf(node: Node, depth = 0): Known | null {
  if (depth > most) return null;
  const [a, b] = node.args;
  const of = (part: Node): Known | null => kindOf(part, depth + 1);
  const as = (kind: Kind): Known => ({ kind, made: node, named: false });
  switch (node.op) {
    case 'let':
      return nearest(of(a!), node);
    case 'inline':
    case 'detach':
      return of(a!);
    case 'softmax':
    case 'sigmoid':
      return as('probabilities');
    case 'logSoftmax':
    case 'logSigmoid':
      return as('log-probabilities');
    case 'exp':
      return of(a!)?.kind === 'log-probabilities' ? as('probabilities') : null;
    case 'log':
      return of(a!)?.kind === 'probabilities' ? as('log-probabilities') : null;
    case 'clamp':
    case 'maximum':
    case 'minimum':
      return probabilitiesOf(of(a!));
    case 'add':
      return [a!, b!].map((part, at) => (isSlight(at === 0 ? b! : a!) ? probabilitiesOf(of(part)) : null)).find(Boolean) ?? null;
    case 'subtract':
      return numberOf(a!) === 1 ? probabilitiesOf(of(b!)) : null;
    case 'divide':
      // By a temperature.
      return isScalar(b!) ? (logitsOf(of(a!)) ?? (numberOf(b!) === null && isUnknown(unwrap(a!)) ? as('logits') : null)) : null;
    case 'choice':
    case 'concatenate':
    case 'stack':
      return common(node.args.map(of));
    case 'opaque':
      return ofCall(node, depth);
    case 'parameter':
    case 'attribute':
      return node.args.length === 0 ? namedKind(node, String(node.attributes['name'])) : null;
    default:
      return moving.has(node.op) && a ? of(a) : null;
  }
}

/** The name that it has where it is used counts, not one that it had before, but that by which it was given. */
function nearest(known: Known | null, node: Node): Known | null {
  return known && (!known.named || node.args[0]!.op === 'parameter') ? known : namedKind(node, String(node.attributes['name']));
}

const probabilitiesOf = (known: Known | null): Known | null => (known?.kind === 'probabilities' ? known : null);
const logitsOf = (known: Known | null): Known | null => (known?.kind === 'logits' ? known : null);

function common(all: readonly (Known | null)[]): Known | null {
  const [first] = all;
  return first && all.every((one) => one?.kind === first.kind) ? first : null;
}

const slight = 1e-3;
const isSlight = (node: Node): boolean => {
  const value = numberOf(node);
  return value !== null
    ? Math.abs(value) <= slight
    : /^(?:eps|epsilon|EPS|EPSILON|tiny|smooth)$/.test(String(unwrap(node).attributes['name']));
};

const isScalar = (node: Node): boolean =>
  numberOf(node) !== null || ((node.op === 'let' || unwrap(node).op === 'parameter') && /^(?:T|tau|temp|temperature)$/i.test(nameIn(node)));
const nameIn = (node: Node): string => String(node.attributes['name'] ?? unwrap(node).attributes['name'] ?? '');

/** Where nothing else tells, and the name can mean nothing else. */
function namedKind(node: Node, name: string): Known | null {
  const inner = under(node, ({ op }) => moving.has(op) && op !== 'item');
  // Similarities, whatever they are scaled by.
  if (node.op === 'let' && isProduct(inner) && /logits?$/i.test(name)) return { kind: 'logits', made: node, named: false };
  if (!isUnknown(inner)) return null;
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  const isLog = words.some((word) => /^(?:log|logs|ln|lp)$/.test(word)) || /^log_?prob/.test(name);
  if (/^(?:logits?)$/.test(last) && !isLog) return { kind: 'logits', made: node, named: true };
  if (/^(?:probs?|probabilit(?:y|ies)|softmax|softmaxed)$/.test(last))
    return { kind: isLog ? 'log-probabilities' : 'probabilities', made: node, named: true };
  return /^(?:logprobs?|logp)$/.test(last) ? { kind: 'log-probabilities', made: node, named: true } : null;
}

const isProduct = (node: Node): boolean => {
  const { op, args } = unwrap(node);
  return op === 'matmul' || op === 'einsum' || ((op === 'multiply' || op === 'divide') && args.some(isProduct));
};

/** What the last layer of a module gives. */
function ofCall(call: Node, depth: number): Known | null {
  if (call.attributes['bound'] !== true || call.args.length < 2) return null;
  const kind = kindOfModule(unwrap(call.args[0]!), depth);
  return kind && { kind, made: call, named: false };
}
