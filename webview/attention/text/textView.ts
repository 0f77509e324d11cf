/** The text, each part shaded by what the chosen ones attend to, or by what attends to them. */

import '../reading.css';
import './text.css';
import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { meanOfAll, ownSites, siteOfMap } from '../../../src/maps/choice.ts';
import { mapName } from '../../../src/maps/names.ts';
import { granularities, type AttentionResult, type Granularity, type TextState } from '../../../src/protocol/attention.ts';
import type { AttentionRun, MapSource } from '../../../src/protocol/inference.ts';
import {
  logFloor,
  maskedTones,
  rampColour,
  rampPosition,
  weightRamp,
  type ColourScale,
  type Palette,
  type Rgb,
} from '../../shared/heatmap/colours.ts';
import { legend } from '../../shared/legend.ts';
import { iconButton, select } from '../../shared/toolbar.ts';
import { mapPicker } from '../mapPicker.ts';
import { noSitesPage, viewPage } from '../notices.ts';
import { sentenceParts } from '../sentence.ts';
import { TokenText } from '../../shared/tokenText/tokenText.ts';
import { colourSelect } from '../toolbars.ts';
import type { View, ViewContext } from '../view.ts';
import { chooseMap } from '../viewState.ts';
import { withoutFirstBox } from '../withoutFirst.ts';
import { plainText, type Sentence } from '../words.ts';
import { groupList } from './groupList.ts';
import { ShadingDesk, type Shaded } from './shadingDesk.ts';
import { groupSentence, listText, removedText, shadingText, symbolsText, textSentence, type Shading } from './words.ts';

const directions = [
  ['from', 'Attends to'],
  ['to', 'Attended by'],
] as const;
const granularityNames: Readonly<Record<Granularity, string>> = {
  token: 'Tokens',
  word: 'Words',
  line: 'Lines',
  symbol: 'Functions, classes',
};

export class TextView implements View {
  readonly #context: ViewContext;
  readonly #desk: ShadingDesk;
  readonly #text: TokenText;
  #pointed: number | null = null;
  #painted: { shading: Shading; palette: Palette; colour: string } | null = null;

  constructor(context: ViewContext) {
    this.#context = context;
    this.#desk = new ShadingDesk(context);
    this.#text = new TokenText({
      label: 'Tokens of the text, shaded by attention',
      multiple: true,
      chosen: (token, how) => this.#desk.choose(token, how),
      pointed: (token) => this.#pointAt(token === null ? null : (this.#desk.groups?.indexOf(token) ?? null)),
      stops: () => this.#desk.groups?.stops ?? [],
    });
    this.#text.element.addEventListener('dblclick', () => this.#reveal());
  }

  get sentence(): Sentence {
    const { shown, shaded } = this.#desk;
    if (!shown) return [];
    if (!shaded) return ['What ', { quoted: shown.result.subject.title }, ' attends to'];
    return textSentence(mapName(shaded.map, shown.result.run.sites), shaded.shading, shown.text);
  }

  show(result: AttentionResult): void {
    this.clear();
    const { tokens } = this.#desk.show(result);
    this.#text.show(tokens);
    const kept = this.#state.tokens.filter((token) => token < tokens.length);
    if (kept.length < this.#state.tokens.length) this.#setState({ tokens: kept });
    this.#context.changed();
  }

  clear(): void {
    this.#desk.clear();
    this.#painted = this.#pointed = null;
  }

  retry(): void {
    this.#desk.retry();
    this.#context.changed();
  }

  get copied(): string | null {
    const { shown, shaded } = this.#desk;
    return shown && shaded && `${plainText(this.sentence)}\n${listText(shaded.shading, shown.text)}`;
  }

  tools(): TemplateResult {
    const { shown } = this.#desk;
    const map = this.#map;
    if (!shown || !map) return html``;
    const { state } = this.#context;
    const { direction, granularity } = this.#state;
    return html`<div class="toolbar text-tools" role="toolbar" aria-label="Text">
      ${mapPicker(ownRun(shown.result.run), state.picked, map, (next) => this.#context.setState(chooseMap(state, shown.result.run, next)))}
      ${select(
        'Direction',
        directions.findIndex(([id]) => id === direction),
        directions.map(([, name]) => name),
        (index) => this.#setState({ direction: directions[index]?.[0] ?? 'from' }),
      )}
      ${select(
        'Looked at by',
        granularities.indexOf(granularity),
        granularities.map((name) => granularityNames[name]),
        (index) => this.#setState({ granularity: granularities[index] ?? 'token' }),
      )}
      ${withoutFirstBox(state.scores.withoutFirst, (withoutFirst) =>
        this.#context.setState({ ...state, scores: { ...state.scores, withoutFirst } }),
      )}
      <span class="spacer"></span>
      ${iconButton('copy', 'Copy the list of weights', () => this.#context.copy(), 'Ctrl+C')}
      ${colourSelect(state.colour, (colour) => this.#context.setState({ ...this.#context.state, colour }))}
    </div>`;
  }

  content(): TemplateResult {
    const { shown } = this.#desk;
    if (!shown) return html``;
    const { result, tokens } = shown;
    if (result.run.sites.length === 0) return noSitesPage(result.subject.modelName);
    if (tokens.length === 0) return viewPage('There is no text to shade', 'This run was made on tensors; run the model on a text.');
    const map = this.#map;
    if (!map) return viewPage('No attention among the tokens of the text', 'The keys of every head of this model are of another sequence.');
    this.#want(map);
    const { shaded } = this.#desk;
    if (shaded) this.#paint(shaded.shading);
    return html`<div class="reading text" ${ref(this.#attached)}>
      <div class="reading-text">
        ${this.#text.element}
        <div class="reading-readout">${this.#readout()}</div>
        ${this.#legend()}
      </div>
      <div class="reading-side">${shaded ? this.#list(shaded) : this.#waiting()}</div>
    </div>`;
  }

  pressed({ key }: KeyboardEvent): boolean {
    const { selection } = this.#desk;
    if (key === 'Escape' && selection.tokens.length > 1) this.#desk.choose(selection.active, 'only');
    else if (key === 'r') this.#reveal();
    else if (key === 'd') this.#setState({ direction: this.#state.direction === 'from' ? 'to' : 'from' });
    else return false;
    return true;
  }

  get #state(): TextState {
    return this.#context.state.text;
  }

  #setState(change: Partial<TextState>): void {
    const { state } = this.#context;
    this.#context.clearProblem();
    this.#context.setState({ ...state, text: { ...state.text, ...change } });
  }

  /** The map chosen, where it is of the text's own tokens; else the mean of all heads. null: the run has none such. */
  get #map(): MapSource | null {
    const run = this.#desk.shown?.result.run;
    if (!run) return null;
    const { chosen, scores } = this.#context.state;
    const site = chosen && siteOfMap(run, chosen);
    const map = site && ownSites(run).includes(site) ? chosen : meanOfAll(run);
    return map && { ...map, withoutFirst: scores.withoutFirst };
  }

  #pointAt(group: number | null): void {
    if (group === this.#pointed) return;
    this.#pointed = group;
    this.#context.changed();
  }

  #reveal(): void {
    const group = this.#pointed === null ? this.#desk.active : this.#desk.groups?.all[this.#pointed];
    const token = group?.tokens[0];
    if (token !== undefined) void this.#context.host.reveal({ token }).catch((error: unknown) => this.#context.report(error));
  }

  #want(map: MapSource): void {
    const another = this.#desk.want(map);
    const { groups, selection } = this.#desk;
    const chosen = groups?.holding(selection.tokens).flatMap((index) => groups.all[index]?.tokens ?? []);
    this.#text.element.classList.toggle('grouped', groups?.granularity !== 'token');
    this.#text.mark({ active: selection.active, chosen: new Set(chosen) });
    if (another) this.#context.speak(plainText(this.sentence));
  }

  #scale(values: Float64Array): ColourScale {
    const most = values.reduce((largest, value) => (value > largest ? value : largest), 0);
    return { kind: this.#context.state.colour, top: Math.max(most || 1, 10 * logFloor) };
  }

  #paint(shading: Shading): void {
    const { shown } = this.#desk;
    const { palette, state } = this.#context;
    const before = this.#painted;
    if (!shown || (before?.shading === shading && before.palette === palette && before.colour === state.colour)) return;
    this.#painted = { shading, palette, colour: state.colour };
    const { groups, values } = shading;
    const ramp = weightRamp(palette);
    const scale = this.#scale(values);
    const masked = maskedTones(palette).tone;
    const colours = new Array<Rgb | null>(shown.tokens.length).fill(null);
    const names = new Array<string>(shown.tokens.length).fill('');
    groups.all.forEach(({ tokens }, index) => {
      const value = values[index]!;
      const colour = Number.isNaN(value) ? masked : rampColour(ramp, rampPosition(scale, value));
      const name = plainText(groupSentence(shading, index, shown.text));
      for (const token of tokens) [colours[token], names[token]] = [colour, name];
    });
    this.#text.shade(colours, names);
  }

  #list({ shading, map, removed }: Shaded): TemplateResult {
    const { direction, groups, chosen } = shading;
    return html`${groupList(shading, this.#desk.shown!.text, this.#desk.isLoading, {
        pointed: (group) => this.#pointAt(group),
        chosen: (group) => this.#desk.choose(groups.all[group]?.tokens[0] ?? 0, 'only'),
      })}
      <p class="text-how">
        ${shadingText(direction, groups.granularity, chosen.length, map)}
        ${groups.granularity === 'symbol' ? symbolsText(this.#desk.symbols) : nothing}
        ${map.withoutFirst ? removedText(direction, removed) : nothing}
      </p>`;
  }

  #waiting(): TemplateResult {
    const { isLoading } = this.#desk;
    return html`<p class="text-how" aria-busy=${String(isLoading)}>
      ${isLoading ? 'Summing weights…' : 'The weights could not be summed.'}
    </p>`;
  }

  #readout(): TemplateResult {
    const { shown, shaded } = this.#desk;
    if (!shown || !shaded || this.#pointed === null || !shaded.shading.groups.all[this.#pointed])
      return html`<span class="role">
        Click, drag or use the arrow keys to choose; with Ctrl or Shift several, whose weights are
        summed.${this.#context.live ? ' Double-click shows a token in the editor.' : ''}
      </span>`;
    return sentenceParts(groupSentence(shaded.shading, this.#pointed, shown.text));
  }

  #legend(): TemplateResult {
    const { palette } = this.#context;
    const scale = this.#scale(this.#desk.shaded?.shading.values ?? new Float64Array());
    return html`<div class="text-legend">
      ${legend({ ramp: weightRamp(palette), scale, masked: maskedTones(palette), hatched: false, note: null })}
      <span class="legend-masked"><span class="frame chosen"></span>chosen</span>
    </div>`;
  }

  /** What was scrolled is at its start again after another view was in front. */
  readonly #attached = (element?: Element): void => {
    if (element) requestAnimationFrame(() => this.#text.reveal());
  };
}

/** The run with nothing but heads of the text's own tokens, to choose from. */
const ownRun = (run: AttentionRun): AttentionRun => ({ ...run, sites: ownSites(run) });
