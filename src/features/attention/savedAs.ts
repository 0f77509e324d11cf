import * as vscode from 'vscode';

/**
 * Tells when an untitled document was saved to a file. The editor writes the file, then empties and closes the untitled document,
 * without a word that they are the same: they are taken for it when they had the same text as the file was saved.
 *
 * @param listener gets the untitled document's address, and the file
 */
export function onDidSaveUntitled(listener: (untitled: string, file: vscode.TextDocument) => void): vscode.Disposable {
  /** By the address of the untitled document. */
  const files = new Map<string, vscode.TextDocument>();
  return vscode.Disposable.from(
    vscode.workspace.onDidSaveTextDocument((file) => {
      for (const document of vscode.workspace.textDocuments) {
        if (document.isUntitled && file.getText() !== '' && document.getText() === file.getText()) files.set(document.uri.toString(), file);
      }
    }),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      // Edited on: it was another file that was saved.
      if (document.isUntitled && document.getText() !== '') files.delete(document.uri.toString());
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      const untitled = document.uri.toString();
      const file = files.get(untitled);
      // Setting a document's language closes it too, and opens it again.
      if (!file || !document.isClosed) return;
      files.delete(untitled);
      listener(untitled, file);
    }),
  );
}
