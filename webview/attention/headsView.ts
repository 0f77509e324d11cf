/** The heads: all of them as thumbnails, or one as a map. */

import { html, nothing, type TemplateResult } from 'lit';
import type { AttentionResult, AttentionViewState } from '../../src/protocol/attention.ts';
import type { AttentionRun, SiteRun } from '../../src/protocol/inference.ts';
import { colourTable, logFloor, maskedTones, weightRamp, type ColourScale, type Palette } from '../shared/heatmap/colours.ts';
import type { Colours } from '../shared/heatmap/renderer.ts';
import { legend } from '../shared/legend.ts';
import { formatWeight } from '../shared/numbers.ts';
import type { HeadPlace } from './gridLayout.ts';
import { FormulaDock } from './formulaDock.ts';
import { HeadView } from './headView.ts';
import { noSitesPage } from './notices.ts';
import { Overview } from './overview.ts';
import { readout, readoutText } from './readout.ts';
import { headToolbar, overviewToolbar } from './toolbars.ts';
import type { View, ViewContext } from './view.ts';
import { chooseHead, chosenSite, stepChosen, viewForRun } from './viewState.ts';
import { headName, overviewSentence, type Sentence } from './words.ts';

export class HeadsView implements View {
  readonly #context: ViewContext;
  readonly #overview: Overview;
  readonly #head: HeadView;
  readonly #dock: FormulaDock;
  #result: AttentionResult | null = null;
  /** The run before, whose zoom means nothing on a map of another size. */
  #before: AttentionRun | null = null;
  #pointed: HeadPlace | null = null;
  #painted: { key: string; palette: Palette } | null = null;

  constructor(context: ViewContext) {
    this.#context = context;
    const { host } = context;
    this.#overview = new Overview({
      fetch: (request, options) => host.thumbnails(request, options),
      opened: ({ row, head }) => this.#open(row, head),
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
        const content = pinned && this.#head.readout;
        if (content) context.speak(readoutText(content));
      },
      revealed: (token) => void host.reveal({ token }).catch((error: unknown) => context.report(error)),
      failed: (error) => context.report(error),
    });
    this.#dock = new FormulaDock({
      cell: (request, options) => host.cell(request, options),
      pointed: (part) => {
        const request = this.#head.formulaCell?.request;
        this.#head.heatmap.light(request ? { query: request.query, key: request.key } : null, part);
      },
      toggledStep: (step) => {
        const steps = context.state.formula?.steps ?? [];
        const next = steps.includes(step) ? steps.filter((open) => open !== step) : [...steps, step];
        context.setState({ ...context.state, formula: { steps: next } });
      },
      copied: (latex) => void navigator.clipboard.writeText(latex).catch((error: unknown) => context.report(error)),
    });
    this.#lightFromMap();
  }

  /** Pointing at the map lights the term that is meant: the weight of a cell, the query of a row's label, the key of a column's. */
  #lightFromMap(): void {
    const { element } = this.#head.heatmap;
    element.addEventListener('pointerover', ({ target }) => {
      if (!(target instanceof Element)) return;
      this.#dock.light(
        target.closest('.axis.queries') ? 'query' : target.closest('.axis.keys') ? 'key' : target.closest('.plot') ? 'weight' : null,
      );
    });
    element.addEventListener('pointerleave', () => this.#dock.light(null));
  }

  get sentence(): Sentence {
    if (!this.#result) return [];
    return this.#state.chosen ? this.#head.sentence : overviewSentence(this.#result);
  }

  show(result: AttentionResult): void {
    this.#result = result;
    this.#pointed = null;
    this.#context.setState(viewForRun(this.#state, result.run, this.#before));
    this.#before = result.run;
    this.#context.draw();
    this.#overview.show(result.run);
    this.#showHead();
  }

  clear(): void {
    this.#head.clear();
    this.#dock.clear();
  }

  retry(): void {
    this.#overview.retry();
    this.#showHead();
  }

  get copied(): string | null {
    const content = this.#state.chosen && this.#head.readout;
    return content ? readoutText(content) : null;
  }

  tools(): TemplateResult {
    const result = this.#result;
    if (!result || result.run.sites.length === 0) return html``;
    const { chosen, colour } = this.#state;
    const setColour = (next: 'linear' | 'log'): void => this.#context.setState({ ...this.#state, colour: next });
    const site = chosenSite(result.run, this.#state);
    if (!chosen || !site) return overviewToolbar(result.run, colour, setColour);
    return headToolbar(
      result.run,
      site,
      chosen.head,
      { colour, formula: this.#state.formula !== null },
      {
        back: () => this.#back(),
        choose: (next, head) => this.#choose(chooseHead(this.#state, result.run, next, head)),
        step: (heads) => this.#choose(stepChosen(this.#state, result.run, heads, 0)),
        zoom: (factor) => this.#head.heatmap.zoom(factor),
        fit: () => this.#head.heatmap.fit(),
        copy: () => this.#context.copy(),
        toggleFormula: () => this.#toggleFormula(),
        setColour,
      },
    );
  }

  content(): TemplateResult {
    const result = this.#result;
    if (!result) return html``;
    if (result.run.sites.length === 0) return noSitesPage(result.subject.modelName);
    this.#paint();
    const { chosen, formula } = this.#state;
    const docked = chosen !== null && formula !== null;
    if (docked) this.#dock.update(this.#head.formulaCell, formula.steps);
    return html`<div class="stage">
        <div class="picture">
          <div class="view" ?hidden=${chosen !== null}>${this.#overview.element}</div>
          <div class="view" ?hidden=${chosen === null}>${this.#head.heatmap.element}</div>
        </div>
        ${docked ? this.#dock.element : nothing}
      </div>
      <footer class="footer">
        ${
          chosen
            ? readout(this.#head.readout, 'Point at a cell to read it, click to pin it, scroll to zoom, drag to move.')
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
      f: () => this.#toggleFormula(),
      r: () => {
        const { cell } = this.#head;
        if (cell) void this.#context.host.reveal({ token: cell.key }).catch((error: unknown) => this.#context.report(error));
      },
    };
    const step = steps[key];
    step?.();
    return step !== undefined;
  }

  #toggleFormula(): void {
    this.#context.setState({ ...this.#state, formula: this.#state.formula ? null : { steps: [] } });
  }

  get #state(): AttentionViewState {
    return this.#context.state;
  }

  #showHead(): void {
    const site = this.#result && chosenSite(this.#result.run, this.#state);
    if (this.#result && site && this.#state.chosen) this.#head.show(this.#result, site, this.#state.chosen.head, this.#state);
    this.#context.changed();
  }

  #open(row: number, head: number): void {
    const site: SiteRun | undefined = this.#result?.run.sites[row];
    if (!this.#result || !site) return;
    this.#choose(chooseHead(this.#state, this.#result.run, site, head));
    this.#head.heatmap.plot.focus();
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
    const { chosen } = this.#state;
    if (!this.#result || !chosen) return;
    const row = this.#result.run.sites.findIndex((site) => site.index === chosen.site);
    this.#choose({ ...this.#state, chosen: null, viewport: null, pinned: null });
    // The overview has a size again only once the page is laid out.
    requestAnimationFrame(() => requestAnimationFrame(() => this.#overview.focus({ row: Math.max(0, row), head: chosen.head })));
  }

  get #scale(): ColourScale {
    const largest = this.#state.chosen ? this.#head.largest : this.#overview.largest;
    return { kind: this.#state.colour, top: Math.max(largest ?? 1, 10 * logFloor) };
  }

  /** Hands the pictures their colours when scale or theme have changed. */
  #paint(): void {
    const scale = this.#scale;
    const { palette } = this.#context;
    const isHead = this.#state.chosen !== null;
    const key = `${scale.kind} ${scale.top} ${isHead}`;
    if (key === this.#painted?.key && palette === this.#painted.palette) return;
    this.#painted = { key, palette };
    const colours: Colours = {
      table: colourTable(weightRamp(palette), scale),
      ground: palette.ground,
      masked: maskedTones(palette),
      hatchPeriod: isHead ? 8 : 0,
    };
    if (isHead) this.#head.setColours(colours);
    else this.#overview.setColours(colours);
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
