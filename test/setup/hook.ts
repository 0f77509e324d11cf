import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.ts';
import { run } from './run.ts';
import { build } from './tools.ts';

/** `genlens formulas` in the folder that this was called from, for hooks that have a clone and no build yet. */
export async function formulas(args: readonly string[]): Promise<number> {
  const cli = path.join(root, 'dist/cli.js');
  if (!existsSync(cli) && (await build(['--production'])) !== 0) throw new Error('The build failed: see the messages above.');
  return run(process.execPath, [cli, 'formulas', ...args], { cwd: process.cwd() });
}
