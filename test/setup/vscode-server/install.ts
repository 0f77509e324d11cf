import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { npm } from '../npm.mjs';
import { toolsFolder } from '../paths.ts';

const recipe = import.meta.dirname;
const folder = path.join(toolsFolder, 'vscode-server');

/** The folder of VS Code's server inside the installed npm package. */
export const vscodeServerFolder = path.join(folder, 'node_modules/code-server/lib/vscode');

/**
 * Installs VS Code's server from npm (the one in code-server), without compiling and without running install scripts:
 * its own modules come from the lock beside this file, two native ones without a ready binary are replaced by stand-ins.
 * Does nothing when what is installed already matches.
 */
export async function installVSCodeServer(): Promise<void> {
  const wanted = await fingerprint();
  const stamp = path.join(folder, 'installed');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return;
  console.log('Installing the VS Code server (about 550 MB, once) ...');
  await rm(stamp, { force: true });
  await mkdir(folder, { recursive: true });
  await npmInstall(path.join(recipe, 'package'), folder);
  await npmInstall(path.join(recipe, 'modules'), path.join(folder, 'modules'));
  const modules = path.join(vscodeServerFolder, 'node_modules');
  await rm(modules, { recursive: true, force: true });
  await rename(path.join(folder, 'modules/node_modules'), modules);
  for (const name of ['spdlog', 'native-watchdog']) {
    await cp(path.join(recipe, 'stand-ins', name), path.join(modules, '@vscode', name), { recursive: true });
  }
  await writeFile(stamp, wanted);
}

async function npmInstall(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) await cp(path.join(from, file), path.join(to, file));
  await npm(['ci', '--ignore-scripts', '--omit=dev'], to);
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of [
    'package/package-lock.json',
    'modules/package-lock.json',
    'stand-ins/spdlog/index.cjs',
    'stand-ins/native-watchdog/index.cjs',
  ]) {
    hash.update(await readFile(path.join(recipe, file)));
  }
  return hash.digest('hex');
}
