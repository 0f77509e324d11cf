/** A text that was continued: its tokens, each shaded by its probability, what else could stand in their place, and its branches. */

import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { Alternative, GeneratedToken } from '../../../src/protocol/generation.ts';
import type { TextRun } from '../../../src/protocol/sampling.ts';
import { barWidth } from '../../shared/barTable.ts';
import { rampColour, rampPosition, weightRamp, type Palette, type Rgb } from '../../shared/heatmap/colours.ts';
import { rampPainted } from '../../shared/legend.ts';
import { formatShare } from '../../shared/numbers.ts';
import { shortTokenLabel } from '../../shared/tokenLabel.ts';
import { TokenText } from '../../shared/tokenText/tokenText.ts';
import { iconButton } from '../../shared/toolbar.ts';
import { Tooltip } from '../../shared/tooltip.ts';
import type { Desk } from '../desk.ts';
import { lastLine, outcomeSentence, settingsSummary, tokenSentence } from '../words.ts';
import type { TextActions } from './actions.ts';
import { branchList } from './branchList.ts';
import { childrenOf, pathTo, root } from './branches.ts';

/** Alternatives that a tooltip has room for. */
const inTooltip = 5;

export class ContinuationView {
  readonly #desk: Desk;
  readonly #actions: TextActions;
  readonly #text: TokenText;
  readonly #tooltip = new Tooltip('alternatives-tooltip');
  #run: TextRun | null = null;
  /** The nodes that stand in the text. */
  #path: readonly number[] = [];
  #palette: Palette | null = null;
  /** The place in the path whose alternatives are told; null: the last token's. */
  #chosen: number | null = null;

  constructor(desk: Desk, actions: TextActions) {
    this.#desk = desk;
    this.#actions = actions;
    this.#text = new TokenText({
      label: 'Tokens of the continuation, shaded by probability',
      multiple: false,
      chosen: (token) => this.#choose(token),
      pointed: (token) => this.#point(token),
    });
    this.#text.element.addEventListener('keydown', (event) => this.#pressed(event));
  }

  content(run: TextRun): TemplateResult {
    this.#update(run);
    const { outcome, from, settings } = run;
    const going = this.#desk.going === run.id;
    const place = this.#place;
    return html`<article class="continuation" aria-busy=${String(going)}>
      <p class="continuation-of" title=${settingsSummary(settings)}>
        ${from.origin ? html`${from.origin.name}, line ${from.origin.line}: ` : nothing}<code>${lastLine(from.text, 60)}</code>
      </p>
      ${this.#text.element} ${this.#tooltip.element} ${this.#path.length === 0 ? nothing : legend(this.#desk.palette)}
      <p class="continuation-outcome" role="status">${this.#outcome(going, outcome)}</p>
      ${this.#tools(run, going)} ${place === null ? nothing : this.#alternatives(run, place)} ${branchList(this.#actions, run)}
    </article>`;
  }

  #outcome(going: boolean, outcome: TextRun['outcome']): string {
    const { length } = this.#path;
    if (going) return length === 0 ? 'The model reads the text…' : `${length} tokens…`;
    if (outcome) return outcomeSentence(outcome);
    return length === 0 ? 'Stopped before the first token.' : `Stopped after ${length} tokens.`;
  }

  #tools(run: TextRun, going: boolean): TemplateResult {
    const { tip } = run;
    const place = this.#place;
    return html`<div class="toolbar" role="toolbar" aria-label="Continuation">
      ${iconButton('insert', 'Insert at the cursor', () => this.#actions.insert(run))}
      ${iconButton('copy', 'Copy the continuation', () => this.#actions.copy(run))}
      ${going ? nothing : iconButton('debug-continue', 'Go on', () => this.#actions.goOn(run, tip))}
      ${iconButton('eye', 'Explain attention of this step', () => this.#actions.explain(run, place === null ? root : this.#path[place]!))}
      <span class="spacer"></span>
      ${iconButton('settings', 'Take over the settings of this run', () => this.#desk.set({ decoding: run.settings, model: run.model }))}
      ${iconButton('json', 'Copy the settings of this run', () => this.#desk.copySettings({ decoding: run.settings }, run.model))}
    </div>`;
  }

  /** What else the model expected in a token's place: each can be gone on from. */
  #alternatives(run: TextRun, place: number): TemplateResult {
    const node = this.#path[place]!;
    const { token, parent } = run.nodes[node]!;
    const tried = new Map(childrenOf(run.nodes, parent).map((child) => [run.nodes[child]!.token.id, child]));
    const most = token.alternatives.reduce((largest, { probability, drawn }) => Math.max(largest, probability, drawn), 0);
    return html`<section class="alternatives" aria-label="What else could stand here">
      <h2>${tokenSentence(token, place)}</h2>
      <table class="bar-table">
        <thead>
          <tr>
            <th scope="col">token</th>
            <th scope="col" class="bars"><span class="visually-hidden">bars</span></th>
            <th scope="col" class="number"><span class="key before" aria-hidden="true"></span>prob.</th>
            <th scope="col" class="number"><span class="key after" aria-hidden="true"></span>drawn</th>
          </tr>
        </thead>
        <tbody>
          ${token.alternatives.map((each) => this.#row(run, node, each, each.id === token.id, tried.get(each.id), most))}
        </tbody>
      </table>
    </section>`;
  }

  #row(run: TextRun, node: number, each: Alternative, own: boolean, tried: number | undefined, most: number): TemplateResult {
    const label = html`<code><bdi>${shortTokenLabel(each.text, 16)}</bdi></code>`;
    const go = (): void => this.#actions.goOn(run, run.nodes[node]!.parent, { of: node, id: each.id });
    const title = tried === undefined ? 'Go on from here with this token' : 'Go to the branch with this token';
    return html`<tr class=${own ? 'own' : each.drawn === 0 ? 'cut' : ''}>
      <th scope="row">
        ${own ? label : html`<button class="link" title=${title} @click=${go}>${label}</button>`}
        ${!own && tried !== undefined ? html`<span class="tried codicon codicon-git-branch" title="Was tried"></span>` : nothing}
      </th>
      <td class="bars">
        <div class="bar before" ${ref(barWidth(each.probability / most))}></div>
        <div class="bar after" ${ref(barWidth(each.drawn / most))}></div>
      </td>
      <td class="number">${formatShare(each.probability)}</td>
      <td class="number">${each.drawn === 0 ? 'cut' : formatShare(each.drawn)}</td>
    </tr>`;
  }

  get #place(): number | null {
    if (this.#path.length === 0) return null;
    return this.#chosen !== null && this.#chosen < this.#path.length ? this.#chosen : this.#path.length - 1;
  }

  #update(run: TextRun): void {
    const path = pathTo(run.nodes, run.tip);
    const { palette } = this.#desk;
    const other = run.id !== this.#run?.id;
    const goesOn = !other && this.#path.every((node, index) => path[index] === node);
    this.#run = run;
    if (goesOn && path.length === this.#path.length && palette === this.#palette) return;
    const from = goesOn && palette === this.#palette ? this.#path.length : 0;
    const tokens = path.map((node) => run.nodes[node]!.token);
    if (goesOn) this.#text.append(tokens.slice(this.#path.length));
    else this.#text.show(tokens);
    if (other) this.#chosen = null;
    this.#path = path;
    this.#palette = palette;
    this.#text.shade(
      shades(tokens.slice(from), palette),
      tokens.slice(from).map((token, index) => tokenSentence(token, from + index)),
      from,
    );
    this.#mark();
  }

  #mark(): void {
    const place = this.#chosen;
    const at = place !== null && place < this.#path.length ? place : -1;
    this.#text.mark({ active: at, chosen: new Set(at < 0 ? [] : [at]) });
  }

  #choose(token: number): void {
    this.#chosen = token;
    this.#mark();
    // Draws what is told of it.
    this.#desk.changed();
  }

  #point(place: number | null): void {
    const run = this.#run;
    const node = place === null ? undefined : this.#path[place];
    const target = place === null ? null : this.#text.element.querySelector<HTMLElement>(`[data-token="${place}"]`);
    if (!run || node === undefined || place === null || !target) {
      this.#tooltip.closeSoon();
      return;
    }
    if (this.#tooltip.target !== target) this.#tooltip.show(target, alternativesCard(run.nodes[node]!.token, place));
  }

  /** Up and down among the lines of a text is what the listbox does; with Alt, other tokens are tried in the place of the chosen one. */
  #pressed(event: KeyboardEvent): void {
    const run = this.#run;
    const place = this.#place;
    if (!run || place === null || !event.altKey || !['ArrowUp', 'ArrowDown'].includes(event.key)) return;
    event.preventDefault();
    const siblings = childrenOf(run.nodes, run.nodes[this.#path[place]!]!.parent);
    const at = siblings.indexOf(this.#path[place]!);
    const next = siblings[at + (event.key === 'ArrowUp' ? -1 : 1)];
    if (next !== undefined) this.#actions.walk(run, next);
  }
}

function alternativesCard(token: GeneratedToken, place: number): TemplateResult {
  return html`<div class="tooltip-title">${tokenSentence(token, place)}</div>
    <ol>
      ${token.alternatives.slice(0, inTooltip).map(
        ({ text, probability }) =>
          html`<li>
            <code><bdi>${shortTokenLabel(text, 16)}</bdi></code> ${formatShare(probability)}
          </li>`,
      )}
    </ol>`;
}

function legend(palette: Palette): TemplateResult {
  return html`<div class="legend continuation-legend" role="group" aria-label="What the shades mean">
    <span>probability</span><span class="legend-end">1</span>
    <div class="legend-ramp" ${ref(rampPainted(weightRamp(palette)))}></div>
    <span class="legend-end">0</span>
  </div>`;
}

/** What was sure to come has the ground's colour, what the model hardly expected the strongest. */
function shades(tokens: readonly GeneratedToken[], palette: Palette): Rgb[] {
  const ramp = weightRamp(palette);
  const scale = { kind: 'linear', top: 1 } as const;
  return tokens.map(({ logProbability }) => rampColour(ramp, rampPosition(scale, 1 - Math.exp(logProbability))));
}
