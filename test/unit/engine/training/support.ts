/** The training service on the real runtime, in this process, asked through channels. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { createTrainingService } from '../../../../src/engine/inference/training/service.ts';
import type { Runtime } from '../../../../src/engine/worker/client.ts';
import { loadEngine } from '../../../../src/engine/worker/engine.ts';
import { createRuntime } from '../../../../src/engine/worker/runtime.ts';
import { elementsOf, isElementType } from '../../../../src/formats/elements.ts';
import { readNpz } from '../../../../src/formats/npz.ts';
import type { MixtureShape } from '../../../../src/maths/mixtures/mixture.ts';
import { portChannel } from '../../../../src/protocol/channels.ts';
import type { EngineSettings } from '../../../../src/protocol/inference.ts';
import { connect, serve } from '../../../../src/protocol/peer.ts';
import type { Handlers, Remote } from '../../../../src/protocol/rpc.ts';
import {
  defaultCoefficients,
  defaultReporting,
  type Coefficients,
  type TrainedModel,
  type TrainingData,
  type TrainingItem,
  type TrainingService,
  type TrainRequest,
} from '../../../../src/protocol/training.ts';

const root = join(import.meta.dirname, '../../../..');
export const folder = join(root, 'models/mixtures-2d');
export const settings: EngineSettings = { provider: 'cpu', threads: 1, memoryLimit: 2 ** 30 };

/** A caller of handlers through a channel, as another process would be. */
function across<T>(handlers: Handlers<T>): { remote: Remote<T>; close: () => void } {
  const { port1, port2 } = new MessageChannel();
  const server = serve<T>(portChannel(port1), handlers);
  const remote = connect<T>(portChannel(port2));
  return {
    remote,
    close: () => {
      remote.dispose();
      server.dispose();
      port1.close();
    },
  };
}

/** ONNX Runtime as a thread of its own would have it. */
export function openRuntime(): { remote: Runtime; close: () => void } {
  return across(createRuntime((enginePath) => loadEngine(enginePath, import.meta.filename)));
}

export async function openService(path = folder): Promise<{ service: Remote<TrainingService>; close: () => void }> {
  const runtime = openRuntime();
  const service = across<TrainingService>(createTrainingService(runtime.remote));
  const close = (): void => {
    service.close();
    runtime.close();
  };
  await service.remote.load({ folder: path, settings }).catch((error: unknown) => {
    close();
    throw error;
  });
  return { service: service.remote, close };
}

export const mixtures = JSON.parse(await readFile(join(folder, 'mixtures.json'), 'utf8')) as Record<string, MixtureShape>;

export function mixture(name: string): TrainingData {
  return { kind: 'mixture', mixture: mixtures[name]! };
}

/** Arrays of test/fixtures/training/training.npz as float32 or float64. */
export async function readFixture(): Promise<ReadonlyMap<string, Float32Array | Float64Array>> {
  const arrays = await readNpz(await readFile(join(root, 'test/fixtures/training/training.npz')));
  return new Map(
    [...arrays].map(([name, { type, data }]) => {
      if (!isElementType(type)) throw new Error(`${name} is ${type}`);
      return [name, elementsOf(type, data) as Float32Array | Float64Array];
    }),
  );
}

let trainings = 0;

export function requestOf(
  model: TrainedModel,
  data: TrainingData,
  seed: number,
  changes: Partial<TrainRequest> & { coefficients?: Coefficients },
): TrainRequest {
  const { coefficients, ...others } = changes;
  const all = { ...defaultCoefficients[model.family], ...coefficients };
  return {
    training: `training ${++trainings}`,
    setup: { model, data, seed },
    from: null,
    schedule: [{ step: 0, coefficients: all }],
    until: null,
    reporting: defaultReporting,
    ...others,
  };
}

/** Trains to the end, and what was told on the way. */
export async function trained(service: Remote<TrainingService>, request: TrainRequest) {
  const items: TrainingItem[] = [];
  const end = await service.train(request, { onItem: (item) => items.push(item) });
  const points = items.flatMap((item) => (item.kind === 'losses' ? item.points : []));
  const checkpoints = items.flatMap((item) => (item.kind === 'checkpoint' ? [item.checkpoint] : []));
  const pictures = items.flatMap((item) => (item.kind === 'picture' ? [item] : []));
  return { end, points, checkpoints, pictures };
}

export function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity;
  let most = 0;
  for (let i = 0; i < found.length; i++) {
    const off = Math.abs(found[i]! - expected[i]!);
    most = Number.isNaN(off) ? Infinity : Math.max(most, off);
  }
  return most;
}
