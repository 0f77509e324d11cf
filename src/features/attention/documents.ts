import { posix } from 'node:path';
import * as vscode from 'vscode';
import { RpcError } from '../../protocol/rpc.ts';
import { messageOf } from './failure.ts';
import { digestOf, takeText, type DocumentReference, type Subject } from './subject.ts';

/** The document cannot be had any more. */
const gone = (message: string): RpcError => new RpcError('document-gone', message);

export function referenceTo(document: vscode.TextDocument): DocumentReference {
  const uri = document.uri.toString();
  const cell = cellOf(document);
  return cell ? { uri, cell: { notebook: cell.notebook.uri.toString(), index: cell.index } } : { uri };
}

/** What a document is called in a title: its file's name, with the cell's number in a notebook. */
export function nameOf(document: vscode.TextDocument): string {
  const name = posix.basename(document.uri.path) || document.uri.toString();
  const cell = cellOf(document);
  return cell ? `${name}, cell ${cell.index + 1}` : name;
}

/** The document, opened without showing it when it was closed. */
export async function openDocument({ uri }: DocumentReference): Promise<vscode.TextDocument> {
  const open = vscode.workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === uri);
  if (open) return open;
  const address = vscode.Uri.parse(uri, true);
  const name = posix.basename(address.path);
  // Opening one that is no longer there would make an empty one.
  if (address.scheme === 'untitled' && !isInTab(uri)) {
    throw gone(`“${name}” was closed without being saved. Open a text and run Explain Attention on it.`);
  }
  try {
    return await vscode.workspace.openTextDocument(address);
  } catch (error) {
    throw gone(`“${name}” cannot be opened: ${messageOf(error)}. Open the text and run Explain Attention on it again.`);
  }
}

/**
 * The subject as it is after a reload. A notebook numbers the addresses of its cells anew, so its cell is looked for by its text,
 * and taken by its place when the text is not found.
 */
export async function restoredSubject(subject: Subject, digest: string | null): Promise<Subject> {
  if (subject.kind === 'prompt' || !subject.document.cell) return subject;
  const { notebook: uri, index } = subject.document.cell;
  let cells: vscode.NotebookCell[];
  try {
    cells = (await vscode.workspace.openNotebookDocument(vscode.Uri.parse(uri, true))).getCells();
  } catch (error) {
    throw gone(`“${posix.basename(uri)}” cannot be opened: ${messageOf(error)}. Open the notebook and run Explain Attention again.`);
  }
  const byText = cells.filter((cell) => digestOf(takeText(subject, cell.document.getText()).text) === digest);
  const cell = byText.find((candidate) => candidate.index === index) ?? byText[0] ?? cells[index];
  if (!cell) throw gone(`Cell ${index + 1} of “${posix.basename(uri)}” is gone. Choose a cell and run Explain Attention on it.`);
  return { ...subject, document: referenceTo(cell.document) };
}

/** Shows a document with a range of it selected. */
export async function showRange(document: vscode.TextDocument, range: vscode.Range): Promise<void> {
  const cell = cellOf(document);
  const beside = editorsOf(document)[0];
  if (cell) {
    const cells = new vscode.NotebookRange(cell.index, cell.index + 1);
    await vscode.window.showNotebookDocument(cell.notebook, { selections: [cells], ...place(columnOf(cell.notebook.uri.toString())) });
    const editor = editorsOf(document)[0];
    if (!editor) return;
    editor.selection = new vscode.Selection(range.start, range.end);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    return;
  }
  await vscode.window.showTextDocument(document, {
    selection: range,
    ...place(beside?.viewColumn ?? columnOf(document.uri.toString())),
  });
}

/** Editors that show a document, the active one first. */
export function editorsOf(document: vscode.TextDocument): vscode.TextEditor[] {
  const active = vscode.window.activeTextEditor;
  const shown = vscode.window.visibleTextEditors.filter((editor) => editor.document === document);
  return active && shown.includes(active) ? [active, ...shown.filter((editor) => editor !== active)] : shown;
}

function cellOf(document: vscode.TextDocument): vscode.NotebookCell | undefined {
  if (document.uri.scheme !== 'vscode-notebook-cell') return undefined;
  for (const notebook of vscode.workspace.notebookDocuments) {
    const cell = notebook.getCells().find((candidate) => candidate.document === document);
    if (cell) return cell;
  }
  return undefined;
}

function tabsOf(uri: string): vscode.Tab[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.filter(
    ({ input }) => (input instanceof vscode.TabInputText || input instanceof vscode.TabInputNotebook) && input.uri.toString() === uri,
  );
}

const isInTab = (uri: string): boolean => tabsOf(uri).length > 0;
const columnOf = (uri: string): vscode.ViewColumn | undefined => tabsOf(uri)[0]?.group.viewColumn;

/** Where a document is shown: where it is already, else in the first column, since the panel stands in another. */
const place = (column: vscode.ViewColumn | undefined): { viewColumn: vscode.ViewColumn } => ({
  viewColumn: column ?? vscode.ViewColumn.One,
});
