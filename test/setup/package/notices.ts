import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../paths.ts';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly folder: string;
}

/** Dependencies that only the install script, the command line, the native build or the page of a package uses: they are not shipped. */
const notShipped = new Set([
  'adm-zip',
  'commander',
  'global-agent',
  'mhchemparser',
  'mj-context-menu',
  'node-addon-api',
  'node-gyp-build',
  'speech-rule-engine',
]);

/** Licence texts that a package does not carry itself, or not all of them, kept beside this file. */
const kept: Readonly<Record<string, readonly string[]>> = {
  '@bufbuild/protobuf': ['bufbuild-protobuf.txt'],
  '@lit-labs/ssr-dom-shim': ['lit-labs-ssr-dom-shim.txt'],
  '@mathjax/mathjax-tex-font': ['mathjax-tex-font.txt'],
  katex: ['katex-fonts.txt'],
  'onnxruntime-common': ['onnxruntime.txt'],
  'onnxruntime-node': ['onnxruntime.txt', 'onnxruntime-node-third-party.txt'],
  tokenizers: ['tokenizers.txt'],
  'web-tree-sitter': ['web-tree-sitter.txt'],
};

/**
 * The licences of everything that ships: each dependency and what it depends on, with its text.
 * @throws where a package comes without one.
 */
export async function thirdPartyNotices(): Promise<string> {
  const { dependencies } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  const found = new Map<string, Package>();
  for (const name of Object.keys(dependencies)) await gather(name, root, found);
  const packages = [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
  const sections = await Promise.all(packages.map(section));
  return [
    'Genlens contains the following third-party software, under the licences below.\n\n',
    ...packages.map(({ name, version, license }) => `- ${name} ${version} (${license})\n`),
    ...sections,
  ].join('');
}

async function gather(name: string, from: string, found: Map<string, Package>): Promise<void> {
  const folder = resolve(name, from);
  if (found.has(folder)) return;
  const file = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as Omit<Package, 'folder'> & {
    dependencies?: Record<string, string>;
  };
  found.set(folder, { name: file.name, version: file.version, license: file.license, folder });
  for (const dependency of Object.keys(file.dependencies ?? {})) {
    if (!notShipped.has(dependency)) await gather(dependency, folder, found);
  }
}

/** The folder that Node would take the package from, for a file in `from`. */
function resolve(name: string, from: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name);
    if (existsSync(path.join(candidate, 'package.json'))) return candidate;
    if (folder === path.dirname(folder))
      throw new Error(`${name}, a dependency of ${from}, is not installed: run \`npm ci --ignore-scripts\`.`);
  }
}

async function section({ name, version, license, folder }: Package): Promise<string> {
  const own = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).map((file) => path.join(folder, file));
  const files = [...own, ...(kept[name] ?? []).map((file) => path.join(import.meta.dirname, 'notices', file))];
  if (files.length === 0) throw new Error(`${name} ${version} comes without a licence text: put it into test/setup/package/notices.`);
  const texts = await Promise.all(files.map(async (file) => (await readFile(file, 'utf8')).trim()));
  return `\n${'='.repeat(100)}\n${name} ${version} (${license})\n${'='.repeat(100)}\n\n${texts.join('\n\n')}\n`;
}
