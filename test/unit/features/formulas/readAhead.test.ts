import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TextEditor } from 'vscode';
import { ReadAhead } from '../../../../src/features/formulas/readAhead.ts';

interface Stand {
  hover: boolean;
  active: TextEditor | undefined;
  shown: (editor: TextEditor) => void;
  scrolled: (event: { textEditor: TextEditor }) => void;
}
const editor = vi.hoisted<Stand>(() => ({ hover: true, active: undefined, shown: () => undefined, scrolled: () => undefined }));
vi.mock('vscode', () => ({
  window: {
    get activeTextEditor() {
      return editor.active;
    },
    activeColorTheme: { kind: 2 },
    onDidChangeActiveTextEditor: (listener: Stand['shown']) => ((editor.shown = listener), { dispose: () => undefined }),
    onDidChangeTextEditorVisibleRanges: (listener: Stand['scrolled']) => ((editor.scrolled = listener), { dispose: () => undefined }),
    createOutputChannel: () => ({ debug: () => undefined }),
  },
  workspace: { notebookDocuments: [], getConfiguration: () => ({ get: () => editor.hover }) },
  Disposable: { from: () => ({ dispose: () => undefined }) },
  ColorThemeKind: { Light: 1, Dark: 2, HighContrast: 3, HighContrastLight: 4 },
}));

const text = 'a = 1\nb = 2\nc = 3\n';
const lines = { start: { line: 1 }, end: { line: 2 } };

function opened(languageId = 'python', uri = 'file:///a.py'): TextEditor {
  const document = {
    languageId,
    uri: { toString: () => uri, scheme: 'file' },
    version: 1,
    isClosed: false,
    getText: () => text,
    offsetAt: ({ line }: { line: number }) => 6 * line,
  };
  return { document, visibleRanges: [lines] } as unknown as TextEditor;
}

const finding = { formula: 'mse' };
const finder = { at: vi.fn(() => Promise.resolve([finding])) };
const typesetter = { names: vi.fn(() => Promise.resolve([])), formula: vi.fn(() => Promise.resolve({})) };
const begun = (): ReadAhead => new ReadAhead(finder as never, typesetter as never);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
  Object.assign(editor, { hover: true, active: undefined });
});

describe('what is in view', () => {
  it('is read, and its first formula drawn, once it has been looked at for a moment', async () => {
    editor.active = opened();
    begun();
    expect(finder.at).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(finder.at).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ text }), { start: 6, end: 12 });
    expect(typesetter.formula).toHaveBeenCalledExactlyOnceWith({ finding, theme: 'dark' });
  });

  it('is read when another file is shown or this one is moved, and not of files that were passed through', async () => {
    begun();
    editor.shown(opened('python', 'file:///passed.py'));
    await vi.advanceTimersByTimeAsync(100);
    editor.active = opened();
    editor.shown(editor.active);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(finder.at).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ uri: 'file:///a.py' }), expect.anything());
    editor.scrolled({ textEditor: editor.active });
    editor.scrolled({ textEditor: opened('python', 'file:///beside.py') });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(finder.at).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['is no Python', () => opened('rust'), true],
    ['whose hovers are off', () => opened(), false],
  ])('is left alone where it %s', async (_what, open, hover) => {
    Object.assign(editor, { active: open(), hover });
    begun();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(finder.at).not.toHaveBeenCalled();
  });

  it('may fail to be read: nobody asked for it', async () => {
    editor.active = opened();
    finder.at.mockRejectedValueOnce(new Error('The thread has ended.'));
    begun();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(typesetter.formula).not.toHaveBeenCalled();
  });
});
