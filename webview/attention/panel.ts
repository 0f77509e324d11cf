/** The panel: one state, drawn by lit; what a run is looked at with are its views. */

import { html, nothing, render, type TemplateResult } from 'lit';
import {
  attentionViews,
  type AttentionHost,
  type AttentionPanel,
  type AttentionResult,
  type AttentionViewName,
  type AttentionViewState,
  type Failure,
} from '../../src/protocol/attention.ts';
import { messageOf } from '../../src/protocol/errors.ts';
import type { Handlers, Progress, Remote } from '../../src/protocol/rpc.ts';
import { RpcError } from '../../src/protocol/rpc.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import { figurePng } from '../shared/figure/png.ts';
import { figureSvg } from '../shared/figure/svg.ts';
import type { StateKeeper } from '../shared/stateKeeper.ts';
import { onThemeChanged, readPalette } from '../shared/theme.ts';
import { CompareView } from './compare/compareView.ts';
import { facts, type Origin } from './facts.ts';
import { HeadsView } from './headsView.ts';
import { NextView } from './next/nextView.ts';
import { banner, busyBanner } from '../shared/notices.ts';
import { busyPage, emptyPage, failureBanner, failurePage, staleBanner } from './notices.ts';
import { sentenceParts } from './sentence.ts';
import { TextView } from './text/textView.ts';
import type { View, ViewContext } from './view.ts';
import { initialView } from './viewState.ts';
import { plainText } from './words.ts';

const viewNames: Readonly<Record<AttentionViewName, string>> = { heads: 'Heads', text: 'Text', next: 'Next token', compare: 'Compare' };

/** What the panel is part of; without it, the editor. */
export interface PanelOptions {
  readonly views: readonly AttentionViewName[];
  /** Where else the run is from than from an engine that still has it. */
  readonly origin: Origin;
}

export class Panel implements ViewContext {
  readonly host: Remote<AttentionHost>;
  readonly #root: HTMLElement;
  readonly #keeper: StateKeeper<AttentionViewState>;
  readonly #compare: CompareView;
  readonly #offered: readonly AttentionViewName[];
  readonly #origin: Origin | null;
  readonly #views: Readonly<Record<AttentionViewName, View>>;
  /** The run that each view was last given. */
  readonly #given = new Map<View, AttentionResult>();
  #palette: Palette = readPalette();
  #state: AttentionViewState = initialView;
  #result: AttentionResult | null = null;
  #busy: Progress | null = null;
  #failure: Failure | null = null;
  #problem: string | null = null;
  #stale = false;
  #detailsOpen = false;
  #spoken = '';
  #frame = 0;

  constructor(root: HTMLElement, host: Remote<AttentionHost>, keeper: StateKeeper<AttentionViewState>, options?: PanelOptions) {
    this.#root = root;
    this.host = host;
    this.#keeper = keeper;
    this.#offered = options?.views ?? attentionViews;
    this.#origin = options?.origin ?? null;
    this.#compare = new CompareView(this);
    this.#views = { heads: new HeadsView(this), text: new TextView(this), next: new NextView(this), compare: this.#compare };
    onThemeChanged(() => {
      this.#palette = readPalette();
      this.changed();
    });
    window.addEventListener('keydown', (event) => this.#pressed(event));
    this.draw();
  }

  /** What the host may ask. */
  static handlers(panel: () => Panel): Handlers<AttentionPanel> {
    return {
      show: (result) => panel().show(result),
      busy: (progress) => panel().#update(() => (panel().#busy = progress)),
      failed: (failure) => panel().#update(() => ([panel().#failure, panel().#busy] = [failure, null])),
      compare: ({ text }) => {
        panel().#compare.choose(text);
        panel().#choose('compare');
      },
      other: (other) => panel().#compare.take(other),
      stale: ({ stale }) => panel().#update(() => (panel().#stale = stale)),
      picture: ({ format }) => panel().#picture(format),
      markdown: () => panel().#markdown(),
      rerunning: ({ reason }) => panel().#update(() => (panel().#busy = { message: reason })),
    };
  }

  /** Takes up what was chosen before the window was reloaded. */
  restore(state: AttentionViewState): void {
    // A version before this one may have kept less.
    const view = this.#offered.includes(state.view) ? state.view : initialView.view;
    this.#state = { ...initialView, ...state, view };
    if (this.#result) this.show(this.#result);
  }

  get state(): AttentionViewState {
    return this.#state;
  }

  get live(): boolean {
    return this.#origin === null;
  }

  get palette(): Palette {
    return this.#palette;
  }

  keepState(state: AttentionViewState): void {
    this.#state = state;
    this.#keeper.keep(state);
  }

  setState(state: AttentionViewState): void {
    this.keepState(state);
    this.changed();
  }

  changed(): void {
    this.#frame ||= requestAnimationFrame(() => this.draw());
  }

  draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    render(this.#template(), this.#root);
  }

  report(error: unknown): void {
    if (error instanceof RpcError && error.code === 'cancelled') return;
    this.#problem = messageOf(error);
    this.changed();
  }

  clearProblem(): void {
    this.#problem = null;
    this.changed();
  }

  speak(text: string): void {
    this.#spoken = text;
    this.changed();
  }

  copy(): void {
    const { copied } = this.#view;
    if (copied !== null) this.#ask(navigator.clipboard.writeText(copied));
  }

  async #picture(format: 'png' | 'svg'): Promise<Uint8Array> {
    // Twice as fine as the screen: a picture is looked at closer than a panel.
    const ratio = 2 * window.devicePixelRatio;
    const figure = await this.#view.figure?.(ratio);
    if (!figure) throw new RpcError('no-picture', 'This view has no picture to export: go to the heads.');
    return format === 'png' ? figurePng(figure, ratio) : new TextEncoder().encode(figureSvg(figure));
  }

  async #markdown(): Promise<string> {
    const text = await this.#view.markdown?.();
    if (text === undefined) throw new RpcError('no-picture', 'No head is open: open one, and export it then.');
    return text;
  }

  show(result: AttentionResult): void {
    for (const view of Object.values(this.#views)) view.clear();
    this.#given.clear();
    this.#result = result;
    this.#busy = null;
    this.#failure = null;
    this.#problem = null;
    this.#stale = false;
    this.#give();
    this.changed();
  }

  get #view(): View {
    return this.#views[this.#state.view];
  }

  /** Hands the view in front the run, once. */
  #give(): void {
    const { [this.#state.view]: view } = this.#views;
    if (!this.#result) return;
    if (this.#given.get(view) === this.#result) return view.resume?.();
    this.#given.set(view, this.#result);
    view.show(this.#result);
  }

  #choose(view: AttentionViewName): void {
    this.#problem = null;
    this.setState({ ...this.#state, view });
    this.draw();
    this.#give();
  }

  #update(change: () => unknown): void {
    change();
    this.changed();
  }

  #ask(call: Promise<unknown>): void {
    call.catch((error: unknown) => this.report(error));
  }

  #act(action: Failure['actions'][number]): void {
    this.#ask(this.host.act({ action }));
  }

  #template(): TemplateResult {
    const result = this.#result;
    const busy = this.#busy;
    const failure = this.#failure;
    const cancel = (): void => this.#ask(this.host.cancel({}));
    const act = (action: Failure['actions'][number]): void => this.#act(action);
    if (!result)
      return html`<main class="panel">${busy ? busyPage(busy, cancel) : failure ? failurePage(failure, act) : emptyPage()}</main>`;
    return html`<main class="panel" data-view=${this.#state.view}>
      <h1 class="headline" title=${plainText(this.#view.sentence)}>${sentenceParts(this.#view.sentence)}</h1>
      ${facts(result, this.#origin, this.#detailsOpen, {
        explainHere: () => this.#ask(this.host.explainHere({})),
        toggleDetails: () => this.#update(() => (this.#detailsOpen = !this.#detailsOpen)),
      })}
      ${busy ? busyBanner(busy, cancel) : failure ? failureBanner(failure, act) : this.#stale ? staleBanner(() => act('retry')) : nothing}
      ${result.subject.notice === undefined ? nothing : banner('info', result.subject.notice, nothing)}
      ${this.#problem === null ? nothing : banner('error', this.#problem, html`<button class="link" @click=${() => this.#retry()}>Try again</button>`)}
      ${result.run.sites.length === 0 ? nothing : html`<div class="toolbar-row">${this.#tabs()}${this.#view.tools()}</div>`}
      ${this.#view.content()}
      <div class="spoken" role="status">${this.#spoken}</div>
    </main>`;
  }

  #tabs(): TemplateResult | typeof nothing {
    if (this.#offered.length < 2) return nothing;
    const step = (event: KeyboardEvent): void => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const next = by && this.#offered[this.#offered.indexOf(this.#state.view) + by];
      if (!next) return;
      event.preventDefault();
      this.#choose(next);
      this.#root.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
    };
    return html`<div class="tabs" role="tablist" aria-label="View" @keydown=${step}>
      ${this.#offered.map((name) => {
        const chosen = name === this.#state.view;
        return html`<button
          id=${`tab-${name}`}
          class="tab"
          role="tab"
          aria-selected=${String(chosen)}
          tabindex=${chosen ? 0 : -1}
          @click=${() => this.#choose(name)}
        >
          ${viewNames[name]}
        </button>`;
      })}
    </div>`;
  }

  #retry(): void {
    this.#problem = null;
    this.#view.retry();
    this.changed();
  }

  /** Keys that mean the same wherever the focus is, as long as it is on nothing that takes text. */
  #pressed(event: KeyboardEvent): void {
    if (!this.#result || event.altKey || event.defaultPrevented) return;
    if (event.target instanceof HTMLSelectElement && event.key !== 'Escape') return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key === 'c' && (getSelection()?.isCollapsed ?? true)) this.copy();
      return;
    }
    if (this.#view.pressed(event)) event.preventDefault();
  }
}
