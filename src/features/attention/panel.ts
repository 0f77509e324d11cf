import * as vscode from 'vscode';
import type { AttentionHost, AttentionPanel, ComparedText, Failure, TextSymbols } from '../../protocol/attention.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { InferenceService } from '../../protocol/inference.ts';
import type { CallOptions, Handlers, Remote } from '../../protocol/rpc.ts';
import { commands } from '../../contributions.ts';
import type { Engine } from '../engine/engine.ts';
import { log, showLog } from '../log/log.ts';
import type { Models } from '../models/models.ts';
import { openSettings } from '../settings.ts';
import { chooseOther } from './comparison/chooseOther.ts';
import { Comparison } from './comparison/comparison.ts';
import { editorsOf, showRange } from '../documents.ts';
import { viewsFolder } from '../page.ts';
import { openDocument, restoredSubject } from './documents.ts';
import { Explainer } from './explainer.ts';
import type { Explanation } from './explanation.ts';
import type { EndNotices } from './endNotices.ts';
import { isProcessEnd } from './failure.ts';
import { exportAttention } from './export/exporter.ts';
import { attentionPage } from './page.ts';
import type { Easel } from './painting/easel.ts';
import { Painter, type Painted } from './painting/painter.ts';
import { openSession, type PageSession } from '../pageSession.ts';
import { parseComparedText, parseView } from './panelState.ts';
import type { PanelStore } from './panelStore.ts';
import type { SymbolFinder } from './symbols/symbols.ts';
import { digestOf, documentOf, panelKey, type DocumentReference, type PanelState, type Subject } from './subject.ts';
import { subjectOf } from './target.ts';

export interface PanelServices {
  readonly extensionUri: vscode.Uri;
  /** Of the extension. */
  readonly version: string;
  readonly engine: Engine;
  readonly models: Models;
  readonly store: PanelStore;
  readonly ends: EndNotices;
  readonly easel: Easel;
  readonly symbols: SymbolFinder;
  /** Asks for a prompt; undefined when none is given. */
  readonly askPrompt: () => Promise<string | undefined>;
}

/** One attention panel: what it explains, its editor's cursor, and its page, which comes and goes. */
export class AttentionPanelView implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly id: string;
  readonly #services: PanelServices;
  readonly #explainer: Explainer;
  readonly #comparison: Comparison;
  readonly #painter: Painter;
  readonly #handlers: Handlers<AttentionHost>;
  readonly #subscriptions: vscode.Disposable[];
  #state: PanelState;
  #session: PageSession<AttentionPanel> | null = null;
  #ready = false;
  #selection: vscode.Selection | null = null;
  /** The comparison that the page has to open once it is there. */
  #comparing: ComparedText | null = null;

  constructor(panel: vscode.WebviewPanel, id: string, state: PanelState, services: PanelServices) {
    this.#panel = panel;
    this.id = id;
    this.#state = state;
    this.#services = services;
    this.#explainer = new Explainer(services.engine, services.models, {
      started: (explanation, title) => this.#started(explanation, title),
      shown: () => {
        this.#replay();
        this.#painter.update();
      },
      progressed: (progress) => this.#tell((page) => page.busy(progress)),
      failed: (failure, error) => this.#failed(failure, error),
      stale: (stale) => {
        this.#tell((page) => page.stale({ stale }));
        this.#painter.update();
      },
      rerunning: (reason) => this.#tell((page) => page.rerunning({ reason })),
      lost: (reason) => services.ends.tell(reason),
    });
    this.#comparison = new Comparison(this.#explainer, (other) => this.#tell((page) => page.other(other)));
    this.#painter = new Painter(this.#painted(), services.easel);
    this.#handlers = this.#makeHandlers();
    this.#subscriptions = [
      panel.onDidChangeViewState(() => this.#followVisibility()),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
        if (textEditor.document.uri.toString() === documentOf(this.#state.subject)?.uri) this.#selection = selections[0] ?? null;
      }),
    ];
    this.#openSession();
    panel.webview.html = attentionPage(panel.webview, services.extensionUri, id);
  }

  get key(): string {
    return panelKey(this.#state.subject);
  }

  get active(): boolean {
    return this.#panel.active;
  }

  get visible(): boolean {
    return this.#panel.visible;
  }

  reveal(preserveFocus: boolean): void {
    this.#panel.reveal(undefined, preserveFocus);
  }

  async explain(subject: Subject, digest: string | null = null): Promise<void> {
    this.#save({ subject, digest });
    await this.#explainer.explain(subject, digest);
  }

  /** Explains the panel's subject again: with another model, or after a failure. */
  async again(): Promise<void> {
    const { shown } = this.#explainer;
    const { subject } = this.#state;
    await this.explain(shown?.subject === subject ? shown.moved : subject);
  }

  /** Opens the comparison with a text. */
  compare(text: ComparedText): void {
    this.#comparing = text;
    this.#openComparison();
  }

  /** The panel's text is in another document now: it is explained there, so that the panel names it and its tokens are found. */
  moveTo(document: DocumentReference): void {
    const { subject } = this.#state;
    if (subject.kind !== 'prompt') this.#background(this.explain({ ...subject, document }));
  }

  /** After a reload of the window: explains what the panel explained before, which says so when the text is another now. */
  async restore(): Promise<void> {
    const { subject, digest } = this.#state;
    try {
      await this.explain(await restoredSubject(subject, digest), digest);
    } catch (error) {
      this.#explainer.fail(error);
    }
  }

  /** Explains what is selected in the panel's document now, or the text around its cursor. A prompt is asked for anew. */
  async explainHere(): Promise<void> {
    const { subject } = this.#state;
    if (subject.kind === 'prompt') {
      const text = await this.#services.askPrompt();
      if (text !== undefined) await this.explain({ kind: 'prompt', text });
      return;
    }
    try {
      const document = await openDocument(subject.document);
      const selection = this.#selection ?? editorsOf(document)[0]?.selection;
      // Without an editor there is no cursor: the panel's place is kept.
      if (selection) await this.explain(subjectOf(document, selection));
      else await this.again();
    } catch (error) {
      this.#explainer.fail(error);
    }
  }

  /** Makes files of what is shown, as the user chooses. */
  async export(): Promise<void> {
    const result = this.#explainer.shown?.result;
    const page = this.#session?.page;
    if (!result || !page || !this.#ready) {
      void vscode.window.showInformationMessage('There is nothing to export yet: wait for the panel to show a run.');
      return;
    }
    const { extensionUri, version } = this.#services;
    const document = documentOf(this.#state.subject);
    const read =
      <K extends Parameters<Explainer['read']>[0]>(method: K) =>
      (params: Parameters<InferenceService[K]>[0], { signal = never, onProgress }: CallOptions = {}) =>
        this.#explainer.read(method, params, signal, onProgress);
    await exportAttention({
      ...{ result, page, version, view: this.#state.view, viewsFolder: viewsFolder(extensionUri) },
      document: document && vscode.Uri.parse(document.cell?.notebook ?? document.uri, true),
      symbols: () => this.#symbols(),
      reads: {
        row: read('row'),
        portable: read('portable'),
        headScores: read('headScores'),
        predictions: read('predictions'),
        likelyTokens: read('likelyTokens'),
        writeWeights: read('writeWeights'),
      },
    });
  }

  dispose(): void {
    this.#painter.dispose();
    this.#comparison.dispose();
    this.#explainer.dispose();
    this.#closeSession();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #painted(): Painted {
    const panel = (): this => this;
    return {
      get explanation() {
        return panel().#explainer.shown;
      },
      get chosen() {
        return panel().#state.view?.chosen ?? null;
      },
      shade: (request) => this.#explainer.read('shade', request, never),
    };
  }

  #started(explanation: Explanation, title: string): void {
    this.#comparison.reset();
    this.#panel.title = `Attention: ${title}`;
    this.#save({ title: this.#panel.title, subject: explanation.subject, digest: digestOf(explanation.taken.text) });
  }

  #failed(failure: Failure, error: unknown): void {
    this.#tell((page) => page.failed(failure));
    if (isProcessEnd(error)) this.#services.ends.tell(failure.message, () => this.#background(this.again()));
  }

  /** Tells the page all that it has to show. */
  #replay(): void {
    const { shown, failure, progress } = this.#explainer;
    const result = shown?.result;
    if (result) {
      this.#tell((page) => page.show(result));
      if (shown.stale) this.#tell((page) => page.stale({ stale: true }));
    }
    if (failure) this.#tell((page) => page.failed(failure));
    if (progress) this.#tell((page) => page.busy(progress));
  }

  #tell(message: (page: Remote<AttentionPanel>) => Promise<unknown>): void {
    if (!this.#session || !this.#ready) return;
    // A page that goes away is told everything again when it comes back.
    message(this.#session.page).catch((error: unknown) => log().debug(`The attention panel was not told: ${messageOf(error)}`));
  }

  #followVisibility(): void {
    if (!this.#panel.visible) this.#closeSession();
    else if (!this.#session) this.#openSession();
  }

  #openSession(): void {
    this.#session = openSession<AttentionHost, AttentionPanel>(this.#panel.webview, this.#handlers);
  }

  #closeSession(): void {
    this.#ready = false;
    this.#session?.dispose();
    this.#session = null;
  }

  #save(change: Partial<PanelState>): void {
    this.#state = { ...this.#state, ...change };
    this.#services.store.set(this.id, this.#state);
  }

  #makeHandlers(): Handlers<AttentionHost> {
    return {
      ready: () => {
        // The answer goes first.
        setImmediate(() => this.#pageIsReady());
        return this.#state.view;
      },
      saveState: (view) => {
        this.#save({ view: parseView(view) });
        this.#painter.update();
      },
      thumbnails: (request, { signal }) => this.#explainer.read('thumbnails', request, signal),
      tile: (request, { signal }) => this.#explainer.read('tile', request, signal),
      row: (request, { signal }) => this.#explainer.read('row', request, signal),
      shade: (request, { signal }) => this.#explainer.read('shade', request, signal),
      cell: (request, { signal }) => this.#explainer.read('cell', request, signal),
      headScores: (request, { signal }) => this.#explainer.read('headScores', request, signal),
      valueNorms: (request, { signal }) => this.#explainer.read('valueNorms', request, signal),
      edgeEffects: (request, context) =>
        this.#explainer.read('edgeEffects', request, context.signal, (progress) => context.progress(progress)),
      predictions: (request, { signal }) => this.#explainer.read('predictions', request, signal),
      nextToken: (request, { signal }) => this.#explainer.read('nextToken', request, signal),
      symbols: () => this.#symbols(),
      comparison: (request, { signal }) => this.#comparison.read('comparison', request, signal),
      comparedTile: (request, { signal }) => this.#comparison.read('comparedTile', request, signal),
      comparedRow: (request, { signal }) => this.#comparison.read('comparedRow', request, signal),
      compareWith: ({ text }) => {
        const asked = parseComparedText(text);
        if (asked) this.#background(this.#comparison.with(asked));
      },
      chooseOther: () => this.#background(this.#chooseOther()),
      cancelOther: () => this.#comparison.cancel(),
      export: () => this.#background(this.export()),
      explainHere: () => this.#background(this.explainHere()),
      cancel: () => this.#explainer.cancel(),
      act: ({ action }) => this.#background(this.#act(action)),
      reveal: ({ token }) => this.#background(this.#revealToken(token)),
    };
  }

  async #symbols(): Promise<TextSymbols> {
    const { shown } = this.#explainer;
    if (!shown) throw new Error('Nothing has been run yet.');
    return this.#services.symbols.of(shown);
  }

  #pageIsReady(): void {
    // A page loaded anew without having been hidden numbers its calls from the start: it needs a session of its own.
    if (this.#ready) {
      this.#closeSession();
      this.#openSession();
    }
    this.#ready = true;
    this.#replay();
    this.#openComparison();
  }

  #openComparison(): void {
    const text = this.#comparing;
    if (!text || !this.#session || !this.#ready) return;
    this.#comparing = null;
    this.#tell((page) => page.compare({ text }));
  }

  async #chooseOther(): Promise<void> {
    const text = await chooseOther(documentOf(this.#state.subject)?.uri ?? null);
    if (text) await this.#comparison.with(text);
  }

  /** A call from the page is answered at once; what it sets off reports for itself. */
  #background(work: Promise<void>): void {
    work.catch((error: unknown) => {
      log().error(messageOf(error));
      void vscode.window.showErrorMessage(messageOf(error));
    });
  }

  async #act(action: Failure['actions'][number]): Promise<void> {
    if (action === 'retry') await this.again();
    else if (action === 'chooseModel') await vscode.commands.executeCommand(commands.chooseModel);
    else if (action === 'openSettings') await openSettings('genlens');
    else showLog();
  }

  async #revealToken(token: number): Promise<void> {
    const { shown } = this.#explainer;
    if (!shown || shown.subject.kind === 'prompt') return;
    const place = await shown.locate(token);
    if (place) await showRange(place.document, place.range);
    else void vscode.window.showInformationMessage('This token’s text was edited since the run. Run again to see the text as it is now.');
  }
}

const never = new AbortController().signal;
