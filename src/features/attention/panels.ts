import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { panels as panelTypes } from '../../contributions.ts';
import type { ComparedText } from '../../protocol/attention.ts';
import { log } from '../log/log.ts';
import { webviewOptions } from '../page.ts';
import { referenceTo } from './documents.ts';
import { AttentionPanelView, type PanelServices } from './panel.ts';
import { onDidSaveUntitled } from './savedAs.ts';
import { panelKey, type PanelState, type Subject } from './subject.ts';

/** The attention panels that are open: one a document, one for prompts. */
export class AttentionPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #services: PanelServices;
  readonly #panels = new Set<AttentionPanelView>();
  readonly #following = onDidSaveUntitled((untitled, file) => this.#followTo(untitled, file));

  constructor(services: PanelServices) {
    this.#services = services;
  }

  /** The panel that has the focus. */
  get active(): AttentionPanelView | undefined {
    return [...this.#panels].find((panel) => panel.active);
  }

  /** Explains a subject in its panel, opened beside the active editor where there is none yet. */
  async explain(subject: Subject): Promise<void> {
    // Who explains a text goes on reading it; a prompt's panel is all there is to see.
    const preserveFocus = subject.kind !== 'prompt';
    const key = panelKey(subject);
    const open = [...this.#panels].find((panel) => panel.key === key);
    open?.reveal(preserveFocus);
    await (open ?? this.#create(subject, preserveFocus)).explain(subject);
  }

  /** Opens the comparison in the panel of a subject's document; where there is none yet, the subject is explained first. */
  async compare(subject: Subject, text: ComparedText): Promise<void> {
    const key = panelKey(subject);
    const open = [...this.#panels].find((panel) => panel.key === key);
    open?.reveal(true);
    const panel = open ?? this.#create(subject, true);
    panel.compare(text);
    if (!open) await panel.explain(subject);
  }

  /** Exports the panel that has the focus, else the one that can be seen. */
  async export(): Promise<void> {
    const visible = [...this.#panels].filter((panel) => panel.visible);
    const panel = this.active ?? (visible.length === 1 ? visible[0] : undefined);
    if (panel) return panel.export();
    void vscode.window.showInformationMessage(
      visible.length === 0
        ? 'No attention panel is shown. Run Genlens: Explain Attention on a text, and export then.'
        : 'Several attention panels are shown. Click into the one that is to be exported, and try again.',
    );
  }

  /** Runs again what is seen: the model was changed. */
  async refreshVisible(): Promise<void> {
    await Promise.all([...this.#panels].filter((panel) => panel.visible).map((panel) => panel.again()));
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, pageState: unknown): Promise<void> {
    // A browser may be closed before the editor has written what the page keeps.
    const id = panelIdOf(pageState) ?? this.#services.store.idOf(panel.title, new Set([...this.#panels].map((open) => open.id)));
    const state = id === null ? null : this.#services.store.get(id);
    if (id === null || !state) {
      log().warn(`The panel “${panel.title}” cannot be restored: ${id === null ? 'its page kept no id' : `nothing is stored for ${id}`}.`);
      panel.dispose();
      return;
    }
    panel.webview.options = webviewOptions(this.#services.extensionUri);
    // Not awaited: the editor counts the panel as restored when its page is there, not when its run is.
    void this.#adopt(panel, id, state).restore();
  }

  dispose(): void {
    this.#following.dispose();
    for (const panel of this.#panels) panel.dispose();
    this.#panels.clear();
  }

  /** The panel of an untitled text goes on with the file that it was saved to, unless that has a panel already. */
  #followTo(untitled: string, file: vscode.TextDocument): void {
    const panels = [...this.#panels];
    if (panels.some(({ key }) => key === file.uri.toString())) return;
    panels.find(({ key }) => key === untitled)?.moveTo(referenceTo(file));
  }

  #create(subject: Subject, preserveFocus: boolean): AttentionPanelView {
    const panel = vscode.window.createWebviewPanel(
      panelTypes.attention,
      'Attention',
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus },
      webviewOptions(this.#services.extensionUri),
    );
    return this.#adopt(panel, randomBytes(8).toString('hex'), { title: '', subject, view: null, digest: null });
  }

  #adopt(panel: vscode.WebviewPanel, id: string, state: PanelState): AttentionPanelView {
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(this.#services.extensionUri, 'media', `attention-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    const view = new AttentionPanelView(panel, id, state, this.#services);
    this.#panels.add(view);
    panel.onDidDispose(() => {
      this.#panels.delete(view);
      view.dispose();
    });
    return view;
  }
}

function panelIdOf(pageState: unknown): string | null {
  const id = typeof pageState === 'object' && pageState !== null && 'panelId' in pageState ? pageState.panelId : null;
  return typeof id === 'string' && /^[0-9a-f]{16}$/.test(id) ? id : null;
}
