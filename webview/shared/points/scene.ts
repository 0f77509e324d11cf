/** The points that are drawn: in which order, in which colours, how large, and which of them stand out. */

import { slotsOf } from './colours.ts';
import type { PointsContent } from './content.ts';
import { densityAt, emphasisedStyles, measureCrowding, pointStyle, type Crowding, type PointStyle } from './density.ts';
import { enclosedPoints, type Polygon } from './lasso.ts';
import { nearestPoint, neighbour, type Direction } from './nearest.ts';
import { drawingOrder, placedPoints } from './order.ts';
import type { Place } from './overlay.ts';
import { looks, type Cloud } from './renderer.ts';
import { Strips } from './strips.ts';
import { boxOf, type Box, type Viewport } from './viewport.ts';

/** Points that stand out; the others fade. null: all are alike. */
export interface Emphasis {
  /** Not 0 where a point stands out, [n]. */
  readonly chosen: Uint8Array | null;
  /** A class that alone does. */
  readonly lit: number | null;
}

export class Scene {
  readonly content: PointsContent;
  readonly box: Box;
  readonly #order: Uint32Array;
  readonly #cloud: Cloud;
  readonly #slots: Uint8Array | Uint16Array;
  #crowding: Crowding;
  #hidden: Uint8Array | null;
  /** Of the points that stand out of the others; null: none does. */
  #fullCrowding: Crowding | null = null;
  #strips: Strips | null = null;

  constructor(content: PointsContent) {
    const { x, y, hidden = null } = content;
    this.content = content;
    this.box = content.box ?? boxOf(x, y);
    this.#order = drawingOrder(x, y);
    this.#slots = slotsOf(content.colour);
    this.#hidden = hidden;
    this.#crowding = this.#measure(this.#shown());
    const count = this.#order.length;
    const places = new Float32Array(2 * count);
    for (let place = 0; place < count; place++) {
      const index = this.#order[place]!;
      places[2 * place] = x[index]!;
      places[2 * place + 1] = y[index]!;
    }
    this.#cloud = { count, places, looks: new Uint16Array(2 * count) };
    this.emphasise({ chosen: null, lit: null });
  }

  /** Points that have a place. */
  get count(): number {
    return this.#cloud.count;
  }

  get cloud(): Cloud {
    return this.#cloud;
  }

  /** Made when it is first asked for. */
  get strips(): Strips {
    return (this.#strips ??= new Strips(this.content.x, this.content.y, placedPoints(this.content.x, this.content.y)));
  }

  /** Hides others. `emphasise` has to follow. */
  hide(hidden: Uint8Array | null): void {
    this.#hidden = hidden;
    this.#crowding = this.#measure(this.#shown());
  }

  emphasise({ chosen, lit: asked }: Emphasis): void {
    const { looks: pairs } = this.#cloud;
    const lit = this.content.colour.kind === 'classes' ? asked : null;
    const slots = this.#slots;
    for (let place = 0; place < this.#order.length; place++) {
      const index = this.#order[place]!;
      const slot = slots[index]!;
      const isFull = (!chosen || chosen[index] !== 0) && (lit === null || slot === lit);
      const look = this.#hidden?.[index] ? looks.hidden : isFull ? looks.full : looks.faded;
      pairs[2 * place] = slot;
      pairs[2 * place + 1] = look;
    }
    const isFull = (_: number, place: number): boolean => pairs[2 * place + 1] === looks.full;
    this.#fullCrowding = chosen || lit !== null ? this.#measure(this.#order.filter(isFull)) : null;
  }

  /** Where a point is; null: nowhere. */
  placeOf(index: number | null): Place | null {
    const [x, y] = index === null ? [NaN, NaN] : [this.content.x[index] ?? NaN, this.content.y[index] ?? NaN];
    return Number.isFinite(x) && Number.isFinite(y) ? [x, y] : null;
  }

  /** The point nearest to a place, within CSS pixels; null: none. */
  nearest(scale: Viewport['scale'], [x, y]: Place, radius: number): number | null {
    return nearestPoint({ strips: this.strips, scale, hidden: this.#hidden }, x, y, radius);
  }

  /** The next point in a direction; null: none. */
  next(scale: Viewport['scale'], [x, y]: Place, direction: Direction): number | null {
    return neighbour({ strips: this.strips, scale, hidden: this.#hidden }, x, y, direction);
  }

  /** Ascending indices of the points inside. */
  enclosed(polygon: Polygon): Uint32Array {
    return enclosedPoints(this.strips, polygon, this.#hidden);
  }

  /** Radius and opacity at a zoom where `drawn` of the points, 0 to 1, are drawn. */
  styles(viewport: Viewport, drawn: number): { readonly style: PointStyle; readonly faded: PointStyle | null } {
    const density = densityAt(this.#crowding, viewport);
    if (!this.#fullCrowding) return { style: pointStyle(density, drawn), faded: null };
    const { full, faded } = emphasisedStyles(density, densityAt(this.#fullCrowding, viewport), drawn);
    return { style: full, faded };
  }

  #shown(): Uint32Array {
    const hidden = this.#hidden;
    return hidden ? this.#order.filter((index) => !hidden[index]) : this.#order;
  }

  #measure(order: Uint32Array): Crowding {
    return measureCrowding(this.content.x, this.content.y, order, this.box);
  }
}
