/** Where documents are shown. */

import * as vscode from 'vscode';

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

/** The cell that a document is the text of. */
export function cellOf(document: vscode.TextDocument): vscode.NotebookCell | undefined {
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

export const isInTab = (uri: string): boolean => tabsOf(uri).length > 0;
const columnOf = (uri: string): vscode.ViewColumn | undefined => tabsOf(uri)[0]?.group.viewColumn;

/** Where a document is shown: where it is already, else in the first column, since the panel stands in another. */
const place = (column: vscode.ViewColumn | undefined): { viewColumn: vscode.ViewColumn } => ({
  viewColumn: column ?? vscode.ViewColumn.One,
});

/** Addresses of the files and notebooks that tabs show; of a comparison, the newer side. */
export function shownInTabs(): Set<string> {
  const shown = vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.flatMap(({ input }) => {
      if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputNotebook) return [input.uri];
      return input instanceof vscode.TabInputTextDiff || input instanceof vscode.TabInputNotebookDiff ? [input.modified] : [];
    }),
  );
  return new Set(shown.map((uri) => uri.toString()));
}
