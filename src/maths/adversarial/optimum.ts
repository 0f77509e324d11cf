/**
 * What a discriminator's loss is at its best, for each point: the optimum belongs to the loss, and some losses have none that is said point by
 * point. Losses are those of `models/train/mixtures/steps.py`; the discriminator gives a score, of which log losses take the sigmoid.
 */

export const ganLosses = ['minimax', 'non-saturating', 'hinge', 'least-squares', 'wasserstein'] as const;
export type GanLoss = (typeof ganLosses)[number];
/** Those that are least at one score for each point. */
export type PointwiseLoss = Exclude<GanLoss, 'wasserstein'>;

/** What a discriminator's score costs at a real point, and at a generated one. */
export function discriminatorLoss(loss: GanLoss, score: number): { real: number; fake: number } {
  switch (loss) {
    case 'least-squares':
      return { real: (score - 1) ** 2 / 2, fake: score ** 2 / 2 };
    case 'hinge':
      return { real: Math.max(0, 1 - score), fake: Math.max(0, 1 + score) };
    case 'wasserstein':
      return { real: -score, fake: score };
    default:
      return { real: softplus(-score), fake: softplus(score) };
  }
}

/**
 * D*, the score at which r loss(real) + (1 - r) loss(fake) is least, r = p_d / (p_d + p_g): log p_d - log p_g for log losses (Goodfellow et al.
 * 2014, arXiv:1406.2661, proposition 1), r for least squares with targets 1 and 0 (Mao et al. 2017, arXiv:1611.04076, equation 5), and
 * sign(p_d - p_g) for the hinge (Lim and Ye 2017, arXiv:1705.02894).
 *
 * @param logReal log p_d at each point [n], nats
 * @param logFake log p_g [n]; both are -Infinity where neither has been seen: there the score is NaN
 * @returns [n]; null for Wasserstein losses, whose optimum is a potential of the whole: its value at a point is of no meaning alone
 */
export function optimalScores(loss: GanLoss, logReal: ArrayLike<number>, logFake: ArrayLike<number>): Float64Array | null {
  if (loss === 'wasserstein') return null;
  return Float64Array.from(logReal, (real, i) => {
    const logit = real - logFake[i]!;
    if (loss === 'least-squares') return sigmoid(logit);
    return loss === 'hinge' ? Math.sign(logit) : logit;
  });
}

/**
 * How far a score is above the least loss at a point, nats for log losses, so that its integral over p_d + p_g is V(D*) - V(D): the
 * divergence of Bernoulli distributions KL(r || sigmoid(score)) for log losses, (score - r)^2 / 2 for least squares, and the difference itself
 * for the hinge.
 *
 * @param share r = p_d / (p_d + p_g), 0 to 1
 */
export function excessLoss(loss: PointwiseLoss, share: number, score: number): number {
  if (loss === 'least-squares') return (score - share) ** 2 / 2;
  const { real, fake } = discriminatorLoss(loss, score);
  // Of a certain share no loss on the other side, however large, takes part.
  const cross = (share > 0 ? share * real : 0) + (share < 1 ? (1 - share) * fake : 0);
  const least = loss === 'hinge' ? 2 * Math.min(share, 1 - share) : -xLogX(share) - xLogX(1 - share);
  return Math.max(0, cross - least);
}

function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : 1 - 1 / (1 + Math.exp(x));
}

function softplus(x: number): number {
  return Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
}

function xLogX(x: number): number {
  return x > 0 ? x * Math.log(x) : 0;
}
