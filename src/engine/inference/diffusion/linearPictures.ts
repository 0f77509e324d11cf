/** Latents as colours without the decoder: the linear map that comes nearest to it on the samples of a run. */

import { leastSquares } from '../../../maths/leastSquares.ts';
import { elementCount } from '../../../formats/elements.ts';
import type { KeptRun } from './keptRuns.ts';
import type { HeldDiffusion } from './model.ts';
import { itemsOf, sizeOfItem, smaller } from './pictures.ts';

export interface LinearMap {
  colours: number;
  /** Of the decoder's pictures, made as small as the latents. */
  explained: number;
  /** [count, channels, ...] to [count, colours, ...] */
  apply(latents: Float32Array): Float32Array;
}

/** Samples that are decoded for it. */
const SAMPLES = 4;
const maps = new WeakMap<KeptRun, Promise<LinearMap>>();

/** Made once a run. Only of a latent model. @throws RpcError 'not-a-number' */
export function linearMapOf(model: HeldDiffusion, run: KeptRun, signal: AbortSignal): Promise<LinearMap> {
  const known = maps.get(run);
  if (known) return known;
  const made = fit(model, run, signal);
  maps.set(run, made);
  made.catch(() => maps.delete(run));
  return made;
}

async function fit({ latents: vae, loaded, size }: HeldDiffusion, run: KeptRun, signal: AbortSignal): Promise<LinearMap> {
  const count = Math.min(SAMPLES, run.items);
  const latents = itemsOf(
    run.states.at(-1)!.x,
    Array.from({ length: count }, (_, i) => i),
    size,
  );
  const from = sizeOfItem(loaded.item);
  const { picture } = vae!;
  const small = smaller(await vae!.decode(latents, signal), picture, { ...picture, height: from.height, width: from.width });
  const places = from.height * from.width;
  const { channels: colours } = picture;
  const { coefficients, explained } = leastSquares(
    rows(latents, from.channels, places),
    from.channels,
    rows(small, colours, places),
    colours,
  );
  return {
    colours,
    explained,
    apply: (given) => {
      const items = given.length / elementCount([from.channels, places]);
      const result = new Float32Array(items * colours * places);
      for (let item = 0; item < items; item++)
        for (let colour = 0; colour < colours; colour++)
          for (let place = 0; place < places; place++) {
            let sum = coefficients[from.channels * colours + colour]!;
            for (let channel = 0; channel < from.channels; channel++)
              sum += coefficients[channel * colours + colour]! * given[(item * from.channels + channel) * places + place]!;
            result[(item * colours + colour) * places + place] = sum;
          }
      return result;
    },
  };
}

/** [items, channels, places] as [items places, channels]. */
function rows(values: Float32Array, channels: number, places: number): Float64Array {
  const result = new Float64Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const [place, channel, item] = [at % places, Math.floor(at / places) % channels, Math.floor(at / (places * channels))];
    result[(item * places + place) * channels + channel] = values[at]!;
  }
  return result;
}
