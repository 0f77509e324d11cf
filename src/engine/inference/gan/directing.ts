/** Where the picture changes most around a z. */

import { MOST_LATENTS, sensitivityOf } from '../../../maths/gan/directions.ts';
import type { Directions, DirectionsRequest } from '../../../protocol/gan.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import { checkItem, checkWhole } from '../items/inputs.ts';
import { checkMemory } from '../memory.ts';
import { classesOfSamples } from './classes.ts';
import type { HeldGan } from './model.ts';
import type { GanParts } from './parts.ts';

/** Half of what each number of z is moved by: float32 pictures tell such a change to 1e-5 of itself. */
const STEP = 0.02;

/** By central differences. @throws RpcError 'bad-input', 'memory' */
export async function directions(
  model: HeldGan,
  parts: GanParts,
  { z, class: chosen, count }: DirectionsRequest,
  context: CallContext,
): Promise<Directions> {
  const { latent, size, loaded, settings } = model;
  checkItem('z', z, latent);
  const wanted = checkWhole('count', count, 1, latent);
  if (latent > MOST_LATENTS)
    throw new RpcError('bad-input', `Directions are found in at most ${MOST_LATENTS} dimensions; this model has ${latent}.`);
  checkMemory(4 * latent * size, settings.memoryLimit, 'The Jacobian of the generator');
  const [own] = classesOfSamples(model, chosen, 0, 1);
  const moved = new Float32Array(2 * latent * latent);
  for (let j = 0; j < latent; j++)
    for (const side of [0, 1]) {
      moved.set(z, (2 * j + side) * latent);
      moved[(2 * j + side) * latent + j]! += side === 0 ? -STEP : STEP;
    }
  const columns = new Float32Array(latent * size);
  const width = loaded.range.high - loaded.range.low;
  const classes = own === undefined ? new Int32Array(0) : new Int32Array(2 * latent).fill(own);
  await parts.generate(moved, classes, context.signal, ({ first, count: many, pictures }) => {
    for (let i = 0; i < many; i++) {
      const [place, sign] = [Math.floor((first + i) / 2), (first + i) % 2 === 0 ? -1 : 1];
      for (let p = 0; p < size; p++) columns[place * size + p]! += (sign * pictures[i * size + p]!) / (2 * STEP * width);
    }
    context.progress({ message: 'Looking for directions', fraction: (first + many) / (2 * latent) });
  });
  const { directions: found, values, shares } = sensitivityOf(columns, latent, wanted);
  return { directions: found, gains: values.map((value) => value / Math.sqrt(size)), shares };
}
