/** The clean sample and the noise that a model's output says x is made of. */

import { combined, residual } from './arrays.ts';
import { limited } from './limits.ts';
import type { Floats, Plan, Rates, State } from './sampler.ts';
import { SettingError } from './settings.ts';

export interface Prediction {
  /** [batch, ...]. */
  clean: Floats;
  noise: Floats;
}

/**
 * Of x = alpha x0 + sigma noise. A velocity is alpha noise - sigma x0 of rates whose squares sum to 1 (Salimans and Ho 2022,
 * arXiv:2202.00512, section 4 and appendix D), whatever x was multiplied by; that of a flow is noise - x0 (Lipman et al. 2023,
 * arXiv:2210.02747).
 *
 * @param state x before the evaluation; the clean sample is clipped or thresholded where the settings say so, the noise is not
 * @param ratio sigma as the plan has it, which flows use
 */
export function predictionOf(
  { settings, space }: Plan,
  { x, batch }: State,
  output: Floats,
  { alpha, sigma }: Rates,
  ratio: number,
): Prediction {
  if (output.length !== x.length)
    throw new SettingError(
      `The model gave ${output.length} numbers for ${x.length}; prediction_type ${settings.predictionType} needs as many.`,
    );
  // The length of the vector of both rates. Solvers on a straight path take it for 1, as diffusers does.
  const size = space === 'exploding' ? Math.hypot(alpha, sigma) : 1;
  let clean: Floats;
  let noise: Floats | null = null;
  switch (settings.predictionType) {
    case 'epsilon':
      clean = residual(x, sigma, output, alpha);
      noise = output;
      break;
    case 'v_prediction':
      clean = combined([alpha / size ** 2, x], [-sigma / size, output]);
      noise = combined([sigma / size ** 2, x], [alpha / size, output]);
      break;
    case 'flow_prediction':
      clean = residual(x, ratio, output, 1);
      break;
    default:
      clean = output;
  }
  noise ??= noiseIn(x, clean, { alpha, sigma });
  return { clean: limited(clean, batch, settings), noise };
}

/** What is left of x without the clean sample. */
export function noiseIn(x: Floats, clean: Floats, { alpha, sigma }: Rates): Floats {
  return residual(x, alpha, clean, sigma);
}
