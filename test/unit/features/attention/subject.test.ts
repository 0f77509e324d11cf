import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttentionRun, TokenSpan } from '../../../../src/protocol/inference.ts';
import { describe as describeRun, panelKey, takeText, type Subject } from '../../../../src/features/attention/subject.ts';
import { windowLimit } from '../../../../src/features/attention/window.ts';

const document = { uri: 'file:///x.py' };
const editor = (focus: number): Subject => ({ kind: 'editor', document, focus });
const selection = (start: number, end: number): Subject => ({ kind: 'selection', document, start, end });

function run(window?: { start: number; end: number }, tokens?: TokenSpan[]): AttentionRun {
  return {
    runId: 'r',
    recipe: { model: 'm', sha256: '', files: {}, request: {}, settings: { provider: 'cpu', threads: 0, memoryLimit: 1 } },
    sites: [],
    provider: { requested: 'cpu', used: 'cpu', engineVersion: '1' },
    source: { kind: 'operands', maxDifference: 0 },
    runMs: 1,
    keptBytes: 0,
    ...(window && { window: { ...window, totalTokens: 9 } }),
    ...(tokens && { tokens }),
  };
}

describe('takeText', () => {
  it('takes a document whole with the cursor in it, a selection by itself, a prompt as it is', () => {
    expect(takeText(editor(3), 'hello')).toEqual({ text: 'hello', start: 0, focus: 3, cut: false });
    expect(takeText(selection(1, 3), 'hello')).toEqual({ text: 'el', start: 1, focus: 0, cut: false });
    expect(takeText({ kind: 'prompt', text: '🙂' }, '')).toEqual({ text: '🙂', start: 0, focus: 0, cut: false });
  });

  it('cuts what was asked for to a document that has become shorter', () => {
    expect(takeText(editor(99), 'hello').focus).toBe(5);
    expect(takeText(selection(3, 99), 'hello').text).toBe('lo');
    expect(takeText(selection(50, 99), 'hello').text).toBe('');
  });

  it('takes the part of a long document around the cursor, and the beginning of a long selection', () => {
    const long = Array.from({ length: 40_000 }, (_, i) => `x${i}\n`).join('');
    const at = long.indexOf('x30000\n') + 2;
    const taken = takeText(editor(at), long);
    expect(taken.cut).toBe(true);
    expect(long.slice(taken.start, taken.start + taken.text.length)).toBe(taken.text);
    expect(taken.start + taken.focus).toBe(at);
    expect(takeText(selection(7, long.length), long).start).toBe(7);
  });

  it('always takes a part of the document, holding the focus', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('x'.repeat(5000), '\n', '🙂'.repeat(3000), '\r\n')), fc.nat(), (parts, at) => {
        const text = parts.join('');
        const taken = takeText(editor(at), text);
        expect(text.slice(taken.start, taken.start + taken.text.length)).toBe(taken.text);
        expect(taken.text.length).toBeLessThanOrEqual(windowLimit);
        expect(taken.focus).toBeGreaterThanOrEqual(-1);
        expect(taken.focus).toBeLessThanOrEqual(taken.text.length + 1);
        expect(taken.cut).toBe(taken.text.length < text.length);
      }),
    );
  });
});

describe('describe', () => {
  const text = 'a\r\nb\r\nc\r\nd\r\n';
  const taken = { text, start: 100, focus: 0, cut: false };
  const of = (part?: { start: number; end: number }, cut = false) =>
    describeRun({
      kind: 'editor',
      title: 'x.py',
      modelName: 'm',
      taken: { ...taken, cut },
      run: run(part),
      lines: { start: 10, total: 40 },
    });

  it('names the lines of which something was run, counted from 1', () => {
    expect(of()).toEqual({
      kind: 'editor',
      title: 'x.py',
      modelName: 'm',
      cut: false,
      windowed: false,
      lines: { first: 11, last: 14, total: 40 },
    });
    expect(of({ start: 3, end: 9 })).toMatchObject({ windowed: true, lines: { first: 12, last: 13 } });
    expect(of({ start: 4, end: 5 })).toMatchObject({ windowed: true, lines: { first: 12, last: 12 } });
  });

  it('is windowed also when the document was cut before the engine saw it', () => {
    expect(of({ start: 0, end: text.length }, true).windowed).toBe(true);
  });

  it('names no lines of a prompt', () => {
    expect(describeRun({ kind: 'prompt', title: 'prompt', modelName: 'm', taken, run: run() })).not.toHaveProperty('lines');
  });
});

describe('panelKey', () => {
  it('is the same for a document and what is selected in it, and for all prompts', () => {
    expect(panelKey(editor(1))).toBe(panelKey(selection(1, 2)));
    expect(panelKey({ kind: 'prompt', text: 'a' })).toBe(panelKey({ kind: 'prompt', text: 'b' }));
    expect(panelKey({ kind: 'prompt', text: 'a' })).not.toBe(panelKey(editor(1)));
  });
});
