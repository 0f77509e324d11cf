/** The formula of a piece of code: pointing at a term lights its code, and the cursor in the code its term. */

import { html, nothing, render, type TemplateResult } from 'lit';
import type { ShownFormula } from '../../src/protocol/formula.ts';
import { Drawings, plain, termAt } from '../shared/formula/drawings.ts';
import { typeset, typesetLines } from '../shared/formula/typeset.ts';
import { iconButton } from '../shared/toolbar.ts';

export interface SelectionListener {
  pointed(term: string | null): void;
  chosen(term: string): void;
  again(): void;
  copied(latex: string): void;
}

export class SelectionView {
  readonly #root: HTMLElement;
  readonly #listener: SelectionListener;
  #formula: ShownFormula | null = null;
  #stale = false;
  #pointed: string | null = null;
  /** By the cursor in the code. */
  #lit: string | null = null;
  readonly #drawings = new Drawings();

  constructor(root: HTMLElement, listener: SelectionListener) {
    this.#root = root;
    this.#listener = listener;
    root.addEventListener('pointerover', ({ target }) => this.#point(termAt(target)));
    root.addEventListener('pointerleave', () => this.#point(termAt(root.querySelector(':focus-visible'))));
    root.addEventListener('focusin', ({ target }) => this.#point(termAt(target)));
    root.addEventListener('focusout', () => this.#point(null));
    root.addEventListener('click', ({ target }) => this.#choose(termAt(target)));
    root.addEventListener('keydown', (event) => this.#pressed(event));
    this.#draw();
  }

  show(formula: ShownFormula): void {
    this.#drawings.clear();
    this.#formula = formula;
    this.#stale = false;
    this.#pointed = this.#lit = null;
    this.#draw();
  }

  light(term: string | null): void {
    this.#lit = term;
    this.#shine();
  }

  stale(stale: boolean): void {
    this.#stale = stale;
    this.#draw();
  }

  #draw(): void {
    render(this.#template(), this.#root);
    this.#shine();
  }

  #template(): TemplateResult {
    const formula = this.#formula;
    if (!formula) return html`<main class="selection"></main>`;
    const { code, place, latex, symbols, names, faults } = formula;
    const drawn = this.#drawings.once(latex, () =>
      named(typesetLines([latex], { terms: symbols.map(({ id, code: name }) => ({ id, name })) }, 'left')),
    );
    return html`<main class="selection">
      <div class="formula-head">
        <h1><code>${code}</code> <span class="selection-place">${place}</span></h1>
        <span class="spacer"></span>
        ${iconButton('copy', 'Copy as LaTeX', () => this.#listener.copied(plain(latex)))}
      </div>
      ${names.length === 0 ? nothing : html`<div class="selection-names">This is: <b>${names.join(', ')}</b>.</div>`}
      ${faults.map(
        ({ level, message }) =>
          html`<div class="banner ${level}">
            <span class="codicon codicon-${level === 'hint' ? 'lightbulb' : level}" aria-hidden="true"></span
            ><span class="banner-text">${message}</span>
          </div>`,
      )}
      ${
        this.#stale
          ? html`<div class="selection-stale">
              The code was edited since.<button class="link" @click=${() => this.#listener.again()}>Read it again</button>
            </div>`
          : nothing
      }
      <section class="formula" aria-label="Formula">
        ${
          typeof drawn === 'string'
            ? html`<p>This cannot be drawn: ${drawn}</p>
                <pre class="selection-source">${plain(latex)}</pre>`
            : html`<div class="formula-box" role="group" aria-label="Formula">${drawn}</div>`
        }
        <ul class="selection-symbols" aria-label="Symbols">
          ${symbols.map(
            ({ id, code: name, symbol, count }) =>
              html`<li>
                <button class="selection-symbol" data-term=${id} title="Go to it in the code">
                  <span>${this.#drawings.once(`symbol ${symbol}`, () => typeset(symbol))}</span><code>${name}</code
                  ><span class="selection-count">${count === 1 ? 'once' : `${count} times`}</span>
                </button>
              </li>`,
          )}
        </ul>
      </section>
    </main>`;
  }

  #point(term: string | null): void {
    if (term === this.#pointed) return;
    this.#pointed = term;
    this.#shine();
    this.#listener.pointed(term);
  }

  #choose(term: string | null): void {
    if (term !== null) this.#listener.chosen(term);
  }

  #shine(): void {
    const lit = this.#pointed ?? this.#lit;
    for (const element of this.#root.querySelectorAll<HTMLElement>('[data-term]'))
      element.classList.toggle('lit', lit !== null && element.dataset['term'] === lit);
  }

  /** Within the formula the arrow keys go from term to term, and Enter goes to the code. */
  #pressed(event: KeyboardEvent): void {
    if (!(event.target instanceof HTMLElement) || !event.target.matches('.formula-term')) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      return this.#choose(termAt(event.target));
    }
    const terms = [...this.#root.querySelectorAll<HTMLElement>('.formula-box .formula-term')];
    const index = terms.indexOf(event.target);
    const next = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: terms.length - 1 }[event.key];
    const term = next === undefined ? undefined : terms[next];
    if (!term) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    term.tabIndex = 0;
    term.focus();
  }
}

/** A term is heard as it is seen; what it is in the code describes it. */
function named(formula: HTMLElement): HTMLElement {
  for (const term of formula.querySelectorAll('.formula-term')) {
    term.setAttribute('aria-description', term.getAttribute('aria-label') ?? '');
    term.removeAttribute('aria-label');
  }
  return formula;
}
