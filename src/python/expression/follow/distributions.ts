/** Distribution objects: made, sampled, asked for a log-density, compared. */

import { distributionFamilies, divergence, entropy, logDensity, parametersOf } from '../library/distributions.ts';
import type { Node } from '../node.ts';
import { isNode, type Arguments, type Distribution, type Value } from '../values.ts';
import type { Follow } from './context.ts';
import { toNode, toNumber } from './convert.ts';

export function makeDistribution({ build }: Follow, path: string, args: Arguments): Value {
  const name = path.split('.').at(-1)!;
  const known = distributionFamilies.get(name)!;
  const shown = [...args.positional, ...args.named.values()].map((value) => toNode(build, value));
  const node = build.with('opaque', shown, { callee: name, bound: false, keywords: [...args.named.keys()].join(' ') });
  const order = parametersOf(known, path);
  const given = (key: string, ...others: string[]): Value | undefined =>
    [key, ...others].map((k) => args.named.get(k)).find((value) => value !== undefined) ?? args.positional[order.indexOf(key)];
  if (known.family === 'independent') {
    const base = given('base', 'base_distribution', 'distribution');
    if (!base || isNode(base) || base.kind !== 'distribution') return node;
    const axes = toNumber(given('reinterpreted_batch_ndims')) ?? 1;
    return { ...base, eventAxes: base.eventAxes + axes, node };
  }
  const parameters: Record<string, Node> = {};
  const put = (as: string, value: Value | undefined): void => {
    if (value && (isNode(value) || value.kind !== 'none')) parameters[as] = toNode(build, value);
  };
  switch (known.family) {
    case 'normal':
    case 'laplace':
    case 'logNormal':
      put('loc', given('loc', 'mean', 'mu'));
      put('scale', given(order[1]!, 'scale', 'scale_diag', 'std', 'stddev', 'sigma'));
      break;
    case 'multivariateNormal':
      put('loc', given('loc', 'mean'));
      put('covariance', given('covariance_matrix', 'covariance'));
      put('triangle', args.named.get('scale_tril'));
      break;
    case 'bernoulli':
    case 'categorical':
      put('logits', given('logits'));
      put('probs', given('probs', 'probabilities'));
      break;
  }
  return { kind: 'distribution', family: known.family, parameters, eventAxes: known.eventAxes, node };
}

const samples: ReadonlySet<string> = new Set(['rsample', 'sample', 'sample_n', 'sample_and_log_prob']);

/** null where nothing is known of what it gives. */
export function distributionMethod(follow: Follow, of: Distribution, name: string, args: Arguments): Value | null {
  const { build } = follow;
  const { loc, scale } = of.parameters;
  const remembered = (result: Node, ...given: Node[]): Node => build.with('inline', [result, of.node, ...given], { callee: name });
  if (samples.has(name)) {
    if (of.family !== 'normal' || !loc || !scale) return build.graph.draw('opaque', [of.node], { callee: name, bound: true });
    const drawn = build.apply('add', loc, build.apply('multiply', scale, build.graph.draw('normal', [loc])));
    return remembered(drawn);
  }
  const x = args.positional[0] ?? args.named.get('value');
  if ((name === 'log_prob' || name === 'log_pdf') && x) {
    const point = toNode(build, x);
    const density = logDensity(build, of.family, of.parameters, point);
    return density ? remembered(summed(follow, of, density), point) : null;
  }
  if (name === 'entropy') {
    const value = entropy(build, of.family, of.parameters);
    return value ? remembered(summed(follow, of, value)) : null;
  }
  if (name === 'kl_divergence') return klDivergence(follow, { positional: [of, ...args.positional], named: args.named });
  return null;
}

function summed({ build }: Follow, { eventAxes }: Distribution, value: Node): Node {
  return eventAxes === 0
    ? value
    : build.reduce(
        'sum',
        value,
        Array.from({ length: eventAxes }, (_, axis) => -1 - axis),
      );
}

/** `kl_divergence(q, p)`; followed where both are of a known family. */
export function klDivergence(follow: Follow, args: Arguments): Value | null {
  const { build } = follow;
  const [q, p] = [args.positional[0] ?? args.named.get('p'), args.positional[1] ?? args.named.get('q')];
  if (!q || !p) return null;
  const [a, b] = [toNode(build, q), toNode(build, p)];
  const closed =
    !isNode(q) && !isNode(p) && q.kind === 'distribution' && p.kind === 'distribution' && q.family === p.family
      ? divergence(build, q.family, q.parameters, p.parameters)
      : null;
  const whole =
    closed && !isNode(q) && q.kind === 'distribution'
      ? summed(follow, q, closed)
      : build.with('opaque', [a, b], { callee: 'kl_divergence', bound: false, array: true });
  return build.with('inline', [whole, a, b], { callee: 'klDivergence' });
}
