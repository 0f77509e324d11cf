import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root, toolsFolder } from './paths.ts';
import { run } from './run.ts';

const training = path.join(root, 'models/train');
const folder = path.join(toolsFolder, 'py-models');
const python = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/**
 * Checks the pipeline that makes the models: a tiny one is trained, exported and loaded, in a Python environment of its own.
 * GENLENS_MODELS_PYTHON names a Python that already has models/train/requirements.txt, to be taken instead.
 */
export async function checkModels(args: readonly string[]): Promise<number> {
  const named = process.env['GENLENS_MODELS_PYTHON'];
  if (named === undefined) await installEnvironment();
  return run(named ?? python, ['-m', 'code_transformer.check', ...args], { cwd: training });
}

async function installEnvironment(): Promise<void> {
  const requirements = path.join(training, 'requirements.txt');
  const text = await readFile(requirements, 'utf8');
  const wanted = createHash('sha256').update(text).digest('hex');
  const stamp = path.join(folder, 'installed');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return;
  const torch = /^torch==\S+$/m.exec(text)?.[0];
  if (torch === undefined) throw new Error(`${requirements} does not pin torch: it needs a line torch==VERSION.`);
  console.log('Installing the Python environment of the models (PyTorch: 1 GB or more, once) ...');
  await rm(folder, { recursive: true, force: true });
  await createEnvironment();
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
  // PyTorch first and alone: its version decides what the others may be.
  for (const what of [[torch], ['-r', requirements]]) {
    if ((await run(python, [...pip, ...what])) !== 0) {
      throw new Error(`pip could not install ${what.join(' ')} (see above): check the network and the space on ${folder}.`);
    }
  }
  await writeFile(stamp, wanted);
}

async function createEnvironment(): Promise<void> {
  const system = ['python3.13', 'python3.12', 'python3.11', 'python3', 'python'].find(isNewEnough);
  if (system === undefined)
    throw new Error('The models need Python 3.11 or newer, and none is on the PATH: install it, with its venv module.');
  if ((await run(system, ['-m', 'venv', folder], { stdio: 'ignore' })) === 0) return;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('Installing the venv module of Python (apt-get install python3-venv) ...');
    await run('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'] });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'python3-venv'], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  if ((await run(system, ['-m', 'venv', folder])) !== 0) {
    throw new Error(`${system} could not make an environment in ${folder} (see above). On Debian: \`sudo apt-get install python3-venv\`.`);
  }
}

function isNewEnough(program: string): boolean {
  const { status } = spawnSync(program, ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))'], { stdio: 'ignore' });
  return status === 0;
}
