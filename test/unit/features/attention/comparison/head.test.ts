import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { TextDocument } from 'vscode';

const editor = { trusted: true, extension: undefined as unknown };
vi.mock('vscode', () => ({
  EndOfLine: { LF: 1, CRLF: 2 },
  extensions: { getExtension: (id: string) => (id === 'vscode.git' ? editor.extension : undefined) },
  workspace: {
    get isTrusted() {
      return editor.trusted;
    },
  },
  window: { createOutputChannel: () => ({ warn: () => undefined }) },
}));
const { textAtHead } = await import('../../../../../src/features/attention/comparison/head.ts');

const document = (more: object = {}): TextDocument =>
  ({ uri: { scheme: 'file', path: '/work/model.py', fsPath: '/work/model.py' }, eol: 1, ...more }) as unknown as TextDocument;
const repository = { rootUri: { fsPath: '/work' }, state: { HEAD: { commit: 'abc' } }, show: () => Promise.resolve('x = 1\n') };

/** The Git extension with a repository, or what a test has otherwise. */
function git(found: object | null, api: object = {}): void {
  const getAPI = () => ({ state: 'initialized', getRepository: () => found, ...api });
  editor.extension = { activate: () => Promise.resolve({ enabled: true, getAPI }) };
}

beforeEach(() => {
  editor.trusted = true;
  git(repository);
});

describe('the text at HEAD', () => {
  it('is what Git shows, with the line breaks of the document', async () => {
    const show = vi.fn((ref: string, path: string) => Promise.resolve(`\ufeff${ref} ${path}\r\nend\n`));
    git({ ...repository, show });
    expect(await textAtHead(document())).toBe('HEAD /work/model.py\nend\n');
    expect(await textAtHead(document({ eol: 2 }))).toBe('HEAD /work/model.py\r\nend\r\n');
  });

  it('waits until the editor knows its repositories', async () => {
    const api = {
      state: 'uninitialized',
      getRepository: () => (api.state === 'initialized' ? repository : null),
      onDidChangeState: (listener: (state: string) => void) => {
        setTimeout(() => listener((api.state = 'initialized')));
        return { dispose: () => undefined };
      },
    };
    editor.extension = { activate: () => Promise.resolve({ enabled: true, getAPI: () => api }) };
    expect(await textAtHead(document())).toBe('x = 1\n');
  });

  it.each<[string, () => void, RegExp, object?]>([
    ['no extension', () => (editor.extension = undefined), /vscode\.git\) is disabled or missing/],
    [
      'an untrusted workspace',
      () => {
        editor.extension = undefined;
        editor.trusted = false;
      },
      /untrusted workspace\. Trust/,
    ],
    [
      'Git switched off',
      () => (editor.extension = { activate: () => Promise.resolve({ enabled: false, getAPI: () => undefined }) }),
      /does not work: it is not enabled\. .*git\.enabled/,
    ],
    ['no repository', () => git(null), /“model\.py” is in no Git repository/],
    ['no commit', () => git({ ...repository, state: { HEAD: { name: 'main' } } }), /repository \/work has no commit yet/],
    [
      'a file that is not in the commit',
      () => git({ ...repository, show: () => Promise.reject(new Error('fatal: path')) }),
      /“model\.py” is not in the commit at HEAD/,
    ],
    ['a text that is no file', () => undefined, /“Untitled-1” is no file/, { uri: { scheme: 'untitled', path: 'Untitled-1' } }],
  ])('says why there is none: %s', async (_, arrange, message, more = {}) => {
    arrange();
    await expect(textAtHead(document(more))).rejects.toMatchObject({ code: 'no-head', message: expect.stringMatching(message) as unknown });
  });
});
