/** Pictures in rows, one of which may be chosen, by pointer or keyboard. A listbox to assistive technology. */

import './pictures.css';
import type { PictureShape } from '../../../src/protocol/pictures.ts';
import { paint, sizeOf } from './drawing.ts';

export interface PictureGridOptions {
  /** For who cannot see it. */
  readonly label: string;
  /** What a picture is called; asked again when it is there. */
  name(index: number): string;
  chosen(index: number): void;
}

/** Each picture is a canvas of its own that stays as long as what it shows. */
export class PictureGrid {
  readonly element = document.createElement('div');
  readonly #options: PictureGridOptions;
  readonly #id = `pictures-${made++}`;
  #cells: HTMLCanvasElement[] = [];
  #chosen: number | null = null;

  constructor(options: PictureGridOptions) {
    this.#options = options;
    const { element } = this;
    element.className = 'picture-grid';
    element.tabIndex = 0;
    element.setAttribute('role', 'listbox');
    element.setAttribute('aria-label', options.label);
    element.addEventListener('click', ({ target }) => {
      const index = this.#cells.indexOf(target as HTMLCanvasElement);
      if (index >= 0) this.#options.chosen(index);
    });
    element.addEventListener('keydown', (event) => this.#pressed(event));
  }

  /** @param count how many there will be: those that have not come yet are empty */
  clear(count: number): void {
    this.#chosen = null;
    this.element.removeAttribute('aria-activedescendant');
    this.#cells = Array.from({ length: count }, (_, index) => {
      const cell = document.createElement('canvas');
      cell.className = 'picture waiting';
      cell.width = cell.height = 1;
      cell.id = `${this.#id}-${index}`;
      cell.setAttribute('role', 'option');
      cell.setAttribute('aria-selected', 'false');
      cell.setAttribute('aria-label', this.#options.name(index));
      return cell;
    });
    this.element.replaceChildren(...this.#cells);
  }

  /** @param levels [count, channels, height, width] from the picture `first` on */
  show(levels: Uint8Array, shape: PictureShape, first = 0): void {
    const size = sizeOf(shape);
    // Bars of a vector have no sides of their own.
    const aspect = shape.zero === undefined ? shape.width / shape.height : 1;
    this.element.style.setProperty('--picture-aspect', String(Math.max(1 / mostAspect, Math.min(mostAspect, aspect))));
    for (let at = 0; (at + 1) * size <= levels.length; at++) {
      const cell = this.#cells[first + at];
      if (!cell) return;
      paint(cell, levels.subarray(at * size, (at + 1) * size), shape);
      cell.classList.remove('waiting');
      const name = this.#options.name(first + at);
      cell.setAttribute('aria-label', name);
      cell.title = name;
    }
  }

  choose(index: number | null): void {
    if (index === this.#chosen) return;
    const before = this.#chosen === null ? undefined : this.#cells[this.#chosen];
    before?.classList.remove('chosen');
    before?.setAttribute('aria-selected', 'false');
    this.#chosen = index;
    const cell = index === null ? undefined : this.#cells[index];
    cell?.classList.add('chosen');
    cell?.setAttribute('aria-selected', 'true');
    if (cell) this.element.setAttribute('aria-activedescendant', cell.id);
    else this.element.removeAttribute('aria-activedescendant');
    cell?.scrollIntoView({ block: 'nearest' });
  }

  #pressed(event: KeyboardEvent): void {
    const { length } = this.#cells;
    if (event.altKey || event.ctrlKey || event.metaKey || length === 0) return;
    const at = this.#chosen ?? -1;
    const top = this.#cells[0]!.offsetTop;
    const second = this.#cells.findIndex(({ offsetTop }) => offsetTop > top);
    const inRow = second < 0 ? length : second;
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at - inRow,
      ArrowDown: at + inRow,
      Home: 0,
      End: length - 1,
    };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to >= 0 && to < length) this.#options.chosen(to);
  }
}

/** Pictures that are longer than this stand within a frame of it. */
const mostAspect = 4;

let made = 0;
