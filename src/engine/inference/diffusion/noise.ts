/** The noise of a run: each number depends on an item's seed and its place alone, or it is given. */

import { normals } from '../../../maths/random/normal.ts';
import type { NoiseSource } from '../../../maths/samplers/sampler.ts';
import type { DiffusionRequest } from '../../../protocol/diffusion.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import { checkItems, checkWhole, MOST_SEED } from '../items/inputs.ts';

/** Streams of an item's seed: what it begins with, as samples of any prior are drawn, and what is drawn on the way, draw after draw. */
const streams = { initial: 0, steps: 1 };

export interface RunNoise {
  /** [items, ...], standard normal. */
  initial: Float32Array;
  draw: NoiseSource;
}

/**
 * @param size numbers of x of one item
 * @throws RpcError 'bad-input'; from `draw` too, where more draws are asked for than are given
 */
export function noiseOf({ seeds, init, noise }: Pick<DiffusionRequest, 'seeds' | 'init' | 'noise'>, size: number): RunNoise {
  const items = seeds.length;
  if (items === 0) throw new RpcError('bad-input', 'There are no seeds: nothing is to be sampled. Give one an item.');
  seeds.forEach((seed, item) => checkWhole(`seeds[${item}]`, seed, 0, MOST_SEED));
  if (init && checkItems('init', init, size) !== items)
    throw new RpcError('bad-input', `init has ${init.length / size} items; there are ${items} seeds.`);
  if (noise && checkItems('noise', noise, size) % items !== 0)
    throw new RpcError('bad-input', `noise has ${noise.length / size} items, which are no draws of ${items} each.`);
  const drawn = (stream: number, start: number): Float32Array => {
    const all = new Float32Array(items * size);
    seeds.forEach((seed, item) => all.set(normals({ seed, stream }, size, start), item * size));
    return all;
  };
  return {
    initial: init ?? drawn(streams.initial, 0),
    draw: (draw, count) => {
      if (!noise) return drawn(streams.steps, draw * size);
      const draws = noise.length / count;
      if (draw >= draws)
        throw new RpcError(
          'bad-input',
          `noise has ${draws} draws, and this sampler asks for one more, of index ${draw}. Give as many as it takes.`,
        );
      return noise.subarray(draw * count, (draw + 1) * count);
    },
  };
}
