/** Two maps beside each other: two heads, two layers, two texts; or the difference of the two. */

import './compare.css';
import { html, nothing, type TemplateResult } from 'lit';
import type { AttentionResult, ComparedText, CompareState, Failure, OtherText } from '../../../src/protocol/attention.ts';
import { difference } from '../../../src/maths/attention/difference.ts';
import type { MapSource } from '../../../src/protocol/inference.ts';
import { RpcError } from '../../../src/protocol/rpc.ts';
import {
  absentTone,
  colourTable,
  differenceRamp,
  logFloor,
  maskedTones,
  weightRamp,
  type ColourScale,
  type Palette,
} from '../../shared/heatmap/colours.ts';
import { legend } from '../../shared/legend.ts';
import { mapPicker } from '../mapPicker.ts';
import { banner } from '../../shared/notices.ts';
import { busyPage, failurePage, noSitesPage, viewPage } from '../notices.ts';
import { compareToolbar } from '../toolbars.ts';
import type { View, ViewContext } from '../view.ts';
import { chooseMap } from '../viewState.ts';
import { linesSentence, type Sentence } from '../words.ts';
import { cellReadout } from './cellReadout.ts';
import { ComparedMaps } from './comparedMaps.ts';
import { ComparisonStore, type Compared } from './comparisonStore.ts';
import { otherMap, ownMap, pairOf, samePair, type Pair } from './pair.ts';
import { otherText, ownText, sideHeader } from './sideHeader.ts';
import { cellText, comparisonSentence, pairSentence } from './words.ts';

export class CompareView implements View {
  readonly #context: ViewContext;
  readonly #maps: ComparedMaps;
  readonly #store: ComparisonStore;
  #result: AttentionResult | null = null;
  #other: OtherText | null = null;
  /** Maps that cannot be compared, and why. */
  #refused: { pair: Pair; message: string } | null = null;
  #painted: { key: string; palette: Palette } | null = null;

  constructor(context: ViewContext) {
    this.#context = context;
    const { host } = context;
    this.#store = new ComparisonStore({
      fetch: (request, options) => host.comparison(request, options),
      arrived: (compared) => {
        this.#refused = null;
        this.#maps.show(compared, this.#state.viewport, this.#state.pinned);
        context.changed();
      },
      failed: (error) => this.#failed(error),
    });
    this.#maps = new ComparedMaps({
      tile: (request, options) => host.comparedTile(request, options),
      row: (request, options) => host.comparedRow(request, options),
      changed: () => context.changed(),
      viewportChanged: (viewport) => this.#keepState({ viewport }),
      pinned: (pinned) => {
        this.#setState({ pinned });
        const cell = pinned && this.#maps.reading;
        if (cell) context.speak(cellText(cell));
      },
      revealed: ({ key }) => this.#reveal(key),
      failed: (error) => context.report(error),
    });
  }

  get sentence(): Sentence {
    if (!this.#result) return [];
    const pair = this.#pair;
    if (!pair) return ['What ', { quoted: this.#result.subject.title }, ' is compared with'];
    const compared = this.#shownOf(pair);
    return compared ? comparisonSentence(pair, compared.comparison, compared.places) : pairSentence(pair);
  }

  show(result: AttentionResult): void {
    this.clear();
    this.#result = result;
    this.#ask();
    this.#context.changed();
  }

  clear(): void {
    this.#store.clear();
    this.#maps.clear();
    this.#result = this.#other = this.#refused = null;
  }

  retry(): void {
    this.#store.clear();
    this.#ask();
    this.#context.changed();
  }

  /** What the host says of the text compared with: it may be one that the user has just chosen there. */
  take(other: OtherText): void {
    this.#other = other;
    if (!sameText(other.text, this.#state.text)) this.#setText(other.text);
    this.#context.changed();
  }

  /** Compares with another text. */
  choose(text: ComparedText): void {
    this.#setText(text);
    this.#ask();
  }

  get copied(): string | null {
    const cell = this.#maps.reading;
    return cell && cellText(cell);
  }

  tools(): TemplateResult {
    const map = this.#maps.map(this.#state.difference ? 'difference' : 'a');
    const { colour, scores } = this.#context.state;
    return compareToolbar(
      { difference: this.#state.difference, withoutFirst: scores.withoutFirst, colour },
      {
        showDifference: (shown) => this.#showDifference(shown),
        swap: () => this.#swap(),
        leaveOutFirst: (withoutFirst) => this.#context.setState({ ...this.#context.state, scores: { ...scores, withoutFirst } }),
        pinMostDifferent: () => this.#pinMostDifferent(),
        zoom: (factor) => map.zoom(factor),
        fit: () => map.fit(),
        copy: () => this.#context.copy(),
        setColour: (next) => this.#context.setState({ ...this.#context.state, colour: next }),
      },
    );
  }

  content(): TemplateResult {
    const result = this.#result;
    if (!result) return html``;
    if (result.run.sites.length === 0) return noSitesPage(result.subject.modelName);
    const pair = this.#pair;
    this.#store.want(pair);
    this.#paint();
    const instead = this.#instead(pair);
    const { swapped } = this.#state;
    const asOne = this.#state.difference || instead !== null;
    const [own, other] = [this.#ownHeader(result), this.#otherHeader(pair)];
    const sides = swapped ? [other, own] : [own, other];
    return html`${this.#notice()}
      <div class=${`compare${asOne ? ' as-one' : ''}`} aria-busy=${String(pair !== null && instead === null && !this.#shownOf(pair))}>
        ${(['a', 'b'] as const).map(
          (name, index) =>
            html`<section class="compare-side" aria-label=${name.toUpperCase()}>
              ${sides[index]} ${asOne ? nothing : html`<div class="compare-map">${this.#maps.map(name).element}</div>`}
            </section>`,
        )}
        ${asOne ? html`<div class="compare-map">${instead ?? this.#maps.map('difference').element}</div>` : nothing}
      </div>
      ${instead === null ? html`<footer class="footer">${cellReadout(this.#maps.reading)} ${this.#legend(pair)}</footer>` : nothing}`;
  }

  pressed({ key }: KeyboardEvent): boolean {
    if (key === 'd') this.#showDifference(!this.#state.difference);
    else if (key === 'x') this.#swap();
    else if (key === 'm') this.#pinMostDifferent();
    else if (key === 'r' && this.#maps.cell) this.#reveal(this.#maps.cell.key);
    else return false;
    return true;
  }

  get #state(): CompareState {
    return this.#context.state.compare;
  }

  #setState(change: Partial<CompareState>): void {
    const { state } = this.#context;
    this.#context.setState({ ...state, compare: { ...state.compare, ...change } });
  }

  #keepState(change: Partial<CompareState>): void {
    const { state } = this.#context;
    this.#context.keepState({ ...state, compare: { ...state.compare, ...change } });
  }

  /** Another text begins with the map chosen on both sides, on axes of its own. */
  #setText(text: ComparedText): void {
    this.#context.clearProblem();
    this.#setState({ text, map: null, viewport: null, pinned: null });
  }

  #showDifference(shown: boolean): void {
    const onMap = document.activeElement?.closest('.compare-map') ?? null;
    this.#setState({ difference: shown });
    this.#context.draw();
    if (onMap) this.#maps.map(shown ? 'difference' : 'a').plot.focus();
  }

  #swap(): void {
    // Tokens that one text lacks stand elsewhere when that is the first.
    const pinned = this.#pair?.sameText ? this.#state.pinned : null;
    this.#setState({ swapped: !this.#state.swapped, pinned });
  }

  #pinMostDifferent(): void {
    const cell = this.#maps.shown?.comparison.mostDifferent;
    if (cell) this.#maps.map(this.#state.difference ? 'difference' : 'a').pin({ query: cell.query, key: cell.key });
  }

  /** Has the host run the text compared with. */
  #ask(): void {
    if (this.#result) this.#call(this.#context.host.compareWith({ text: this.#state.text }));
  }

  #call(call: Promise<unknown>): void {
    call.catch((error: unknown) => this.#context.report(error));
  }

  /** What the host says of the text that is asked for; null: nothing yet. */
  get #told(): OtherText | null {
    return this.#other && sameText(this.#other.text, this.#state.text) ? this.#other : null;
  }

  get #pair(): Pair | null {
    const other = this.#state.text.kind === 'same' ? this.#result : this.#told?.result;
    return this.#result && other ? pairOf(this.#result, other, this.#context.state) : null;
  }

  /** The comparison of a pair, where it is what the maps show. */
  #shownOf(pair: Pair): Compared | null {
    const { shown } = this.#maps;
    return shown && samePair(shown.pair, pair) ? shown : null;
  }

  #failed(error: unknown): void {
    const pair = this.#pair;
    if (pair && error instanceof RpcError && error.code === 'not-comparable') {
      this.#refused = { pair, message: error.message };
      this.#context.changed();
    } else this.#context.report(error);
  }

  #reveal(place: number): void {
    const { shown } = this.#maps;
    const own = shown && shown.places.at('key', place)[shown.pair.own];
    if (typeof own === 'number' && shown?.pair[shown.pair.own].site.kind === 'self') this.#call(this.#context.host.reveal({ token: own }));
  }

  /** What stands in the place of maps; null where there are some. */
  #instead(pair: Pair | null): TemplateResult | null {
    const { text } = this.#state;
    if (pair) {
      if (!this.#refused || !samePair(this.#refused.pair, pair)) return null;
      return viewPage('These two maps cannot be compared', this.#refused.message);
    }
    const { failure, progress } = this.#told ?? { failure: null, progress: null };
    const act = (action: Failure['actions'][number]): void =>
      this.#call(action === 'retry' ? this.#context.host.compareWith({ text }) : this.#context.host.act({ action }));
    if (failure) return failurePage(failure, act, 'There is nothing to compare with');
    if (text.kind !== 'same')
      return busyPage(progress ?? { message: 'Reading the text to compare with…' }, () => this.#call(this.#context.host.cancelOther({})));
    return viewPage('There is nothing to compare', 'This run has no map of one size.');
  }

  /** What there is to know of the other text; its run being made again. */
  #notice(): TemplateResult | typeof nothing {
    const told = this.#state.text.kind === 'same' ? null : this.#told;
    const notice = told?.result && (told.progress?.message ?? told.notice);
    return notice ? banner('info', notice, nothing) : nothing;
  }

  #ownHeader({ subject, run }: AttentionResult): TemplateResult {
    const { state } = this.#context;
    const name = state.compare.swapped ? 'B' : 'A';
    const map = ownMap(run, state);
    const choose = (next: MapSource): void => {
      const { compare } = state;
      // Of one text, the other side keeps what it shows; another text goes along.
      const against = map && compare.text.kind === 'same' ? otherMap(run, map, state) : compare.map;
      this.#context.setState({ ...chooseMap(state, run, next), compare: { ...compare, map: against } });
    };
    return sideHeader(name, ownText(subject.title), map ? mapPicker(run, state.picked, map, choose, name) : nothing);
  }

  #otherHeader(pair: Pair | null): TemplateResult {
    const { state } = this.#context;
    const name = state.compare.swapped ? 'A' : 'B';
    const side = pair && pair[pair.own === 'a' ? 'b' : 'a'];
    const text = otherText(state.compare.text, side?.result.subject.title, {
      choose: (chosen) => this.choose(chosen),
      chooseOther: () => {
        this.#call(this.#context.host.chooseOther({}));
        // Until one is chosen the select says what is shown.
        this.#context.changed();
      },
    });
    const choose = (map: MapSource): void => this.#setState({ map });
    // Of the panel's own text the line of facts tells.
    const lines = side && !pair.sameText && side.result.subject.windowed ? linesSentence(side.result.subject) : null;
    return sideHeader(
      name,
      html`${text}${lines === null ? nothing : html`<span class="compare-lines">${lines}</span>`}`,
      side ? mapPicker(side.result.run, state.picked, side.map, choose, name) : nothing,
    );
  }

  /** Both maps have one scale: equal colours are equal weights. */
  get #scales(): { weights: ColourScale; differences: ColourScale } {
    const { largest = 1, mostDifferent = null } = this.#maps.shown?.comparison ?? {};
    const apart = mostDifferent ? Math.abs(difference(mostDifferent.a, mostDifferent.b)) : 0;
    return {
      weights: { kind: this.#context.state.colour, top: Math.max(largest, 10 * logFloor) },
      differences: { kind: 'signed', top: Math.max(apart, logFloor) },
    };
  }

  /** Hands the maps their colours when scales or theme have changed. */
  #paint(): void {
    const { weights, differences } = this.#scales;
    const { palette } = this.#context;
    const key = JSON.stringify([weights, differences]);
    if (key === this.#painted?.key && palette === this.#painted.palette) return;
    this.#painted = { key, palette };
    const absent = absentTone(palette);
    const shared = { ground: palette.ground, masked: maskedTones(palette), hatchPeriod: 8 };
    this.#maps.setColours(
      { ...shared, table: colourTable(weightRamp(palette), weights, absent) },
      { ...shared, table: colourTable(differenceRamp(palette), differences, absent) },
    );
  }

  #legend(pair: Pair | null): TemplateResult {
    const { palette } = this.#context;
    const { weights, differences } = this.#scales;
    const asDifference = this.#state.difference;
    const [queries, keys] = this.#maps.poolingOf(asDifference ? 'difference' : 'a');
    const pooled = asDifference ? 'most different' : 'largest';
    return legend({
      name: asDifference ? 'weight A − B' : 'weight',
      ramp: asDifference ? differenceRamp(palette) : weightRamp(palette),
      scale: asDifference ? differences : weights,
      ends: asDifference ? ['B attends more', 'A attends more'] : null,
      masked: maskedTones(palette),
      hatched: true,
      absent: pair?.sameText ? null : { tone: absentTone(palette), label: asDifference ? 'in one text only' : 'not in this text' },
      note: queries * keys > 1 ? `each dot: the ${pooled} of up to ${queries} × ${keys} weights` : null,
    });
  }
}

const sameText = (a: ComparedText, b: ComparedText): boolean => JSON.stringify(a) === JSON.stringify(b);
