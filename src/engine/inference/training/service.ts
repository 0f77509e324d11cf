/** What an inference process does for the owner of a folder of training graphs. */

import { readTrainingFolder } from '../../../models/trainingFolder.ts';
import { RpcError, type Handlers } from '../../../protocol/rpc.ts';
import type { TrainingService } from '../../../protocol/training.ts';
import type { Runtime } from '../../worker/client.ts';
import { denoiserConvergence } from './denoiser/convergence.ts';
import { denoiserFloor } from './denoiser/floor.ts';
import { guidedDensity } from './denoiser/guided.ts';
import { denoiserRun } from './denoiser/run.ts';
import { denoiserTruth } from './denoiser/truth.ts';
import { ganFrame } from './gan/frame.ts';
import { gameRotation } from './gan/rotation.ts';
import { ganTerms } from './gan/terms.ts';
import { ganTruth } from './gan/truth.ts';
import { Graphs } from './graphs.ts';
import { TrainingRun } from './run.ts';
import { aggregateDensity, planeDensity, rateDistortion, vaeTerms } from './vae.ts';

export function createTrainingService(runtime: Runtime): Handlers<TrainingService> {
  let graphs: Graphs | undefined;
  // From the moment that they are asked for, so that they can be paused before they have begun.
  const active = new Map<string, { run: Promise<TrainingRun>; ended: Promise<unknown> }>();

  const loaded = (): Graphs => {
    if (!graphs) throw new RpcError('not-loaded', 'No training graphs are loaded yet; load them first.');
    return graphs;
  };
  const runOf = (training: string): Promise<TrainingRun> => {
    const found = active.get(training);
    if (!found) throw new RpcError('unknown-training', `No training "${training}" is under way.`);
    return found.run;
  };
  const endAll = async (): Promise<void> => {
    for (const { run } of active.values()) void run.then((opened) => opened.pause()).catch(() => undefined);
    await Promise.allSettled([...active.values()].map(({ ended }) => ended));
  };

  return {
    load: async ({ folder, settings }, context) => {
      context.progress({ message: 'Starting the engine' });
      runtime.prepare({ settings }).catch(() => undefined);
      const previous = graphs;
      graphs = undefined;
      await endAll();
      await previous?.close();
      const opened = new Graphs(runtime, await readTrainingFolder(folder), settings);
      // One of them now, so that an engine that cannot be started shows here.
      const { provider } = await opened.open(Object.keys(opened.folder.graphs)[0] ?? '');
      graphs = opened;
      return { batch: opened.folder.batch, mixtures: opened.folder.mixtures, provider };
    },
    train: async (request, context) => {
      const { training } = request;
      if (active.has(training)) throw new RpcError('training-busy', `The training "${training}" is under way already; pause it first.`);
      const run = TrainingRun.open(runtime, loaded(), request);
      const ended = run.then((opened) => opened.run(context));
      active.set(training, { run, ended });
      try {
        return await ended;
      } finally {
        active.delete(training);
      }
    },
    change: async ({ training, coefficients, reporting }) => (await runOf(training)).change(coefficients, reporting),
    pause: async ({ training }) => (await runOf(training)).pause(),

    network: ({ graph, parameters, inputs }) => loaded().rows(graph, parameters, inputs),
    vaeTerms: (request, { signal }) => vaeTerms(loaded(), request, signal),
    planeDensity: (request, { signal }) => planeDensity(loaded(), request, signal),
    rateDistortion: (request, { signal }) => rateDistortion(loaded(), request, signal),
    aggregateDensity: (request, { signal }) => aggregateDensity(loaded(), request, signal),
    gameRotation: (request, { signal }) => gameRotation(loaded(), request, signal),
    ganFrame: (request) => ganFrame(loaded(), request),
    ganTerms: (request, { signal }) => ganTerms(loaded(), request, signal),
    ganTruth: (request, { signal }) => ganTruth(loaded(), request, signal),
    denoiserRun: (request, { signal }) => denoiserRun(loaded(), request, signal),
    denoiserTruth: (request, { signal }) => denoiserTruth(loaded(), request, signal),
    denoiserFloor: (request, { signal }) => denoiserFloor(request, signal),
    denoiserConvergence: (request, { signal }) => denoiserConvergence(request, signal),
    guidedDensity: (request, { signal }) => guidedDensity(request, signal),
  };
}
