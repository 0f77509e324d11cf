/** Where a value is from, told by the calls and operations that gave it. */

import { unwrap, type Attribute, type Node } from '../../expression/node.ts';

/** Functions of functions that leave what they compute as it is. */
const lifting: ReadonlySet<string> = new Set(['vmap', 'pmap', 'jit', 'pjit', 'checkpoint', 'remat', 'filter_jit', 'filter_vmap']);
const differentiating: ReadonlySet<string> = new Set([
  'grad',
  'value_and_grad',
  'filter_grad',
  'filter_value_and_grad',
  'jacrev',
  'jacfwd',
]);

const last = (path: Attribute | undefined): string => (typeof path === 'string' ? path.split('.').at(-1)! : '');

/** `jax.vmap(jax.grad(f))(x)`, `tape.gradient(y, x)`: what a call gives is a derivative. */
export function isDerivative({ attributes, args }: Node): boolean {
  if (attributes['callee'] === 'gradient') return args.length === 3 && !String(args[0]!.attributes['name']).startsWith('numpy');
  let callee = args[0] && unwrap(args[0]);
  while (callee?.op === 'opaque' && lifting.has(last(callee.attributes['callee']))) {
    const [first, second] = callee.args;
    callee = second && callee.attributes['bound'] === true ? unwrap(second) : first && unwrap(first);
  }
  return callee?.op === 'opaque' && differentiating.has(last(callee.attributes['callee']));
}

/** `_, rate = jax.jvp(f, (t,), (ones_like(t),))`: the second thing that it gives. */
export function isForwardDerivative({ op, args, attributes }: Node): boolean {
  const call = args[0] && unwrap(args[0]);
  return op === 'item' && attributes['index'] === 1 && call?.op === 'opaque' && last(call.attributes['callee']) === 'jvp';
}

/** The nearest or the likeliest entry of a table: which one it is was found by a search. */
export function isNearest(node: Node): boolean {
  const { op, args } = node;
  if (op === 'index' || op === 'gather' || op === 'opaque') return args.slice(1).some((arg) => isFound(arg));
  return op === 'matmul' && unwrap(args[0]!).op === 'oneHot' && isFound(unwrap(args[0]!).args[0]!);
}

const carrying: ReadonlySet<string> = new Set('let inline reshape flatten squeeze expandDims detach rearrange index item'.split(' '));

function isFound(node: Node): boolean {
  let inner = node;
  while (carrying.has(inner.op) && inner.args[0]) inner = inner.args[0];
  return inner.op === 'argmin' || inner.op === 'argmax';
}
