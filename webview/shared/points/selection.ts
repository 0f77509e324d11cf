/** The points that a lasso has chosen, and the lasso while it is drawn. */

import type { Grab } from '../heatmap/gestures.ts';
import type { Point } from '../heatmap/viewport.ts';
import { combineSelection, type LassoMode, type Polygon } from './lasso.ts';
import type { Projection } from './projection.ts';

export interface SelectionEvents {
  /** How the plane lies now. */
  readonly projection: () => Projection;
  /** Ascending indices of the points inside. */
  readonly enclosed: (polygon: Polygon) => Uint32Array;
  /** Corners of the lasso are other ones. */
  readonly drawn: () => void;
  readonly selected: (indices: Uint32Array) => void;
  /** The press did not move: it was a click. */
  readonly clicked: (at: Point) => void;
}

/** CSS pixels from one corner to the next. */
const stride = 3;
const none = new Uint32Array(0);

export class Selection {
  /** Ascending; none: nothing is selected. */
  indices: Uint32Array = none;
  readonly #events: SelectionEvents;
  #corners: readonly Point[] = [];

  constructor(events: SelectionEvents) {
    this.#events = events;
  }

  /** Of the lasso that is being drawn. */
  get corners(): readonly Point[] {
    return this.#corners;
  }

  /** 1 where a point is selected, [count]; null where none is. */
  mask(count: number): Uint8Array | null {
    if (this.indices.length === 0) return null;
    const mask = new Uint8Array(count);
    for (const index of this.indices) mask[index] = 1;
    return mask;
  }

  /** A lasso that follows a press from a point on. */
  begin(from: Point, mode: LassoMode): Grab {
    const { projection, enclosed, selected, clicked } = this.#events;
    const corners = [from];
    let isBroken = false;
    return {
      move: (at) => {
        const last = corners.at(-1) ?? from;
        // Escape broke it off.
        isBroken ||= corners.length > 1 && this.#corners.length === 0;
        if (isBroken || Math.hypot(at.x - last.x, at.y - last.y) < stride) return;
        corners.push(at);
        this.#draw(corners);
      },
      end: (at) => {
        isBroken ||= corners.length > 1 && this.#corners.length === 0;
        this.#draw([]);
        if (isBroken || !at) return;
        if (corners.length === 1) return clicked(at);
        const polygon = Float64Array.from([...corners, at].flatMap((corner) => [...projection().place(corner)]));
        this.indices = combineSelection(this.indices, enclosed(polygon), mode);
        selected(this.indices);
      },
    };
  }

  /** Breaks the lasso off, or clears what is selected; false where there was neither. */
  leave(): boolean {
    if (this.#corners.length > 0) this.#draw([]);
    else if (this.indices.length > 0) {
      this.indices = none;
      this.#events.selected(none);
    } else return false;
    return true;
  }

  #draw(corners: readonly Point[]): void {
    this.#corners = corners;
    this.#events.drawn();
  }
}

/** Control (Command) adds to what is selected, Alt takes from it. */
export function lassoMode({ ctrlKey, metaKey, altKey }: PointerEvent): LassoMode {
  return ctrlKey || metaKey ? 'add' : altKey ? 'remove' : 'replace';
}
