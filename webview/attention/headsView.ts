/** The heads: all of them as thumbnails, or one as a map. */

import { html, nothing, type TemplateResult } from 'lit';
import { meanOfAll } from '../../src/maps/choice.ts';
import { headName } from '../../src/maps/names.ts';
import type { AttentionResult, AttentionViewState } from '../../src/protocol/attention.ts';
import type { AttentionRun, HeadRef, MapSource, SiteRun } from '../../src/protocol/inference.ts';
import { RpcError } from '../../src/protocol/rpc.ts';
import { colourTable, logFloor, maskedTones, weightRamp, type ColourScale, type Palette } from '../shared/heatmap/colours.ts';
import type { Figure } from '../shared/figure/figure.ts';
import type { Colours } from '../shared/heatmap/renderer.ts';
import { legend } from '../shared/legend.ts';
import { formatWeight } from '../shared/numbers.ts';
import type { HeadPlace } from './gridLayout.ts';
import { openFigure, openMarkdown, overviewFigure } from './export/exporter.ts';
import { canvasMeasure, pageFonts } from './export/measure.ts';
import { HeadDocks } from './headDocks.ts';
import { HeadView } from './headView.ts';
import { noSitesPage } from './notices.ts';
import { mapPicker } from './mapPicker.ts';
import { Overview } from './overview.ts';
import { pickedTools } from './pickedTools.ts';
import { readout, readoutText, type ReadoutContent } from './readout.ts';
import { HeadScoring } from './scores/headScoring.ts';
import { scoreTools } from './scores/scoreTools.ts';
import { emptyText } from './scores/scoreWords.ts';
import { headToolbar, overviewToolbar } from './toolbars.ts';
import type { View, ViewContext } from './view.ts';
import { chooseHead, chooseMap, chosenHead, chosenSite, stepChosen, togglePicked, viewForRun } from './viewState.ts';
import { overviewSentence, type Sentence } from './words.ts';

export class HeadsView implements View {
  readonly #context: ViewContext;
  readonly #overview: Overview;
  readonly #head: HeadView;
  readonly #scoring: HeadScoring;
  readonly #docks: HeadDocks;
  #result: AttentionResult | null = null;
  /** The run before, whose zoom means nothing on a map of another size. */
  #before: AttentionRun | null = null;
  /** The map that is drawn. */
  #open: MapSource | null = null;
  #pointed: HeadPlace | null = null;
  #painted: { key: string; palette: Palette } | null = null;

  constructor(context: ViewContext) {
    this.#context = context;
    const { host } = context;
    this.#scoring = new HeadScoring(context);
    this.#overview = new Overview({
      fetch: (request, options) => host.thumbnails(request, options),
      opened: ({ row, head }) => this.#openHead(row, head),
      picked: (places) => this.#pick(places),
      pointed: (place) => {
        this.#pointed = place;
        context.changed();
      },
      arrived: () => context.changed(),
      failed: (error) => context.report(error),
    });
    this.#head = new HeadView({
      tile: (request, options) => host.tile(request, options),
      row: (request, options) => host.row(request, options),
      changed: () => context.changed(),
      viewportChanged: (viewport) => context.keepState({ ...context.state, viewport }),
      pinned: (pinned) => {
        context.setState({ ...context.state, pinned });
        const content = pinned && this.#readout;
        if (content) context.speak(readoutText(content));
      },
      revealed: (token) => void host.reveal({ token }).catch((error: unknown) => context.report(error)),
      failed: (error) => context.report(error),
    });
    this.#docks = new HeadDocks(context, this.#head, this.#scoring);
  }

  get sentence(): Sentence {
    if (!this.#result) return [];
    const place = this.#chosenPlace;
    if (!this.#state.chosen) return overviewSentence(this.#result);
    return place ? [...this.#head.sentence, this.#scoring.suchHeads(place)] : this.#head.sentence;
  }

  show(result: AttentionResult): void {
    this.#result = result;
    this.#pointed = null;
    this.#context.setState(viewForRun(this.#state, result.run, this.#before));
    this.#before = result.run;
    this.#scoring.show(result);
    this.#context.draw();
    this.#overview.show(result.run);
    this.#showHead();
  }

  resume(): void {
    if (this.#state.chosen !== this.#open) this.#showHead();
  }

  clear(): void {
    this.#head.clear();
    this.#scoring.clear();
    this.#docks.clear();
  }

  retry(): void {
    this.#overview.retry();
    this.#scoring.retry();
    this.#docks.retry();
    this.#showHead();
  }

  get copied(): string | null {
    const content = this.#readout;
    return content ? readoutText(content) : null;
  }

  tools(): TemplateResult {
    const result = this.#result;
    if (!result || result.run.sites.length === 0) return html``;
    const { chosen, picked, colour } = this.#state;
    const setColour = (next: 'linear' | 'log'): void => this.#context.setState({ ...this.#state, colour: next });
    const { run } = result;
    const open = (map: MapSource): void => this.#choose(chooseMap(this.#state, run, map));
    if (!chosen) {
      const all = meanOfAll(run);
      const tools = html`${scoreTools(this.#scoring)}
      ${pickedTools(run, picked, open, () => this.#context.setState({ ...this.#state, picked: [] }))}`;
      return overviewToolbar(tools, all && (() => open(all)), this.#exporting, colour, setColour);
    }
    return headToolbar(
      chosen,
      mapPicker(run, picked, chosen, open),
      {
        colour,
        formula: this.#state.formula !== null,
        scores: this.#state.scores.open,
        effect: this.#context.live ? this.#state.effect.open : null,
      },
      {
        back: () => this.#back(),
        step: (heads) => this.#choose(stepChosen(this.#state, run, heads, 0)),
        zoom: (factor) => this.#head.heatmap.zoom(factor),
        fit: () => this.#head.heatmap.fit(),
        copy: () => this.#context.copy(),
        export: this.#exporting,
        toggleFormula: () => this.#docks.toggle('formula'),
        toggleScores: () => this.#docks.toggle('scores'),
        toggleEffect: () => this.#docks.toggle('effect'),
        setColour,
      },
    );
  }

  content(): TemplateResult {
    const result = this.#result;
    if (!result) return html``;
    if (result.run.sites.length === 0) return noSitesPage(result.subject.modelName);
    this.#paint();
    const place = this.#chosenPlace;
    this.#scoring.want(place, this.#pointed);
    const { chosen, picked } = this.#state;
    if (!chosen) {
      this.#overview.rank(this.#scoring.ranking);
      this.#overview.mark(this.#placesOf(result.run, picked));
    }
    return html`<div class="stage">
        <div class="picture">
          <div class="view" ?hidden=${chosen !== null}>${this.#overview.element}${this.#emptyOverview()}</div>
          <div class=${chosen === null ? 'view' : 'view head-open'} ?hidden=${chosen === null}>${this.#head.heatmap.element}</div>
        </div>
        ${this.#docks.content(result, place)}
      </div>
      <footer class="footer">
        ${
          chosen
            ? readout(this.#readout, 'Point at a cell to read it, click to pin it, scroll to zoom, drag to move.')
            : this.#overviewReadout(result)
        }
        ${this.#legend()}
      </footer>`;
  }

  pressed({ key }: KeyboardEvent): boolean {
    if (!this.#state.chosen || !this.#result) return false;
    const { run } = this.#result;
    const steps: Readonly<Record<string, () => void>> = {
      Escape: () => this.#back(),
      '[': () => this.#choose(stepChosen(this.#state, run, -1, 0)),
      ']': () => this.#choose(stepChosen(this.#state, run, 1, 0)),
      '{': () => this.#choose(stepChosen(this.#state, run, 0, -1)),
      '}': () => this.#choose(stepChosen(this.#state, run, 0, 1)),
      ...(chosenHead(this.#state)
        ? {
            f: () => this.#docks.toggle('formula'),
            s: () => this.#docks.toggle('scores'),
            ...(this.#context.live ? { e: () => this.#docks.toggle('effect') } : {}),
          }
        : {}),
      r: () => {
        const { cell } = this.#head;
        if (cell) void this.#context.host.reveal({ token: cell.key }).catch((error: unknown) => this.#context.report(error));
      },
    };
    const step = steps[key];
    step?.();
    return step !== undefined;
  }

  /** The open head by its place in the overview. */
  get #chosenPlace(): HeadPlace | null {
    const chosen = chosenHead(this.#state);
    return (chosen && this.#result && this.#placesOf(this.#result.run, [chosen])[0]) ?? null;
  }

  #placesOf({ sites }: AttentionRun, heads: readonly HeadRef[]): HeadPlace[] {
    return heads.map(({ site, head }) => ({ row: sites.findIndex(({ index }) => index === site), head }));
  }

  /** Of the cell pointed at or pinned. */
  get #readout(): ReadoutContent | null {
    return this.#result && this.#docks.readout(this.#result);
  }

  /** Where the order leaves no head to show. */
  #emptyOverview(): TemplateResult | typeof nothing {
    const { order, progress, choices } = this.#scoring;
    const text = order === 'layer' ? null : emptyText(progress, order, choices.least);
    return text === null ? nothing : html`<p class="overview-empty" role="status">${text}</p>`;
  }

  get #state(): AttentionViewState {
    return this.#context.state;
  }

  #showHead(): void {
    const { chosen } = this.#state;
    const site = this.#result && chosenSite(this.#result.run, this.#state);
    this.#open = chosen;
    if (this.#result && site && chosen) this.#head.show(this.#result, chosen, site, this.#state);
    this.#context.changed();
  }

  #openHead(row: number, head: number): void {
    const site: SiteRun | undefined = this.#result?.run.sites[row];
    if (!this.#result || !site) return;
    this.#choose(chooseHead(this.#state, this.#result.run, site, head));
    this.#head.heatmap.plot.focus();
  }

  #pick(places: readonly HeadPlace[]): void {
    const sites = this.#result?.run.sites ?? [];
    const heads = places.flatMap(({ row, head }) => (sites[row] ? [{ site: sites[row].index, head }] : []));
    this.#context.setState(togglePicked(this.#state, heads));
  }

  #choose(state: AttentionViewState): void {
    if (state === this.#state) return;
    this.#pointed = null;
    this.#context.clearProblem();
    this.#context.setState(state);
    this.#context.draw();
    this.#showHead();
  }

  #back(): void {
    if (!this.#result || !this.#state.chosen) return;
    const place = this.#chosenPlace;
    this.#choose({ ...this.#state, chosen: null, viewport: null, pinned: null });
    // The overview has a size again only once the page is laid out.
    requestAnimationFrame(() => requestAnimationFrame(() => this.#overview.focus(place ?? undefined)));
  }

  get #scale(): ColourScale {
    const largest = this.#state.chosen ? this.#head.largest : this.#overview.largest;
    return { kind: this.#state.colour, top: Math.max(largest ?? 1, 10 * logFloor) };
  }

  get #colours(): Colours {
    const { palette } = this.#context;
    return {
      table: colourTable(weightRamp(palette), this.#scale),
      ground: palette.ground,
      masked: maskedTones(palette),
      hatchPeriod: this.#state.chosen ? 8 : 0,
    };
  }

  /** Asks the host to export; null where there is none to ask. */
  get #exporting(): (() => void) | null {
    const { live, host } = this.#context;
    return live ? () => void host.export({}).catch((error: unknown) => this.#context.report(error)) : null;
  }

  async figure(pixelRatio: number): Promise<Figure> {
    if (!this.#result) throw new Error('Nothing is shown.');
    const { host, palette } = this.#context;
    const style = { palette, scale: this.#scale, colours: this.#colours, fonts: pageFonts(), measure: canvasMeasure() };
    const { open, heatmap } = this.#head;
    if (this.#state.chosen && open && heatmap.shown) return openFigure(host, open, heatmap.shown, style, pixelRatio);
    return overviewFigure(host, this.#result, this.#overview, style, pixelRatio);
  }

  async markdown(): Promise<string> {
    const { open } = this.#head;
    if (!this.#state.chosen || !open) throw new RpcError('no-picture', 'No head is open: open one, and copy it then.');
    return openMarkdown(this.#context.host, open);
  }

  /** Hands the pictures their colours when scale or theme have changed. */
  #paint(): void {
    const scale = this.#scale;
    const { palette } = this.#context;
    const isHead = this.#state.chosen !== null;
    const key = `${scale.kind} ${scale.top} ${isHead}`;
    if (key === this.#painted?.key && palette === this.#painted.palette) return;
    this.#painted = { key, palette };
    const colours = this.#colours;
    if (isHead) this.#head.setColours(colours);
    else this.#overview.setColours(colours);
  }

  #overviewReadout(result: AttentionResult): TemplateResult {
    const place = this.#pointed;
    const site = place && result.run.sites[place.row];
    if (!site)
      return html`<div class="readout overview-readout hint">
        A picture a head: queries down, keys across. Click opens it, Ctrl+click picks several.
      </div>`;
    const maximum = this.#overview.maximumOf(place);
    const best = this.#scoring.best(place);
    return html`<div class="readout overview-readout">
      <span>${headName(site, place.head, result.run.sites)}${best === null ? nothing : `: ${best}`}</span>
      ${
        maximum === null
          ? ''
          : html`<span class="role">largest weight</span>
              <span class="readout-weight">${Number.isNaN(maximum) ? 'masked' : formatWeight(maximum)}</span>`
      }
    </div>`;
  }

  #legend(): TemplateResult {
    const { palette } = this.#context;
    const isHead = this.#state.chosen !== null;
    const [queries, keys] = isHead ? this.#head.pooling : [this.#overview.pooling, this.#overview.pooling];
    return legend({
      ramp: weightRamp(palette),
      scale: this.#scale,
      masked: maskedTones(palette),
      hatched: isHead,
      note: queries * keys > 1 ? `each dot: the largest of up to ${queries} × ${keys} weights` : null,
    });
  }
}
