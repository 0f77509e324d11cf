import type * as vscode from 'vscode';
import { viewPage } from '../page.ts';

/**
 * The page of an attention panel.
 *
 * @param panelId what the editor keeps of the page over a reload, and gives back to find the panel's state by
 */
export function attentionPage(webview: vscode.Webview, extensionUri: vscode.Uri, panelId: string): string {
  return viewPage(webview, extensionUri, { title: 'Attention', view: 'attention', script: identify(panelId) });
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
