/** All operations by the names that libraries have for them. */

import { elementwise } from './elementwise.ts';
import { losses } from './losses.ts';
import type { Operation } from './operation.ts';
import { reductions } from './reductions.ts';
import { shapes } from './shapes.ts';

const byName = new Map<string, Operation[]>();
for (const operation of [...elementwise, ...reductions, ...losses, ...shapes])
  for (const name of operation.names.split(' ')) byName.set(name, [...(byName.get(name) ?? []), operation]);

/** Methods take what they are called on first; these have it in another place. */
const methods = new Map<string, Operation>([['where', { names: 'where', takes: 'x condition y', write: byName.get('where')![0]!.write }]]);

/** Operations of a name, in the order in which they are to be tried. In place they have an underscore: `mul_`. */
export function operationsOf(name: string, isMethod: boolean): readonly Operation[] {
  const method = isMethod ? methods.get(name) : undefined;
  return method ? [method] : (byName.get(name) ?? (isMethod && name.endsWith('_') ? (byName.get(name.slice(0, -1)) ?? []) : []));
}

/** Of those, names that no array has as a method: `self.decoder.linear(x)` is another thing. */
const lossNames = new Set(
  losses
    .slice(
      0,
      losses.findIndex(({ names }) => names.startsWith('kl_divergence')),
    )
    .flatMap(({ names }) => names.split(' ')),
);
const functionsOnly = new Set([
  ...lossNames,
  ...'linear normalize einsum scaled_dot_product_attention cosine_similarity pairwise_distance grad gradients gamma one_hot eye'.split(' '),
  ...'identity zeros ones randn rand len cat stack reduce default constant tensor array matrix average comb gcd factorial list'.split(' '),
  ...'tuple select extract _extract extract_into_tensor checkpoint full zeros_like ones_like randn_like rand_like Variable Parameter'.split(
    ' ',
  ),
]);
export const isLoss = (name: string): boolean => lossNames.has(name);
export const isFunctionOnly = (name: string): boolean => functionsOnly.has(name);

/** Functions that code writes for itself, also as methods of a class. */
export const isHelper = (name: string): boolean => /^_?extract(?:_into_tensor)?$/.test(name);

/** Of those, the ones that a class of one's own is known to have as a module: `self.sigmoid(x)`. */
export const modules = new Set(['sigmoid', 'softmax', 'log_softmax', 'relu', 'tanh', 'softplus', 'leaky_relu', 'gelu', 'silu', 'elu']);
