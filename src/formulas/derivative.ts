/** For identities between gradients. */

import { tensor, type Tensor } from '../maths/tensor/tensor.ts';

/** How a tensor changes along the direction, as a tensor; zeros where it does not. */
export function derivative({ values, shape, tangents }: Tensor): Tensor {
  return tensor(tangents ?? new Float64Array(values.length), shape);
}
