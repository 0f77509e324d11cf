/** The service for diffusion models on the real runtime, in this process. */

import { join } from 'node:path';
import { createDiffusionService } from '../../../../../src/engine/inference/diffusion/service.ts';
import { resolveDiffusion } from '../../../../../src/models/diffusion/source.ts';
import {
  defaultDiffusion,
  type DiffusionRequest,
  type DiffusionRun,
  type DiffusionService,
  type DiffusionSource,
  type EvaluationOfRun,
  type LoadedDiffusion,
} from '../../../../../src/protocol/diffusion.ts';
import type { EngineSettings } from '../../../../../src/protocol/inference.ts';
import type { Remote } from '../../../../../src/protocol/rpc.ts';
import { direct, settings, startRuntime } from '../support/service.ts';

export const root = join(import.meta.dirname, '../../../../..');
export const folder = join(root, 'test/fixtures/diffusion-models');

export interface Started extends Remote<DiffusionService> {
  sessions: () => number;
  /** Runs of any session until now. */
  runs: () => number;
}

export function startDiffusion(): Started {
  const { runtime, sessions, fetched } = startRuntime();
  return { ...direct<Remote<DiffusionService>>(createDiffusionService(runtime)), sessions, runs: () => fetched.length };
}

export async function loaded(
  source: DiffusionSource,
  own: EngineSettings = settings,
): Promise<{ service: Started; model: LoadedDiffusion }> {
  const service = startDiffusion();
  return { service, model: await service.load({ source, settings: own }) };
}

export const bundled = (name: string): Promise<DiffusionSource> => resolveDiffusion(name, join(root, 'models'));

export function requestOf(more: Partial<DiffusionRequest> = {}): DiffusionRequest {
  const { sampler, options, run, guidance, rescale } = defaultDiffusion;
  return { seeds: [1], conditions: [{}], sampler, options, run, guidance, rescale, keep: 'all', ...more };
}

export interface Sampled {
  run: DiffusionRun;
  told: EvaluationOfRun[];
  /** x before each evaluation and after the last. */
  trajectory: Float32Array[];
}

export async function sampled(service: Started, more: Partial<DiffusionRequest> = {}): Promise<Sampled> {
  const told: EvaluationOfRun[] = [];
  const run = await service.sample(requestOf(more), { onItem: (evaluations) => told.push(...evaluations) });
  const count = run.timesteps.length - run.from + 1;
  const { values } = await service.tensors({
    ...{ runId: run.runId, tensor: 'x', as: 'values' },
    evaluations: Array.from({ length: count }, (_, i) => run.from + i),
  });
  const each = values.length / count;
  return { run, told, trajectory: Array.from({ length: count }, (_, i) => values.slice(i * each, (i + 1) * each)) };
}

/** Largest difference over max(1, max |x|). */
export function apart(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let [difference, largest] = [0, 1];
  for (let i = 0; i < expected.length; i++) {
    // NaN must not pass for no difference.
    const own = Math.abs(actual[i]! - expected[i]!);
    difference = own <= difference ? difference : own;
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return difference / largest;
}
