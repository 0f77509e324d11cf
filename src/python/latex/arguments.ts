import type { Argument, Expression } from '../syntax/ast.ts';
import type { Callee } from './callee.ts';

/** Arguments by the names that an operation gives them. */
export type Bound = ReadonlyMap<string, Expression>;

/** What says how a value is stored or computed, not which value it is. */
const passedOver = new Set([
  ...['keepdim', 'keepdims', 'keep_dims', 'device', 'dtype', 'out', 'requires_grad', 'inplace', 'name', 'correction', 'ddof', 'unbiased'],
  ...['create_graph', 'retain_graph', 'only_inputs', 'allow_unused', 'grad_outputs', 'initial', 'preferred_element_type', 'precision'],
  ...['validate_args', 'generator', 'memory_format', 'copy', 'non_blocking', 'stable', 'casting', 'optimize', 'rounding_mode', 'layout'],
  ...['size_average', 'reduce', 'from_logits', 'seed', 'key', 'return_dict', 'promote_integers', 'is_training', 'training', 'sparse'],
]);

export const isPassedOver = (name: string): boolean => passedOver.has(name);

/**
 * Binds arguments to a list as "x dim|axis?": names with others that mean the same, `?` where one may be left out, `...` last for any
 * number more. A method's receiver is the first. null where they do not fit.
 */
export function bind(takes: string, { receiver, made }: Callee, args: readonly Argument[]): Bound | null {
  const slots = takes
    .split(' ')
    .map((slot) => ({ names: slot.replace(/\?$/, '').split('|'), isOptional: slot.endsWith('?') || slot === '...' }));
  const bound = new Map<string, Expression>();
  const positional = receiver ? [receiver] : [];
  for (const { name, star, value } of [...args, ...made.filter((argument) => argument.name !== null)]) {
    if (star !== '') return null;
    if (name === null) positional.push(value);
    else {
      const slot = slots.find(({ names }) => names.includes(name))?.names[0];
      if (slot !== undefined) bound.set(slot, value);
      else if (!passedOver.has(name)) return null;
    }
  }
  const open = slots.filter(({ names: [name = ''] }) => name !== '...' && !bound.has(name));
  positional.forEach((value, at) => {
    const slot = open[at]?.names[0];
    if (slot !== undefined) bound.set(slot, value);
    else if (slots.at(-1)?.names[0] === '...') bound.set(`...${at - open.length}`, value);
  });
  const isWhole = slots.every(({ names: [name = ''], isOptional }) => isOptional || bound.has(name));
  const isAll = positional.length <= open.length || slots.at(-1)?.names[0] === '...';
  return isWhole && isAll ? bound : null;
}
