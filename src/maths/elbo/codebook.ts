/** Vector quantisation: what pulls code book and encoder together, and how a gradient gets past the choice of a code. */

import { add, multiply, square, subtract } from '../tensor/elementwise.ts';
import { detach, type Tensor } from '../tensor/tensor.ts';

/** Elementwise squared distance that moves the latent alone: the code is held constant. */
export function commitment(latent: Tensor, code: Tensor): Tensor {
  return square(subtract(latent, detach(code)));
}

/** Elementwise squared distance that moves the code alone, and the commitment with its weight. */
export function codebookAndCommitment(latent: Tensor, code: Tensor, weight: Tensor): Tensor {
  return add(square(subtract(detach(latent), code)), multiply(weight, commitment(latent, code)));
}

/** The same with the weight on the code's side. */
export function commitmentAndCodebook(latent: Tensor, code: Tensor, weight: Tensor): Tensor {
  return add(multiply(weight, square(subtract(detach(latent), code))), commitment(latent, code));
}

/** The code's value with the latent's derivative. */
export function straightThrough(latent: Tensor, code: Tensor): Tensor {
  return add(latent, detach(subtract(code, latent)));
}
