import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** Where the views' bundles are, the only folder that a panel may read. */
export const viewsFolder = (extensionUri: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(extensionUri, 'dist', 'webview');

/**
 * The page of an attention panel.
 *
 * @param panelId what the editor keeps of the page over a reload, and gives back to find the panel's state by
 */
export function attentionPage(webview: vscode.Webview, extensionUri: vscode.Uri, panelId: string): string {
  const nonce = randomBytes(16).toString('base64');
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(viewsFolder(extensionUri), name)).toString();
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data: blob:`,
  ].join('; ');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Attention</title>
    <link rel="stylesheet" href="${file('codicon.css')}" id="vscode-codicon-stylesheet" />
    <link rel="stylesheet" href="${file('attention.css')}" />
    <script nonce="${nonce}">${identify(panelId)}</script>
    <script type="module" nonce="${nonce}" src="${file('attention.js')}"></script>
  </head>
  <body>
    <div id="app"></div>
  </body>
</html>`;
}

/** A script that keeps the panel's id beside the page's own state. It wraps the editor's API, which can be acquired only once. */
function identify(panelId: string): string {
  return `{
      const api = acquireVsCodeApi();
      const keep = (page) => api.setState({ panelId: ${JSON.stringify(panelId)}, page });
      keep(api.getState()?.page);
      globalThis.acquireVsCodeApi = () => ({
        postMessage: api.postMessage,
        getState: () => api.getState()?.page,
        setState: (page) => (keep(page), page),
      });
    }`;
}
