import path from 'node:path';
import { root } from './paths.ts';
import { pythonEnvironment } from './pythonEnvironment.ts';
import { run } from './run.ts';

const training = path.join(root, 'models/train');

/**
 * Checks the pipelines that make the models: tiny ones are trained, exported and loaded, in a Python environment of their own.
 * GENLENS_MODELS_PYTHON names a Python that already has models/train/requirements.txt, to be taken instead.
 */
export async function checkModels(args: readonly string[]): Promise<number> {
  const requirements = path.join(training, 'requirements.txt');
  const what = 'the models (PyTorch: 1 GB or more, once)';
  const python =
    process.env['GENLENS_MODELS_PYTHON'] ?? (await pythonEnvironment({ name: 'py-models', requirements, first: 'torch', what }));
  return run(python, ['-m', 'checks', ...args], { cwd: training });
}
