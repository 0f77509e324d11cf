/** Runs that begin with a picture, noised, instead of with noise alone: Meng et al. 2022, arXiv:2108.01073. */

import { combined } from '../../../maths/samplers/arrays.ts';
import type { Plan, Sampler, State } from '../../../maths/samplers/sampler.ts';
import { elementCount } from '../../../formats/elements.ts';
import type { PictureStart } from '../../../protocol/diffusion.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import { checkItems, checkWhole } from '../items/inputs.ts';
import type { HeldDiffusion } from './model.ts';

/**
 * x [items, ...] of pictures, or of x itself; one stands for all.
 *
 * @throws RpcError 'bad-input', 'no-encoder'
 */
export async function asSample(
  { loaded, latents, size }: HeldDiffusion,
  { picture, as }: Pick<PictureStart, 'picture' | 'as'>,
  items: number,
  signal: AbortSignal,
): Promise<Float32Array> {
  const { latent } = loaded;
  const isPicture = as === 'picture' && latent !== null;
  const each = isPicture ? elementCount([latent.picture.channels, latent.picture.height, latent.picture.width]) : size;
  const count = checkItems('picture', picture, each);
  if (count !== 1 && count !== items)
    throw new RpcError('bad-input', `picture has ${count} items; there are ${items}. Give one, or as many.`);
  const x = isPicture ? await latents!.encode(picture, signal) : picture;
  if (count === items) return x;
  const all = new Float32Array(items * size);
  for (let item = 0; item < items; item++) all.set(x, item * size);
  return all;
}

/** The state before the evaluation that a run begins at. @throws RpcError 'bad-input' */
export async function startedAt(
  model: HeldDiffusion,
  sampler: Sampler,
  plan: Plan,
  begun: State,
  noise: Float32Array,
  start: PictureStart,
  signal: AbortSignal,
): Promise<State> {
  const from = checkWhole('start.from', start.from, 0, plan.timesteps.length - 1);
  if (sampler.startsAt && !sampler.startsAt(plan, from))
    throw new RpcError(
      'bad-input',
      `${sampler.title} cannot begin at evaluation ${from}: its steps there need what earlier ones left. Take another evaluation, or another sampler.`,
    );
  const { alpha, sigma } = sampler.ratesAt(plan, from);
  const picture = await asSample(model, start, begun.batch, signal);
  return { ...begun, x: combined([alpha, picture], [sigma, noise]), evaluations: from };
}
