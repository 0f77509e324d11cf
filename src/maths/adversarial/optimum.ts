/**
 * What a discriminator's loss is at its best, for each point: the optimum belongs to the loss, and some losses have none that is said point by
 * point. Losses are those of `models/train/mixtures/steps.py`; the discriminator gives a score, of which log losses take the sigmoid.
 */

export const ganLosses = ['minimax', 'non-saturating', 'hinge', 'least-squares', 'wasserstein'] as const;
export type GanLoss = (typeof ganLosses)[number];
/** Those that are least at one score for each point. */
export type PointwiseLoss = Exclude<GanLoss, 'wasserstein'>;

/** Whether a loss takes the sigmoid of the score as a probability. */
export function isLogLoss(loss: GanLoss): boolean {
  return loss === 'minimax' || loss === 'non-saturating';
}

/**
 * Why a loss has no best score that is said point by point: what is asked for is a potential of the whole (`wasserstein`), a discriminator is
 * held back (`r1`, `gp`, `clip`, `spectral`), or the points or the generator have no density.
 */
export type NoOptimum = 'wasserstein' | 'r1' | 'gp' | 'clip' | 'spectral' | 'no-density';

/** As far as the loss and what holds the discriminator back decide; null where there is a best score. */
export function noOptimum(
  loss: GanLoss,
  { r1, gp, clip, spectral }: Readonly<Record<'r1' | 'gp' | 'clip' | 'spectral', number>>,
): NoOptimum | null {
  if (loss === 'wasserstein') return loss;
  if (r1 > 0) return 'r1';
  if (gp > 0) return 'gp';
  if (clip < Infinity) return 'clip';
  return spectral > 0 ? 'spectral' : null;
}

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

/** What the score of a generated point costs the generator. */
export function generatorLoss(loss: GanLoss, score: number): number {
  switch (loss) {
    case 'minimax':
      return -softplus(score);
    case 'non-saturating':
      return softplus(-score);
    case 'least-squares':
      return (score - 1) ** 2 / 2;
    default:
      return -score;
  }
}

/** Minus the derivative of `generatorLoss` by the score: how hard it pulls a generated point up the discriminator's slope. */
export function generatorPull(loss: GanLoss, score: number): number {
  switch (loss) {
    case 'minimax':
      return sigmoid(score);
    case 'non-saturating':
      return sigmoid(-score);
    case 'least-squares':
      return 1 - score;
    default:
      return 1;
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

/** 1 / (1 + exp(-x)), to the last digits also far below 0. */
export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** log sigmoid(x). */
export function logSigmoid(x: number): number {
  return -softplus(-x);
}

function softplus(x: number): number {
  return Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
}

function xLogX(x: number): number {
  return x > 0 ? x * Math.log(x) : 0;
}
