/** Marks the row, the column and the cell that are pointed at or pinned. */

import type { Cell, Size, Viewport } from './viewport.ts';

/** A mark thinner than this cannot be seen. */
const thinnest = 3;

export class Crosshair {
  readonly element: HTMLElement;
  readonly #row = mark('row-mark');
  readonly #column = mark('column-mark');
  readonly #cell = mark('cell-mark');

  constructor(name: 'hovered' | 'pinned' | 'lit') {
    this.element = mark(`crosshair ${name}`);
    this.element.append(this.#row, this.#column, this.#cell);
    this.element.hidden = true;
  }

  /** Which of its parts stand out; null: all alike. */
  set part(part: 'row' | 'column' | 'cell' | null) {
    this.element.dataset['part'] = part ?? '';
  }

  update(cell: Cell | null, viewport: Viewport, size: Size): void {
    this.element.hidden = cell === null;
    if (!cell) return;
    const { scale } = viewport;
    const left = (cell.key - viewport.key) * scale;
    const top = (cell.query - viewport.query) * scale;
    const thickness = Math.max(thinnest, scale);
    const slack = (thickness - scale) / 2;
    place(this.#row, 0, top - slack, size.width, thickness);
    place(this.#column, left - slack, 0, thickness, size.height);
    place(this.#cell, left - slack, top - slack, thickness, thickness);
  }
}

function mark(className: string): HTMLElement {
  const element = document.createElement('div');
  element.className = className;
  return element;
}

function place(element: HTMLElement, x: number, y: number, width: number, height: number): void {
  element.style.transform = `translate(${x}px, ${y}px)`;
  element.style.width = `${width}px`;
  element.style.height = `${height}px`;
}
