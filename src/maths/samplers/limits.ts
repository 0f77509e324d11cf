/** What keeps a predicted clean sample within its range. */

import { filled } from './arrays.ts';
import type { Floats } from './sampler.ts';
import type { SamplerSettings } from './settings.ts';

type Limits = Pick<SamplerSettings, 'thresholding' | 'dynamicThresholdingRatio' | 'sampleMaxValue' | 'clipSample' | 'clipSampleRange'>;

/** As the settings say: thresholded, else clipped, else as it is. @param values [batch, ...] */
export function limited(values: Floats, batch: number, settings: Limits): Floats {
  if (settings.thresholding) return thresholded(values, batch, settings.dynamicThresholdingRatio, settings.sampleMaxValue);
  const range = settings.clipSampleRange;
  return settings.clipSample ? filled(values, (i) => Math.min(range, Math.max(-range, values[i]!))) : values;
}

/**
 * Dynamic thresholding (Saharia et al. 2022, arXiv:2205.11487, section 2.3): each item is clipped at a quantile of its absolute values, which
 * is at least 1 and at most `most`, and divided by it.
 *
 * @param values [batch, ...]
 * @param ratio of the quantile, 0 to 1
 */
export function thresholded(values: Floats, batch: number, ratio: number, most: number): Floats {
  const size = values.length / batch;
  const limits = Array.from({ length: batch }, (_, item) => {
    const sorted = values
      .slice(item * size, (item + 1) * size)
      .map(Math.abs)
      .sort();
    const place = ratio * (size - 1);
    const below = sorted[Math.floor(place)]!;
    const quantile = below + (sorted[Math.ceil(place)]! - below) * (place - Math.floor(place));
    return Math.min(most, Math.max(1, quantile));
  });
  return filled(values, (i) => {
    const limit = limits[Math.floor(i / size)]!;
    return Math.min(limit, Math.max(-limit, values[i]!)) / limit;
  });
}
