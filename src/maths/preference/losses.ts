/** Losses from preferences and rewards, for each example (or each token, where tokens are given). */

import { add, clamp, exp, logSigmoid, minimum, multiply, negate, square, subtract } from '../tensor/elementwise.ts';
import { scalar, type Tensor } from '../tensor/tensor.ts';

const one = scalar(1);

/** −log σ(better − worse − margin). */
export function preferenceLoss(better: Tensor, worse: Tensor, margin: Tensor): Tensor {
  return negate(logSigmoid(subtract(subtract(better, worse), margin)));
}

/**
 * DPO from log-ratios of policy and reference. With label smoothing ε, preferences are held to be turned round with that probability.
 *
 * @param chosen [B] log π(y_w) − log π_ref(y_w); `rejected` the same of y_l
 */
export function dpo(chosen: Tensor, rejected: Tensor, beta: Tensor, smoothing: Tensor): Tensor {
  const logit = multiply(beta, subtract(chosen, rejected));
  const right = multiply(subtract(one, smoothing), logSigmoid(logit));
  return negate(add(right, multiply(smoothing, logSigmoid(negate(logit)))));
}

/** −min(r A, clip(r, 1 − low, 1 + high) A). */
export function clippedPolicyLoss(ratio: Tensor, advantage: Tensor, low: Tensor, high: Tensor): Tensor {
  const clipped = clamp(ratio, subtract(one, low), add(one, high));
  return negate(minimum(multiply(ratio, advantage), multiply(clipped, advantage)));
}

/** exp(Δ) − Δ − 1, Δ the log of the reference's probability over the policy's: never below 0. */
export function klK3(logRatio: Tensor): Tensor {
  return subtract(subtract(exp(logRatio), logRatio), one);
}

/** Δ²/2. */
export function klK2(logRatio: Tensor): Tensor {
  return multiply(scalar(0.5), square(logRatio));
}
