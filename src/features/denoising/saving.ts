import * as vscode from 'vscode';

export interface SavedFile {
  readonly title: string;
  readonly name: string;
  readonly filters: Readonly<Record<string, string[]>>;
}

/** Asks where, and has a file written there. */
export async function saveAs({ title, name, filters }: SavedFile, write: (place: vscode.Uri) => PromiseLike<void>): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const place = await vscode.window.showSaveDialog({
    ...{ title, filters },
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (!place) return;
  await write(place);
  void vscode.window.showInformationMessage(`Saved ${place.path.slice(place.path.lastIndexOf('/') + 1)}.`);
}
