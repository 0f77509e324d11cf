/** The thread that holds ONNX Runtime. `run` blocks it for as long as a model runs; nothing else lives here. */

import { parentPort } from 'node:worker_threads';
import { portChannel } from '../../protocol/channels.ts';
import { serve } from '../../protocol/peer.ts';
import type {
  RuntimeDrawing,
  RuntimeIteration,
  RuntimeKeeping,
  RuntimePreparation,
  RuntimeSelfTest,
  RuntimeWorker,
} from '../../protocol/worker.ts';
import { loadEngine } from './engine.ts';
import { createRuntime } from './runtime.ts';

if (!parentPort) throw new Error('This file runs as a worker thread of the inference process.');
serve<RuntimeWorker & RuntimeSelfTest & RuntimePreparation & RuntimeKeeping & RuntimeDrawing & RuntimeIteration>(
  portChannel(parentPort),
  createRuntime((enginePath) => loadEngine(enginePath, __filename)),
);
