/** Probabilities, logits and log-probabilities given to losses that take another of them. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, usersOf, type Node } from '../../expression/node.ts';
import { isNode } from '../../expression/values.ts';
import type { Checked } from '../checked.ts';
import type { Change, Fault } from '../fault.ts';
import { deepNodes, ownNodes, placeOf, writtenAround } from '../statements.ts';
import { renamed, undone } from './changes.ts';
import { moving, namesOn } from './flow.ts';
import { kindOf, type Known } from './kinds.ts';
import { lossesIn, type Taken } from './losses.ts';
import { isWritten } from './written.ts';

export function* inputs(statement: Computed, checked: Checked): Generator<Fault> {
  const own = ownNodes(statement);
  const seen = new Set<Node>();
  for (const { node, taken } of lossesIn(deepNodes(statement))) {
    for (const { takes, value } of [taken, ...(taken.target ? [taken.target] : [])]) {
      const known =
        kindOf(value) ??
        annotated(value, checked) ??
        predicted(value, statement, checked) ??
        contradicted(takes, value, statement, checked);
      if (!known || known.kind === takes || seen.has(askedIn(known.made))) continue;
      // Within a function that is called, it is that function's own.
      if (!own.has(node) && !isWritten(checked, known.made)) continue;
      const fault = faultOf(statement, node, { ...taken, takes, value }, known);
      if (!fault) continue;
      seen.add(askedIn(known.made));
      const renaming = fault.rule === 'logits-for-probabilities' ? renamingOf(value, statement, checked) : null;
      // `p = logits`: that is where something is missing.
      yield renaming
        ? { ...fault, statement: renaming, at: renaming.node, related: [{ node: fault.at, message: 'It is used here.' }] }
        : fault;
    }
  }
}

/** What one network answers is wrong by one thing. */
const askedIn = (made: Node): Node => (made.op === 'opaque' && made.attributes['bound'] === true ? unwrap(made.args[0]!) : made);

/** The statement before that only gives a parameter another name, under which it is used. */
function renamingOf(value: Node, { holder, start }: Computed, { computed }: Checked): Computed | null {
  let named = value;
  while (named.op !== 'let' && named.args[0] && (named.op === 'add' || moving.has(named.op))) [named] = named.args as [Node];
  if (named.op !== 'let' || named.args[0]!.op !== 'parameter') return null;
  const { name } = named.attributes;
  return (
    computed.findLast((one) => one.holder === holder && one.start < start && one.target === name && one.node === named.args[0]) ?? null
  );
}

/** What a network gives that is said to be of a class of the file. */
function annotated(value: Node, { answerOf }: Checked): Known | null {
  let call = unwrap(value);
  while ((moving.has(call.op) || call.op === 'detach') && call.args[0]) call = unwrap(call.args[0]);
  const module = call.op === 'opaque' && call.attributes['bound'] === true ? unwrap(call.args[0]!) : null;
  const hint = module?.op === 'parameter' ? module.attributes['hint'] : '';
  const answer = typeof hint === 'string' && hint !== '' ? answerOf(hint) : null;
  const known = answer && isNode(answer) ? kindOf(answer) : null;
  return known && { kind: known.kind, made: call, named: false };
}

/** What Keras hands to the loss of a model: what its own call gives, or what that has under a name. */
function predicted(value: Node, { around: [method = '', model = ''] }: Computed, { answerOf }: Checked): Known | null {
  if (!/^compute_(?:loss|metrics)$/.test(method)) return null;
  const inner = unwrap(value);
  const key = inner.op === 'attribute' && inner.args[0] ? String(inner.attributes['name']) : null;
  const given = key === null ? inner : unwrap(inner.args[0]!);
  if (given.op !== 'parameter' || given.attributes['name'] !== 'y_pred') return null;
  const answer = answerOf(model);
  const own =
    answer && key !== null && !isNode(answer) && answer.kind === 'dictionary' ? answer.entries.get(key) : key === null ? answer : null;
  const known = own && isNode(own) ? kindOf(own) : null;
  return known && { kind: known.kind, made: inner, named: false };
}

/**
 * Where the same network's answers go through a sigmoid elsewhere, they are logits; so is what a function is given and has a sigmoid taken
 * of elsewhere.
 */
function contradicted(takes: Taken['takes'], value: Node, { holder }: Computed, { textOf }: Checked): Known | null {
  const call = unwrap(value);
  if (takes === 'probabilities' && call.op === 'parameter' && isLogit(call, 0) && !(holder && asked.test(textOf(holder))))
    return { kind: 'logits', made: value, named: false };
  if (takes !== 'probabilities' || call.op !== 'opaque' || call.attributes['bound'] !== true) return null;
  const module = unwrap(call.args[0]!);
  const beside = (from: Node): boolean =>
    usersOf(from).some(
      (user) =>
        (user.op === 'opaque' &&
          user !== call &&
          user.attributes['callee'] === call.attributes['callee'] &&
          unwrap(user.args[0]!) === module &&
          isSquashed(user, 0)) ||
        (user.op === 'let' && beside(user)),
    );
  return beside(module) ? { kind: 'logits', made: call, named: false } : null;
}

/** What a function is given may be either: it asks which. */
const asked = /\bif\b[^:\n]*(?:logit|prob|sigm|mode|type|kind|loss|raw|activ)/i;

/** A sigmoid of it is taken, or the logarithm of one. */
const isLogit = (node: Node, depth: number): boolean =>
  depth < 6 &&
  usersOf(node).some(
    (user) =>
      squashing.has(user.op) ||
      ((user.op === 'let' || user.op === 'negate' || (moving.has(user.op) && user.args[0] === node)) && isLogit(user, depth + 1)),
  );
const squashing: ReadonlySet<string> = new Set(['sigmoid', 'softplus', 'logSigmoid']);

const isSquashed = (node: Node, depth: number): boolean =>
  depth < 6 &&
  usersOf(node).some(
    (user) =>
      user.op === 'sigmoid' || ((user.op === 'let' || (moving.has(user.op) && user.args[0] === node)) && isSquashed(user, depth + 1)),
  );

function faultOf(statement: Computed, node: Node, taken: Taken, known: Known): Fault | null {
  const { loss, takes, value } = taken;
  const isHere = placeOf(statement, known.made) !== null;
  const at = isHere ? known.made : (writtenAround(statement, node) ?? value);
  const base = { statement, at, related: isHere ? [] : [{ node: known.made, message: `The ${known.kind} are made here.` }], nearly: null };
  if (takes === 'logits' && known.kind === 'probabilities') {
    const isOfTwo = loss === 'binary cross-entropy';
    const [what, floor] = isOfTwo ? ['a sigmoid', '0.313'] : ['a softmax', 'log(1 + (K - 1)/e) for K classes'];
    return {
      ...base,
      rule: 'probabilities-for-logits',
      message: `This ${loss} applies ${what} itself and is given probabilities instead of logits: they are squashed twice, and the loss of an example cannot fall below ${floor}.`,
      change: withoutSquashing(statement, node, known),
    };
  }
  if (takes === 'logits' && known.kind === 'log-probabilities' && loss === 'cross-entropy' && !known.named)
    return {
      ...base,
      rule: 'normalised-twice',
      message: 'This cross-entropy applies a log-softmax itself: the one before it changes nothing and can go.',
      change: withoutSquashing(statement, node, known),
    };
  if (takes === 'logits') return null;
  if (known.kind === 'logits') {
    // What a network gives may be called logits for want of a better word.
    const given = unwrap(value).op === 'divide' ? unwrap(unwrap(value).args[0]!) : unwrap(value);
    if (known.named && given.op !== 'parameter') return null;
    const wanted = takes === 'probabilities' ? 'probabilities' : 'log-probabilities';
    const why =
      takes === 'probabilities'
        ? 'the logarithm of a logit is not defined below 0'
        : loss === 'divergence'
          ? 'without a log-softmax this is no divergence, and has no least value'
          : 'without a log-softmax it has no least value';
    return {
      ...base,
      rule: 'logits-for-probabilities',
      message: `This ${loss} takes ${wanted} and is given logits: ${why}.`,
      change: null,
    };
  }
  const [got, wanted] = [known.kind, takes];
  if (known.named && loss !== 'divergence') return null;
  return {
    ...base,
    rule: 'logarithms-missing',
    message:
      wanted === 'log-probabilities'
        ? `This ${loss} takes log-probabilities and is given ${got}: their logarithm is missing.`
        : `This ${loss} takes ${wanted} here and is given ${got}, of which it takes the logarithm again.`,
    change: wanted === 'log-probabilities' ? withLogarithm(statement, known) : null,
  };
}

/** The logits in place of what was made of them, where nothing else needs that. */
function withoutSquashing(statement: Computed, loss: Node, { made }: Known): Change | null {
  const [logits] = made.args;
  if (!logits || (made.op !== 'softmax' && made.op !== 'sigmoid' && made.op !== 'logSoftmax')) return null;
  const name = made.op === 'sigmoid' ? 'sigmoid' : 'softmax';
  if (placeOf(statement, made)) return undone(statement, `Leave out the ${name}`, made, logits);
  const [from, to] = [usedName(statement, made), logits.op === 'let' || logits.op === 'parameter' ? namesOn(logits)[0] : undefined];
  const there = writtenAround(statement, loss);
  return from && to && from !== to && there ? renamed(`Give it ${to}`, there, new Map([[from, to]])) : null;
}

/** The name by which a statement has a value. */
function usedName({ places }: Computed, value: Node): string | null {
  const place = places.find(({ node }) => node.op === 'let' && unwrap(node) === value);
  return place ? (place.node.attributes['name'] as string) : null;
}

function withLogarithm(statement: Computed, { made }: Known): Change | null {
  if (made.op !== 'softmax' || !placeOf(statement, made)) return null;
  return {
    title: 'Take the log-softmax',
    there: made,
    write: (text) => text.replace(/(?<![\w])softmax\b(?!.*(?<![\w])softmax\b)/s, 'log_softmax'),
  };
}
