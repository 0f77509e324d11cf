/** Environments of Python for tests, each with what a file of requirements names. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root, toolsFolder } from './paths.ts';
import { run } from './run.ts';

export interface EnvironmentOptions {
  /** Of its folder in `.genlens`. */
  readonly name: string;
  /** A file; where it changes, the environment is made anew. */
  readonly requirements: string;
  /** A package that decides what versions the others may have: it is installed first, alone. */
  readonly first?: string;
  /** What is said while it is installed: "the models (PyTorch: 1 GB or more, once)". */
  readonly what: string;
}

/**
 * Installs what is not there yet.
 * @returns the path of its Python
 * @throws saying what is missing, and what to do
 */
export async function pythonEnvironment({ name, requirements, first, what }: EnvironmentOptions): Promise<string> {
  const folder = path.join(toolsFolder, name);
  const python = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const text = await readFile(requirements, 'utf8');
  const wanted = createHash('sha256').update(text).digest('hex');
  const stamp = path.join(folder, 'installed');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return python;
  const pinned = first === undefined ? undefined : new RegExp(`^${first}==\\S+$`, 'm').exec(text)?.[0];
  if (first !== undefined && pinned === undefined)
    throw new Error(`${requirements} does not pin ${first}: it needs a line ${first}==VERSION.`);
  console.log(`Installing the Python environment of ${what} ...`);
  await rm(folder, { recursive: true, force: true });
  await createEnvironment(folder);
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
  for (const packages of [...(pinned === undefined ? [] : [[pinned]]), ['-r', requirements]]) {
    if ((await run(python, [...pip, ...packages])) !== 0) {
      throw new Error(`pip could not install ${packages.join(' ')} (see above): check the network and the space on ${folder}.`);
    }
  }
  await writeFile(stamp, wanted);
  return python;
}

/** The Python that tests debug with. GENLENS_DEBUG_PYTHON names one that already has test/python/requirements.txt, to be taken instead. */
export async function findDebugPython(): Promise<string> {
  const requirements = path.join(root, 'test/python/requirements.txt');
  return process.env['GENLENS_DEBUG_PYTHON'] ?? (await pythonEnvironment({ name: 'py-debug', requirements, what: 'the debugger (once)' }));
}

async function createEnvironment(folder: string): Promise<void> {
  const system = ['python3.13', 'python3.12', 'python3.11', 'python3', 'python'].find(isNewEnough);
  if (system === undefined)
    throw new Error('These tests need Python 3.11 or newer, and none is on the PATH: install it, with its venv module.');
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
