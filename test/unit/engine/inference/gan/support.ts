/** The service for GANs on the real runtime, in this process. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGanService } from '../../../../../src/engine/inference/gan/service.ts';
import { sourceOfGanFiles } from '../../../../../src/models/gan/source.ts';
import type { GanBatch, GanRecipe, GanSampleRequest, GanService, GanSource, LoadedGan } from '../../../../../src/protocol/gan.ts';
import type { ModelAnswers } from '../../../../../src/protocol/question.ts';
import type { Remote } from '../../../../../src/protocol/rpc.ts';
import { direct, settings, startRuntime } from '../support/service.ts';

export const root = join(import.meta.dirname, '../../../../..');
export const folder = join(root, 'test/fixtures/gan-models');
export const data = (name: string): string => join(folder, 'data', `${name}.npy`);

export interface Expected {
  z: number[][];
  classes: number[] | null;
  /** Channels first. */
  generated: number[][];
  scores: number[] | null;
}
export interface ExpectedGaussian extends Expected {
  weights: number[][];
  offset: number[];
  score: number[];
  constant: number[];
  dataRoot: number[][];
  dataMean: number[];
}
export const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, Expected>;

export type Started = Remote<GanService> & { sessions: () => number };

export function startGan(): Started {
  const { runtime, sessions } = startRuntime();
  return { ...direct<Remote<GanService>>(createGanService(runtime)), sessions };
}

/** Those that a file name without a folder is of. @param files generator and discriminator below test/fixtures/gan-models */
export function sourceOf(generator: string, discriminator: string | null, answers: ModelAnswers = {}): GanSource {
  return sourceOfGanFiles(join(folder, generator), discriminator === null ? null : join(folder, discriminator), answers);
}

export const gaussianSource = (): GanSource => sourceOf('gaussian/generator.onnx', 'gaussian/discriminator.onnx', { prior: 'normal' });

export async function loaded(source: GanSource): Promise<{ service: Started; model: LoadedGan }> {
  const service = startGan();
  return { service, model: await service.load({ source, settings }) };
}

export interface Sampled {
  recipe: GanRecipe;
  firsts: number[];
  z: number[];
  pictures: number[];
  classes: number[];
  scores: number[];
}

export async function sampled(service: Started, request: Partial<GanSampleRequest>): Promise<Sampled> {
  const batches: GanBatch[] = [];
  const plain = { seed: 7, first: 0, count: 20, truncation: null, class: 'each' } as const;
  const recipe = await service.sample({ ...plain, ...request }, { onItem: (batch) => batches.push(batch) });
  return {
    recipe,
    firsts: batches.map(({ first }) => first),
    z: batches.flatMap((batch) => [...batch.z]),
    pictures: batches.flatMap((batch) => [...batch.pictures]),
    classes: batches.flatMap((batch) => [...batch.classes]),
    scores: batches.flatMap((batch) => [...(batch.scores ?? [])]),
  };
}
