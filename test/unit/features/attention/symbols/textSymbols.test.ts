import { describe, expect, it } from 'vitest';
import type { FlatSymbol } from '../../../../../src/features/attention/symbols/editorSymbols.ts';
import { findSymbols, symbolsIn, type SymbolSources } from '../../../../../src/features/attention/symbols/textSymbols.ts';

const patience = { withReader: 50, alone: 100, again: 1 };
const symbol = (name: string, start: number, end: number): FlatSymbol => ({ name, kind: 'function', start, end });
const part = { start: 10, end: 30 };
const never = () => new Promise<never>(() => undefined);

/** An editor that gives these answers, one after the other. */
function editorOf(...answers: (FlatSymbol[] | null)[]) {
  let asked = 0;
  return { editor: { ask: async () => answers[asked++] ?? null, part }, asked: () => asked };
}
const python = (sure: boolean, ...found: FlatSymbol[]): NonNullable<SymbolSources['python']> => ({ read: async () => found, part, sure });

describe('who names the symbols of a text', () => {
  const inEditor = [symbol('editor', 10, 20)];
  const inPython = symbol('python', 10, 20);

  it('is the editor where it names some, though none of them holds text of its own', async () => {
    const { editor } = editorOf(inEditor);
    expect(await findSymbols({ editor, python: python(true, inPython) }, patience)).toEqual({
      source: 'editor',
      symbols: [{ name: 'editor', kind: 'function', start: 0, end: 10, depth: 0 }],
    });
    expect(await findSymbols({ editor: editorOf([]).editor, python: python(true, inPython) }, patience)).toEqual({
      source: 'editor',
      symbols: [],
    });
  });

  it('is the reader where the editor names nothing, or not in time', async () => {
    const { editor, asked } = editorOf(null);
    const read = { source: 'reader', symbols: [{ name: 'python', kind: 'function', start: 0, end: 10, depth: 0 }] };
    expect(await findSymbols({ editor, python: python(true, inPython) }, patience)).toEqual(read);
    expect(asked()).toBe(1);
    expect(await findSymbols({ editor: { ask: never, part }, python: python(true, inPython) }, patience)).toEqual(read);
    expect(await findSymbols({ python: python(false, inPython) }, patience)).toEqual(read);
  });

  it('is the reader of Python that has no definitions, and nobody where it may as well not be Python', async () => {
    expect(await findSymbols({ python: python(true) }, patience)).toEqual({ source: 'reader', symbols: [] });
    expect(await findSymbols({ python: python(false) }, patience)).toEqual({ source: 'none', symbols: [] });
  });

  it('is asked once more where nobody else is there: it may just be starting', async () => {
    const { editor, asked } = editorOf(null, inEditor);
    expect(await findSymbols({ editor }, patience)).toMatchObject({ source: 'editor', symbols: [{ name: 'editor' }] });
    expect(asked()).toBe(2);
    expect(await findSymbols({ editor: editorOf(null, null, inEditor).editor }, patience)).toEqual({ source: 'none', symbols: [] });
    expect(await findSymbols({ editor: { ask: never, part } }, patience)).toEqual({ source: 'none', symbols: [] });
    expect(await findSymbols({}, patience)).toEqual({ source: 'none', symbols: [] });
  });

  it('fails with the reader', async () => {
    const broken = { ...python(true), read: () => Promise.reject(new Error('the reader is gone')) };
    await expect(findSymbols({ python: broken }, patience)).rejects.toThrow('the reader is gone');
  });
});

describe('the symbols in a part of what was asked for', () => {
  const named = (...symbols: FlatSymbol[]) => symbolsIn(part, symbols).map(({ name, start, end, depth }) => [name, start, end, depth]);

  it('are those that it holds, and the part that it holds of the others', () => {
    expect(
      named(symbol('before', 0, 10), symbol('into', 5, 12), symbol('whole', 12, 15), symbol('out', 28, 40), symbol('after', 30, 40)),
    ).toEqual([
      ['into', 0, 2, 0],
      ['whole', 2, 5, 0],
      ['out', 18, 20, 0],
    ]);
  });

  it('count what holds them in it, in the order in which they begin, though named in any', () => {
    expect(named(symbol('inner', 14, 16), symbol('method', 12, 20), symbol('class', 0, 25), symbol('module', 0, 50))).toEqual([
      ['module', 0, 20, 0],
      ['class', 0, 15, 1],
      ['method', 2, 10, 2],
      ['inner', 4, 6, 3],
    ]);
  });

  it('count once though two extensions name them', () => {
    expect(named(symbol('f', 12, 15), symbol('f', 12, 15), symbol('g', 12, 15))).toEqual([
      ['f', 2, 5, 0],
      ['g', 2, 5, 1],
    ]);
  });
});
