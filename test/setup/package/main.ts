import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { root } from '../paths.ts';
import { build } from '../tools.ts';
import { platformName, platforms, type PlatformName } from './platforms.ts';
import { stage } from './stage.ts';

/** `npm run package -- --target PLATFORM [--out FOLDER]`: makes a production build and writes the package of one platform. */
export async function packageCommand(args: readonly string[]): Promise<number> {
  const here = `${process.platform}-${process.arch}`;
  const { values } = parseArgs({
    args: [...args],
    options: { target: { type: 'string', default: here }, out: { type: 'string', default: root } },
  });
  const target = platformName(values.target);
  if ((await build(['--production'])) !== 0) throw new Error('The build failed: see the messages above.');
  const { file, bytes } = await packageExtension(target, path.resolve(values.out));
  console.log(`${file} (${megabytes(bytes)} MB)`);
  return 0;
}

/**
 * Writes `genlens-PLATFORM-VERSION.vsix` into `folder`, of the build that is in dist.
 * @throws where a file is missing, or the package is larger than its platform allows; then nothing is written.
 */
export async function packageExtension(target: PlatformName, folder: string): Promise<{ file: string; bytes: number }> {
  const work = await mkdtemp(path.join(tmpdir(), 'genlens-package-'));
  const staging = path.join(work, 'extension');
  try {
    await stage(staging, target);
    const { version } = JSON.parse(await readFile(path.join(staging, 'package.json'), 'utf8')) as { version: string };
    const name = `genlens-${target}-${version}.vsix`;
    const packed = path.join(work, name);
    await createVSIX({
      cwd: staging,
      packagePath: packed,
      target,
      dependencies: false,
      rewriteRelativeLinks: false,
      allowMissingRepository: true,
    });
    const { size: bytes } = await stat(packed);
    const { limit } = platforms[target];
    if (bytes > limit * 1e6) throw new Error(`The package for ${target} has ${megabytes(bytes)} MB; at most ${limit} MB are allowed.`);
    const file = path.join(folder, name);
    await mkdir(folder, { recursive: true });
    await copyFile(packed, `${file}.unfinished`);
    await rename(`${file}.unfinished`, file);
    return { file, bytes };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
