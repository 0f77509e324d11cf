/** Files of the editor's storage: written by us, and read as anybody's. */

import * as vscode from 'vscode';
import { messageOf } from '../protocol/errors.ts';
import { log } from './log/log.ts';

/** @throws Error where it is larger than anything that is kept; vscode.FileSystemError where it cannot be read */
export async function readAtMost(file: vscode.Uri, mostBytes: number): Promise<Uint8Array> {
  const { size } = await vscode.workspace.fs.stat(file);
  if (size > mostBytes) throw new Error(`${file.fsPath} has ${size} bytes`);
  return vscode.workspace.fs.readFile(file);
}

export interface KeptList<T> {
  /** What it is a list of, as the log names it: "trainings". */
  readonly what: string;
  /** The first so many. */
  readonly most: number;
  readonly mostBytes: number;
  /** null: it is none of ours. */
  readonly parse: (value: unknown) => T | null;
}

/** A list that is kept as JSON; empty where there is none, or none that can be read. */
export async function readList<T>(file: vscode.Uri, { what, most, mostBytes, parse }: KeptList<T>): Promise<T[]> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(await readAtMost(file, mostBytes)));
    return Array.isArray(value) ? value.flatMap((each) => parse(each) ?? []).slice(0, most) : [];
  } catch (error) {
    if (!(error instanceof vscode.FileSystemError)) log().warn(`The last ${what} cannot be read: ${messageOf(error)}`);
    return [];
  }
}

export const writeList = (file: vscode.Uri, list: readonly unknown[]): Thenable<void> =>
  vscode.workspace.fs.writeFile(file, new TextEncoder().encode(JSON.stringify(list)));
