/** The encoded data, as its parts come. */

import type { EncodedData, EncodedPart } from '../../src/protocol/vae.ts';

/** Per item; what the model does not give is null. */
export interface ItemNumbers {
  readonly elbo: Float32Array | null;
  readonly reconstruction: Float32Array | null;
  readonly kl: Float32Array | null;
  readonly error: Float32Array;
}

/** Takes parts in the order in which they come. */
export class EncodedParts {
  readonly #parts: EncodedPart[] = [];
  #count = 0;

  add(part: EncodedPart): void {
    this.#parts.push(part);
    this.#count += part.count;
  }

  get count(): number {
    return this.#count;
  }

  /** The encoder's means [count, latent]. */
  means(latent: number): Float32Array {
    const means = new Float32Array(this.#count * latent);
    for (const { first, mean } of this.#parts) means.set(mean, first * latent);
    return means;
  }

  numbers(): ItemNumbers {
    const gathered = (of: (part: EncodedPart) => Float64Array | null): Float32Array | null => {
      const values = new Float32Array(this.#count);
      for (const part of this.#parts) {
        const own = of(part);
        if (!own) return null;
        values.set(own, part.first);
      }
      return values;
    };
    const reconstruction = gathered((part) => part.reconstruction);
    const kl = gathered((part) => part.kl);
    return {
      reconstruction,
      kl,
      elbo: reconstruction && kl && reconstruction.map((value, at) => value - kl[at]!),
      error: gathered((part) => part.error) ?? new Float32Array(0),
    };
  }
}

/** What the encoder gives for one item, [latent]. */
export function meanOf({ means }: Pick<WholeData, 'means'>, latent: number, item: number): Float32Array {
  return means.subarray(item * latent, (item + 1) * latent);
}

/** Data that is wholly encoded. */
export interface WholeData {
  readonly summary: EncodedData;
  /** [count, latent] */
  readonly means: Float32Array;
  readonly numbers: ItemNumbers;
}
