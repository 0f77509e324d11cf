/** Ratios of densities the wrong way round, in what is made of them. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes } from '../statements.ts';
import { isMadeOf, termsOf } from '../rules/flow.ts';
import { exchanged } from './exchanged.ts';
import { itself, nameOf, sumOf, type Names, type Sum } from './sums.ts';

/** `exp(logp - old_logp)` */
export function wrongRatio(statement: Computed, names: Names, checked: Checked): Fault | null {
  if (!/(?:^|_)ratios?$|^(?:r|rho|imp\w*_weights?|is_weights?)$/.test(nameOf(statement, checked))) return null;
  const exponent = unwrap(statement.node);
  if (exponent.op !== 'exp') return null;
  const { terms, hasRest } = sumOf(itself(exponent.args[0]!), names);
  const [now, before] = (['policy', 'old'] as const).map((kind) => terms.find((term) => term.kind === kind));
  if (hasRest || terms.length !== 2 || now?.sign !== -1 || before?.sign !== 1) return null;
  return {
    rule: 'log-ratio-reversed',
    message:
      'The ratio is of the policy that is trained over the one that acted, and here stands its inverse: raising the probability of what was good lowers it.',
    statement,
    at: statement.node,
    related: [],
    nearly: null,
    change: exchanged(terms, statement, checked),
  };
}

/** `exp(r) - r - 1` is least, 0, where r is 0, and the divergence in the mean over samples of the policy for r = log π_ref − log π. */
export function wrongEstimate(statement: Computed, names: Names, checked: Checked): Fault | null {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'add' && node.op !== 'subtract') continue;
    const terms = termsOf(node);
    const exponentials = terms.filter(({ node: one, sign }) => sign === 1 && unwrap(one).op === 'exp');
    const ones = terms.filter(({ node: one, sign }) => numberOf(one) !== null && numberOf(one)! * sign === -1);
    const rest = terms.filter((one) => !exponentials.includes(one) && !ones.includes(one));
    if (exponentials.length !== 1 || ones.length !== 1 || rest.length === 0) continue;
    const ratio = sumOf(itself(unwrap(exponentials[0]!.node).args[0]!), names);
    const linear = sumOf(rest, names);
    const [above, plain] = [signOf(ratio), signOf(linear)];
    if (above === null || plain === null) continue;
    const isOfReference = ratio.terms.some(({ kind }) => kind === 'reference');
    const isLinearWrong = plain === above;
    if (!isLinearWrong && (!isOfReference || above === -1 || ofOthers.test([statement.target, ...statement.around.slice(0, 1)].join(' '))))
      continue;
    if (isLinearWrong)
      return {
        rule: 'log-ratio-reversed',
        message: 'Beside exp(r) the estimate has −r, and here stands +r: it can be negative, and is least away from r = 0.',
        statement,
        // The number is no part of what it is compared with.
        at: numberOf(node.args[1]!) === null ? node : node.args[0]!,
        related: [],
        nearly: null,
        change: null,
      };
    const made = unwrap(unwrap(exponentials[0]!.node).args[0]!);
    // Where it is used for something else as well, as k1 is, it is the estimate that has to turn it.
    const isShared = usersOf(made).some((name) => name.op === 'let' && usersOf(name).some((user) => !isOfEstimate(user, node)));
    // Two statements may compute the same: it is the one with the name.
    const making =
      (isShared ? statement : null) ??
      checked.computed.findLast(
        (one) => one.holder === statement.holder && one.target !== '' && one.start <= statement.start && unwrap(one.node) === made,
      ) ??
      statement;
    return {
      rule: 'log-ratio-reversed',
      severity: 'info',
      message:
        'For samples of the policy r is log π_ref − log π, and here stands its negative: in the mean exp(r) − r − 1 is not their divergence.',
      statement: making,
      at: making === statement ? node : made,
      related: making === statement ? [] : [{ node: statement.node, message: 'The estimate that is made of it.' }],
      nearly: null,
      change: making === statement ? null : exchanged(ratio.terms, making, checked),
    };
  }
  return null;
}

/** An exponential or a term of it, or a name of it. */
const isOfEstimate = (user: Node, estimate: Node): boolean =>
  user === estimate || user.op === 'let' || isMadeOf(estimate, (part) => part === user, 12);

/** Samples need not be the policy's. */
const ofOthers = /forward|reverse|offline|fkl|rkl/i;

/** Of the policy, where another one is taken off, or the other way round. */
function signOf({ terms, hasRest }: Sum): 1 | -1 | null {
  const policy = terms.find(({ kind }) => kind === 'policy');
  const other = terms.find(({ kind }) => kind === 'reference' || kind === 'old');
  if (hasRest || terms.length !== 2 || !policy || !other) return null;
  return policy.sign !== other.sign && policy.of === other.of ? policy.sign : null;
}

/** `log_pi + log_ref` where their ratio is meant: one of them is taken off. */
export function addedRatio(statement: Computed, names: Names): Fault | null {
  if (ofMixtures.test(`${statement.target} ${statement.around[0] ?? ''}`)) return null;
  for (const node of ownNodes(statement)) {
    if (node.op !== 'add') continue;
    const { terms, hasRest } = sumOf(itself(node), names);
    const [now, other] = [terms.find(({ kind }) => kind === 'policy'), terms.find(({ kind }) => kind === 'reference' || kind === 'old')];
    if (hasRest || terms.length !== 2 || !now || !other || now.sign !== other.sign || now.of !== other.of) continue;
    if ([...node.args.map(unwrap), ...usersOf(node)].some(isHalved)) continue;
    return {
      rule: 'log-ratio-reversed',
      message: 'The logarithms of both policies are added: it is their difference that tells how far the one has moved from the other.',
      statement,
      at: node,
      related: [],
      nearly: null,
      change: null,
    };
  }
  return null;
}

/** A mean of both, or a weighted one. */
const isHalved = ({ op, args }: Node): boolean => (op === 'multiply' || op === 'divide') && args.some((arg) => numberOf(arg) !== null);

/** What is made of both on purpose. */
const ofMixtures = /mix|mean|avg|average|joint|total|ensemble|combin|fus|interp|steer|guid|product/i;
