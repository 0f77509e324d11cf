/** Calls that make arrays, draw them, or ask for derivatives. */

import { isNode, type Arguments, type Value } from '../values.ts';
import type { Node } from '../node.ts';
import type { Follow } from './context.ts';
import { toNode, toNumber } from './convert.ts';
import { textOf } from './expressions.ts';

const constants: Readonly<Record<string, number>> = { zeros: 0, ones: 1, zeros_like: 0, ones_like: 1, new_zeros: 0, new_ones: 1 };

const normal: ReadonlySet<string> = new Set([
  'randn',
  'randn_like',
  'normal',
  'standard_normal',
  'normal_like',
  'truncated_normal',
  'randn_tensor',
  'normal_',
]);
const uniform: ReadonlySet<string> = new Set(['rand', 'rand_like', 'uniform', 'random_sample', 'random', 'uniform_']);

/** null where it is no such call. */
export function create({ build }: Follow, path: string, name: string, args: Arguments): Value | null {
  const given = [...args.positional, ...args.named.values()].filter(isNode);
  if (name in constants) return build.number(constants[name]!);
  if (name === 'full' || name === 'full_like' || name === 'new_full' || name === 'fill' || name === 'new_tensor') {
    // After the array whose method it is.
    const place = name === 'new_tensor' ? -1 : name === 'new_full' ? 2 : 1;
    const value = args.named.get('fill_value') ?? args.named.get('value') ?? args.positional.at(place);
    return value ? toNode(build, value) : null;
  }
  if (name === 'fill_' || name === 'zero_')
    return name === 'zero_' ? build.number(0) : args.positional[1] ? toNode(build, args.positional[1]) : null;
  if (normal.has(name)) {
    // With a mean or a scale it is not standard.
    const [loc, scale] = [
      args.named.get('mean') ?? args.named.get('loc'),
      args.named.get('std') ?? args.named.get('stddev') ?? args.named.get('scale'),
    ];
    const positional = name === 'normal' && /^(?:torch|numpy)/.test(path) ? args.positional : [];
    const [mean, spread] = [loc ?? positional[0], scale ?? positional[1]];
    const drawn = build.graph.draw('normal', given);
    const scaled = spread && toNumber(spread) !== 1 && isArrayLike(spread) ? build.apply('multiply', toNode(build, spread), drawn) : drawn;
    return mean && toNumber(mean) !== 0 && isArrayLike(mean) && spread ? build.apply('add', toNode(build, mean), scaled) : scaled;
  }
  if (uniform.has(name)) return build.graph.draw('uniform', given);
  if (name === 'eye') return build.with('eye', given.slice(0, 1), {});
  if (name === 'arange' || (name === 'range' && path.startsWith('tensorflow'))) {
    const named = ['start', 'end', 'stop', 'limit', 'step', 'delta'].map((key) => args.named.get(key));
    const numbers = [...args.positional, ...named].filter((value) => value !== undefined).filter(isNode);
    return numbers.length > 0 ? build.with('arange', numbers, {}) : null;
  }
  if (name === 'linspace') {
    const ends = ['start', 'end', 'steps'].map(
      (key, index) => args.positional[index] ?? args.named.get(key) ?? args.named.get(['start', 'stop', 'num'][index]!),
    );
    return ends.every((end) => end !== undefined)
      ? build.with(
          'linspace',
          ends.map((end) => toNode(build, end)),
          {},
        )
      : null;
  }
  return null;
}

const isArrayLike = (value: Value): boolean => isNode(value);

/** einsum, derivatives, the smallest number of a type. */
export function special(follow: Follow, path: string, name: string, args: Arguments): Value | null {
  const { build } = follow;
  switch (name) {
    case 'einsum': {
      const equation = args.positional.map(textOf).find((text) => text !== null && /[a-zA-Z.]/.test(text));
      const operands = args.positional.filter(isNode);
      const listed = args.positional.flatMap((value) => (!isNode(value) && value.kind === 'tuple' ? value.items.filter(isNode) : []));
      const all = [...operands, ...listed];
      return equation && all.length > 0 ? build.with('einsum', all, { equation: equation.replaceAll(' ', '') }) : null;
    }
    case 'grad':
      return gradient(follow, path, args);
    case 'gradients': {
      const [output, input] = args.positional;
      return output && input ? { kind: 'tuple', items: [build.with('gradient', [toNode(build, output), toNode(build, input)], {})] } : null;
    }
    case 'finfo':
    case 'iinfo':
      return build.with('global', [], { name: 'finfo' });
    case 'embedding': {
      const [indices, table] = args.positional;
      return indices && table
        ? build.with('opaque', [toNode(build, table), toNode(build, indices)], { callee: 'embedding', bound: true, array: true })
        : null;
    }
    default:
      return null;
  }
}

/** `torch.autograd.grad(outputs, inputs, ...)` gives a tuple; `jax.grad(f)` a function, called right away or later. */
function gradient(follow: Follow, path: string, { positional, named }: Arguments): Value | null {
  const { build } = follow;
  const output = positional[0] ?? named.get('outputs');
  const input = positional[1] ?? named.get('inputs');
  if (!/^(?:torch|paddle|unnamed)/.test(path) || !output || !input) return null;
  const single = (value: Value): Node =>
    toNode(build, !isNode(value) && value.kind === 'tuple' && value.items.length === 1 ? value.items[0]! : value);
  const kept = named.get('create_graph');
  const weight = named.get('grad_outputs') ?? positional[2];
  const args = [single(output), single(input)];
  if (weight && isNode(weight) && toNumber(weight) === null) args.push(weight);
  return { kind: 'tuple', items: [build.with('gradient', args, { kept: kept ? toNumber(kept) === 1 : false })] };
}
