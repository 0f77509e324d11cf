import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/arguments.ts';
import { root } from '../../setup/paths.ts';

const hooks = await readFile(path.join(root, '.pre-commit-hooks.yaml'), 'utf8');
const entries = [...hooks.matchAll(/^ {2}entry: (.+)$/gm)].map(([, entry]) => entry!.split(' '));

describe('.pre-commit-hooks.yaml', () => {
  it('has one hook', () => expect(entries.length).toBe(1));

  it.each(entries)('starts %s, which can be run, with a command line that is right', async (file, ...args) => {
    await access(path.join(root, file), constants.X_OK);
    expect(await readFile(path.join(root, file), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(parseCommandLine([...args, 'a.py'])).toMatchObject({ command: 'formulas', paths: ['a.py'], failOn: 'warning', quiet: true });
  });
});
