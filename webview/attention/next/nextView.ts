/** The next token: how surprising each token of the text was, and what the model expects after the one chosen. */

import '../reading.css';
import './next.css';
import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { AttentionResult, NextTokenState } from '../../../src/protocol/attention.ts';
import type { KnownNextToken, NextToken, TokenPredictions, TokenSpan } from '../../../src/protocol/inference.ts';
import { RpcError } from '../../../src/protocol/rpc.ts';
import { rampColour, rampPosition, weightRamp, type Palette } from '../../shared/heatmap/colours.ts';
import type { Filters } from '../../shared/filterSliders.ts';
import { rampPainted } from '../../shared/legend.ts';
import { iconButton } from '../../shared/toolbar.ts';
import { counted, formatCount } from '../../shared/numbers.ts';
import { noSitesPage, viewPage } from '../notices.ts';
import { sentenceParts } from '../sentence.ts';
import { textTokens } from '../textTokens.ts';
import { TokenText } from '../../shared/tokenText/tokenText.ts';
import type { View, ViewContext } from '../view.ts';
import { plainText, type Sentence } from '../words.ts';
import { filterControls, prediction } from './prediction.ts';
import { listText, mostSurprising, nextSentence, readNext, sampling, tokenSentence, type Reading, type Sampling } from './reading.ts';

/** What no trying again will change. */
const refusals = new Set(['no-logits', 'not-autoregressive']);

export class NextView implements View {
  readonly #context: ViewContext;
  readonly #text: TokenText;
  #result: AttentionResult | null = null;
  #tokens: readonly TokenSpan[] = [];
  #predictions: TokenPredictions | null = null;
  #reading: Reading | null = null;
  #drawn: { reading: Reading; filters: Filters; sampling: Sampling } | null = null;
  #refused: string | null = null;
  #pointed: number | null = null;
  /** Of the run that is shown, and of the row that is on its way. */
  #asking = new AbortController();
  #row: { position: number; abort: AbortController } | null = null;
  #shaded: { predictions: TokenPredictions; palette: Palette } | null = null;

  constructor(context: ViewContext) {
    this.#context = context;
    this.#text = new TokenText({
      label: 'Tokens of the text, shaded by surprisal',
      multiple: false,
      chosen: (token) => this.#choose(token),
      pointed: (token) => {
        if (token === this.#pointed) return;
        this.#pointed = token;
        context.changed();
      },
    });
  }

  get sentence(): Sentence {
    if (this.#reading) return nextSentence(this.#tokens, this.#reading);
    if (!this.#result) return [];
    return ['What the model expects of ', { quoted: this.#result.subject.title }];
  }

  show(result: AttentionResult): void {
    this.clear();
    this.#result = result;
    this.#tokens = textTokens(result.run.tokens ?? []);
    this.#text.show(this.#tokens);
    this.#shaded = null;
    const { position } = this.#state;
    if (position !== null && position >= this.#tokens.length) this.#setState({ position: null });
    void this.#load();
  }

  clear(): void {
    this.#asking.abort();
    this.#asking = new AbortController();
    this.#row?.abort.abort();
    this.#row = null;
    this.#result = this.#predictions = this.#reading = this.#refused = this.#pointed = null;
    this.#tokens = [];
  }

  retry(): void {
    this.#row = null;
    void this.#load();
  }

  get copied(): string | null {
    return this.#reading && listText(this.#tokens, this.#reading, this.#samplingOf(this.#reading));
  }

  tools(): TemplateResult {
    return html`<div class="toolbar" role="toolbar" aria-label="Next token">
      <span class="toolbar-text">${counted(this.#tokens.length, 'token')}</span>
      <span class="spacer"></span>
      ${iconButton('copy', 'Copy the list of expected tokens', () => this.#context.copy(), 'Ctrl+C')}
    </div>`;
  }

  content(): TemplateResult {
    const result = this.#result;
    if (!result) return html``;
    if (result.run.sites.length === 0) return noSitesPage(result.subject.modelName);
    if (this.#tokens.length === 0) return viewPage('There is no text to predict', 'This run was made on tensors; run the model on a text.');
    if (this.#refused !== null) return viewPage('The next token is not predicted', this.#refused);
    this.#shade();
    return html`<div class="reading next" ${ref(this.#attached)}>
      <div class="reading-text">
        ${this.#text.element}
        <div class="reading-readout">${this.#readout()}</div>
        ${this.#legend()}
      </div>
      <div class="reading-side">
        ${
          this.#reading
            ? prediction(this.#tokens, this.#reading, this.#samplingOf(this.#reading), this.#row !== null)
            : html`<section class="prediction" aria-busy=${String(this.#row !== null || !this.#predictions)}>
                <p class="prediction-facts">Running the model for its logits…</p>
              </section>`
        }
        ${this.#context.live ? filterControls(this.#state, (filters) => this.#setState(filters)) : nothing}
      </div>
    </div>`;
  }

  pressed(): boolean {
    return false;
  }

  get #state(): NextTokenState {
    return this.#context.state.next;
  }

  #setState(change: Partial<NextTokenState>): void {
    const { state } = this.#context;
    this.#context.setState({ ...state, next: { ...state.next, ...change } });
  }

  get #position(): number {
    return this.#state.position ?? (this.#predictions ? mostSurprising(this.#predictions) : 0);
  }

  #choose(token: number): void {
    if (token === this.#state.position) return;
    this.#context.clearProblem();
    this.#setState({ position: token });
    this.#mark(token);
    void this.#read();
  }

  #mark(token: number): void {
    this.#text.mark({ active: token, chosen: new Set([token]), predicted: token + 1 });
  }

  async #load(): Promise<void> {
    const result = this.#result;
    if (!result || this.#tokens.length === 0) return;
    const { signal } = this.#asking;
    try {
      this.#predictions ??= await this.#context.host.predictions({ runId: result.run.runId }, { signal });
      if (signal.aborted) return;
      this.#context.draw();
      this.#mark(this.#position);
      await this.#read();
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    }
  }

  /** Asks for the row of the token chosen, in place of any other on its way. */
  async #read(): Promise<void> {
    const result = this.#result;
    const position = this.#position;
    if (!result || !this.#predictions || this.#row?.position === position) return;
    this.#row?.abort.abort();
    this.#row = null;
    if (this.#reading?.position === position) return;
    const row = { position, abort: new AbortController() };
    this.#row = row;
    this.#context.changed();
    let next: NextToken | KnownNextToken;
    try {
      next = await this.#context.host.nextToken({ runId: result.run.runId, position }, { signal: row.abort.signal });
    } catch (error) {
      if (this.#row !== row) return;
      this.#row = null;
      this.#failed(error);
      return;
    }
    if (this.#row !== row) return;
    this.#row = null;
    this.#reading = readNext(position, next);
    this.#context.speak(plainText(this.sentence));
  }

  #failed(error: unknown): void {
    if (error instanceof RpcError && refusals.has(error.code)) {
      this.#refused = error.message;
      this.#context.changed();
    } else this.#context.report(error);
  }

  /** Kept while neither the row nor the filters change: a large vocabulary takes a while to sort. */
  #samplingOf(reading: Reading): Sampling | null {
    if (!reading.logits) return null;
    const { temperature, topK, topP, minP } = this.#state;
    const before = this.#drawn;
    const filters: Filters = { temperature, topK, topP, minP };
    if (before?.reading === reading && JSON.stringify(before.filters) === JSON.stringify(filters)) return before.sampling;
    this.#drawn = { reading, filters, sampling: sampling(reading.logits, filters) };
    return this.#drawn.sampling;
  }

  /** Bits that have the last colour. */
  get #top(): number {
    let top = 1;
    for (const bits of this.#predictions?.surprisal ?? []) if (bits > top) top = Math.ceil(bits);
    return top;
  }

  #shade(): void {
    const predictions = this.#predictions;
    const { palette } = this.#context;
    if (!predictions || (this.#shaded?.predictions === predictions && this.#shaded.palette === palette)) return;
    this.#shaded = { predictions, palette };
    const ramp = weightRamp(palette);
    const scale = { kind: 'linear', top: this.#top } as const;
    const colours = this.#tokens.map((_, token) => {
      const bits = predictions.surprisal[token]!;
      return Number.isNaN(bits) ? null : rampColour(ramp, rampPosition(scale, bits));
    });
    this.#text.shade(
      colours,
      this.#tokens.map((_, token) => plainText(tokenSentence(this.#tokens, predictions, token))),
    );
  }

  /** What was scrolled is at its start again after another view was in front. */
  readonly #attached = (element?: Element): void => {
    if (element) requestAnimationFrame(() => this.#text.reveal());
  };

  #readout(): TemplateResult | typeof nothing {
    if (!this.#predictions) return nothing;
    if (this.#pointed === null)
      return html`<span class="role">Point at a token to read it; click, or use the arrow keys, to choose it.</span>`;
    return sentenceParts(tokenSentence(this.#tokens, this.#predictions, this.#pointed));
  }

  #legend(): TemplateResult {
    const top = this.#top;
    return html`<div class="legend" role="group" aria-label="What the shades and frames mean">
      <span class="legend-name">surprisal</span>
      <div class="legend-scale">
        <div class="legend-ramp" ${ref(rampPainted(weightRamp(this.#context.palette)))}></div>
        <div class="legend-ends"><span>0</span><span>${formatCount(top)} bits</span></div>
      </div>
      <span class="legend-masked"><span class="frame"></span>first token: none</span>
      <span class="legend-masked"><span class="frame chosen"></span>chosen: its row predicts</span>
      <span class="legend-masked"><span class="frame predicted"></span>the token that follows</span>
    </div>`;
  }
}
