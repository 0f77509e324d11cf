/** The inference process: one loaded model, asked by the process that forked it. Its argument is the model's family. */

import { join } from 'node:path';
import type { ModelFamily } from '../../protocol/life.ts';
import { runInferenceProcess } from './life.ts';
import { createInferenceService } from './service.ts';
import { createVaeService } from './vae/service.ts';

// Both bundles lie in one folder.
const workerEntry = join(__dirname, 'worker.cjs');

if ((process.argv[2] as ModelFamily | undefined) === 'vae') runInferenceProcess(workerEntry, createVaeService);
else runInferenceProcess(workerEntry, createInferenceService);
