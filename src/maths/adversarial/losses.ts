/** Losses of discriminators and generators, for each example: means over the batch are left to whoever asks. */

import { add, log, multiply, negate, relu, square, subtract } from '../tensor/elementwise.ts';
import { scalar, type Tensor } from '../tensor/tensor.ts';

const one = scalar(1);
const half = scalar(0.5);

/** −y log D − (1 − y) log(1 − D): cross-entropy of a discriminator's probability with a target. */
export function targetedCrossEntropy(probability: Tensor, target: Tensor): Tensor {
  const positive = multiply(target, log(probability));
  return negate(add(positive, multiply(subtract(one, target), log(subtract(one, probability)))));
}

/** Minimax loss of the discriminator; targets are 1 and 0 unless labels are smoothed. Probabilities in (0, 1). */
export function minimaxDiscriminator(real: Tensor, fake: Tensor, realTarget: Tensor, fakeTarget: Tensor): Tensor {
  return add(targetedCrossEntropy(real, realTarget), targetedCrossEntropy(fake, fakeTarget));
}

/** −log D(G(z)). */
export function nonSaturatingGenerator(fake: Tensor): Tensor {
  return negate(log(fake));
}

/** log(1 − D(G(z))). */
export function saturatingGenerator(fake: Tensor): Tensor {
  return log(subtract(one, fake));
}

/** max(0, 1 − D(x)): what the hinge loss asks of real examples. */
export function hingeOfReal(score: Tensor): Tensor {
  return relu(subtract(one, score));
}

/** max(0, 1 + D(G(z))): what it asks of generated ones. */
export function hingeOfFake(score: Tensor): Tensor {
  return relu(add(one, score));
}

/** (D − target)²/2. */
export function leastSquares(score: Tensor, target: Tensor): Tensor {
  return multiply(half, square(subtract(score, target)));
}
