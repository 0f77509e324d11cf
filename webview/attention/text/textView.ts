/** The text, each part shaded by what the chosen ones attend to, or by what attends to them. */

import './text.css';
import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { meanOfAll, ownSites, siteOfMap } from '../../../src/maps/choice.ts';
import { mapName } from '../../../src/maps/names.ts';
import { granularities, type AttentionResult, type Granularity, type TextState } from '../../../src/protocol/attention.ts';
import type { AttentionRun, MapSource, TokenSpan } from '../../../src/protocol/inference.ts';
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
import { formatWeight } from '../../shared/numbers.ts';
import { iconButton, select as selectElement } from '../../shared/toolbar.ts';
import { mapPicker } from '../mapPicker.ts';
import { noSitesPage, viewPage } from '../notices.ts';
import { sentenceParts } from '../sentence.ts';
import { textTokens } from '../textTokens.ts';
import { TokenText, type Choosing } from '../tokenText/tokenText.ts';
import { colourSelect } from '../toolbars.ts';
import type { View, ViewContext } from '../view.ts';
import { chooseMap } from '../viewState.ts';
import { withoutFirstBox } from '../withoutFirst.ts';
import { counted, plainText, type Sentence } from '../words.ts';
import { groupList } from './groupList.ts';
import { Groups } from './groups.ts';
import { select, type Selection } from './selection.ts';
import { ShadeStore, type Shades } from './shadeStore.ts';
import { SymbolStore } from './symbolStore.ts';
import { groupName, removedText, shadingText, strongest, symbolsText, textSentence, type NamedText, type Shading } from './words.ts';

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

/** A run as this view shows it. */
interface Shown {
  readonly result: AttentionResult;
  readonly tokens: readonly TokenSpan[];
  readonly text: NamedText;
}

export class TextView implements View {
  readonly #context: ViewContext;
  readonly #text: TokenText;
  readonly #store: ShadeStore;
  #shown: Shown | null = null;
  #groups: Groups | null = null;
  readonly #symbols: SymbolStore;
  #selection: Selection | null = null;
  #pointed: number | null = null;
  /** What was shaded last, while what is wanted is on its way. */
  #shading: { shading: Shading; shades: Shades; map: MapSource } | null = null;
  #painted: { shading: Shading; palette: Palette; colour: string } | null = null;

  constructor(context: ViewContext) {
    this.#context = context;
    this.#store = new ShadeStore({
      shade: (request, options) => context.host.shade(request, options),
      arrived: () => context.changed(),
      failed: (error) => context.report(error),
    });
    this.#symbols = new SymbolStore({
      symbols: () => context.host.symbols({}),
      arrived: () => context.changed(),
      failed: (error) => context.report(error),
    });
    this.#text = new TokenText({
      label: 'Tokens of the text, shaded by attention',
      multiple: true,
      chosen: (token, how) => this.#choose(token, how),
      pointed: (token) => this.#pointAt(token === null || !this.#groups ? null : this.#groups.indexOf(token)),
      stops: () => this.#groups?.stops ?? [],
    });
    this.#text.element.addEventListener('dblclick', () => this.#reveal());
  }

  get sentence(): Sentence {
    if (!this.#shown) return [];
    const current = this.#shading;
    if (!current) return ['What ', { quoted: this.#shown.result.subject.title }, ' attends to'];
    return textSentence(mapName(current.map, this.#shown.result.run.sites), current.shading, this.#shown.text);
  }

  show(result: AttentionResult): void {
    this.clear();
    const tokens = textTokens(result.run.tokens ?? []);
    this.#shown = { result, tokens, text: { text: result.text, firstLine: result.subject.lines?.first ?? 1 } };
    this.#text.show(tokens);
    const kept = this.#state.tokens.filter((token) => token < tokens.length);
    if (kept.length < this.#state.tokens.length) this.#setState({ tokens: kept });
    this.#context.changed();
  }

  clear(): void {
    this.#store.clear();
    this.#symbols.clear();
    this.#shown = this.#groups = this.#selection = this.#shading = this.#painted = this.#pointed = null;
  }

  retry(): void {
    this.#store.retry();
    this.#symbols.retry();
    this.#context.changed();
  }

  get copied(): string | null {
    const { shading } = this.#shading ?? {};
    if (!shading || !this.#shown) return null;
    const { text } = this.#shown;
    const lines = strongest(shading, shading.groups.all.length).map(
      (index) => `${formatWeight(shading.values[index]!)}\t${plainText(groupName(shading.groups, shading.groups.all[index]!, text))}`,
    );
    return [plainText(this.sentence), ...lines].join('\n');
  }

  tools(): TemplateResult {
    const map = this.#map;
    if (!this.#shown || !map) return html``;
    const { run } = this.#shown.result;
    const { state } = this.#context;
    const { direction, granularity } = this.#state;
    return html`<div class="toolbar text-tools" role="toolbar" aria-label="Text">
      ${mapPicker(ownRun(run), state.picked, map, (next) => this.#context.setState(chooseMap(state, run, next)))}
      ${selectElement(
        'Direction',
        directions.findIndex(([id]) => id === direction),
        directions.map(([, name]) => name),
        (index) => this.#setState({ direction: directions[index]?.[0] ?? 'from' }),
      )}
      ${selectElement(
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
    if (!this.#shown) return html``;
    const { result, tokens, text } = this.#shown;
    if (result.run.sites.length === 0) return noSitesPage(result.subject.modelName);
    if (tokens.length === 0) return viewPage('There is no text to shade', 'This run was made on tensors; run the model on a text.');
    const map = this.#map;
    if (!map) return viewPage('No attention among the tokens of the text', 'The keys of every head of this model are of another sequence.');
    this.#want(map);
    const current = this.#shading;
    if (current) this.#paint(current.shading);
    return html`<div class="reading text" ${ref(this.#attached)}>
      <div class="reading-text">
        ${this.#text.element}
        <div class="reading-readout">${this.#readout()}</div>
        ${this.#legend()}
      </div>
      <div class="reading-side">
        ${
          current
            ? html`${groupList(current.shading, text, this.#store.isLoading, {
                  pointed: (group) => this.#pointAt(group),
                  chosen: (group) => this.#choose(current.shading.groups.all[group]?.tokens[0] ?? 0, 'only'),
                })}
                <p class="text-how">
                  ${shadingText(current.shading.direction, current.shading.groups.granularity, current.shading.chosen.length, current.map)}
                  ${current.shading.groups.granularity === 'symbol' ? symbolsText(this.#symbols.want()) : nothing}
                  ${current.map.withoutFirst ? removedText(current.shading.direction, current.shades.removed) : nothing}
                </p>`
            : html`<p class="text-how" aria-busy=${String(this.#store.isLoading)}>
                ${this.#store.isLoading ? 'Summing weights…' : 'The weights could not be summed.'}
              </p>`
        }
      </div>
    </div>`;
  }

  pressed({ key }: KeyboardEvent): boolean {
    const others = (this.#selection?.tokens.length ?? 0) > 1;
    if (key === 'Escape' && others) this.#choose(this.#current().active, 'only');
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
    if (!this.#shown) return null;
    const { run } = this.#shown.result;
    const { chosen, scores } = this.#context.state;
    const site = chosen && siteOfMap(run, chosen);
    const map = site && ownSites(run).includes(site) ? chosen : meanOfAll(run);
    return map && { ...map, withoutFirst: scores.withoutFirst };
  }

  /** What is chosen, by default the last token that is not white space. */
  #current(): Selection {
    const tokens = this.#shown?.tokens ?? [];
    const kept = this.#state.tokens;
    if (this.#selection && this.#selection.tokens === kept) return this.#selection;
    const last = Math.max(
      0,
      tokens.findLastIndex(({ text }) => text.trim() !== ''),
    );
    const first = kept[0] ?? last;
    return (this.#selection = { tokens: kept.length > 0 ? kept : [last], anchor: first, active: first });
  }

  #choose(token: number, how: Choosing): void {
    if (!this.#groups) return;
    const next = select(this.#current(), this.#groups, token, how);
    this.#selection = next;
    this.#setState({ tokens: next.tokens });
  }

  #pointAt(group: number | null): void {
    if (group === this.#pointed) return;
    this.#pointed = group;
    this.#context.changed();
  }

  #reveal(): void {
    const group = this.#groups?.all[this.#pointed ?? this.#groups.indexOf(this.#current().active)];
    const token = group?.tokens[0];
    if (token !== undefined) void this.#context.host.reveal({ token }).catch((error: unknown) => this.#context.report(error));
  }

  /** Takes up what the state says, and asks for its numbers. */
  #want(map: MapSource): void {
    if (!this.#shown) return;
    const { result, tokens } = this.#shown;
    const { granularity, direction } = this.#state;
    if (this.#groups?.granularity !== granularity) {
      const symbols = granularity === 'symbol' ? this.#symbols.want() : undefined;
      // Until they have come the text is looked at as before.
      if (symbols === null) return;
      this.#groups = Groups.of(granularity, result.text, tokens, symbols?.symbols);
    }
    const groups = this.#groups;
    const selection = this.#current();
    const chosen = groups.holding(selection.tokens);
    this.#text.element.classList.toggle('grouped', granularity !== 'token');
    this.#text.mark({ active: selection.active, chosen: new Set(chosen.flatMap((index) => groups.all[index]?.tokens ?? [])) });
    const request = { runId: result.run.runId, map, direction, groups: chosen.map((index) => groups.all[index]!.tokens) };
    const shades = this.#store.want(request);
    const before = this.#shading;
    if (!shades || (before?.shades === shades && before.shading.groups === groups)) return;
    const values = groups.rollUp(shades.values, direction === 'from' ? 'keys' : 'queries');
    this.#shading = { shading: { groups, chosen, values, direction }, shades, map };
    this.#context.speak(plainText(this.sentence));
  }

  #scale(values: Float64Array): ColourScale {
    const most = values.reduce((largest, value) => (value > largest ? value : largest), 0);
    return { kind: this.#context.state.colour, top: Math.max(most || 1, 10 * logFloor) };
  }

  #paint(shading: Shading): void {
    const { palette, state } = this.#context;
    const before = this.#painted;
    if (before?.shading === shading && before.palette === palette && before.colour === state.colour) return;
    this.#painted = { shading, palette, colour: state.colour };
    const { groups, values } = shading;
    const ramp = weightRamp(palette);
    const scale = this.#scale(values);
    const masked = maskedTones(palette).tone;
    const count = this.#shown?.tokens.length ?? 0;
    const colours: (Rgb | null)[] = new Array<Rgb | null>(count).fill(null);
    const names: string[] = new Array<string>(count).fill('');
    groups.all.forEach(({ tokens }, index) => {
      const value = values[index]!;
      const colour = Number.isNaN(value) ? masked : rampColour(ramp, rampPosition(scale, value));
      const name = plainText(this.#groupSentence(shading, index));
      for (const token of tokens) [colours[token], names[token]] = [colour, name];
    });
    this.#text.shade(colours, names);
  }

  #groupSentence({ groups, values }: Shading, index: number): Sentence {
    const group = groups.all[index];
    const value = values[index]!;
    if (!group || !this.#shown) return [];
    const size = groups.granularity === 'token' ? [] : [`, ${counted(group.tokens.length, 'token')}`];
    return [...groupName(groups, group, this.#shown.text), `: ${Number.isNaN(value) ? 'masked' : formatWeight(value)}`, ...size];
  }

  #readout(): TemplateResult {
    const current = this.#shading;
    if (!current || this.#pointed === null || !current.shading.groups.all[this.#pointed])
      return html`<span class="role">
        Click, drag or use the arrow keys to choose; with Ctrl or Shift several, whose weights are
        summed.${this.#context.live ? ' Double-click shows a token in the editor.' : ''}
      </span>`;
    return sentenceParts(this.#groupSentence(current.shading, this.#pointed));
  }

  #legend(): TemplateResult {
    const { palette } = this.#context;
    const values = this.#shading?.shading.values ?? new Float64Array();
    return html`<div class="text-legend">
      ${legend({
        ramp: weightRamp(palette),
        scale: this.#scale(values),
        masked: maskedTones(palette),
        hatched: false,
        note: null,
      })} <span class="legend-masked"><span class="frame chosen"></span>chosen</span>
    </div>`;
  }

  /** What was scrolled is at its start again after another view was in front. */
  readonly #attached = (element?: Element): void => {
    if (element) requestAnimationFrame(() => this.#text.reveal());
  };
}

/** The run with nothing but heads of the text's own tokens, to choose from. */
const ownRun = (run: AttentionRun): AttentionRun => ({ ...run, sites: ownSites(run) });
