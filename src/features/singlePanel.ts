/** A panel of which there is one: opened or brought to the front, its page begun anew whenever it is shown. */

import * as vscode from 'vscode';
import { messageOf } from '../protocol/errors.ts';
import type { Handlers, Remote } from '../protocol/rpc.ts';
import { log } from './log/log.ts';
import { viewPage, webviewOptions } from './page.ts';
import { openSession, type PageSession } from './pageSession.ts';

export interface SinglePanelOptions<Host> {
  readonly extensionUri: vscode.Uri;
  /** What the editor restores it by. */
  readonly type: string;
  readonly title: string;
  /** The name of the view's bundle. */
  readonly view: string;
  readonly icon?: vscode.Uri;
  /** Opens beside what is written, which keeps the focus; else in place of it. */
  readonly beside?: boolean;
  /** Of each life of the page. */
  readonly handlers: () => Handlers<Host>;
  readonly hidden?: () => void;
  readonly closed: () => void;
}

export class SinglePanel<Host, Page> implements vscode.Disposable {
  readonly #options: SinglePanelOptions<Host>;
  #panel: vscode.WebviewPanel | null = null;
  #session: PageSession<Page> | null = null;

  constructor(options: SinglePanelOptions<Host>) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#panel !== null;
  }

  /** Its page; null while it is not shown. */
  get page(): Remote<Page> | null {
    return this.#session?.page ?? null;
  }

  /** Tells the page, where it is shown: a page that is not is told all when it is ready. */
  tell(call: (page: Remote<Page>) => Promise<unknown>): void {
    if (this.#session) call(this.#session.page).catch((error: unknown) => log().debug(`${this.#options.title}: ${messageOf(error)}`));
  }

  show(): void {
    const { type, title, beside = false } = this.#options;
    if (this.#panel) {
      this.#panel.reveal(undefined, beside);
      return;
    }
    const column = { viewColumn: beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active, preserveFocus: beside };
    this.#adopt(vscode.window.createWebviewPanel(type, title, column, webviewOptions(this.#options.extensionUri)));
  }

  /** Takes on a panel that the editor restores, in place of the one there is. */
  restore(panel: vscode.WebviewPanel): void {
    panel.webview.options = webviewOptions(this.#options.extensionUri);
    this.#panel?.dispose();
    this.#adopt(panel);
  }

  dispose(): void {
    this.#panel?.dispose();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    const { extensionUri, title, view, icon, hidden, closed } = this.#options;
    this.#panel = panel;
    if (icon) panel.iconPath = icon;
    this.#begin(panel);
    // A page that was hidden is thrown away, and is made anew when it is shown.
    panel.onDidChangeViewState(() => {
      if (panel.visible && !this.#session) this.#begin(panel);
      else if (!panel.visible) {
        this.#end();
        hidden?.();
      }
    });
    panel.onDidDispose(() => {
      // Another may have been restored in its place.
      if (this.#panel !== panel) return;
      this.#end();
      this.#panel = null;
      closed();
    });
    panel.webview.html = viewPage(panel.webview, extensionUri, { title, view });
  }

  #begin(panel: vscode.WebviewPanel): void {
    this.#end();
    this.#session = openSession<Host, Page>(panel.webview, this.#options.handlers());
  }

  #end(): void {
    this.#session?.dispose();
    this.#session = null;
  }
}
