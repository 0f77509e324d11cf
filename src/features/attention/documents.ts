import { posix } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../protocol/errors.ts';
import { RpcError } from '../../protocol/rpc.ts';
import { cellOf, isInTab } from '../documents.ts';
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
