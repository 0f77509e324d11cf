/** A text as its tokens, each shaded; one or several are chosen, by pointer or keyboard. A listbox to assistive technology. */

import './tokenText.css';
import type { VocabularyToken } from '../../../src/protocol/inference.ts';
import { cssColour, luminance, type Rgb } from '../heatmap/colours.ts';
import { tokenLabel } from '../tokenLabel.ts';
import { nearestInLine } from './lines.ts';

export type ShownToken = Pick<VocabularyToken, 'text'>;

/** only: nothing else stays chosen. toggle: chosen or no longer. extend: all from the one chosen before on. */
export type Choosing = 'only' | 'toggle' | 'extend';

export interface TokenTextOptions {
  /** For who cannot see it. */
  readonly label: string;
  /** Several can be chosen. */
  readonly multiple: boolean;
  chosen(token: number, how: Choosing): void;
  /** null: nothing is pointed at. */
  pointed(token: number | null): void;
  /** Steps by keys land on these: tokens that are looked at as one have one of them. Absent: on every token. */
  stops?: () => readonly number[];
}

let texts = 0;

/** What stands out in the text. */
export interface TokenMarks {
  /** Where the keyboard is. */
  readonly active: number;
  readonly chosen: ReadonlySet<number>;
  /** The token that a prediction is of. */
  readonly predicted?: number;
}

/** Each token is an element of its own that stays for a run: a text of a thousand is neither built nor compared anew at a key. */
export class TokenText {
  readonly element = document.createElement('div');
  /** Of several on a page each has its own ids. */
  readonly #name = `text-${texts++}`;
  readonly #options: TokenTextOptions;
  #tokens: HTMLElement[] = [];
  #marks: TokenMarks = { active: -1, chosen: new Set() };
  /** A drag that chooses: the token that it is over. */
  #dragged: number | null = null;

  constructor(options: TokenTextOptions) {
    this.#options = options;
    const { element } = this;
    element.className = 'token-text';
    element.tabIndex = 0;
    element.setAttribute('role', 'listbox');
    element.setAttribute('aria-label', options.label);
    element.setAttribute('aria-multiselectable', String(options.multiple));
    this.#listen();
  }

  show(tokens: readonly ShownToken[]): void {
    this.#marks = { active: -1, chosen: new Set() };
    this.element.removeAttribute('aria-activedescendant');
    this.#tokens = [];
    this.element.replaceChildren();
    this.append(tokens);
    this.element.scrollTop = 0;
  }

  /** Tokens behind those that are there. */
  append(tokens: readonly ShownToken[]): void {
    const before = this.#tokens.length;
    const added = tokens.map(({ text }, index) => {
      const token = document.createElement('span');
      token.className = 'token';
      token.id = `${this.#name}-${before + index}`;
      token.setAttribute('role', 'option');
      token.setAttribute('aria-selected', 'false');
      token.dataset['token'] = String(before + index);
      // A line's end shows and breaks the line.
      token.textContent = tokenLabel(text).replaceAll('↵', '↵\n');
      return token;
    });
    this.#tokens.push(...added);
    // A line may be broken between tokens.
    this.element.append(...added.flatMap((token) => [token, document.createElement('wbr')]));
  }

  /**
   * @param colours by token; null leaves it unshaded
   * @param names what each is called by a screen reader
   * @param from the first token that they are of; those before it stay as they are
   */
  shade(colours: readonly (Rgb | null)[], names: readonly string[], from = 0): void {
    this.#tokens.slice(from).forEach((token, index) => {
      const colour = colours[index] ?? null;
      token.classList.toggle('shaded', colour !== null);
      token.style.backgroundColor = colour ? cssColour(colour) : '';
      // Of black and white the one that is read the better.
      token.style.color = colour ? ((luminance(colour) + 0.05) ** 2 > 0.05 * 1.05 ? 'black' : 'white') : '';
      token.setAttribute('aria-label', names[index] ?? '');
    });
  }

  mark(marks: TokenMarks): void {
    const before = this.#marks;
    this.#marks = marks;
    for (const index of new Set([...before.chosen, ...marks.chosen])) {
      const on = marks.chosen.has(index);
      this.#tokens[index]?.classList.toggle('chosen', on);
      this.#tokens[index]?.setAttribute('aria-selected', String(on));
    }
    if (before.predicted !== undefined) this.#tokens[before.predicted]?.classList.remove('predicted');
    if (marks.predicted !== undefined) this.#tokens[marks.predicted]?.classList.add('predicted');
    if (before.active === marks.active) return;
    this.#tokens[before.active]?.classList.remove('active');
    const active = this.#tokens[marks.active];
    if (!active) return;
    active.classList.add('active');
    this.element.setAttribute('aria-activedescendant', active.id);
    this.reveal();
  }

  /** Scrolls to where the keyboard is. Not scrollIntoView, which would scroll what lies around the text too. */
  reveal(): void {
    const token = this.#tokens[this.#marks.active];
    if (!token) return;
    const [own, all] = [token.getBoundingClientRect(), this.element.getBoundingClientRect()];
    // With the lines around it: what follows may stand in the next.
    const line = own.height + 4;
    if (own.top - line < all.top) this.element.scrollTop -= all.top - own.top + line;
    else if (own.bottom + line > all.bottom) this.element.scrollTop += own.bottom - all.bottom + line;
  }

  #listen(): void {
    const { element } = this;
    const { multiple } = this.#options;
    let last: PointerEvent | null = null;
    element.addEventListener('pointerdown', (event) => {
      const token = this.#tokenAt(event.target);
      if (token === null || event.button !== 0) return;
      const isSecond = last !== null && isDoublePress(last, event);
      last = event;
      // What the first press chose may have moved the text below the pointer: the second is of the same token.
      if (isSecond && !this.#marks.chosen.has(token)) {
        event.preventDefault();
        return;
      }
      const toggles = event.ctrlKey || event.metaKey;
      this.#dragged = multiple && !toggles ? token : null;
      this.#options.chosen(token, multiple && event.shiftKey ? 'extend' : multiple && toggles ? 'toggle' : 'only');
      // A drag chooses tokens, not the text that they are written in.
      if (multiple) {
        event.preventDefault();
        element.focus({ preventScroll: true });
      }
    });
    element.addEventListener('pointermove', (event) => {
      const token = this.#tokenAt(event.target);
      this.#options.pointed(token);
      if (this.#dragged === null || token === null || token === this.#dragged || (event.buttons & 1) === 0) return;
      this.#dragged = token;
      this.#options.chosen(token, 'extend');
    });
    // What assistive technology presses comes without a pointer.
    element.addEventListener('click', ({ detail, target }) => {
      const token = detail === 0 ? this.#tokenAt(target) : null;
      if (token !== null) this.#options.chosen(token, 'only');
    });
    element.addEventListener('pointerup', () => (this.#dragged = null));
    element.addEventListener('pointerleave', () => {
      this.#dragged = null;
      this.#options.pointed(null);
    });
    element.addEventListener('keydown', (event) => this.#pressed(event));
  }

  #tokenAt(target: EventTarget | null): number | null {
    const token = target instanceof HTMLElement ? target.dataset['token'] : undefined;
    return token === undefined ? null : Number(token);
  }

  #pressed(event: KeyboardEvent): void {
    const { multiple } = this.#options;
    const last = this.#tokens.length - 1;
    if (event.altKey || last < 0) return;
    const { active } = this.#marks;
    if (event.ctrlKey || event.metaKey) {
      if (!multiple || event.key !== 'a') return;
      event.preventDefault();
      this.#options.chosen(0, 'only');
      this.#options.chosen(last, 'extend');
      return;
    }
    if (multiple && event.key === ' ') {
      event.preventDefault();
      this.#options.chosen(Math.max(0, active), 'toggle');
      return;
    }
    const inLine = (by: 1 | -1): number => nearestInLine(this.#tokens, active, by);
    const steps: Readonly<Record<string, () => number>> = {
      ArrowLeft: () => this.#step(active, -1),
      ArrowRight: () => this.#step(active, 1),
      ArrowUp: () => inLine(-1),
      ArrowDown: () => inLine(1),
      Home: () => 0,
      End: () => last,
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    this.#options.chosen(Math.max(0, Math.min(last, step())), multiple && event.shiftKey ? 'extend' : 'only');
  }

  #step(active: number, by: 1 | -1): number {
    const stops = this.#options.stops?.();
    if (!stops) return active + by;
    if (by > 0) return stops.find((stop) => stop > active) ?? active;
    // Within tokens that are one, back is to the one before them.
    const own = stops.findLastIndex((stop) => stop <= active);
    return stops[Math.max(0, own - 1)] ?? active;
  }
}

/** Milliseconds and pixels that lie between two presses of a double click at most. */
const doublePress = { ms: 500, pixels: 4 };

function isDoublePress(first: PointerEvent, second: PointerEvent): boolean {
  const isPlain = !(second.ctrlKey || second.metaKey || second.shiftKey);
  const moved = Math.hypot(second.clientX - first.clientX, second.clientY - first.clientY);
  return isPlain && second.timeStamp - first.timeStamp <= doublePress.ms && moved <= doublePress.pixels;
}
