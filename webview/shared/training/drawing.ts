/** Points that a user draws on the plane of x: by dragging, or one by one with a cross-hair that the arrow keys move. */

import { svg, type TemplateResult } from 'lit';
import { crosshair, type DragPhase, type Place } from '../points/overlay.ts';
import type { Projection } from '../points/projection.ts';

/** As many Gaussians as stay quick to work with. */
const mostPoints = 200;
/** How far apart points lie that are drawn in one go, in the data's units. */
export const spacing = 0.16;

export interface DrawingEvents {
  /** What was drawn is whole for now. */
  drawn(points: readonly Place[]): void;
  /** It is being drawn, or the cross-hair was moved. */
  changed(): void;
}

export class Drawing {
  readonly #events: DrawingEvents;
  #points: readonly Place[] = [];
  #at: Place = [0, 0];

  constructor(events: DrawingEvents) {
    this.#events = events;
  }

  get points(): readonly Place[] {
    return this.#points;
  }
  set points(points: readonly Place[]) {
    this.#points = points;
  }

  /** @param spacing of points along a drag, in the data's units */
  drag(place: Place, phase: DragPhase, spacing: number): void {
    const last = this.#points.at(-1);
    const isFar = !last || Math.hypot(place[0] - last[0], place[1] - last[1]) >= spacing;
    if (phase === 'down' || (phase === 'move' && isFar)) this.#push(place);
    if (phase === 'up') this.#events.drawn(this.#points);
    else this.#events.changed();
  }

  /** Enter on the cross-hair adds a point, before the plot takes the key for picking one. @param draws whether points are drawn now */
  takesKeysOf(plane: HTMLElement, draws: () => boolean): void {
    const pressed = (event: KeyboardEvent): void => {
      const isHandle = event.target instanceof Element && event.target.closest('.points-handle') !== null;
      if (event.key !== 'Enter' || !isHandle || !draws()) return;
      event.preventDefault();
      event.stopPropagation();
      this.add();
    };
    plane.addEventListener('keydown', pressed, { capture: true });
  }

  /** A point where the cross-hair is. */
  add(): void {
    this.#push(this.#at);
    this.#events.drawn(this.#points);
  }

  removeLast(): void {
    this.#points = this.#points.slice(0, -1);
    this.#events.drawn(this.#points);
  }

  clear(): void {
    this.#points = [];
    this.#events.drawn(this.#points);
  }

  overlay(projection: Projection): TemplateResult {
    const dots = this.#points.map((place) => {
      const { x, y } = projection.point(...place);
      return svg`<circle class="training-drawn" cx=${x} cy=${y} r="3"></circle>`;
    });
    const moved = (place: Place): void => {
      this.#at = [round(place[0]), round(place[1])];
      this.#events.changed();
    };
    return svg`${dots} ${crosshair(projection, { place: this.#at, name: 'Where a point is added', moved })}`;
  }

  #push([x, y]: Place): void {
    if (this.#points.length < mostPoints) this.#points = [...this.#points, [round(x), round(y)]];
  }
}

/** To thousandths: more is not drawn by hand. */
function round(value: number): number {
  return Math.round(value * 1e3) / 1e3;
}
