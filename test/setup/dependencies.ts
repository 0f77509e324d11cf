import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { npm } from './npm.mjs';
import { root } from './paths.ts';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly optional?: boolean; readonly peer?: boolean }>>;
}

/** Installs what package-lock.json says, without install scripts; does nothing where node_modules already holds it. */
export async function installDependencies(): Promise<void> {
  const wanted = await readLock('package-lock.json');
  const installed = await readLock('node_modules/.package-lock.json');
  if (wanted && installed && holds(installed, wanted)) return;
  console.log('Installing the dependencies (about 600 MB, once) ...');
  await npm(['ci', '--ignore-scripts'], root);
}

/** Whether `installed` has every package of `wanted` at its version; those for other platforms may be absent. */
export function holds(installed: Lock, wanted: Lock): boolean {
  return Object.entries(wanted.packages).every(([place, { version, optional }]) => {
    if (place === '') return true;
    const found = installed.packages[place];
    return found ? found.version === version : optional === true;
  });
}

async function readLock(file: string): Promise<Lock | undefined> {
  const text = await readFile(path.join(root, file), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Lock);
}
