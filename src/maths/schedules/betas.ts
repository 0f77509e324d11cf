/**
 * Schedules of betas, the variance that each training step adds, and what is left of the signal after them. Computed in single precision
 * as PyTorch computes them: alpha-bar of the first steps is so near 1 that 1 - alpha-bar, what every sampler divides by, has other digits
 * in double precision.
 */

export type BetaSchedule = 'linear' | 'scaled_linear' | 'squaredcos_cap_v2' | 'sigmoid' | 'laplace' | 'exp';

/** No step of a schedule that is made from alpha-bar adds more. */
const LARGEST_BETA = 0.999;
const { fround } = Math;

/**
 * Numbers evenly from start to end, those of the second half counted from the end.
 *
 * @returns [count]
 */
export function evenly(start: number, end: number, count: number): Float32Array {
  const [first, last] = [fround(start), fround(end)];
  const step = fround(fround(last - first) / fround(count - 1));
  return Float32Array.from({ length: count }, (_, i) =>
    count === 1 ? first : i < Math.floor(count / 2) ? first + step * i : last - step * (count - 1 - i),
  );
}

/** alpha-bar at a share of the training's time, from 0 to 1. */
const levels: Record<'squaredcos_cap_v2' | 'laplace' | 'exp', (time: number) => number> = {
  // Nichol and Dhariwal 2021 (arXiv:2102.09672), equation 17, not divided by its value at 0.
  squaredcos_cap_v2: (time) => Math.cos((((time + 0.008) / 1.008) * Math.PI) / 2) ** 2,
  laplace: (time) => {
    const ratio = Math.exp(-0.5 * (time > 0.5 ? -1 : 1) * Math.log(1 - 2 * Math.abs(0.5 - time) + 1e-6));
    return Math.sqrt(ratio / (1 + ratio));
  },
  exp: (time) => Math.exp(-12 * time),
};

/**
 * The betas of a schedule: linear (Ho et al. 2020, arXiv:2006.11239, section 4), linear in their roots (Rombach et al. 2022,
 * arXiv:2112.10752), from the cosine (Nichol and Dhariwal 2021, arXiv:2102.09672, equation 17), along a sigmoid (Xu et al. 2022,
 * arXiv:2203.02923), of Laplace noise levels or of an exponential alpha-bar.
 *
 * @param start first beta, and `end` the last: of linear, scaled linear and sigmoid
 * @returns [count]
 */
export function betasOf(schedule: BetaSchedule, start: number, end: number, count: number): Float32Array {
  if (schedule === 'linear') return evenly(start, end, count);
  if (schedule === 'scaled_linear') return evenly(Math.sqrt(start), Math.sqrt(end), count).map((root) => root * root);
  if (schedule === 'sigmoid')
    return evenly(-6, 6, count).map((x) => fround(fround(1 / (1 + Math.exp(-x))) * fround(end - start)) + fround(start));
  const level = levels[schedule];
  return Float32Array.from({ length: count }, (_, i) => Math.min(1 - level((i + 1) / count) / level(i / count), LARGEST_BETA));
}

/** alpha-bar, the product of 1 - beta up to each step: [count]. */
export function alphasCumprod(betas: Float32Array): Float32Array {
  let product = 1;
  return betas.map((beta) => (product *= fround(1 - beta)));
}

/**
 * Betas whose last alpha-bar is 0, so that the last step is noise alone: the roots of alpha-bar are shifted by the last and scaled so
 * that the first stays (Lin et al. 2024, arXiv:2305.08891, algorithm 1).
 */
export function zeroTerminal(betas: Float32Array): Float32Array {
  const roots = alphasCumprod(betas).map(Math.sqrt);
  const [first, last] = [roots[0]!, roots.at(-1)!];
  const scale = fround(first / fround(first - last));
  const rescaled = roots.map((root) => fround(root - last) * scale).map((root) => root * root);
  return rescaled.map((level, i) => 1 - (i === 0 ? level : fround(level / rescaled[i - 1]!)));
}
