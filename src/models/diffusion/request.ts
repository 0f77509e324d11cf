import type { DiffusionRequest, DiffusionSettings } from '../../protocol/diffusion.ts';
import { RpcError } from '../../protocol/rpc.ts';

/** Of a seed: 32 bits. */
const LAST_SEED = 2 ** 32 - 1;

/**
 * What settings ask for: item i has the seed and i. What is asked for so is the same bytes wherever it is asked from.
 *
 * @param items in place of the count of the settings
 * @throws RpcError 'setting-invalid' where seeds would have to be larger than they can be
 */
export function requestOf(
  { seed, count, sampler, options, run, guidance, rescale, condition }: DiffusionSettings,
  items: number = count,
): Omit<DiffusionRequest, 'keep'> {
  const last = seed + items - 1;
  if (last > LAST_SEED)
    throw new RpcError('setting-invalid', `${items} samples from seed ${seed} on need seeds up to ${last}; the largest is ${LAST_SEED}.`);
  return {
    seeds: Array.from({ length: items }, (_, item) => seed + item),
    conditions: [condition],
    ...{ sampler, options, run, guidance, rescale },
  };
}
