/** What guidance samples where everything is known, beside what it is often said to sample. */

import { middlesOf } from '../../../../maths/adversarial/pushforward.ts';
import { noisedAt } from '../../../../maths/diffusion/exact.ts';
import { guidedField, tiltedLogDensities } from '../../../../maths/diffusion/guidedMixture.ts';
import { flowLogLikelihood, type NoiseField } from '../../../../maths/diffusion/likelihood.ts';
import { trainedLevels } from '../../../../maths/diffusion/planeSchedule.ts';
import type { GuidedDensity, GuidedDensityRequest } from '../../../../protocol/denoiser.ts';
import { rest } from '../../rest.ts';
import { checkRaster } from '../gan/state.ts';
import { conditionalOf, mixtureOfData } from './state.ts';

const FLOW_STEPS = 48;

/** @throws RpcError 'setting-invalid', 'data-invalid' */
export async function guidedDensity(
  { data, components, scale, raster }: GuidedDensityRequest,
  signal: AbortSignal,
): Promise<GuidedDensity> {
  checkRaster(raster);
  const mixture = mixtureOfData(data);
  const conditional = conditionalOf(mixture, { components, scale });
  const { highest: from, lowest: to } = trainedLevels;
  const places = Float64Array.from(middlesOf(raster));
  const exact = guidedField(mixture, conditional, scale);
  const field: NoiseField = async (points, level) => {
    await rest(signal);
    return exact(points, level);
  };
  const { logDensity: sampled } = await flowLogLikelihood(field, places, { from, to, steps: FLOW_STEPS });
  const cell = ((raster.right - raster.left) / raster.columns) * ((raster.top - raster.bottom) / raster.rows);
  const tilted = tiltedLogDensities(noisedAt(mixture, from), noisedAt(conditional, from), scale, places, cell);
  const apart = sampled.reduce((sum, log, i) => sum + Math.abs(Math.exp(log) - Math.exp(tilted[i]!)), 0) * (cell / 2);
  return { sampled, tilted, apart };
}
