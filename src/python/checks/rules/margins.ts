/** Preference losses: what the reference is to the policy's log-probability, and what beta weights. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf, writtenIn } from '../statements.ts';
import { factorsOf, namesOn } from './flow.ts';

export function* margins(statement: Computed, { computed }: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op === 'add' && isSumOfBoth(node) && isOfRatios(statement))
      yield {
        rule: 'other-sign',
        message:
          'The log-probabilities of the policy and of the reference are added: the logarithm of their ratio is the difference, and is 0 where both agree.',
        statement,
        at: writtenIn(statement, node),
        related: [],
        nearly: null,
        change: null,
      };
    const crossed = node.op === 'subtract' ? crossedIn(node) : null;
    if (crossed)
      yield {
        rule: 'pair-crossed',
        message: `${crossed[0]} is taken against ${crossed[1]}, which is what the other answer belongs to: each is against the reference's of the same answer.`,
        statement,
        at: writtenIn(statement, node),
        related: [],
        nearly: null,
        change: null,
      };
    const margin = node.op === 'logSigmoid' || node.op === 'softplus' ? node.args[0]! : null;
    const bare = margin && partlyWeighted(margin);
    if (!bare) continue;
    const making = computed.findLast((one) => one.holder === statement.holder && placeOf(one, bare));
    yield {
      rule: 'factor-scope',
      message:
        'Beta weights the part of the policy and not that of the reference: at equal policies the margin is not 0. It weights their difference.',
      statement: making ?? statement,
      at: making ? bare : node,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

const reference = /(?:^|_)(?:ref(?:erence)?|old|sft|base|init)(?:_|\.|$)|^ref/i;
const ofLogs = /log_?p|logits?_?prob|lp(?:_|s|$)|(?:^|_)ll(?:_|$)/i;

/** `logps + ref_logps` */
function isSumOfBoth({ args }: Node): boolean {
  const [a, b] = args.map((arg) => namesOn(arg)[0] ?? '');
  if (!a || !b || ![a, b].every((name) => ofLogs.test(name))) return false;
  const isOne = (own: string, other: string): boolean => reference.test(other) && !reference.test(own) && stemOf(other) === stemOf(own);
  return isOne(a, b) || isOne(b, a);
}

/** `policy_chosen_logps - reference_rejected_logps` */
function crossedIn({ args }: Node): readonly [string, string] | null {
  const [a, b] = args.map(nameWithOwner) as [string, string];
  if (![a, b].every((name) => ofLogs.test(name) || name.includes('.')) || reference.test(a) === reference.test(b)) return null;
  const [x, y] = [sideOf(a), sideOf(b)];
  return x !== null && y !== null && x !== y ? [a, b] : null;
}

/** `policy.chosen` */
function nameWithOwner(node: Node): string {
  const inner = unwrap(node);
  const own = namesOn(node)[0] ?? '';
  const owner = inner.op === 'attribute' && node.op !== 'let' && inner.args[0] ? namesOn(inner.args[0])[0] : undefined;
  return owner === undefined || owner === 'self' ? own : `${owner}.${own}`;
}

const sideOf = (name: string): 'chosen' | 'rejected' | null =>
  /chosen|(?:^|[_.])(?:win\w*|w|preferred|pos)(?:_|$)/i.test(name)
    ? 'chosen'
    : /reject|(?:^|[_.])(?:los\w*|l|dispreferred|neg)(?:_|$)/i.test(name)
      ? 'rejected'
      : null;

const stemOf = (name: string): string =>
  name
    .toLowerCase()
    .split('_')
    .filter((word) => !/^(?:ref|reference|old|sft|base|init|policy|pi|new|cur|model|theta)$/.test(word))
    .join('_')
    .replace(/^ref/, '')
    .replace(/log_?prob(?:abilitie)?s?|logps?/, 'logp');

const isOfRatios = ({ target, around }: Computed): boolean =>
  /ratio|diff|delta|margin|(?:^|_)kl|adv|reward|logits?$|dpo|ipo|kto|preference|(?:^|_)h$/i.test([target, ...around.slice(0, 2)].join(' '));

/** `beta * policy_margin - reference_margin` */
function partlyWeighted(margin: Node): Node | null {
  for (const node of sumsIn(margin)) {
    if (node.op !== 'subtract') continue;
    for (const [weighted, bare] of [node.args, node.args.toReversed()] as [Node, Node][])
      if (isWeighted(weighted) && !isWeighted(bare) && isOfReference(bare) && !isOfReference(weighted)) return node;
  }
  return null;
}

const isWeighted = (node: Node): boolean => factorsOf(node).some(({ node: factor }) => isBeta(factor));

/** The margin itself, or what it was made of by a factor or a minus. */
function* sumsIn(margin: Node): Generator<Node> {
  let inner = unwrap(margin);
  for (let steps = 0; steps < 6; steps++) {
    if (inner.op === 'subtract' || inner.op === 'add') {
      yield inner;
      return;
    }
    if (inner.op !== 'negate' || !inner.args[0]) return;
    inner = unwrap(inner.args[0]);
  }
}

const isBeta = (node: Node): boolean => namesOn(node).some((name) => /^beta$|_beta$/i.test(name));

/** A difference of two of the reference, or called so. */
const isOfReference = (node: Node): boolean =>
  factorsOf(node).some(({ node: factor }) => namesOn(factor).some((name) => reference.test(name))) ||
  (unwrap(node).op === 'subtract' && unwrap(node).args.every((arg) => namesOn(arg).some((name) => reference.test(name))));

/** Which answer is made more likely, where names alone say which is to be. */
export function* turnedMargins(statement: Computed): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    const turned = node.op === 'logSigmoid' || node.op === 'softplus' ? turnedIn(node) : null;
    if (!turned) continue;
    yield {
      rule: 'wrong-direction',
      message: `This is lower where ${turned[0]} is above ${turned[1]}: the two have changed places, and the answer that is to be preferred is made less likely.`,
      statement,
      at: writtenIn(statement, node),
      related: [],
      nearly: null,
      change: null,
    };
  }
}

/** `-logsigmoid(rejected - chosen)`, or `softplus(chosen - rejected)`. */
function turnedIn(node: Node): readonly [string, string] | null {
  const difference = unwrap(node.args[0]!);
  const [a, b] = difference.op === 'subtract' ? difference.args.map((arg) => namesOn(arg)[0] ?? '') : [];
  if (a === undefined || b === undefined) return null;
  const isLoss = node.op === 'softplus' ? usersOf(node).every(({ op }) => op !== 'negate') : isNegatedLater(node, 0);
  if (!isLoss) return null;
  const [isChosen, isRejected] = [/chosen|prefer|win(?:ner)?s?(?:_|$)/i, /reject|los(?:er|ing)s?(?:_|$)|dispref/i];
  const [more, less] = node.op === 'softplus' ? [a, b] : [b, a];
  const isTurned = isChosen.test(more) && isRejected.test(less) && !isRejected.test(more) && !isChosen.test(less);
  return isTurned ? [less, more] : null;
}

/** A minus comes after it, with nothing but means between. */
const isNegatedLater = (node: Node, depth: number): boolean =>
  depth < 6 &&
  usersOf(node).some(
    (user) =>
      user.op === 'negate' ||
      (user.op === 'multiply' && user.args.some((arg) => (numberOf(arg) ?? 0) < 0)) ||
      (/^(?:mean|sum|let|inline|multiply)$/.test(user.op) && isNegatedLater(user, depth + 1)),
  );
