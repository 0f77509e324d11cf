/** Points in a plane with its axes: pan, zoom, point at one, pick it, draw a lasso around many; things of the owner's lie over them. */

import './points.css';
import { nothing } from 'lit';
import { createFillingCanvas, type FillingCanvas } from '../canvas.ts';
import { listenForGestures, type Grab } from '../heatmap/gestures.ts';
import type { Point } from '../heatmap/viewport.ts';
import { counted } from '../numbers.ts';
import { readPalette } from '../theme.ts';
import { checkContent, type PointsContent } from './content.ts';
import type { Field } from './field.ts';
import type { DragPhase, Place } from './overlay.ts';
import { Plot, type Overlay } from './plot.ts';
import { projectionOf, type Projection } from './projection.ts';
import { Scene } from './scene.ts';
import { lassoMode, Selection } from './selection.ts';
import { Stage } from './stage.ts';
import * as view from './viewport.ts';
import type { Plane, Viewport } from './viewport.ts';

/** What dragging does; Shift draws a lasso with any of them. */
export type Tool = 'pan' | 'lasso' | 'probe';

export interface PointsEvents {
  /** null: all is seen. */
  viewportChanged(viewport: Viewport | null): void;
  /** By pointer or key; null: no point is any more. */
  pointed(index: number | null): void;
  picked(index: number): void;
  /** Ascending indices of what a lasso left selected; none: it was cleared. */
  selected(indices: Uint32Array): void;
  /** A drag with the tool `probe`: where it is. */
  probed(place: Place, phase: DragPhase): void;
  toolChanged(tool: Tool): void;
}

/** CSS pixels around the pointer within which a point is found. */
const reach = 12;
/** CSS pixels that a point reached by key keeps from the edges. */
const margin = 32;
/** Milliseconds without movement, after which all points are drawn. */
const rest = 150;

export class PointsView {
  readonly #events: PointsEvents;
  readonly #surface: FillingCanvas;
  readonly #parts: Plot;
  readonly #stage: Stage;
  readonly #selection: Selection;
  #palette = readPalette();
  #scene: Scene | null = null;
  #overlay: Overlay = () => nothing;
  #asked: Viewport | null = null;
  #tool: Tool = 'pan';
  #pointed: number | null = null;
  #picked: number | null = null;
  #lit: number | null = null;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(events: PointsEvents) {
    this.#events = events;
    this.#surface = createFillingCanvas(
      () => this.#draw(),
      () => undefined,
    );
    this.#stage = new Stage(this.#surface.canvas, () => this.#surface.invalidate());
    this.#selection = new Selection({
      projection: () => this.#projection,
      enclosed: (polygon) => this.#scene?.enclosed(polygon) ?? new Uint32Array(0),
      drawn: () => this.#surface.invalidate(),
      clicked: (at) => this.#pickAt(this.#nearest(at, reach)),
      selected: (indices) => this.#tellSelected(indices),
    });
    this.#parts = new Plot(this.#surface.element);
    this.plot.dataset['tool'] = this.#tool;
    this.#listen();
  }

  get element(): HTMLElement {
    return this.#parts.element;
  }

  /** The part that takes focus, pointer and keys. */
  get plot(): HTMLElement {
    return this.#parts.plot;
  }

  /**
   * Shows other points. Nothing is pointed at, picked or selected then, and no class lit.
   *
   * @param viewport null: all is seen
   * @returns what is not as it should be, in words: fewer points are drawn than there are; null: nothing
   * @throws RangeError where the content's arrays do not fit each other
   */
  show(content: PointsContent, viewport: Viewport | null = null): string | null {
    checkContent(content);
    this.#scene = new Scene(content);
    this.#stage.show(this.#scene, this.#palette);
    this.#asked = viewport;
    [this.#pointed, this.#picked, this.#lit] = [null, null, null];
    this.#selection.indices = new Uint32Array(0);
    this.#parts.entitle(content);
    this.#surface.invalidate();
    // For the pointer that will come: a million points take a fifth of a second.
    const scene = this.#scene;
    requestIdleCallback(() => this.#scene === scene && void scene.strips);
    return this.#stage.notice;
  }

  /** Draws values of the plane below the points; null: none. */
  field(field: Field | null): void {
    this.#parts.showField(field);
    this.#surface.invalidate();
  }

  /** Draws the owner's things over the points, anew whenever the plane is moved. */
  overlay(overlay: Overlay): void {
    this.#overlay = overlay;
    this.#surface.invalidate();
  }

  /** The theme has changed. */
  recolour(): void {
    this.#palette = readPalette();
    this.#stage.setPalette(this.#palette);
    this.#surface.invalidate();
  }

  clearSelection(): void {
    this.#selection.leave();
  }

  /** Small enough to be kept; null: all is seen. Setting it tells nobody. */
  get viewport(): Viewport | null {
    return this.#asked;
  }
  set viewport(viewport: Viewport | null) {
    this.#asked = viewport;
    this.#moved();
  }

  get tool(): Tool {
    return this.#tool;
  }
  set tool(tool: Tool) {
    if (tool === this.#tool) return;
    this.#tool = tool;
    this.plot.dataset['tool'] = tool;
    this.#events.toolChanged(tool);
  }

  /** Marks a point as pointed at from outside; null: none. Nobody is told. */
  point(index: number | null): void {
    this.#pointed = index;
    this.#surface.invalidate();
  }

  /** Marks a point as picked; null: none. Nobody is told. */
  pick(index: number | null): void {
    this.#picked = index;
    this.#surface.invalidate();
  }

  /** Ascending indices of the points that stand out; none: all are alike. Nobody is told. */
  select(indices: Uint32Array): void {
    this.#selection.indices = indices;
    this.#emphasise();
  }

  /** Has one class stand out; null: none. */
  light(classIndex: number | null): void {
    this.#lit = classIndex;
    this.#emphasise();
  }

  /** Shows only points where this is 0, [n]; null: all. */
  hide(hidden: Uint8Array | null): void {
    this.#scene?.hide(hidden);
    this.#emphasise();
  }

  zoom(factor: number, at: Point | null = null): void {
    this.#moveTo(view.zoomAt(this.#viewport, this.#plane, this.#surface.size, at ?? this.#focus(), factor));
  }

  fit(): void {
    this.#moveTo(null);
  }

  /** Frees the graphics card's memory; the view is of no use after it. */
  dispose(): void {
    clearTimeout(this.#resting);
    this.#stage.dispose();
    this.#scene = null;
  }

  get #plane(): Plane {
    const scene = this.#scene;
    return { box: scene?.box ?? view.boxOf(new Float32Array(0), new Float32Array(0)), equal: scene?.content.axes.equal ?? false };
  }

  get #viewport(): Viewport {
    return view.resolveViewport(this.#asked, this.#plane, this.#surface.size);
  }

  get #projection(): Projection {
    return projectionOf(this.#viewport, this.#surface.size);
  }

  /** Where keys zoom: the point that is pointed at or picked if it shows, else the middle. */
  #focus(): Point {
    const { width, height } = this.#surface.size;
    const at = this.#pointOf(this.#pointed ?? this.#picked);
    return at && at.x >= 0 && at.y >= 0 && at.x <= width && at.y <= height ? at : { x: width / 2, y: height / 2 };
  }

  #pointOf(index: number | null): Point | null {
    const place = this.#scene?.placeOf(index);
    return place ? this.#projection.point(...place) : null;
  }

  #moveTo(viewport: Viewport | null): void {
    this.#asked = viewport && view.isFit(viewport, this.#plane, this.#surface.size) ? null : viewport;
    this.#moved();
    this.#events.viewportChanged(this.#asked);
  }

  #moved(): void {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      this.#resting = undefined;
      this.#surface.invalidate();
    }, rest);
    this.#surface.invalidate();
  }

  #emphasise(): void {
    const scene = this.#scene;
    if (!scene) return;
    scene.emphasise({ chosen: this.#selection.mask(scene.content.x.length), lit: this.#lit });
    this.#stage.restyle();
    this.#surface.invalidate();
  }

  #setPointed(index: number | null): void {
    if (index === this.#pointed) return;
    this.#pointed = index;
    this.#surface.invalidate();
    this.#events.pointed(index);
  }

  #pickAt(index: number | null): void {
    if (index === null) return;
    this.pick(index);
    this.#events.picked(index);
  }

  #tellSelected(indices: Uint32Array): void {
    this.#emphasise();
    const count = indices.length;
    this.#parts.say(count === 0 ? 'No points selected.' : `${counted(count, 'point')} selected.`);
    this.#events.selected(indices);
  }

  #nearest(at: Point, radius: number): number | null {
    return this.#scene?.nearest(this.#viewport.scale, this.#projection.place(at), radius) ?? null;
  }

  /** The point nearest to the middle of the plot. */
  #middle(): number | null {
    const { width, height } = this.#surface.size;
    return this.#nearest({ x: width / 2, y: height / 2 }, Infinity);
  }

  /** Points at a point from the keyboard: it is brought into view and said. */
  #stepTo(index: number | null): void {
    const place = this.#scene?.placeOf(index);
    if (index === null || !place) return;
    const shown = view.scrollTo(this.#viewport, this.#plane, this.#surface.size, ...place, margin);
    if (shown) this.#moveTo(shown);
    this.#parts.say(this.#scene?.content.spoken(index) ?? '');
    this.#setPointed(index);
  }

  #listen(): void {
    let pointer: Point | null = null;
    const rehover = (): void => {
      const index = pointer && this.#nearest(pointer, reach);
      this.plot.classList.toggle('on-point', index !== null);
      this.#setPointed(index);
    };
    const afterMoving = (): void => {
      if (pointer) rehover();
    };
    listenForGestures(this.plot, {
      zoom: (factor, at) => {
        this.zoom(factor, at);
        afterMoving();
      },
      fit: () => {
        this.fit();
        afterMoving();
      },
      pan: (x, y) => {
        this.#moveTo(view.panBy(this.#viewport, this.#plane, this.#surface.size, x, y));
        afterMoving();
      },
      hover: (at) => {
        pointer = at;
        rehover();
      },
      click: (at) => this.#pickAt(this.#nearest(at, reach)),
      doubleClick: () => undefined,
      step: (down, right) => {
        // The pointer, which lies somewhere else, has no say any more until it moves.
        pointer = null;
        const from = this.#scene?.placeOf(this.#pointed ?? this.#picked);
        this.#stepTo(from ? (this.#scene?.next(this.#viewport.scale, from, [right, -down] as const) ?? null) : this.#middle());
      },
      pin: () => (this.#pointed === null ? this.#stepTo(this.#picked ?? this.#middle()) : this.#pickAt(this.#pointed)),
      grab: (at, event) => this.#grab(at, event),
      leave: () => this.#selection.leave(),
    });
  }

  #grab(at: Point, event: PointerEvent): Grab | null {
    if (event.shiftKey || this.#tool === 'lasso') return this.#selection.begin(at, lassoMode(event));
    if (this.#tool !== 'probe') return null;
    const tell = (point: Point, phase: DragPhase): void => this.#events.probed(this.#projection.place(point), phase);
    let last = at;
    tell(at, 'down');
    return {
      move: (point) => tell((last = point), 'move'),
      end: (point) => tell(point ?? last, 'up'),
    };
  }

  #draw(): void {
    if (!this.#scene) return;
    const { size, pixelRatio } = this.#surface;
    const viewport = this.#viewport;
    const projection = projectionOf(viewport, size);
    this.#parts.drawGround(projection, view.visibleBox(viewport, size), pixelRatio);
    this.#stage.draw(viewport, pixelRatio, this.#resting !== undefined);
    this.#parts.drawMarks({
      radius: this.#scene.styles(viewport, 1).style.radius,
      picked: this.#pointOf(this.#picked),
      pointed: this.#pointed === this.#picked ? null : this.#pointOf(this.#pointed),
      lasso: this.#selection.corners,
    });
    this.#parts.drawOverlay(this.#overlay, projection);
  }
}
