/** Densities that are given a deviation for a variance, a variance for a deviation, or the logarithm of one. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, writtenAround } from '../statements.ts';
import { rewritten } from './changes.ts';
import { namesOn } from './flow.ts';
import { spreadOf, type Spread } from './spreads.ts';

export function* likelihoods(statement: Computed): Generator<Fault> {
  const seen = new Set<Node>();
  for (const { node } of statement.places) {
    const given = node.op === 'opaque' && !seen.has(node) ? givenTo(node) : null;
    seen.add(node);
    const spread = given && spreadOf(given.value);
    if (!given || !spread || spread === given.takes) continue;
    yield {
      rule: 'spread-of-density',
      message: `${String(node.attributes['callee'])} takes ${words[given.takes]} and is given ${words[spread]}${called(given.value)}.`,
      statement,
      at: node,
      related: [],
      nearly: null,
      change: given.whole ? changeTo(statement, given.takes, spread, node, given.value) : null,
    };
  }
  for (const node of ownNodes(statement)) {
    const variance = node.op === 'add' ? varianceIn(node.args[0]!, node.args[1]!) : null;
    const spread = variance && spreadOf(variance);
    if (!variance || !spread || spread === 'variance') continue;
    const at = writtenAround(statement, node) ?? node;
    yield {
      rule: 'spread-of-density',
      // What is called sigma may be a variance, where nothing else tells.
      severity: /^(?:sigmas?)$/.test(namesOn(variance)[0] ?? '') && unwrap(variance).args.length === 0 ? 'info' : 'warning',
      message: `This Gaussian likelihood takes a variance and is given ${words[spread]}${called(variance)}: its least value is not where the variance is that of the data.`,
      statement,
      at,
      related: [],
      nearly: null,
      change: changeTo(statement, 'variance', spread, at, variance),
    };
  }
}

const words: Readonly<Record<Spread, string>> = {
  variance: 'a variance',
  deviation: 'a standard deviation',
  'log-variance': 'the logarithm of a variance',
  'log-deviation': 'the logarithm of a standard deviation',
};

const called = (node: Node): string => {
  const [name] = namesOn(node);
  return name ? ` (${name})` : '';
};

interface Given {
  readonly takes: 'variance' | 'deviation';
  readonly value: Node;
  /** Whether the argument is that value itself. */
  readonly whole: boolean;
}

/** What a distribution's constructor, or its density, was given as its spread. */
function givenTo({ args, attributes }: Node): Given | null {
  const name = String(attributes['callee']);
  const keywords = String(attributes['keywords'] ?? '')
    .split(' ')
    .filter(Boolean);
  // `norm.logpdf(x, loc, scale)`
  if (/^(?:logpdf|pdf|log_prob)$/.test(name) && /(?:^|\.)norm\.\w+$/.test(String(args[0]?.attributes['name'] ?? ''))) {
    const at = keywords.indexOf('scale');
    const value = at >= 0 ? args[args.length - keywords.length + at]! : keywords.length === 0 ? args[3] : undefined;
    return value ? { takes: 'deviation', value, whole: false } : null;
  }
  if (attributes['bound'] !== false || args.length < 2) return null;
  const second = keywords.length < args.length - 1 ? args[1]! : null;
  const byName = (...names: string[]): Node | null => {
    const at = keywords.findIndex((keyword) => names.includes(keyword));
    return at < 0 ? null : args[args.length - keywords.length + at]!;
  };
  if (/^(?:Normal|MultivariateNormalDiag|LogNormal|TruncatedNormal)$/.test(name)) {
    const value = byName('scale', 'scale_diag', 'std', 'stddev') ?? second;
    return value && { takes: 'deviation', value, whole: true };
  }
  if (name !== 'MultivariateNormal' && name !== 'MultivariateNormalFullCovariance') return null;
  const covariance = byName('covariance_matrix', 'covariance') ?? (keywords.length === 0 ? second : null);
  const triangle = byName('scale_tril');
  const matrix = covariance ?? triangle;
  const inner = matrix && unwrap(matrix);
  if (inner?.op !== 'diagonalMatrix' && inner?.op !== 'diag') return null;
  return { takes: covariance ? 'variance' : 'deviation', value: inner.args[0]!, whole: false };
}

/** `log v + r ** 2 / v` */
function varianceIn(a: Node, b: Node): Node | null {
  for (const [first, second] of [
    [a, b],
    [b, a],
  ] as const) {
    const [log, share] = [unwrap(first), unwrap(second)];
    if (log.op !== 'log' || share.op !== 'divide' || unwrap(share.args[0]!).op !== 'square') continue;
    if (unwrap(share.args[1]!) === unwrap(log.args[0]!)) return share.args[1]!;
  }
  return null;
}

function changeTo(statement: Computed, takes: 'variance' | 'deviation', spread: Spread, whole: Node, value: Node): Fault['change'] {
  const exponential = (text: string, half: boolean): string => (half ? `(0.5 * ${text}).exp()` : `${text}.exp()`);
  const isTorch = (text: string): boolean => /^[\w.]+$/.test(text);
  const titles = { variance: 'Give it the variance', deviation: 'Give it the standard deviation' };
  return rewritten(statement, titles[takes], whole, value, (text) => {
    if (!isTorch(text)) return text;
    switch (spread) {
      case 'deviation':
        return `${text} ** 2`;
      case 'variance':
        return `${text} ** 0.5`;
      case 'log-variance':
        return exponential(text, takes === 'deviation');
      case 'log-deviation':
        return takes === 'variance' ? `(2 * ${text}).exp()` : `${text}.exp()`;
    }
  });
}
