/** The inference process: one loaded model, asked by the process that forked it. */

import { join } from 'node:path';
import { runInferenceProcess } from './life.ts';
import { createInferenceService } from './service.ts';

// Both bundles lie in one folder.
runInferenceProcess(join(__dirname, 'worker.cjs'), createInferenceService);
