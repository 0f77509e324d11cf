import * as vscode from 'vscode';

let channel: vscode.LogOutputChannel | undefined;

/** The extension's output channel, made when something is first written to it. */
export function log(): vscode.LogOutputChannel {
  return (channel ??= vscode.window.createOutputChannel('Genlens', { log: true }));
}

export function showLog(): void {
  log().show();
}

export function disposeLog(): void {
  channel?.dispose();
  channel = undefined;
}
