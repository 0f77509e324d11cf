import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../setup/paths.ts';

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly menus: { readonly commandPalette: readonly { readonly command: string }[] };
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
  };
}

const read = (file: string): Promise<string> => readFile(path.join(root, file), 'utf8');
const manifest = JSON.parse(await read('package.json')) as Manifest;
const readme = await read('README.md');
const contributing = await read('CONTRIBUTING.md');

/** Running text, as it reads without line breaks. */
const flowing = readme.replace(/\s+/g, ' ');

describe('README.md', () => {
  it('lists every setting with its default, and no other', () => {
    const rows = [...readme.matchAll(/^\| `(genlens\.[\w.]+)` \| (?:`([^`]*)`|empty) \|/gm)].map(([, name, value]) => [name, value ?? '']);
    const settings = Object.entries(manifest.contributes.configuration.properties);
    const written = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
    expect(rows).toEqual(settings.map(([name, setting]) => [name, written(setting.default)]));
  });

  const hidden = manifest.contributes.menus.commandPalette.map(({ command }) => command);
  const named = manifest.contributes.commands.filter(({ title, command }) => title !== 'Show Log' && !hidden.includes(command));
  it.each(named)('names the command $title', ({ category, title }) => {
    expect(flowing).toContain(`**${category}: ${title}**`);
  });

  it('gives the line for CUDA with the version that ships', () => {
    expect(readme).toContain(`onnxruntime-node@${manifest.dependencies['onnxruntime-node']}`);
  });
});

describe('README.md and CONTRIBUTING.md', () => {
  it('name scripts that exist', () => {
    const named = [...`${readme}\n${contributing}`.matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script);
    expect(named.filter((script) => !(String(script) in manifest.scripts))).toEqual([]);
  });

  it('show pictures and name files that exist', async () => {
    const links = [...`${readme}\n${contributing}`.matchAll(/\]\(([^)#]+)\)/g)]
      .map(([, target]) => String(target))
      .filter((target) => !/^https?:/.test(target));
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) await expect(readFile(path.join(root, link)), link).resolves.toBeDefined();
  });

  it('give a reason for every library that ships', () => {
    const reasons = contributing.split('\n').map((line) => line.split('|')[2] ?? '');
    const missing = Object.keys(manifest.dependencies).filter((name) => !reasons.some((reason) => reason.includes(name)));
    expect(missing).toEqual([]);
  });
});
