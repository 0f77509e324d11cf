/** What test/fixtures/vae/make.py wrote, and its linear-Gaussian models as log p(x, z). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogJoint } from '../../../../src/maths/vae/logJoint.ts';

const folder = join(import.meta.dirname, '../../../fixtures/vae');

export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'), (_, value: unknown) =>
    value === 'inf' ? Infinity : value === '-inf' ? -Infinity : value === 'nan' ? NaN : value,
  );
}

export interface LinearModel {
  latent: number;
  shape: number[];
  deviation: number;
  /** [pixels][latent] */
  weights: number[][];
  offset: number[];
  pictures: number[][];
  logEvidence: number[];
  posteriorMean: number[][];
  posteriorCovariance: number[][];
  /** Of the encoder. */
  mean: number[][];
  logVariance: number[];
  elbo: number[];
  bestElbo: number[];
}

export const linear = fixture('linear') as Record<'linear-2' | 'linear-3', LinearModel>;

/** log p(x, z) of one of its pictures, in double precision. */
export function logJointOf({ weights, offset, deviation, pictures, latent }: LinearModel, picture: number): LogJoint {
  const x = pictures[picture]!;
  return (z, count) => {
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let j = 0; j < latent; j++) sum -= 0.5 * (z[i * latent + j]! ** 2 + Math.log(2 * Math.PI));
      x.forEach((value, pixel) => {
        const mean = weights[pixel]!.reduce((all, weight, j) => all + weight * z[i * latent + j]!, offset[pixel]!);
        sum -= 0.5 * ((value - mean) / deviation) ** 2 + Math.log(deviation) + 0.5 * Math.log(2 * Math.PI);
      });
      values[i] = sum;
    }
    return Promise.resolve(values);
  };
}

/** The largest difference of two lists of numbers, relative where they are above 1. */
export function farthest(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < actual.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    const off = Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    if (!(off <= largest)) largest = off;
  }
  return largest;
}
