import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { TextDocument } from 'vscode';
import type { Explanation } from '../../../../../src/features/attention/explanation.ts';
import type { Subject } from '../../../../../src/features/attention/subject.ts';

const editor = { trusted: true, head: '', documents: [] as TextDocument[] };
const documentOf = (uri: string, text: string): TextDocument =>
  ({ uri: { toString: () => uri, path: uri.replace('file://', ''), scheme: 'file' }, getText: () => text }) as unknown as TextDocument;
vi.mock('vscode', () => ({
  Uri: { parse: (uri: string) => ({ toString: () => uri, path: uri.replace('file://', ''), scheme: 'file' }) },
  workspace: {
    get isTrusted() {
      return editor.trusted;
    },
    get textDocuments() {
      return editor.documents;
    },
    openTextDocument: (uri: { toString: () => string }) => Promise.resolve(documentOf(uri.toString(), 'from the disk\n')),
  },
}));
vi.mock('../../../../../src/features/attention/comparison/head.ts', () => ({ textAtHead: () => Promise.resolve(editor.head) }));
const { readOther } = await import('../../../../../src/features/attention/comparison/otherText.ts');

const uri = 'file:///work/model.py';
const lines = (from: number, to: number): string => Array.from({ length: to - from }, (_, index) => `line ${from + index}\n`).join('');

/** What is explained of the document; `stands` says whether it still stands in it as it was run. */
function explained(document: string, part: string, more: { kind?: 'editor' | 'selection'; windowed?: boolean; stands?: boolean } = {}) {
  const start = document.indexOf(part);
  const { kind = 'editor', windowed = false, stands = true } = more;
  const lineOf = (offset: number): number => document.slice(0, offset).split('\n').length;
  const subject = { kind, document: { uri }, focus: start, start, end: start + part.length } as unknown as Subject;
  return {
    subject,
    moved: subject,
    taken: { text: part },
    result: {
      text: part,
      subject: { windowed, lines: { first: lineOf(start), last: lineOf(start + part.length) - 1, total: lineOf(Infinity) } },
    },
    place: () => Promise.resolve(stands ? { document: documentOf(uri, document), start } : null),
  } as unknown as Explanation;
}

beforeEach(() => {
  editor.trusted = true;
  editor.head = '';
  editor.documents = [documentOf(uri, '')];
});

describe('the text at HEAD', () => {
  const now = `${lines(0, 20)}new\n${lines(20, 40)}`;

  it('is the whole file where the whole is explained, at the corresponding place', async () => {
    editor.head = lines(0, 40);
    const read = await readOther({ kind: 'head' }, explained(now, now));
    expect(read).toMatchObject({ title: 'model.py at HEAD', taken: { text: editor.head, start: 0 }, lines: { start: 0, total: 41 } });
  });

  it.each(['selection', 'editor'] as const)('is the corresponding part of a %s of which a part is explained', async (kind) => {
    editor.head = `old\n${lines(0, 40)}`;
    const part = `${lines(15, 20)}new\n${lines(20, 25)}`;
    for (const stands of [true, false]) {
      // Edited since, the lines are those that it was on.
      editor.documents = [documentOf(uri, stands ? '' : now.replace('line 17', 'line edited'))];
      const { taken, lines: at } = await readOther({ kind: 'head' }, explained(now, part, { kind, windowed: kind === 'editor', stands }));
      expect(taken.text).toBe(lines(15, 25));
      expect(at).toEqual({ start: 16, total: 42 });
    }
  });

  it('is none of lines that are all new, of an empty file, of a prompt, or of a cell', async () => {
    const refused = (text: Explanation) => expect(readOther({ kind: 'head' }, text)).rejects;
    editor.head = lines(0, 40);
    await refused(explained(now, 'new\n', { kind: 'selection' })).toMatchObject({
      message: expect.stringMatching(/all its lines are new/) as unknown,
    });
    editor.head = '\n';
    await refused(explained(now, now)).toMatchObject({ message: '“model.py” is empty at HEAD. Compare with another file.' });
    const prompt = { subject: { kind: 'prompt', text: 'x' } } as unknown as Explanation;
    await refused(prompt).toMatchObject({ code: 'no-head', message: expect.stringMatching(/^A prompt/) as unknown });
    const cell = { subject: { kind: 'editor', document: { uri, cell: { notebook: 'n', index: 0 } } } } as unknown as Explanation;
    await refused(cell).toMatchObject({ code: 'no-head', message: expect.stringMatching(/notebook as one file/) as unknown });
  });
});

describe('another file', () => {
  const other = 'file:///work/other.py';

  it('is read whole, whether it is open or not', async () => {
    const text = await readOther({ kind: 'file', uri: other }, explained('a\n', 'a\n'));
    expect(text).toMatchObject({ title: 'other.py', taken: { text: 'from the disk\n' } });
    editor.documents.push(documentOf(other, 'from the editor\n'));
    expect((await readOther({ kind: 'file', uri: other }, explained('a\n', 'a\n'))).taken.text).toBe('from the editor\n');
  });

  it('is read in an untrusted workspace only where it is open', async () => {
    editor.trusted = false;
    const read = () => readOther({ kind: 'file', uri: other }, explained('a\n', 'a\n'));
    await expect(read()).rejects.toMatchObject({
      code: 'untrusted',
      message: expect.stringContaining('“other.py” is not open') as unknown,
    });
    editor.documents.push(documentOf(other, 'from the editor\n'));
    expect((await read()).taken.text).toBe('from the editor\n');
  });

  it('that is empty says so', async () => {
    editor.documents.push(documentOf(other, ' \n'));
    await expect(readOther({ kind: 'file', uri: other }, explained('a\n', 'a\n'))).rejects.toMatchObject({ code: 'empty' });
  });
});
