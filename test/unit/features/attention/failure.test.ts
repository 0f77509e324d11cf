import { describe, expect, it } from 'vitest';
import { emptyText, failureOf, isCancelled, isProcessEnd } from '../../../../src/features/attention/failure.ts';
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
