/** A formula beside the values that its terms have in a run: pointing at a term lights it wherever it stands. */

import { html, nothing, render, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { citation, shownLatex, termIds, type Formula, type Step, type Term } from '../../../src/formulas/formula.ts';
import { readPalette, onThemeChanged } from '../theme.ts';
import { iconButton } from '../toolbar.ts';
import { bars } from './bars.ts';
import { formatValue, residualSentence, type FormulaContent, type TermValue } from './content.ts';
import { Tooltip } from '../tooltip.ts';
import { termCard } from './termCard.ts';
import { latexToCopy, typeset, typesetLines, typesetWords, type Alignment } from './typeset.ts';

export interface FormulaListener {
  /** A term is pointed at, or has the focus; null: none any more. */
  pointed(term: string | null): void;
  /** A step is asked to open or close; what is open comes back with the next content. */
  toggledStep(step: string): void;
  /** The formula as LaTeX, to be put on the clipboard. */
  copied(latex: string): void;
}

export class FormulaView {
  readonly element = document.createElement('section');
  readonly #listener: FormulaListener;
  readonly #tooltip = new Tooltip('formula-tooltip');
  #content: FormulaContent | null = null;
  #palette = readPalette();
  #pointed: string | null = null;
  #lit: string | null = null;
  #component: { readonly term: string; readonly index: number } | null = null;
  /** Typeset parts of the formula that shows: KaTeX is not asked again for what it has drawn. */
  #typeset = new Map<string, HTMLElement>();

  constructor(listener: FormulaListener) {
    this.#listener = listener;
    this.element.className = 'formula';
    this.element.addEventListener('pointerover', (event) => this.#point(termAt(event.target), 'pointer'));
    this.element.addEventListener('pointerleave', () => this.#point(termAt(this.element.querySelector(':focus-visible')), 'pointer'));
    this.element.addEventListener('focusin', (event) => this.#point(termAt(event.target), 'focus'));
    this.element.addEventListener('focusout', () => this.#point(null, 'focus'));
    this.element.addEventListener('keydown', (event) => this.#pressed(event));
    onThemeChanged(() => {
      this.#palette = readPalette();
      this.#draw();
    });
  }

  show(content: FormulaContent): void {
    if (content.formula !== this.#content?.formula) {
      this.#typeset.clear();
      this.#tooltip.close();
    }
    this.#content = content;
    this.#draw();
    if (this.#tooltip.target) this.#explain(this.#tooltip.target);
  }

  /** Lights a term from outside; null: none. */
  light(term: string | null): void {
    this.#lit = term;
    for (const element of this.element.querySelectorAll<HTMLElement>('[data-term]'))
      element.classList.toggle('lit', term !== null && element.dataset['term'] === term);
  }

  #draw(): void {
    const content = this.#content;
    if (!content) return;
    const { formula, indices = [], residual, notes = [], openSteps } = content;
    const shown = new Set(shownLatex(formula).flatMap(termIds));
    this.element.setAttribute('aria-label', formula.name);
    render(
      html`<div class="formula-head">
          <span class="formula-name">${formula.name}</span>
          <span class="formula-claim">${formula.claim}</span>
          <span class="spacer"></span>
          ${iconButton('copy', 'Copy as LaTeX', () => this.#listener.copied(latexToCopy(formula)))}
        </div>
        ${formula.note === undefined ? nothing : html`<p class="formula-note">${formula.note}</p>`}
        <div class="formula-box" role="group" aria-label="Formula">${this.#lines([formula.latex], formula)}</div>
        ${
          indices.length === 0
            ? nothing
            : html`<p class="formula-indices">
                ${indices.map(
                  ({ symbol, name, token }) =>
                    html`<span
                      >${this.#symbol(symbol)} is ${name}${token === null ? nothing : html` <code><bdi>${token}</bdi></code>`}</span
                    >`,
                )}
              </p>`
        }
        ${
          formula.lines.length === 0
            ? nothing
            : html`<div class="formula-box" role="group" aria-label="Written out">${this.#lines(formula.lines, formula)}</div>`
        }
        ${this.#cards(formula.terms.filter(({ id }) => shown.has(id)))} ${notes.map((note) => html`<p class="formula-note">${note}</p>`)}
        ${residual === undefined ? nothing : html`<p class="formula-residual">${residualSentence(residual)}</p>`}
        <p class="formula-source">${citation(formula.source)}</p>
        ${formula.steps.map((step) => this.#step(step, formula, shown, openSteps.has(step.id)))} ${this.#tooltip.element}`,
      this.element,
    );
    this.light(this.#lit);
  }

  #lines(lines: readonly string[], formula: Formula, aligned: Alignment = 'equals'): HTMLElement {
    return this.#once(lines.join('\n'), () => typesetLines(lines, formula, aligned));
  }

  #symbol(latex: string): HTMLElement {
    return this.#once(`symbol ${latex}`, () => typeset(latex));
  }

  #once(key: string, make: () => HTMLElement): HTMLElement {
    const element = this.#typeset.get(key) ?? make();
    this.#typeset.set(key, element);
    return element;
  }

  #cards(terms: readonly Term[]): TemplateResult | typeof nothing {
    const valued = terms.flatMap((term) => {
      const value = this.#content?.values.get(term.id);
      return value ? [{ term, value }] : [];
    });
    if (valued.length === 0) return nothing;
    // Vectors are taller: among numbers they would tear the rows apart.
    const isTall = ({ value }: { value: TermValue }): boolean => value.kind === 'vector' || value.kind === 'tensor';
    const vectors = valued.filter(isTall);
    const others = valued.filter((each) => !isTall(each));
    return html`<div role="group" aria-label="Values in this run">
      ${[vectors, others].map(
        (group) =>
          html`<div class="formula-cards" ?hidden=${group.length === 0}>${group.map(({ term, value }) => this.#card(term, value))}</div>`,
      )}
    </div>`;
  }

  #card(term: Term, value: TermValue): TemplateResult {
    const unit = term.unit === 'dimensionless' || value.kind !== 'number' || !Number.isFinite(value.value) ? '' : term.unit;
    return html`<div class=${`formula-card ${value.kind}`} data-term=${term.id}>
      <div class="formula-card-line">
        <span class="formula-symbol">${this.#once(`card ${term.symbol}`, () => typeset(term.symbol))}</span>
        ${
          value.kind === 'vector' || value.kind === 'tensor'
            ? nothing
            : html`<span class="formula-value">${shortValue(value)}</span
                >${unit === '' ? nothing : html`<span class="formula-unit">${unit}</span>`}`
        }
      </div>
      ${
        value.kind === 'vector'
          ? bars(
              value.values,
              term.name,
              this.#palette,
              this.#component?.term === term.id && this.#component.index < value.values.length ? this.#component.index : null,
              (index) => this.#read(index === null ? null : { term: term.id, index }),
            )
          : value.kind === 'tensor'
            ? html`<canvas
                  class="formula-tensor"
                  role="img"
                  aria-label=${`${term.name}: ${value.words}`}
                  ${ref((element?: Element) => {
                    if (element instanceof HTMLCanvasElement) value.paint(element);
                  })}
                ></canvas>
                <div class="formula-scale">${value.words}</div>`
            : nothing
      }
      <div class="formula-term-name">${term.name}</div>
      ${value.note === undefined ? nothing : html`<div class="formula-term-name">${value.note}</div>`}
    </div>`;
  }

  #step(step: Step, formula: Formula, shown: ReadonlySet<string>, open: boolean): TemplateResult {
    const own = step.latex.flatMap(termIds).filter((id) => !shown.has(id));
    return html`<div class="formula-step">
      <button class="formula-step-title" aria-expanded=${open ? 'true' : 'false'} @click=${() => this.#listener.toggledStep(step.id)}>
        <span class=${`codicon codicon-chevron-${open ? 'down' : 'right'}`} aria-hidden="true"></span>
        <span>${step.title}</span>
        <span class="formula-claim">${step.claim}</span>
      </button>
      ${
        open
          ? html`<div class="formula-step-body">
              ${step.words.slice(0, 1).map((words) => this.#words(words))}
              <div class="formula-box" role="group" aria-label=${step.title}>${this.#lines(step.latex, formula, 'left')}</div>
              ${this.#cards(formula.terms.filter(({ id }) => own.includes(id)))} ${step.words.slice(1).map((words) => this.#words(words))}
              ${step.source ? html`<p class="formula-source">${citation(step.source)}</p>` : nothing}
            </div>`
          : nothing
      }
    </div>`;
  }

  #words(words: string): TemplateResult {
    return html`<p>${this.#once(`words ${words}`, () => spanOf(typesetWords(words)))}</p>`;
  }

  #read(component: { term: string; index: number } | null): void {
    if (component?.term === this.#component?.term && component?.index === this.#component?.index) return;
    this.#component = component;
    this.#draw();
  }

  #point(target: HTMLElement | null, by: 'pointer' | 'focus'): void {
    const id = target?.dataset['term'] ?? null;
    // The bars of a card, when they have the focus, read themselves out.
    if (target === null) this.#tooltip.closeSoon();
    else if (by === 'pointer' || target.matches('.formula-term')) this.#explain(target);
    if (id === this.#pointed) return;
    this.#pointed = id;
    this.light(id);
    this.#listener.pointed(id);
  }

  #explain(target: HTMLElement): void {
    const term = this.#content?.formula.terms.find(({ id }) => id === target.dataset['term']);
    if (term) this.#tooltip.show(target, termCard(term, this.#content?.values.get(term.id)));
  }

  /** Within a formula the arrow keys go from term to term. */
  #pressed(event: KeyboardEvent): void {
    if (!(event.target instanceof HTMLElement) || !event.target.matches('.formula-term')) return;
    const terms = [...(event.target.closest('.formula-box')?.querySelectorAll<HTMLElement>('.formula-term') ?? [])];
    const index = terms.indexOf(event.target);
    const next = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: terms.length - 1 }[event.key];
    const term = next === undefined ? undefined : terms[next];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (!term) return;
    event.target.tabIndex = -1;
    term.tabIndex = 0;
    term.focus();
  }
}

function termAt(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-term]') : null;
}

function shortValue(value: Exclude<TermValue, { kind: 'vector' | 'tensor' }>): string {
  return value.kind === 'number' ? formatValue(value.value) : value.kind === 'masked' ? 'masked' : '–';
}

function spanOf(parts: readonly (string | HTMLElement)[]): HTMLElement {
  const span = document.createElement('span');
  span.append(...parts);
  return span;
}
