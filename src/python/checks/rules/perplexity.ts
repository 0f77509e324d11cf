/** Perplexity and bits: which base the logarithm has, and of what the mean is taken. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes } from '../statements.ts';
import { factorsOf, isMadeOf, isMoved, isNegated, isUnknown, namesOn, source, termsOf, under } from './flow.ts';

export function* perplexity(statement: Computed, checked: Checked): Generator<Fault> {
  const { computed } = checked;
  const names = [statement.target, ...(statement.target === '' ? statement.around.slice(0, 1) : [])].join(' ');
  const isPerplexity = /perplex|(?:^|_|\b)ppl/i.test(names);
  for (const node of ownNodes(statement)) {
    const [a, b] = node.args;
    const there = { statement, at: node, related: [], nearly: null, change: null };
    const exponent = node.op === 'power' && numberOf(a!) === 2 ? b! : node.op === 'exp2' ? a! : null;
    if (exponent && isInNats(exponent, isPerplexity))
      yield {
        rule: 'perplexity-base',
        message: 'The cross-entropy is in nats, its logarithm has base e: 2 to its power is no perplexity, e to its power is.',
        ...there,
      };
    if (
      node.op === 'exp' &&
      (isPerplexity
        ? isTurned(a!) || signOf(a!, 0) === -1 || isLikelihood(a!, statement, computed)
        : isMeanOf(names) && isLikelihood(a!, statement, computed))
    )
      yield {
        rule: 'other-sign',
        severity: 'warning',
        message: 'This is the inverse of the perplexity, below 1: a sign is the other one.',
        ...there,
      };
    if (
      node.op === 'mean' &&
      isPerplexity &&
      !/mean|avg|average/i.test(names) &&
      unwrap(a!).op === 'exp' &&
      isInNats(unwrap(a!).args[0]!, true)
    )
      yield {
        rule: 'another-reduction',
        message: 'This is the mean of exponentials: perplexity is the exponential of the mean over all tokens, which is never more.',
        ...there,
      };
    if (node.op === 'divide' && isPerplexity && unwrap(a!).op === 'exp' && signOf(unwrap(a!).args[0]!, 0) === 1 && isCount(b!))
      yield {
        rule: 'another-reduction',
        message:
          'The exponential of the sum is divided by the number of tokens: perplexity is the exponential of the sum that is divided by it.',
        ...there,
      };
    if (node.op === 'exp' && isMeanOfEntropy(a!))
      yield {
        rule: 'another-reduction',
        message: 'An entropy is the sum of p log p over the classes, and this takes their mean: its exponential is no perplexity.',
        ...there,
      };
    if (node.op === 'exp' && (isPerplexity || isOfAll(a!)) && isSummed(a!))
      yield {
        rule: 'perplexity-base',
        severity: 'info',
        message: 'This is the exponential of a negative log-likelihood that is summed over the tokens: perplexity is that of its mean.',
        ...there,
      };
  }
  if (isWithoutExponential(statement, checked))
    yield {
      rule: 'function-missing',
      message: 'This is the mean negative log-likelihood itself: perplexity is its exponential.',
      statement,
      at: statement.node,
      related: [],
      nearly: null,
      change: null,
    };
  yield* bits(statement, names);
}

/** Bits of something: a density in nats over its dimensions and log(2), and what is counted beside it. */
function* bits(statement: Computed, names: string): Generator<Fault> {
  // What has a name is told of where it is made.
  if (statement.node.op === 'let' && statement.target === '') return;
  const isCalled = /(?:^|_|\b)(?:bpd|bpc|bpb|bits?_per_\w+|bits_?dim|\w+_bits|bits)(?:_|\b|$)/i.test(names);
  if (!isCalled || /(?:^|_|\b)(?:n|num)_bits|bits_to|from_bits/i.test(names)) return;
  const signed = termsOf(statement.node);
  const terms = signed.map(({ node }) => node);
  for (const node of terms) {
    const factors = factorsOf(node);
    const scale = factors.length > 1 ? factors.find(isOfOtherBase) : undefined;
    if (scale)
      yield {
        rule: 'other-factor',
        message: 'Nats become bits by a division by log(2), and here stands another factor.',
        ...{ statement, at: scale.node, related: [], nearly: null, change: null },
      };
  }
  const nats = signed.find(({ node, sign }) => (isCounted(node) || isSurprisal(node, sign)) && isInNats(node, true))?.node;
  const others = terms.filter((node) => node !== nats);
  // A number that is not made of a logarithm may be either.
  if (nats && others.every((node) => isMadeOf(node, isOtherBase, 60) || numberOf(node) !== null))
    yield {
      rule: 'nats-as-bits',
      message: 'This is in nats: the division by log(2) that makes bits of them is missing.',
      ...{ statement, at: others.length === 0 ? statement.node : nats, related: [], nearly: null, change: null },
    };
}

const isCount = (node: Node): boolean =>
  /^(?:count|size)$/.test(unwrap(node).op) || namesOn(node).some((name) => /^n$|n_|num|count|tokens|len|total/i.test(name));

/** Times log(2), or over log2(e); or over another logarithm. */
function isOfOtherBase({ node, below }: { readonly node: Node; readonly below: boolean }): boolean {
  const inner = unwrap(node);
  const value = numberOf(inner) ?? (inner.op === 'log' && numberOf(inner.args[0]!) !== null ? Math.log(numberOf(inner.args[0]!)!) : null);
  return value !== null && (Math.abs(value - (below ? Math.LOG2E : Math.LN2)) < 1e-3 || (below && Math.abs(value - Math.LN10) < 1e-3));
}

/** A loss with a minus. */
const isTurned = (exponent: Node): boolean =>
  isNegated(exponent) &&
  factorsOf(exponent).some(
    ({ node, below }) =>
      !below && isUnknown(source(node)) && namesOn(node).some((name) => /^(?:\w+_)?(?:nll|loss|ce|cross_?entropy|xent)$/i.test(name)),
  );

/** What is worked out of a whole set, and is called no likelihood. */
const isMeanOf = (names: string): boolean => /eval|valid|score|test/i.test(names) && !/lik|prob|geom|acc/i.test(names);

/** Log-probabilities, gathered in a loop and divided by how many there are, with no minus anywhere. */
function isLikelihood(exponent: Node, { holder }: Computed, computed: readonly Computed[]): boolean {
  const inner = unwrap(exponent);
  const [total] = inner.op === 'divide' ? inner.args : [];
  if (total?.op !== 'let' || isNegated(exponent)) return false;
  const { name } = total.attributes;
  const added = computed.flatMap(({ node, holder: own }) => {
    const [before, more] = own === holder && node.op === 'add' ? node.args : [];
    return before?.op === 'let' && before.attributes['name'] === name && more ? [more] : [];
  });
  return added.length > 0 && added.every((one) => signOf(one, 0) === -1);
}

/** 1 for a negative log-likelihood, -1 for a log-likelihood; null where the code does not tell. */
function signOf(node: Node, depth: number): 1 | -1 | null {
  const inner = unwrap(node);
  const [a, b] = inner.args;
  const of = (part: Node): 1 | -1 | null => signOf(part, depth + 1);
  if (depth > 20) return null;
  if (inner.op === 'crossEntropy') return 1;
  if (inner.op === 'gather') return isMadeOf(a!, ({ op }) => op === 'logSoftmax', 10) ? -1 : null;
  if (inner.op === 'negate') return turned(of(a!));
  if (inner.op === 'multiply') {
    const number = numberOf(a!) ?? numberOf(b!);
    const rest = numberOf(a!) === null ? a! : b!;
    return number === null ? of(a!) : number < 0 ? turned(of(rest)) : of(rest);
  }
  if (/^(?:sum|mean|squeeze|index|stack|divide|leftOut|flatten|reshape|maximum)$/.test(inner.op) && a) return of(a);
  if (!isUnknown(inner)) return null;
  const names = namesOn(node);
  if (
    names.some(
      (name) => /^(?:\w+_)?(?:nll|loss|losses|ce|cross_?entropy|xent)(?:_(?:sum|total|mean|avg))?$/i.test(name) && !/neg|log_/i.test(name),
    )
  )
    return 1;
  return names.some((name) => /^(?:\w+_)?(?:ll|log_?lik\w*|log_?probs?|logps?)$/i.test(name) && !/neg|minus/i.test(name)) ? -1 : null;
}

const turned = (sign: 1 | -1 | null): 1 | -1 | null => sign && (sign === 1 ? -1 : 1);

const exponentials: ReadonlySet<string> = new Set(['exp', 'exp2', 'power']);

/** The mean negative log-likelihood itself, under the name of the perplexity. */
function isWithoutExponential(statement: Computed, { computed, recogniser }: Checked): boolean {
  const { node, target, around, holder, start } = statement;
  const isNamed =
    /^(?:\w+_)?(?:ppl|perplexity)$/i.test(target) || (target === '' && /^(?:\w+_)?(?:ppl|perplexity)$/i.test(around[0] ?? ''));
  if (!isNamed || /log/i.test(target || around[0]!)) return false;
  if (signOf(node, 0) !== 1 && !((recogniser.signsOf(node).get('cross_entropy') ?? 0) > 0)) return false;
  const own = computed.filter((one) => one.holder === holder);
  const isTold = (one: Computed): boolean =>
    one.start === start || (one.start < start && /ppl|perplexity/i.test(one.target) && unwrap(one.node) === unwrap(node));
  if (target === '' && own.some((one) => one !== statement && isTold(one))) return false;
  const isOfIt = (part: Node): boolean => unwrap(part) === unwrap(node);
  return !own.some((one) =>
    isMadeOf(one.node, (part) => exponentials.has(part.op) && part.args.some((arg) => isMadeOf(arg, isOfIt, 60)), 60),
  );
}

const isOtherBase = (node: Node): boolean => {
  if (node.op === 'log2' || node.op === 'exp2') return true;
  if (node.op === 'log' && numberOf(node.args[0]!) !== null) return true;
  const value = numberOf(node);
  if (value !== null && (Math.abs(Math.abs(value) - Math.LN2) < 1e-3 || Math.abs(Math.abs(value) - Math.LOG2E) < 1e-3)) return true;
  if (node.op === 'opaque' && /bit|log2|bpd/i.test(String(node.attributes['callee']))) return true;
  return namesHere(node).some((name) => /bit|log_?2|base_?2|ln2|LN2|(?:^|_)bp[dbc](?:_|$)/i.test(name));
};

const namesHere = ({ op, attributes }: Node): readonly string[] =>
  op === 'let' || op === 'parameter' || op === 'attribute' || op === 'global' ? [String(attributes['name'])] : [];

/** By a natural logarithm, or, where that is all there is, by a name that says what is averaged. */
function isInNats(node: Node, isNamed: boolean): boolean {
  if (isMadeOf(node, isOtherBase, 300)) return false;
  if (
    isMadeOf(
      node,
      ({ op, args }) =>
        op === 'crossEntropy' ||
        op === 'logSoftmax' ||
        op === 'logSumExp' ||
        op === 'softplus' ||
        (op === 'log' && numberOf(args[0]!) === null),
      300,
    )
  )
    return true;
  return (
    isNamed &&
    isMadeOf(
      node,
      (part) =>
        (isUnknown(part) || part.op === 'let') &&
        namesOn(part).some((name) =>
          /(?:^|_)(?:nll|nats|loss|losses|cross_?entropy|xent|ce|log_?probs?|logp|log_?p_?\w{0,2}|log_?likelihoods?|ll|elbo)(?:_|$)/i.test(
            name,
          ),
        ),
      80,
    )
  );
}

/** `-(p * log(p)).mean()` */
function isMeanOfEntropy(node: Node): boolean {
  const negated = unwrap(node);
  const mean = negated.op === 'negate' ? unwrap(negated.args[0]!) : null;
  const product = mean?.op === 'mean' ? unwrap(mean.args[0]!) : null;
  const inner = product?.op === 'negate' ? unwrap(product.args[0]!) : product;
  if (inner?.op !== 'multiply') return false;
  const [a, b] = inner.args.map(unwrap) as [Node, Node];
  const isLogOf = (log: Node, p: Node): boolean => log.op === 'log' && isMadeOf(log.args[0]!, (part) => part === p, 6);
  return isLogOf(a, b) || isLogOf(b, a);
}

/** The negative logarithm of the likelihood of a whole text: nobody asks for one over its likelihood. */
function isOfAll(node: Node): boolean {
  const inner = unwrap(node);
  const sum = inner.op === 'negate' ? unwrap(inner.args[0]!) : inner;
  if (sum.op !== 'sum' || sum.attributes['axes'] !== null) return false;
  const [of] = sum.args;
  return inner.op === 'negate'
    ? isMadeOf(of!, ({ op }) => op === 'gather', 12) && isMadeOf(of!, ({ op }) => op === 'logSoftmax', 20)
    : unwrap(of!).op === 'crossEntropy';
}

/** All of a batch's tokens, not divided by how many there are. */
function isSummed(node: Node): boolean {
  const inner = unwrap(node);
  if (inner.op === 'negate') return isSummed(inner.args[0]!);
  if (inner.op !== 'sum' || (inner.attributes['axes'] !== null && !Array.isArray(inner.attributes['axes']))) return false;
  const [of] = inner.args;
  return (
    isMadeOf(of!, ({ op }) => op === 'crossEntropy' || op === 'logSoftmax', 120) &&
    !isMadeOf(of!, ({ op }) => op === 'divide' || op === 'mean', 60)
  );
}

const isLogOfProbability = ({ op, args }: Node): boolean =>
  op === 'log' || op === 'logSoftmax' || (op === 'subtract' && unwrap(args[1]!).op === 'logSumExp');
const isChosen = (node: Node): boolean => isMoved(node) || node.op === 'gather';

/** `-log(p)`, whatever p is kept above. */
function isSurprisal(node: Node, sign: 1 | -1): boolean {
  const { op, args } = unwrap(node);
  if (op === 'negate') return isSurprisal(args[0]!, sign === 1 ? -1 : 1);
  return op === 'mean' || op === 'sum' ? isSurprisal(args[0]!, sign) : sign === -1 && isLogOfProbability(under(node, isChosen));
}

/** Divided by a number of things. */
const isCounted = (node: Node): boolean => {
  const inner = unwrap(node);
  if (inner.op === 'negate' || (inner.op === 'multiply' && numberOf(inner.args[0]!) !== null)) return isCounted(inner.args.at(-1)!);
  return inner.op === 'divide' && numberOf(inner.args[1]!) === null;
};
