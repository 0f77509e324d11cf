import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from '../../setup/paths.ts';

/** The built extension with a stand-in for the thread that reads Python, as a folder of its own; `remove` when done. */
export async function extensionWithStandIn(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'genlens-extension-'));
  for (const part of ['package.json', 'dist', 'media']) await cp(path.join(root, part), path.join(folder, part), { recursive: true });
  for (const part of ['models', 'node_modules']) await symlink(path.join(root, part), path.join(folder, part));
  await build({
    entryPoints: [path.join(import.meta.dirname, 'reader.ts')],
    outfile: path.join(folder, 'dist/python.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
