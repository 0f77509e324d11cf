import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CodeAction, CodeActionKind, Range, TextDocument } from 'vscode';

/** As much of the editor as actions need; positions are offsets. */
const editor = vi.hoisted(() => {
  class Kind {
    readonly value: string;
    constructor(value: string) {
      this.value = value;
    }
    append = (part: string): Kind => new Kind(`${this.value}.${part}`);
    contains = ({ value }: Kind): boolean => value === this.value || value.startsWith(`${this.value}.`);
    intersects = (other: Kind): boolean => this.contains(other) || other.contains(this);
  }
  class Range {
    readonly start: number;
    readonly end: number;
    constructor(start: number, end: number) {
      this.start = start;
      this.end = end;
    }
    intersection = ({ start, end }: Range): Range | undefined => (start <= this.end && this.start <= end ? this : undefined);
  }
  class WorkspaceEdit {
    readonly edits: unknown[] = [];
    replace = (_uri: unknown, { start, end }: Range, text: string): unknown => this.edits.push([start, end, text]);
    insert = (_uri: unknown, at: number, text: string): unknown => this.edits.push([at, at, text]);
  }
  class CodeAction {
    readonly title: string;
    readonly kind: Kind;
    constructor(title: string, kind: Kind) {
      this.title = title;
      this.kind = kind;
    }
  }
  const documents: unknown[] = [];
  return { Kind, Range, WorkspaceEdit, CodeAction, documents, said: vi.fn() };
});
vi.mock('vscode', () => ({
  CodeActionKind: { QuickFix: new editor.Kind('quickfix'), SourceFixAll: new editor.Kind('source.fixAll') },
  CodeAction: editor.CodeAction,
  Range: editor.Range,
  WorkspaceEdit: editor.WorkspaceEdit,
  Uri: { parse: (text: string) => text, from: String },
  Diagnostic: class {},
  DiagnosticSeverity: {},
  window: { setStatusBarMessage: editor.said },
  workspace: { notebookDocuments: [], textDocuments: editor.documents, getConfiguration: () => ({ get: () => true }) },
}));
const { FormulaActions } = await import('../../../../../src/features/formulas/diagnostics/actions.ts');

const text = 'x = f(1e-9)\n';
const document = {
  languageId: 'python',
  uri: { toString: () => 'file:///a.py', scheme: 'file' },
  version: 1,
  isClosed: false,
  getText: () => text,
  offsetAt: (position: number) => position,
  positionAt: (offset: number) => offset,
};
const range = new editor.Range(6, 10);
const diagnostic = (severity: string) => ({
  rule: 'rule',
  severity,
  start: 6,
  end: 10,
  related: [],
  fix: { title: 'Mend it', edits: [{ start: 6, end: 10, text: '0' }] },
});
const shown = { diagnostic: diagnostic('warning'), document, shown: { range } };
const diagnostics = { of: () => [shown] };
const finder = { check: vi.fn() };
const actions = new FormulaActions(diagnostics as never, finder);
const asked = (only?: InstanceType<typeof editor.Kind>, at = range): Promise<CodeAction[]> =>
  actions.provideCodeActions(
    document as unknown as TextDocument,
    at as unknown as Range,
    {
      only: only as unknown as CodeActionKind,
    } as never,
  );
const editsOf = (action: CodeAction | undefined): unknown[] | undefined =>
  (actions.resolveCodeAction(action!).edit as unknown as InstanceType<typeof editor.WorkspaceEdit> | undefined)?.edits;

beforeEach(() => {
  document.version = 1;
  editor.documents.splice(0, 1, document);
  editor.said.mockClear();
});

describe('what is offered where a formula is wrong', () => {
  it('is there, and not beside it', async () => {
    expect((await asked()).map(({ title }) => title)).toEqual([
      'Mend it',
      'Explain rule rule',
      'Ignore rule on this line',
      'Turn off rule rule',
    ]);
    expect(await asked(undefined, new editor.Range(0, 5))).toEqual([]);
    expect(await asked(new editor.Kind('refactor'))).toEqual([]);
  });

  it('changes the code as it was read, and no other', async () => {
    const [fix, , ignore] = await asked();
    expect(editsOf(ignore)).toEqual([[11, 11, '  # genlens: ignore[rule]']]);
    expect(editsOf(fix)).toEqual([[6, 10, '0']]);
    const [late] = await asked();
    document.version = 2;
    expect(editsOf(late)).toBeUndefined();
    expect(editor.said).toHaveBeenCalledOnce();
  });

  it.each([
    ['warning', 1],
    ['hint', 1],
    ['info', 0],
  ])('is made on saving where it is a %s: %i', async (severity, count) => {
    finder.check.mockResolvedValue([{ diagnostics: [diagnostic(severity)] }]);
    for (const kind of ['source.fixAll', 'source.fixAll.genlens', 'source']) {
      const all = await asked(new editor.Kind(kind));
      expect(all).toHaveLength(count);
      if (count > 0) expect(editsOf(all[0])).toEqual([[6, 10, '0']]);
    }
    expect(await asked(new editor.Kind('source.fixAll.eslint'))).toEqual([]);
  });

  it('is nothing on saving a text that was edited meanwhile', async () => {
    finder.check.mockResolvedValue(null);
    expect(await asked(new editor.Kind('source.fixAll'))).toEqual([]);
  });
});
