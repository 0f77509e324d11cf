/** Estimates of a divergence whose sign is turned where they are a penalty. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { averagedIn, factorsOf, isNegated, namesOn, termsOf } from './flow.ts';

export function* divergenceSigns(statement: Computed, checked: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    const difference = node.op === 'subtract' ? differenceIn(node) : null;
    if (!difference) continue;
    const use = usesOf(node, statement, checked);
    if (use === null || use === difference.sign) continue;
    const { first, second } = difference;
    yield {
      rule: 'divergence-turned',
      message: `${nameOf(first)} − ${nameOf(second)} is minus the divergence of what samples are drawn from, and ${use === 1 ? 'it is added to a loss' : 'it is taken off a reward'}: to differ is rewarded. It is ${nameOf(second)} − ${nameOf(first)}.`,
      statement,
      at: placeOf(statement, node) ? node : statement.node,
      related: [],
      nearly: null,
      change: placeOf(statement, node) && { title: 'Exchange the two', there: node, write: exchanged },
    };
  }
}

/** `a - b` is `b - a`; anything else is left as it is. */
function exchanged(text: string): string {
  const parts = /^\s*([\w.]+)\s*-\s*([\w.]+)\s*$/.exec(text);
  return parts ? `${parts[2]!} - ${parts[1]!}` : `-(${text})`;
}

const nameOf = (node: Node): string => namesOn(node)[0] ?? '';

interface Difference {
  readonly first: Node;
  readonly second: Node;
  /** 1 where it is the divergence, -1 where it is minus that. */
  readonly sign: 1 | -1;
}

/** What samples are drawn from is the policy, or the posterior q; the other is the reference, or the prior. */
function differenceIn({ args }: Node): Difference | null {
  const [first, second] = args as [Node, Node];
  const [a, b] = [sideOf(first), sideOf(second)];
  if (!a || !b || a === b) return null;
  return { first, second, sign: a === 'drawn' ? 1 : -1 };
}

const drawn =
  /^(?:(?:policy|pi|actor|model|new|curr(?:ent)?)_)?(?:logp|log_?probs?|logprobs?|lp)(?:s)?$|^(?:policy|pi)_?log_?p\w*$|^log_?q(?:_?z\w*|_?zx)?$|^log_?qz\w*$/i;
const reference =
  /^(?:ref(?:erence)?|base|sft|init)_?(?:policy_)?(?:logp|log_?probs?|logprobs?|lp)s?$|^log_p_?z?$|^logpz$|^log_?prior$|^log_?ref\w*$|^(?:logp|log_?probs?|logprobs?)_?ref$/i;

function sideOf(node: Node): 'drawn' | 'reference' | null {
  const name = nameOf(node);
  if (reference.test(name)) return 'reference';
  return drawn.test(name) ? 'drawn' : null;
}

/** Whether more of it is worse (1) or better (-1), as a term of a loss or of a reward; null where the code does not tell. */
function usesOf(node: Node, { holder, start }: Computed, { computed }: Checked): 1 | -1 | null {
  const found = new Set<1 | -1>();
  for (const { node: whole, target, around, ...one } of computed) {
    if (one.holder !== holder || one.start < start) continue;
    const { node: averaged, sign: all } = averagedIn(whole);
    const terms = termsOf(averaged, all, ({ op }) => op === 'let');
    for (const term of terms) {
      const factors = factorsOf(term.node);
      const own = factors.find((factor) => carries(factor.node, node));
      const others = factors.filter((factor) => factor !== own);
      if (!own || own.below || (terms.length < 2 && !others.some((other) => /kl|beta|coef/i.test(nameOf(other.node))))) continue;
      const isTurned = others.some((other) => (numberOf(other.node) ?? 1) < 0) !== isNegated(term.node);
      const sign = (term.sign === 1) !== isTurned ? 1 : -1;
      const name = target === '' ? (around[0] ?? '') : target;
      const isReward = /reward|shaped|score|return/i.test(name) && !/loss/i.test(name);
      const isLoss = /loss|cost/i.test(name) || terms.some((other) => other !== term && /nll|loss|recon/i.test(nameOf(other.node)));
      if (isReward || isLoss) found.add(isReward ? (-sign as 1 | -1) : sign);
    }
  }
  return found.size === 1 ? [...found][0]! : null;
}

/** The value itself, or its mean or sum, by whichever name. */
function carries(of: Node, part: Node): boolean {
  let inner = unwrap(of);
  while ((inner.op === 'mean' || inner.op === 'sum') && inner.args[0]) inner = unwrap(inner.args[0]);
  return inner === part;
}
