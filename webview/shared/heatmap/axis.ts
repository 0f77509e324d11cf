/** The token labels along one side of a map. */

import type { AxisView } from './thinning.ts';
import { placeLabels } from './thinning.ts';

/** CSS pixels that a label takes across its writing direction; the style sheet's line height. */
export const labelPitch = 16;

export interface AxisLabels {
  /** As short as it is written. */
  short(index: number): string;
  /** In full, for who points at it. */
  full(index: number): string;
  /** A sign that stands before the label; '' for none. */
  sign?(index: number): string;
}

export class Axis {
  readonly element: HTMLElement;
  readonly #direction: 'queries' | 'keys';
  readonly #written = new Map<number, HTMLElement>();
  #labels: AxisLabels = { short: String, full: String };

  constructor(direction: 'queries' | 'keys') {
    this.#direction = direction;
    this.element = document.createElement('div');
    this.element.className = `axis ${direction}`;
    // Read aloud they would be a list of torn words: the readout names the tokens of a cell.
    this.element.setAttribute('aria-hidden', 'true');
  }

  set labels(labels: AxisLabels) {
    this.#labels = labels;
    this.element.replaceChildren();
    this.#written.clear();
  }

  update(view: AxisView, active: readonly number[]): void {
    const places = placeLabels(view, labelPitch, active);
    const kept = new Set(places.map((place) => place.index));
    for (const [index, label] of this.#written) {
      if (kept.has(index)) continue;
      label.remove();
      this.#written.delete(index);
    }
    for (const { index, centre, active: isActive } of places) {
      const label = this.#written.get(index) ?? this.#write(index);
      const offset = centre - labelPitch / 2;
      label.style.transform = this.#direction === 'queries' ? `translateY(${offset}px)` : `translateX(${offset}px) rotate(180deg)`;
      label.classList.toggle('active', isActive);
    }
  }

  #write(index: number): HTMLElement {
    const label = document.createElement('span');
    label.className = 'axis-label';
    label.textContent = this.#labels.short(index);
    label.title = this.#labels.full(index);
    const sign = this.#labels.sign?.(index) ?? '';
    if (sign !== '') label.dataset['sign'] = sign;
    this.#written.set(index, label);
    this.element.append(label);
    return label;
  }
}
