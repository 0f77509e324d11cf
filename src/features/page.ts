import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** Where the views' bundles are, the only folder that a panel may read. */
export const viewsFolder = (extensionUri: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(extensionUri, 'dist', 'webview');

export const webviewOptions = (extensionUri: vscode.Uri): vscode.WebviewOptions => ({
  enableScripts: true,
  localResourceRoots: [viewsFolder(extensionUri)],
});

export interface PageOptions {
  readonly title: string;
  /** The name of the view's bundle: its script and its style sheet. */
  readonly view: string;
  /** Run before the view's own script. */
  readonly script?: string;
}

/** The page of a panel, under a policy that lets it load its own bundle and nothing else. */
export function viewPage(webview: vscode.Webview, extensionUri: vscode.Uri, { title, view, script }: PageOptions): string {
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
    <title>${title}</title>
    <link rel="stylesheet" href="${file('codicon.css')}" id="vscode-codicon-stylesheet" />
    <link rel="stylesheet" href="${file(`${view}.css`)}" />
    ${script === undefined ? '' : `<script nonce="${nonce}">${script}</script>`}
    <script type="module" nonce="${nonce}" src="${file(`${view}.js`)}"></script>
  </head>
  <body>
    <div id="app"></div>
  </body>
</html>`;
}
