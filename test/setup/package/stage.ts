import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from '../paths.ts';
import { thirdPartyNotices } from './notices.ts';
import { platforms, type PlatformName } from './platforms.ts';

/** Families of which Genlens shows something: the models of others are not shipped. */
const shownFamilies: ReadonlySet<string> = new Set(['transformer', 'vae']);

/**
 * Lays out in `folder` what the package of a platform holds: the build, the models, and the two native modules with that
 * platform's binaries alone. They go beneath dist, where the bundles find them before anything else and where the packer, which
 * leaves out the folder node_modules of an extension, keeps them.
 * @throws naming the file that is missing.
 */
export async function stage(folder: string, platform: PlatformName): Promise<void> {
  await cp(path.join(root, 'dist'), path.join(folder, 'dist'), { recursive: true });
  const { engine, tokenizers } = platforms[platform];
  const modules = path.join(folder, 'dist/node_modules');
  await copy('node_modules', modules, [
    ...['package.json', 'README.md', 'dist/index.js', 'dist/backend.js', 'dist/binding.js', 'dist/version.js'].map(
      (f) => `onnxruntime-node/${f}`,
    ),
    ...engine.map((file) => `onnxruntime-node/bin/napi-v6/${file}`),
    ...['package.json', 'dist/cjs/package.json'].map((file) => `onnxruntime-common/${file}`),
    ...(await javascriptIn('onnxruntime-common/dist/cjs')),
    ...['package.json', 'index.js', 'LICENSE', tokenizers].map((file) => `tokenizers/${file}`),
  ]);
  await copy('models', path.join(folder, 'models'), await modelsToShip());
  await shipMedia(folder);
  await copy('.', folder, ['LICENSE', 'README.md', 'CHANGELOG.md', '.vscodeignore']);
  await writeFile(path.join(folder, 'THIRD-PARTY-NOTICES.txt'), await thirdPartyNotices());
  await writeFile(path.join(folder, 'package.json'), await manifest());
}

/** Of the pictures in README.md those alone that the walkthrough shows: the editor shows no pictures of a README that are files. */
async function shipMedia(folder: string): Promise<void> {
  const named = await readFile(path.join(root, 'package.json'), 'utf8');
  const pictures = path.join(root, 'media', 'screenshots') + path.sep;
  const isShipped = (file: string): boolean =>
    file.startsWith(pictures) ? named.includes(`media/screenshots/${path.basename(file)}`) : !file.endsWith('.mjs');
  await cp(path.join(root, 'media'), path.join(folder, 'media'), { recursive: true, filter: isShipped });
}

async function copy(from: string, to: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const source = path.join(root, from, file);
    if (!existsSync(source)) throw new Error(`${source} belongs into the package and is missing.`);
    await mkdir(path.dirname(path.join(to, file)), { recursive: true });
    await cp(source, path.join(to, file));
  }
}

async function javascriptIn(folder: string): Promise<string[]> {
  const files = await readdir(path.join(root, 'node_modules', folder));
  return files.filter((file) => file.endsWith('.js')).map((file) => `${folder}/${file}`);
}

async function modelsToShip(): Promise<string[]> {
  const entries = await readdir(path.join(root, 'models'), { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory() && entry.name !== 'train').map((entry) => entry.name);
  const shipped = await Promise.all(
    names.map(async (name) => {
      const list = ['dataset.json', 'training.json', 'manifest.json'].find((file) => existsSync(path.join(root, 'models', name, file)));
      if (list === undefined) return [];
      const text = await readFile(path.join(root, 'models', name, list), 'utf8');
      const { family, files } = JSON.parse(text) as { family?: string; files: Record<string, string> };
      if (list === 'manifest.json' && !shownFamilies.has(family ?? '')) return [];
      return [...Object.keys(files), list].map((file) => `${name}/${file}`);
    }),
  );
  return shipped.flat();
}

/** What of package.json serves development only; the bundles hold the dependencies. */
const unshipped = new Set(['scripts', 'devDependencies', 'dependencies', 'private']);

async function manifest(): Promise<string> {
  const whole = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
  const shipped = Object.fromEntries(Object.entries(whole).filter(([key]) => !unshipped.has(key)));
  return `${JSON.stringify(shipped, undefined, 2)}\n`;
}
