/** Which of the training's timesteps a sampler visits, from the last to the first. */

export type TimestepSpacing = 'leading' | 'linspace' | 'trailing';

/** Halves to the even neighbour, as NumPy rounds. */
export function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

/** Evenly from start to end, as NumPy computes it: [count]. */
export function linspace(start: number, end: number, count: number): Float64Array {
  const step = (end - start) / (count - 1);
  return Float64Array.from({ length: count }, (_, i) => (i === 0 ? start : i === count - 1 ? end : i * step + start));
}

export interface Spaced {
  spacing: TimestepSpacing;
  /** Of the training. */
  count: number;
  steps: number;
  /** Added to those that lead. */
  offset: number;
  /**
   * Whether the last of one step more is left out, as solvers do whose last step ends beyond all timesteps. Those that trail are the same
   * in both ways.
   */
  openEnd: boolean;
  /** Whether those between two are rounded where they are spread evenly. */
  whole: boolean;
  /** Timesteps above this number of them are left out, where they are too noisy; `count` where none are. */
  reach?: number;
}

/**
 * Timesteps, falling (Lin et al. 2024, arXiv:2305.08891, table 2): `leading` leaves the last ones of the training out, `linspace` has both
 * ends, `trailing` begins at the last.
 *
 * diffusers takes one step too many, at timestep -1, for some numbers of trailing steps (61 of 1,000); here there are as many as asked for.
 *
 * @returns [steps]
 */
export function spacedTimesteps({ spacing, count, steps, offset, openEnd, whole, reach = count }: Spaced): Float64Array {
  const points = openEnd ? steps + 1 : steps;
  if (spacing === 'trailing') {
    const ratio = count / steps;
    // The second number less the first is what NumPy adds again and again.
    const delta = reach - ratio - reach;
    const length = Math.min(steps, Math.ceil(reach / ratio));
    return Float64Array.from({ length }, (_, i) => roundHalfEven(reach + i * delta) - 1);
  }
  if (spacing === 'leading') {
    const ratio = Math.floor(reach / points);
    return Float64Array.from({ length: steps }, (_, i) => (points - 1 - i) * ratio + offset);
  }
  const rising = linspace(0, reach - 1, points);
  return Float64Array.from({ length: steps }, (_, i) =>
    whole ? roundHalfEven(rising[points - 1 - i]!) : Math.fround(rising[points - 1 - i]!),
  );
}
