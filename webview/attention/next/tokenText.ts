/** A text as its tokens, each shaded; one is chosen, by pointer or keyboard. A listbox to assistive technology. */

import type { TokenSpan } from '../../../src/protocol/inference.ts';
import { cssColour, luminance, type Rgb } from '../../shared/heatmap/colours.ts';
import { tokenLabel } from '../../shared/tokenLabel.ts';

export interface TokenTextEvents {
  chosen(token: number): void;
  /** null: nothing is pointed at. */
  pointed(token: number | null): void;
}

/** Each token is an element of its own that stays for a run: a text of a thousand is neither built nor compared anew at a key. */
export class TokenText {
  readonly element = document.createElement('div');
  readonly #events: TokenTextEvents;
  #options: HTMLElement[] = [];
  #chosen = -1;

  constructor(events: TokenTextEvents) {
    this.#events = events;
    const { element } = this;
    element.className = 'token-text';
    element.tabIndex = 0;
    element.setAttribute('role', 'listbox');
    element.setAttribute('aria-label', 'Tokens of the text, shaded by surprisal');
    element.addEventListener('click', (event) => {
      const token = this.#tokenAt(event.target);
      if (token !== null) events.chosen(token);
    });
    element.addEventListener('pointermove', (event) => events.pointed(this.#tokenAt(event.target)));
    element.addEventListener('pointerleave', () => events.pointed(null));
    element.addEventListener('keydown', (event) => this.#pressed(event));
  }

  show(tokens: readonly TokenSpan[]): void {
    this.#chosen = -1;
    this.element.removeAttribute('aria-activedescendant');
    this.#options = tokens.map(({ text }, index) => {
      const option = document.createElement('span');
      option.className = 'token';
      option.id = `token-${index}`;
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', 'false');
      option.dataset['token'] = String(index);
      // A line's end shows and breaks the line.
      option.textContent = tokenLabel(text).replaceAll('↵', '↵\n');
      return option;
    });
    // A line may be broken between tokens.
    this.element.replaceChildren(...this.#options.flatMap((option) => [option, document.createElement('wbr')]));
    this.element.scrollTop = 0;
  }

  /** @param colours by token; null leaves it unshaded @param names what each is called by a screen reader */
  shade(colours: readonly (Rgb | null)[], names: readonly string[]): void {
    this.#options.forEach((option, index) => {
      const colour = colours[index] ?? null;
      option.classList.toggle('shaded', colour !== null);
      option.style.backgroundColor = colour ? cssColour(colour) : '';
      // Of black and white the one that is read the better.
      option.style.color = colour ? ((luminance(colour) + 0.05) ** 2 > 0.05 * 1.05 ? 'black' : 'white') : '';
      option.setAttribute('aria-label', names[index] ?? '');
    });
  }

  choose(token: number): void {
    if (token === this.#chosen) return;
    const mark = (index: number, on: boolean): void => {
      this.#options[index]?.classList.toggle('chosen', on);
      this.#options[index]?.setAttribute('aria-selected', String(on));
      this.#options[index + 1]?.classList.toggle('predicted', on);
    };
    if (this.#chosen >= 0) mark(this.#chosen, false);
    this.#chosen = token;
    mark(token, true);
    this.element.setAttribute('aria-activedescendant', `token-${token}`);
    this.reveal();
  }

  /** Scrolls to the token chosen. Not scrollIntoView, which would scroll what lies around the text too. */
  reveal(): void {
    const option = this.#options[this.#chosen];
    if (!option) return;
    const [own, all] = [option.getBoundingClientRect(), this.element.getBoundingClientRect()];
    // With the lines around it: what follows may stand in the next.
    const line = own.height + 4;
    if (own.top - line < all.top) this.element.scrollTop -= all.top - own.top + line;
    else if (own.bottom + line > all.bottom) this.element.scrollTop += own.bottom - all.bottom + line;
  }

  #tokenAt(target: EventTarget | null): number | null {
    const token = target instanceof HTMLElement ? target.dataset['token'] : undefined;
    return token === undefined ? null : Number(token);
  }

  #pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || this.#options.length === 0) return;
    const last = this.#options.length - 1;
    const steps: Readonly<Record<string, () => number>> = {
      ArrowLeft: () => this.#chosen - 1,
      ArrowRight: () => this.#chosen + 1,
      ArrowUp: () => this.#inLine(-1),
      ArrowDown: () => this.#inLine(1),
      Home: () => 0,
      End: () => last,
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    this.#events.chosen(Math.max(0, Math.min(last, step())));
  }

  /** The token in the line above (-1) or below (1) that lies nearest; the same where there is no such line. */
  #inLine(by: 1 | -1): number {
    // A token that ends a line has a part in the next, of no width: its first part says where it is.
    const boxes = this.#options.map((option) => option.getClientRects()[0] ?? option.getBoundingClientRect());
    const own = boxes[this.#chosen];
    if (!own) return 0;
    const beyond = boxes.flatMap((box, index) => ((box.top - own.top) * by > own.height / 2 ? [{ box, index }] : []));
    const line = beyond.reduce((nearest, { box }) => (by > 0 ? Math.min(nearest, box.top) : Math.max(nearest, box.top)), by * Infinity);
    let best = this.#chosen;
    let distance = Infinity;
    for (const { box, index } of beyond) {
      if (Math.abs(box.top - line) > own.height / 2) continue;
      const away = Math.abs(box.left + box.width / 2 - own.left - own.width / 2);
      if (away < distance) [best, distance] = [index, away];
    }
    return best;
  }
}
