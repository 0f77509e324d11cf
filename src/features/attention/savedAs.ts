import * as vscode from 'vscode';

/**
 * Tells when an untitled document was saved to a file. The editor closes the one and opens the other, in either order, without a
 * word that they are the same: they are taken for it when the file saved last has the text of the document closed last.
 *
 * @param listener gets the untitled document's address, and the file
 */
export function onDidSaveUntitled(listener: (untitled: string, file: vscode.TextDocument) => void): vscode.Disposable {
  let closed: vscode.TextDocument | null = null;
  let saved: vscode.TextDocument | null = null;
  const compare = (): void => {
    if (!closed || !saved || closed.getText() !== saved.getText()) return;
    // Setting a document's language closes it too, and opens it again.
    const untitled = closed.uri.toString();
    if (vscode.workspace.textDocuments.some(({ uri }) => uri.toString() === untitled)) return;
    const file = saved;
    closed = saved = null;
    listener(untitled, file);
  };
  return vscode.Disposable.from(
    vscode.workspace.onDidSaveTextDocument((document) => {
      saved = document;
      compare();
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      if (document === saved) saved = null;
      if (!document.isUntitled) return;
      closed = document;
      compare();
    }),
  );
}
