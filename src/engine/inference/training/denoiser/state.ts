/** What is asked of a denoiser of points in the plane as it stands: whose noise is predicted, and the data that it is true of. */

import { exactNoise } from '../../../../maths/diffusion/exact.ts';
import { componentsOf, guidedField } from '../../../../maths/diffusion/guidedMixture.ts';
import { rememberedNoise } from '../../../../maths/diffusion/memory.ts';
import { planeRunOf, type PlaneRun, type PlaneRunChoice } from '../../../../maths/diffusion/planeSamplers.ts';
import type { Denoiser } from '../../../../maths/diffusion/planeStates.ts';
import type { Mixture } from '../../../../maths/mixtures/mixture.ts';
import type { Floats } from '../../../../maths/samplers/sampler.ts';
import type { DenoiserState, NoiseSource } from '../../../../protocol/denoiser.ts';
import { RpcError } from '../../../../protocol/rpc.ts';
import type { TrainingData } from '../../../../protocol/training.ts';
import { checkWhole } from '../checks.ts';
import { dataSource, type DataSource } from '../draws.ts';
import { finite } from '../finite.ts';
import type { Graphs } from '../graphs.ts';

/**
 * Streams of a seed that evaluations take: none that a training has (`programs`), nor those of other models. Data takes two; each draw of a
 * run has its place in one.
 */
export const streams = { start: 80, steps: 81, memory: 82, level: 84, levelNoise: 86, likelihood: 88, own: 90, other: 92 } as const;
export const MOST_POINTS = 100_000;
const MOST_MEMORY = 4_096;
const MOST_SCALE = 100;

/** @throws RpcError 'data-invalid' where the data have no density */
export function mixtureOfData(data: TrainingData): Mixture {
  const { mixture } = dataSource(data);
  if (!mixture)
    throw new RpcError(
      'data-invalid',
      'Points of bandwidth 0 have no density, so no denoiser of them is exact. Give them a bandwidth above 0.',
    );
  return mixture;
}

/** @throws RpcError 'setting-invalid' of a sampler that there is not, or cannot take the steps */
export function runOf(choice: PlaneRunChoice): PlaneRun {
  try {
    return planeRunOf(choice);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RpcError('setting-invalid', error.message);
  }
}

/** Training points of the denoiser that knows them alone: [count, 2]. @throws RpcError 'setting-invalid' */
export function memoryOf(source: DataSource, seed: number, count: number): Float64Array {
  checkWhole('memory', count, 1, MOST_MEMORY);
  return source.draw({ seed, stream: streams.memory }, count, 0);
}

/** @throws RpcError 'data-invalid', 'setting-invalid'; 'not-finite' and 'bad-input' as it predicts */
export function denoiserOf(graphs: Graphs, { parameters, data, seed }: DenoiserState, source: NoiseSource): Denoiser {
  switch (source.kind) {
    case 'learned':
      return (points, level) => learnedNoise(graphs, parameters, points, level);
    case 'exact': {
      const mixture = mixtureOfData(data);
      return (points, level) => exactNoise(mixture, points, level);
    }
    case 'memory': {
      const training = memoryOf(dataSource(data), seed, source.count);
      return (points, level) => rememberedNoise(training, points, level);
    }
    case 'guided': {
      const mixture = mixtureOfData(data);
      const field = guidedField(mixture, conditionalOf(mixture, source), source.scale);
      return async (points, level) => Float64Array.from((await field(Float64Array.from(points), level)).noise);
    }
  }
}

/** p(x | c). @throws RpcError 'setting-invalid' */
export function conditionalOf(mixture: Mixture, { components, scale }: { components: readonly number[]; scale: number }): Mixture {
  if (!(scale >= 0 && scale <= MOST_SCALE))
    throw new RpcError('setting-invalid', `The guidance scale is ${scale}; it must be from 0 to ${MOST_SCALE}.`);
  try {
    return componentsOf(mixture, components);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RpcError('setting-invalid', error.message);
  }
}

/** [n, 2] */
export async function learnedNoise(graphs: Graphs, parameters: Float32Array, points: Floats, level: number): Promise<Float32Array> {
  const inputs = { x: Float32Array.from(points), alpha_bar: new Float32Array(points.length / 2).fill(level) };
  return finite('denoiser', (await graphs.rows('denoiser', parameters, inputs))['noise']!);
}
