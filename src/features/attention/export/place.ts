/** Where an export is put, and how it gets there. */

import * as vscode from 'vscode';
import { isSystemError, systemReason } from '../../../engine/systemError.ts';
import { moveInto, temporaryFor, writePieces } from '../../../report/file.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { ExportFormat } from './names.ts';

const kinds: Readonly<Record<Exclude<ExportFormat, 'markdown'>, string>> = {
  png: 'PNG pictures',
  svg: 'SVG drawings',
  csv: 'Comma-separated values',
  npy: 'NumPy arrays',
  html: 'Web pages',
};

/** Asks for a file, beginning beside the document, else in the workspace; undefined when none is chosen. */
export async function askPlace(
  document: vscode.Uri | null,
  name: string,
  format: Exclude<ExportFormat, 'markdown'>,
): Promise<vscode.Uri | undefined> {
  const beside =
    document && document.scheme !== 'untitled' ? vscode.Uri.joinPath(document, '..') : vscode.workspace.workspaceFolders?.[0]?.uri;
  return vscode.window.showSaveDialog({
    title: 'Export Attention',
    filters: { [kinds[format]]: [format] },
    ...(beside && { defaultUri: vscode.Uri.joinPath(beside, name) }),
  });
}

/** Writes a file whole or not at all. On a file system that is not the machine's own it is gathered first. */
export async function writeTo(place: vscode.Uri, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  if (place.scheme !== 'file') {
    const parts: Uint8Array[] = [];
    for await (const piece of pieces) parts.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
    await vscode.workspace.fs.writeFile(place, Buffer.concat(parts));
    return;
  }
  const temporary = temporaryFor(place.fsPath);
  try {
    await writePieces(temporary, pieces);
    await moveInto(temporary, place.fsPath);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new RpcError('unwritable', `${place.fsPath} cannot be written: ${systemReason(error)}. Choose another folder.`);
  }
}

/** Tells that a file is there, and leads to it. */
export async function tellSaved(place: vscode.Uri, format: ExportFormat): Promise<void> {
  const [open, reveal] = ['Open', 'Reveal'];
  const name = place.path.slice(place.path.lastIndexOf('/') + 1);
  const chosen = await vscode.window.showInformationMessage(`Saved ${name}.`, open, reveal);
  // A report is for a browser; the editor shows the others.
  if (chosen === open && format === 'html') await vscode.env.openExternal(place);
  else if (chosen === open) await vscode.commands.executeCommand('vscode.open', place);
  else if (chosen === reveal)
    await vscode.commands.executeCommand(vscode.workspace.getWorkspaceFolder(place) ? 'revealInExplorer' : 'revealFileInOS', place);
}
