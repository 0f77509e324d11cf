import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceFiles } from '../../../../src/cli/formulas/sourceFiles.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genlens-files-'));
  const files = [
    'b.py',
    'a/z.ipynb',
    'a/c/d.PY',
    'a/x.txt',
    '.git/e.py',
    'node_modules/f.py',
    '__pycache__/g.py',
    'a/.hidden/h.py',
    'lib/site-packages/i.py',
  ];
  for (const file of files) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), '');
  }
  await symlink(folder, join(folder, 'a/round'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const found = async (...paths: string[]): Promise<string[]> => {
  const files: string[] = [];
  for await (const file of sourceFiles(paths.map((path) => (path === '-' ? path : join(folder, path)))))
    files.push(file.error ? file.error.message.replace(folder, '') : file.path === '-' ? '-' : relative(folder, file.path));
  return files;
};

describe('the files that paths mean', () => {
  it('are the Python in a folder at any depth, by name, once each', async () => {
    expect(await found('.')).toEqual(['a/c/d.PY', 'a/z.ipynb', 'b.py'].map((file) => file));
  });

  it('are what is named, whatever it is called', async () => {
    expect(await found('a/x.txt', '-', 'b.py', '.git')).toEqual(['a/x.txt', '-', 'b.py', '.git/e.py']);
  });

  it('do not end with one that is not there', async () => {
    expect(await found('missing.py', 'b.py')).toEqual([expect.stringMatching(/^\/missing\.py: cannot read: /), 'b.py']);
  });
});
