/** Losses of the next token in which tokens are predicted from themselves. */

import type { Computed } from '../../expression/follow/context.ts';
import { argumentsOf, numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { moving, namesOn, under } from './flow.ts';

export function* shifts(statement: Computed, { computed }: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'crossEntropy' && node.op !== 'gather') continue;
    const [scores, target] = node.args as [Node, Node];
    const wanted = cutIn(target);
    const given = wanted && (cutIn(scores) ?? cutGiven(scores, wanted));
    if (!wanted || !given || !isOfTokens(statement, wanted, given)) continue;
    if (given.keeps === 'later' || wanted.keeps === 'later') {
      if (given.keeps !== 'later' || wanted.keeps === 'later') continue;
    }
    const at = computed.some((one) => one.holder === statement.holder && placeOf(one, wanted.cut)) ? wanted.cut : node;
    yield {
      rule: 'another-value',
      severity: 'warning',
      message:
        given.keeps === 'later'
          ? 'The scores after a token are compared with the token before it: what comes at place i predicts place i + 1. The scores lose the last place and the tokens the first.'
          : 'The scores at each place are compared with the token of that very place, which the model was given: nothing is predicted. The scores lose the last place and the tokens the first.',
      statement: placeOf(statement, wanted.cut)
        ? statement
        : (computed.find((one) => one.holder === statement.holder && placeOf(one, wanted.cut)) ?? statement),
      at,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

interface Cut {
  /** All but the last place, or all but the first. */
  readonly keeps: 'earlier' | 'later';
  readonly of: Node;
  readonly cut: Node;
  /** What it is called on the way. */
  readonly names: readonly string[];
}

const passing: ReadonlySet<string> = new Set([
  ...moving,
  'logSoftmax',
  'logSoftmaxOfClasses',
  'log',
  'softmax',
  'detach',
  'multiply',
  'divide',
]);

/** Where one place is cut off, of the second axis or of the last but one. */
function cutIn(node: Node): Cut | null {
  const names: string[] = [];
  let inner = node;
  for (let steps = 0; steps < 24; steps++) {
    if (inner.op === 'let') names.push(String(inner.attributes['name']));
    if (inner.op === 'index') {
      const keeps = keptBy(inner);
      if (keeps) return { keeps, of: unwrap(inner.args[0]!), cut: inner, names: [...names, ...namesOn(inner.args[0]!)] };
    }
    if (inner.op !== 'let' && inner.op !== 'inline' && !passing.has(inner.op)) return null;
    if (!inner.args[0]) return null;
    [inner] = inner.args as [Node];
  }
  return null;
}

function keptBy({ args, attributes }: Node): Cut['keeps'] | null {
  const [, end] = /^(?:slice: |dots )slice:([tf])(?: slice:| new)*$/.exec(String(attributes['spec'])) ?? [];
  const by = args.length === 2 ? numberOf(args[1]!) : null;
  return end === 't' && by === -1 ? 'earlier' : end === 'f' && by === 1 ? 'later' : null;
}

/** What a network was given is what it is compared with. */
function cutGiven(scores: Node, wanted: Cut): Cut | null {
  const inner = under(scores, ({ op }) => passing.has(op));
  const first = inner.op === 'attribute' && inner.args[0] ? unwrap(inner.args[0]) : inner;
  if (first.op !== 'opaque') return null;
  return argumentsOf(first).some((one) => unwrap(one) === wanted.cut) ? wanted : null;
}

const tokens = /(?:^|_)(?:ids?|tokens?|tok|inputs?|seqs?|sequences?|text|idx|caption\w*)(?:_|$)/i;
const labels = /(?:^|_)(?:labels?|targets?|tgt|trg|y)(?:_|$)/i;
const ofShifts = /shift|causal|next|lm|autoregress|gpt|language/i;

/** Labels may be those of the next token already, unless it is said that they are shifted here. */
function isOfTokens({ around, target }: Computed, { of, names, keeps, cut }: Cut, given: Cut): boolean {
  const own = [...names, ...namesOn(of)];
  if (own.some((name) => /mask|teacher|soft|prob|next/i.test(name))) return false;
  if (own.some((name) => tokens.test(name))) return true;
  // A decoder that is given all but the last predicts all but the first.
  if (given.cut === cut && keeps === 'earlier' && own.some((name) => labels.test(name))) return true;
  // What is called labels is as long as what was given, and is shifted by the loss.
  if (given.keeps === 'earlier' && keeps === 'earlier' && own.some((name) => /^labels$/i.test(name))) return true;
  return own.some((name) => labels.test(name)) && [...own, target, ...around.slice(0, 1)].some((name) => ofShifts.test(name));
}
