import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isSystemError, systemReason } from '../../../src/engine/systemError.ts';

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

it.each([
  ['a missing file', () => readFile(join(tmpdir(), 'genlens-nothing', 'file')), 'there is no such file or folder'],
  ['a folder read as a file', () => readFile(tmpdir()), 'it is a folder'],
  ['a path through a file', () => readFile(join(import.meta.filename, 'file')), 'a part of the path is not a folder'],
  ['a folder that is there', () => mkdir(tmpdir()), 'there is a file of that name'],
  ['a name of a megabyte', () => readFile(join(tmpdir(), 'x'.repeat(2 ** 20))), 'the path is too long'],
])('%s is told in words', async (_, work, words) => {
  const error = await failure(work());
  expect(isSystemError(error)).toBe(true);
  expect(systemReason(error)).toBe(words);
});

it.runIf(existsSync('/dev/full'))('a full device is told in words', async () => {
  expect(systemReason(await failure(writeFile('/dev/full', 'x')))).toBe('there is no space left on the device');
});

it('what has no words of its own keeps its message, and what is no error of the system is told apart', async () => {
  const error = await failure(rmdir(join(import.meta.dirname, 'support')));
  expect(isSystemError(error)).toBe(true);
  expect(systemReason(error)).toContain('ENOTEMPTY');
  expect(isSystemError(new TypeError('a fault'))).toBe(false);
});
