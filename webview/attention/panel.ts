/** The panel: one state, drawn by lit; the two pictures keep their own canvases. */

import { html, nothing, render, type TemplateResult } from 'lit';
import type { AttentionHost, AttentionPanel, AttentionResult, AttentionViewState, Failure } from '../../src/protocol/attention.ts';
import type { Handlers, Progress, Remote } from '../../src/protocol/rpc.ts';
import { RpcError } from '../../src/protocol/rpc.ts';
import { colourTable, maskedTones, weightRamp, logFloor, type ColourScale, type Palette } from '../shared/heatmap/colours.ts';
import type { Colours } from '../shared/heatmap/renderer.ts';
import { legend } from '../shared/legend.ts';
import { formatWeight } from '../shared/numbers.ts';
import { onThemeChanged, readPalette } from '../shared/theme.ts';
import { facts } from './facts.ts';
import { HeadView } from './headView.ts';
import { banner, busyBanner, busyPage, emptyPage, failureBanner, failurePage, noSitesPage, staleBanner } from './notices.ts';
import { Overview, type HeadPlace } from './overview.ts';
import { readout, readoutText } from './readout.ts';
import type { StateKeeper } from './stateKeeper.ts';
import { headToolbar, overviewToolbar } from './toolbars.ts';
import { chooseHead, chosenSite, initialView, stepChosen, viewForRun } from './viewState.ts';
import { headName, overviewSentence, type Sentence } from './words.ts';

export class Panel {
  readonly #root: HTMLElement;
  readonly #host: Remote<AttentionHost>;
  readonly #keeper: StateKeeper;
  readonly #overview: Overview;
  readonly #head: HeadView;
  #palette: Palette = readPalette();
  #view: AttentionViewState = initialView;
  #result: AttentionResult | null = null;
  #busy: Progress | null = null;
  #failure: Failure | null = null;
  #problem: string | null = null;
  #stale = false;
  #detailsOpen = false;
  #pointed: HeadPlace | null = null;
  #spoken = '';
  #frame = 0;
  #painted = '';

  constructor(root: HTMLElement, host: Remote<AttentionHost>, keeper: StateKeeper) {
    this.#root = root;
    this.#host = host;
    this.#keeper = keeper;
    this.#overview = new Overview({
      fetch: (request, options) => host.thumbnails(request, options),
      opened: ({ row, head }) => this.#open(row, head),
      pointed: (place) => {
        this.#pointed = place;
        this.#changed();
      },
      arrived: () => this.#changed(),
      failed: (error) => this.#report(error),
    });
    this.#head = new HeadView({
      tile: (request, options) => host.tile(request, options),
      row: (request, options) => host.row(request, options),
      changed: () => this.#changed(),
      viewportChanged: (viewport) => this.#keep({ ...this.#view, viewport }),
      pinned: (pinned) => this.#setView({ ...this.#view, pinned }),
      revealed: (token) => this.#ask(host.reveal({ token })),
      failed: (error) => this.#report(error),
    });
    onThemeChanged(() => {
      this.#palette = readPalette();
      this.#painted = '';
      this.#changed();
    });
    window.addEventListener('keydown', (event) => this.#pressed(event));
    this.#draw();
  }

  /** What the host may ask. */
  static handlers(panel: () => Panel): Handlers<AttentionPanel> {
    return {
      show: (result) => panel().#show(result),
      busy: (progress) => panel().#update(() => (panel().#busy = progress)),
      failed: (failure) => panel().#update(() => ([panel().#failure, panel().#busy] = [failure, null])),
      stale: ({ stale }) => panel().#update(() => (panel().#stale = stale)),
      rerunning: ({ reason }) => panel().#update(() => (panel().#busy = { message: reason })),
    };
  }

  /** Takes up what was chosen before the window was reloaded. */
  restore(view: AttentionViewState): void {
    this.#view = view;
    if (this.#result) this.#show(this.#result);
  }

  #show(result: AttentionResult): void {
    const before = this.#result?.run ?? null;
    this.#head.clear();
    this.#result = result;
    this.#busy = null;
    this.#failure = null;
    this.#problem = null;
    this.#stale = false;
    this.#pointed = null;
    this.#setView(viewForRun(this.#view, result.run, before));
    this.#draw();
    this.#overview.show(result.run);
    this.#showHead();
  }

  #showHead(): void {
    const site = this.#result && chosenSite(this.#result.run, this.#view);
    if (this.#result && site && this.#view.chosen) this.#head.show(this.#result, site, this.#view.chosen.head, this.#view);
    this.#changed();
  }

  #open(row: number, head: number): void {
    const site = this.#result?.run.sites[row];
    if (!this.#result || !site) return;
    this.#choose(chooseHead(this.#view, this.#result.run, site, head));
    this.#head.heatmap.plot.focus();
  }

  #choose(view: AttentionViewState): void {
    if (view === this.#view) return;
    this.#setView(view);
    this.#problem = null;
    this.#pointed = null;
    this.#draw();
    this.#showHead();
  }

  #back(): void {
    const { chosen } = this.#view;
    if (!this.#result || !chosen) return;
    const row = this.#result.run.sites.findIndex((site) => site.index === chosen.site);
    this.#choose({ ...this.#view, chosen: null, viewport: null, pinned: null });
    // The overview has a size again only once the page is laid out.
    requestAnimationFrame(() => requestAnimationFrame(() => this.#overview.focus({ row: Math.max(0, row), head: chosen.head })));
  }

  /** Nothing is written of the viewport: a map that moves costs no drawing of what stands beside it. */
  #keep(view: AttentionViewState): void {
    this.#view = view;
    this.#keeper.keep(view);
  }

  #setView(view: AttentionViewState): void {
    const pinned = view.pinned !== this.#view.pinned;
    this.#keep(view);
    this.#changed();
    const content = pinned && view.pinned ? this.#head.readout : null;
    if (content) this.#spoken = readoutText(content);
  }

  #update(change: () => unknown): void {
    change();
    this.#changed();
  }

  #report(error: unknown): void {
    if (error instanceof RpcError && error.code === 'cancelled') return;
    this.#problem = error instanceof Error ? error.message : String(error);
    this.#changed();
  }

  #ask(call: Promise<unknown>): void {
    call.catch((error: unknown) => this.#report(error));
  }

  #act(action: Failure['actions'][number]): void {
    this.#ask(this.#host.act({ action }));
  }

  #changed(): void {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#paint();
    render(this.#template(), this.#root);
  }

  get #scale(): ColourScale {
    const largest = this.#view.chosen ? this.#head.largest : this.#overview.largest;
    return { kind: this.#view.colour, top: Math.max(largest ?? 1, 10 * logFloor) };
  }

  /** Hands the pictures their colours when scale or theme have changed. */
  #paint(): void {
    const scale = this.#scale;
    const key = `${scale.kind} ${scale.top} ${this.#view.chosen === null}`;
    if (key === this.#painted) return;
    this.#painted = key;
    const ramp = weightRamp(this.#palette);
    const colours: Colours = {
      table: colourTable(ramp, scale),
      ground: this.#palette.ground,
      masked: maskedTones(this.#palette),
      hatchPeriod: this.#view.chosen ? 8 : 0,
    };
    if (this.#view.chosen) this.#head.setColours(colours);
    else this.#overview.setColours(colours);
  }

  #template(): TemplateResult {
    const result = this.#result;
    const busy = this.#busy;
    const failure = this.#failure;
    const cancel = (): void => this.#ask(this.#host.cancel({}));
    const act = (action: Failure['actions'][number]): void => this.#act(action);
    if (!result)
      return html`<main class="panel">${busy ? busyPage(busy, cancel) : failure ? failurePage(failure, act) : emptyPage()}</main>`;
    return html`<main class="panel">
      <h1 class="headline">${sentence(this.#view.chosen ? this.#head.sentence : overviewSentence(result))}</h1>
      ${facts(result, this.#detailsOpen, {
        explainHere: () => this.#ask(this.#host.explainHere({})),
        toggleDetails: () => this.#update(() => (this.#detailsOpen = !this.#detailsOpen)),
      })}
      ${busy ? busyBanner(busy, cancel) : failure ? failureBanner(failure, act) : this.#stale ? staleBanner(() => act('retry')) : nothing}
      ${result.subject.notice === undefined ? nothing : banner('info', result.subject.notice, nothing)}
      ${this.#problem === null ? nothing : banner('error', this.#problem, html`<button class="link" @click=${() => this.#retry()}>Try again</button>`)}
      ${result.run.sites.length === 0 ? noSitesPage(result.subject.modelName) : this.#pictures(result)}
    </main>`;
  }

  #pictures(result: AttentionResult): TemplateResult {
    const { chosen, colour } = this.#view;
    const setColour = (next: 'linear' | 'log'): void => this.#setView({ ...this.#view, colour: next });
    const site = chosenSite(result.run, this.#view);
    const toolbar =
      chosen && site
        ? headToolbar(result.run, site, chosen.head, colour, {
            back: () => this.#back(),
            choose: (next, head) => this.#choose(chooseHead(this.#view, result.run, next, head)),
            step: (heads) => this.#choose(stepChosen(this.#view, result.run, heads, 0)),
            zoom: (factor) => this.#head.heatmap.zoom(factor),
            fit: () => this.#head.heatmap.fit(),
            copy: () => this.#copy(),
            setColour,
          })
        : overviewToolbar(result.run, colour, setColour);
    return html`${toolbar}
      <div class="picture">
        <div class="view" ?hidden=${chosen !== null}>${this.#overview.element}</div>
        <div class="view" ?hidden=${chosen === null}>${this.#head.heatmap.element}</div>
      </div>
      <footer class="footer">
        ${
          chosen
            ? readout(this.#head.readout, 'Point at a cell to read it, click to pin it, scroll to zoom, drag to move.')
            : this.#overviewReadout(result)
        }
        ${this.#legend()}
      </footer>
      <div class="spoken" role="status">${this.#spoken}</div>`;
  }

  #overviewReadout(result: AttentionResult): TemplateResult {
    const place = this.#pointed;
    const site = place && result.run.sites[place.row];
    if (!site) return html`<div class="readout hint">Each picture is one head: queries down, keys across. Click one to open it.</div>`;
    const maximum = this.#overview.maximumOf(place);
    return html`<div class="readout">
      <span>${headName(site, place.head, result.run.sites)}</span>
      ${
        maximum === null
          ? nothing
          : html`<span class="role">largest weight</span>
              <span class="readout-weight">${Number.isNaN(maximum) ? 'masked' : formatWeight(maximum)}</span>`
      }
    </div>`;
  }

  #legend(): TemplateResult {
    const [queries, keys] = this.#view.chosen ? this.#head.pooling : [this.#overview.pooling, this.#overview.pooling];
    return legend({
      ramp: weightRamp(this.#palette),
      scale: this.#scale,
      masked: maskedTones(this.#palette),
      hatched: this.#view.chosen !== null,
      note: queries * keys > 1 ? `each dot: the largest of up to ${queries} × ${keys} weights` : null,
    });
  }

  #retry(): void {
    this.#problem = null;
    this.#overview.retry();
    this.#showHead();
  }

  #copy(): void {
    const content = this.#head.readout;
    if (content) this.#ask(navigator.clipboard.writeText(readoutText(content)));
  }

  /** Keys that mean the same wherever the focus is, as long as it is on nothing that takes text. */
  #pressed(event: KeyboardEvent): void {
    if (!this.#view.chosen || !this.#result || event.altKey || event.defaultPrevented) return;
    if (event.target instanceof HTMLSelectElement && event.key !== 'Escape') return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key === 'c' && (getSelection()?.isCollapsed ?? true)) this.#copy();
      return;
    }
    const { run } = this.#result;
    const steps: Readonly<Record<string, () => void>> = {
      Escape: () => this.#back(),
      '[': () => this.#choose(stepChosen(this.#view, run, -1, 0)),
      ']': () => this.#choose(stepChosen(this.#view, run, 1, 0)),
      '{': () => this.#choose(stepChosen(this.#view, run, 0, -1)),
      '}': () => this.#choose(stepChosen(this.#view, run, 0, 1)),
      r: () => {
        const cell = this.#head.cell;
        if (cell) this.#ask(this.#host.reveal({ token: cell.key }));
      },
    };
    const step = steps[event.key];
    if (!step) return;
    step();
    event.preventDefault();
  }
}

function sentence(parts: Sentence): TemplateResult {
  return html`${parts.map((part) =>
    typeof part === 'string'
      ? part
      : html`<code><bdi>${part.quoted}</bdi></code
          >${part.position === undefined ? nothing : html`<span class="position">${part.position}</span>`}`,
  )}`;
}
