import * as vscode from 'vscode';

/** @param what is said to be copied: "LaTeX" */
export async function copyText(text: string, what: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(`$(check) ${what} copied`, 3_000);
}
