/** The formula at which a program has stopped, with the values of its variables and terms. */

import { html, nothing, render, type TemplateResult } from 'lit';
import type { FormulaChoice, ShownStop, ValueRow } from '../../src/protocol/debugging.ts';
import { Drawings, plain, termAt } from '../shared/formula/drawings.ts';
import { typeset } from '../shared/formula/typeset.ts';
import { select } from '../shared/toolbar.ts';

export interface StopListener {
  pointed(id: string | null): void;
  chosen(id: string): void;
  choose(start: number): void;
}

type Formula = Extract<ShownStop, { kind: 'formula' }>;

const headings: Readonly<Record<ValueRow['kind'], string>> = {
  variable: 'Variables',
  term: 'Terms, computed again',
  result: 'Result of the program',
};

export class StopView {
  readonly #root: HTMLElement;
  readonly #listener: StopListener;
  #shown: ShownStop | null = null;
  #pointed: string | null = null;
  readonly #drawings = new Drawings();

  constructor(root: HTMLElement, listener: StopListener) {
    this.#root = root;
    this.#listener = listener;
    root.addEventListener('pointerover', ({ target }) => this.#point(termAt(target)));
    root.addEventListener('pointerleave', () => this.#point(termAt(root.querySelector(':focus-visible'))));
    root.addEventListener('focusin', ({ target }) => this.#point(termAt(target)));
    root.addEventListener('focusout', () => this.#point(null));
    root.addEventListener('click', ({ target }) => {
      const id = termAt(target);
      if (id !== null) this.#listener.chosen(id);
    });
  }

  show(shown: ShownStop): void {
    const before = this.#shown;
    // A step changes values, not the formula.
    if (before?.kind !== 'formula' || shown.kind !== 'formula' || before.latex !== shown.latex) this.#drawings.clear();
    this.#shown = shown;
    this.#pointed = null;
    render(shown.kind === 'empty' ? this.#empty(shown) : this.#formula(shown), this.#root);
    this.#shine();
    this.#bringIntoSight();
    // Its fonts come with the first formula, and move what is drawn.
    if (document.fonts.status === 'loading')
      void document.fonts.ready.then(() => {
        if (this.#shown === shown) this.#bringIntoSight();
      });
  }

  /** Of a formula that is wider than the view, the part where something arises. */
  #bringIntoSight(): void {
    const box = this.#root.querySelector<HTMLElement>('.formula-box');
    const origin = box?.querySelector('.origin');
    if (!box || !origin) return;
    const [own, its] = [box.getBoundingClientRect(), origin.getBoundingClientRect()];
    if (its.right > own.right || its.left < own.left) box.scrollLeft += (its.left + its.right - own.left - own.right) / 2;
  }

  #empty({ words, choices, isBusy }: Extract<ShownStop, { kind: 'empty' }>): TemplateResult {
    return html`<main class="stop">
      ${isBusy ? html`<div class="progress unknown" role="progressbar" aria-label="Reading"><div class="progress-done"></div></div>` : nothing}
      <p class="stop-empty">${words}</p>
      ${choices.length === 0 ? nothing : this.#list(choices)}
    </main>`;
  }

  #list(choices: readonly FormulaChoice[]): TemplateResult {
    return html`<ul class="stop-choices" aria-label="Formulas of this function">
      ${choices.map(
        ({ name, place, start }) =>
          html`<li>
            <button class="link" @click=${() => this.#listener.choose(start)}>${name}</button>
            <span class="stop-dim">${place}</span>
          </li>`,
      )}
    </ul>`;
  }

  #formula(shown: Formula): TemplateResult {
    const { name, place, latex, rows, headline, isBad, isKnown, notes, choices } = shown;
    const icon = isBad ? 'error' : isKnown ? 'pass' : 'info';
    const drawn = this.#drawings.once(latex, () => typeset(latex, true));
    return html`<main class="stop">
      <header class="stop-head">
        <h1>
          ${
            choices.length > 1
              ? select(
                  'Formula of this function',
                  choices.findIndex(({ chosen }) => chosen),
                  choices.map((choice) => `${choice.name} (${choice.place})`),
                  (index) => this.#listener.choose(choices[index]?.start ?? 0),
                )
              : name
          }
        </h1>
        <span class="stop-dim">${place}</span>
      </header>
      <div class="stop-headline ${icon}" role="status">
        <span class="codicon codicon-${icon}" aria-hidden="true"></span>
        <span>${headline}</span>
      </div>
      <section class="formula" aria-label="Formula">
        ${
          typeof drawn === 'string'
            ? html`<p>This cannot be drawn: ${drawn}</p>
                <pre class="stop-source">${plain(latex)}</pre>`
            : html`<div class="formula-box" tabindex="0" role="group" aria-label="Formula">${drawn}</div>`
        }
        ${(['variable', 'term', 'result'] as const).map((kind) =>
          this.#rows(
            kind,
            rows.filter((row) => row.kind === kind),
          ),
        )}
      </section>
      ${notes.map((note) => html`<p class="stop-note">${note}</p>`)}
    </main>`;
  }

  #rows(kind: ValueRow['kind'], rows: readonly ValueRow[]): TemplateResult | typeof nothing {
    if (rows.length === 0) return nothing;
    return html`<h2>${headings[kind]}</h2>
      <ul class="stop-rows" aria-label=${headings[kind]}>
        ${rows.map((row) => html`<li>${this.#row(row)}</li>`)}
      </ul>`;
  }

  #row({ id, kind, symbol, code, type, value, isKnown, mean, bad, mark }: ValueRow): TemplateResult {
    const values = html`<span class="stop-values">
      ${type === '' ? nothing : html`<span class="stop-type">${type}</span>`}
      <span class="${isKnown ? 'stop-value' : 'stop-dim'}">${value}</span>
      ${mean === '' ? nothing : html`<span class="stop-dim">mean ${mean}</span>`}
      ${bad === '' || bad === value ? nothing : html`<span class="stop-bad">${bad}</span>`}
    </span>`;
    const named = html`<span class="stop-names">
      ${symbol === '' ? nothing : html`<span class="stop-symbol">${this.#drawings.once(`${id} ${symbol}`, () => typeset(symbol))}</span>`}
      <code title=${code}>${code}</code>
      ${mark === 'origin' ? html`<span class="stop-origin">arises here</span>` : nothing}
    </span>`;
    // What has no term in the formula cannot be pointed at.
    return id === ''
      ? html`<div class="stop-row ${mark ?? ''}">${named}${values}</div>`
      : html`<button class="stop-row ${kind} ${mark ?? ''}" data-term=${id}>${named}${values}</button>`;
  }

  #point(id: string | null): void {
    if (id === this.#pointed) return;
    this.#pointed = id;
    this.#shine();
    this.#listener.pointed(id);
  }

  #shine(): void {
    const rows = this.#shown?.kind === 'formula' ? this.#shown.rows : [];
    for (const element of this.#root.querySelectorAll<HTMLElement>('[data-term]')) {
      const { term } = element.dataset;
      const inFormula = element.closest('.formula-box') !== null;
      const mark = rows.find(({ id }) => id === term)?.mark;
      element.classList.toggle('lit', term === this.#pointed);
      if (!inFormula) continue;
      element.classList.add('formula-term');
      element.classList.toggle('origin', mark === 'origin');
    }
  }
}
