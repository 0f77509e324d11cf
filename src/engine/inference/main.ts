/** The inference process: one loaded model, asked by the process that forked it, which says of what family. */

import { join } from 'node:path';
import type { ModelFamily } from '../../protocol/life.ts';
import { runInferenceProcess } from './life.ts';
import { createInferenceService } from './service.ts';
import { createDiffusionService } from './diffusion/service.ts';
import { createGanService } from './gan/service.ts';
import { createTrainingService } from './training/service.ts';
import { createVaeService } from './vae/service.ts';

// Both bundles lie in one folder.
const worker = join(__dirname, 'worker.cjs');
const starts: Readonly<Record<ModelFamily, () => void>> = {
  transformer: () => runInferenceProcess(worker, createInferenceService),
  vae: () => runInferenceProcess(worker, createVaeService),
  gan: () => runInferenceProcess(worker, createGanService),
  diffusion: () => runInferenceProcess(worker, createDiffusionService),
  training: () => runInferenceProcess(worker, createTrainingService),
};
const start = starts[process.argv[2] as ModelFamily] as (() => void) | undefined;
if (!start) throw new Error(`This build has no service for models of the family "${String(process.argv[2])}".`);
start();
