/** The text that is continued: what stands before the cursor, and where a continuation is put. */

import { posix } from 'node:path';
import * as vscode from 'vscode';
import { RpcError } from '../../protocol/rpc.ts';
import type { ContinuedText, TextOrigin, TextTarget } from '../../protocol/sampling.ts';
import { cellOf, editorsOf } from '../documents.ts';

/** Of a long document the end before the cursor is taken: far more than any context holds. */
const longest = 200_000;
/** Characters of the line at the cursor that the view shows. */
const shown = 80;
/** So much of what stood before the cursor has to stand there still. */
const recognised = 256;

/** The editor whose text is continued: the active one, else the one that was, as long as it is seen. */
export class TextPlaces implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  /** What `target` is may be another: it is worked out for who asks. */
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];
  #editor: vscode.TextEditor | undefined = textEditor(vscode.window.activeTextEditor);

  constructor() {
    const tell = (): void => this.#changed.fire();
    this.#subscriptions = [
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        // Where the view has the focus no editor is active: the text is still the one before.
        this.#editor = textEditor(editor) ?? this.#editor;
        tell();
      }),
      vscode.window.onDidChangeVisibleTextEditors(tell),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => textEditor === this.#seen && tell()),
    ];
  }

  get target(): TextTarget | null {
    const editor = this.#seen;
    if (!editor) return null;
    const { active } = editor.selection;
    const line = editor.document.lineAt(active.line).text.slice(0, active.character);
    return { ...originOf(editor), tail: line.length > shown ? `…${line.slice(-shown)}` : line };
  }

  /** @throws RpcError 'no-text' */
  take(): ContinuedText {
    const editor = this.#seen;
    if (!editor) throw new RpcError('no-text', 'No text is open. Open one and put the cursor where it is to go on, or write a prompt.');
    const origin = originOf(editor);
    const text = textBefore(editor.document, origin.offset, longest);
    if (text === '')
      throw new RpcError('no-text', `Nothing stands before the cursor in ${origin.name}. Move it behind the text that is to go on.`);
    return { text, origin };
  }

  /** Puts text where its prompt ended, if that still stands there, else at the cursor; null where no text is open. One undo takes it back. */
  async insert({ text: prompt, origin }: ContinuedText, text: string): Promise<{ place: 'origin' | 'cursor' } | null> {
    const document = origin && vscode.workspace.textDocuments.find(({ uri, isClosed }) => !isClosed && uri.toString() === origin.uri);
    if (document && stands(document, prompt, origin.offset)) {
      const editor = editorsOf(document)[0] ?? (await vscode.window.showTextDocument(document));
      if (await put(editor, document.positionAt(origin.offset), text)) return { place: 'origin' };
    }
    const editor = this.#seen;
    return editor && (await put(editor, editor.selection.active, text)) ? { place: 'cursor' } : null;
  }

  dispose(): void {
    this.#changed.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  get #seen(): vscode.TextEditor | undefined {
    const editor = this.#editor;
    if (editor && vscode.window.visibleTextEditors.includes(editor)) return editor;
    return vscode.window.visibleTextEditors.find((other) => textEditor(other) !== undefined);
  }
}

/** Not a panel of output, which is an editor too. */
function textEditor(editor: vscode.TextEditor | undefined): vscode.TextEditor | undefined {
  return editor && !['output', 'vscode-scm', 'comment'].includes(editor.document.uri.scheme) ? editor : undefined;
}

function originOf({ document, selection: { active } }: vscode.TextEditor): TextOrigin {
  const cell = cellOf(document);
  const name = posix.basename(document.uri.path) || document.uri.toString();
  return {
    uri: document.uri.toString(),
    name: cell ? `${name}, cell ${cell.index + 1}` : name,
    offset: document.offsetAt(active),
    line: active.line + 1,
  };
}

function textBefore(document: vscode.TextDocument, offset: number, length: number): string {
  const start = Math.max(0, offset - length);
  return document.getText(new vscode.Range(document.positionAt(start), document.positionAt(offset)));
}

function stands(document: vscode.TextDocument, prompt: string, offset: number): boolean {
  const end = prompt.slice(-recognised);
  return offset >= end.length && textBefore(document, offset, end.length) === end;
}

async function put(editor: vscode.TextEditor, at: vscode.Position, text: string): Promise<boolean> {
  const done = await editor.edit((edit) => edit.insert(at, text));
  if (done) editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  return done;
}
