/** Files or a folder, asked for in turn: on most systems one dialog of the editor's gives either files or folders. */

import * as vscode from 'vscode';
import { back, pickStep } from './steps.ts';

interface Kind {
  readonly label: string;
  readonly description: string;
}

export interface PathsWanted {
  readonly title: string;
  readonly question: string;
  readonly openLabel: string;
  /** null: a folder alone, which is asked for at once. */
  readonly files: (Kind & { readonly filters: Readonly<Record<string, string[]>>; readonly most: 1 | 2 }) | null;
  readonly folder: Kind;
}

/**
 * Absolute paths; null: nothing was chosen.
 *
 * @throws where what was chosen is not on this machine's disk
 */
export async function pickPaths({ title, question, openLabel, files, folder }: PathsWanted): Promise<string[] | null> {
  if (!files) return chosenFrom({ title: question, openLabel, canSelectFiles: false, canSelectFolders: true });
  const items = [
    { ...icon('file'), label: files.label, description: files.description, folders: false },
    { ...icon('folder'), label: folder.label, description: folder.description, folders: true },
  ];
  const kind = await pickStep({ title, question, items, canGoBack: false });
  if (kind === undefined || kind === back) return null;
  const options = kind.folders
    ? { canSelectFiles: false, canSelectFolders: true }
    : { canSelectMany: files.most > 1, filters: { ...files.filters } };
  return chosenFrom({ title, openLabel, ...options });
}

async function chosenFrom(options: vscode.OpenDialogOptions): Promise<string[] | null> {
  const chosen = await vscode.window.showOpenDialog(options);
  return chosen && chosen.length > 0 ? chosen.map(onDisk) : null;
}

/** The path of what lies on the disk of the machine that Genlens runs on. @throws otherwise */
export function onDisk(uri: vscode.Uri): string {
  if (uri.scheme === 'file') return uri.fsPath;
  throw new Error(`${uri.toString()} is not on the disk of the machine that Genlens runs on. Copy it there and choose it again.`);
}

const icon = (id: string): { iconPath: vscode.ThemeIcon } => ({ iconPath: new vscode.ThemeIcon(id) });
