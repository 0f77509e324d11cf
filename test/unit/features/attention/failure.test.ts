import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { actionsByCode, emptyText, failureOf, isCancelled, isProcessEnd } from '../../../../src/features/attention/failure.ts';
import { RpcError } from '../../../../src/protocol/rpc.ts';

describe('failureOf', () => {
  it('offers what helps against the error at hand', () => {
    expect(failureOf(new RpcError('model-missing', 'There is no model "x".'))).toEqual({
      message: 'There is no model "x".',
      actions: ['chooseModel', 'openSettings'],
    });
    expect(failureOf(new RpcError('memory', 'Too much.')).actions).toContain('openSettings');
    expect(failureOf(new RpcError('crashed', 'The inference process crashed.')).actions).toEqual(['retry', 'showLog']);
  });

  it('knows no code that nothing throws', async () => {
    const folder = path.resolve(import.meta.dirname, '../../../../src');
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts') && !name.endsWith('failure.ts'));
    const sources = (await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')))).join('\n');
    expect(Object.keys(actionsByCode).filter((code) => !new RegExp(`^[^/*\n]*'${code}'`, 'm').test(sources) && code !== 'empty')).toEqual(
      [],
    );
  });

  it('reads errors of any kind', () => {
    expect(failureOf('no words').message).toBe('no words');
    expect(failureOf(Object.assign(new Error('full'), { code: 28 })).actions).toEqual(['retry', 'showLog']);
  });

  it('says what to do about a text with nothing in it, by where it is from', () => {
    for (const kind of ['editor', 'selection', 'prompt'] as const) {
      const { message, actions } = failureOf(emptyText(kind, 'notes.md'));
      expect(message).toMatch(/(Write|Select|Give) /);
      expect(actions).toEqual(['retry']);
    }
  });
});

describe('codes', () => {
  it('tells cancelling and the end of the process from other errors', () => {
    expect([isCancelled(new RpcError('cancelled', '')), isCancelled(new Error('cancelled'))]).toEqual([true, false]);
    expect(['crashed', 'out-of-memory', 'unresponsive', 'memory'].map((code) => isProcessEnd(new RpcError(code, '')))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});
