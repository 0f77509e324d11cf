/** The two planes of x: points that flow with what was learned, and with what is true, over the exact density at one level. */

import { nothing, svg, type TemplateResult } from 'lit';
import { middlesOf } from '../../src/maths/adversarial/pushforward.ts';
import { exactNoise, noisedAt } from '../../src/maths/diffusion/exact.ts';
import { logDensities } from '../../src/maths/mixtures/density.ts';
import type { DenoiserField, DenoiserGuided, DenoiserViewState } from '../../src/protocol/denoiserView.ts';
import { mix, weightRamp, type Palette, type Rgb } from '../shared/heatmap/colours.ts';
import { arrowsOf } from '../shared/points/arrows.ts';
import type { Field } from '../shared/points/field.ts';
import { curve, type DragPhase, type Place } from '../shared/points/overlay.ts';
import { PointsView } from '../shared/points/pointsView.ts';
import type { Projection } from '../shared/points/projection.ts';
import { regions } from '../shared/points/regions.ts';
import type { PlaneData } from './planeData.ts';

/** Of the map's colours: points and arrows lie on it. */
const strength = 0.4;
/** Length of an arrow in the data's units for a noise of 1. */
export const arrowScale = 0.22;
/** Cells of the field between two arrows. */
const arrowEvery = 3;
/** Of the highest density: below it hardly any x lies, and nothing was learned. */
const leastSeen = 1e-4;
/** The difference that has the last colour. */
const mostDifference = 1;

/** Points at every state of a run. */
export interface States {
  /** [states, count, 2] */
  readonly states: Float32Array;
  readonly levels: ArrayLike<number>;
  readonly count: number;
}

export type PlaneSide = 'left' | 'right';
export type PathKind = 'ode' | 'sde';
type Shown = Pick<DenoiserViewState, 'left' | 'right' | 'map' | 'arrows' | 'paths'>;

export interface PictureEvents {
  /** A drag on the plane, while points are drawn. */
  probed(place: Place, phase: DragPhase): void;
  /** What lies over the plane besides. */
  drawn(projection: Projection): TemplateResult | typeof nothing;
  changed(): void;
}

export class Pictures {
  readonly left: PointsView;
  readonly right: PointsView;
  readonly #events: PictureEvents;
  #palette: Palette;
  #data: PlaneData | null = null;
  #shown: Shown;
  #level = 1;
  #share = 1;
  #states: Record<PlaneSide, States | null> = { left: null, right: null };
  #classes: Record<PlaneSide, Uint16Array> = { left: new Uint16Array(0), right: new Uint16Array(0) };
  #paths: Record<PathKind, Float64Array | null> = { ode: null, sde: null };
  #field: DenoiserField | null = null;
  /** Around what guidance samples, and what it is said to. */
  #guided: { readonly sampled: readonly Float64Array[]; readonly tilted: readonly Float64Array[] } | null = null;

  constructor(events: PictureEvents, shown: Shown, palette: Palette) {
    this.#events = events;
    this.#shown = shown;
    this.#palette = palette;
    const ignored = {
      ...{ viewportChanged: () => undefined, pointed: () => undefined, picked: () => undefined, selected: () => undefined },
      toolChanged: () => events.changed(),
    };
    this.left = new PointsView({ ...ignored, probed: (place, phase) => events.probed(place, phase) });
    this.right = new PointsView({ ...ignored, probed: () => undefined });
  }

  /** alpha-bar of the maps. */
  get level(): number {
    return this.#level;
  }

  /** What the colours of the map are of. */
  get legend(): { readonly name: string; readonly range: readonly [number, number]; readonly ramp: readonly Rgb[] } | null {
    if (!this.#data) return null;
    const ramp = this.#ramp;
    if (this.#shown.map === 'difference') return { name: '|ε_θ − ε*|', range: [0, mostDifference], ramp };
    const { logDensity } = this.#data.densityAt(this.#level);
    return { name: 'p_t(x), density', range: [0, Math.exp(largest(logDensity))], ramp };
  }

  /** Another run: nothing of it is known yet. */
  open(data: PlaneData | null): void {
    this.#data = data;
    this.#states = { left: null, right: null };
    this.#paths = { ode: null, sde: null };
    [this.#field, this.#guided] = [null, null];
    this.draw();
    this.fit();
  }

  show(shown: Shown): void {
    this.#shown = shown;
    this.draw();
  }

  /** @param level of the maps @param share of a run's states, 0 to 1 */
  stand(level: number, share: number): void {
    [this.#level, this.#share] = [level, share];
    this.draw();
  }

  take(side: PlaneSide, states: States | null): void {
    this.#states[side] = states;
    const last = states?.states.subarray(states.states.length - 2 * states.count);
    this.#classes[side] = last && this.#data ? this.#data.componentsOf(last) : new Uint16Array(0);
    this.#drawSide(side);
  }

  /** Paths of a run's points. */
  takePaths(kind: PathKind, { states, levels, count }: States): void {
    const places = new Float64Array(2 * count * (levels.length + 1)).fill(NaN);
    for (let point = 0; point < count; point++)
      for (let at = 0; at < levels.length; at++) {
        const [from, to] = [2 * (at * count + point), 2 * (point * (levels.length + 1) + at)];
        places[to] = states[from]!;
        places[to + 1] = states[from + 1]!;
      }
    this.#paths[kind] = places;
    this.#drawSide('left');
  }

  takeField(field: DenoiserField): void {
    this.#field = field;
    this.#drawSide('left');
    this.#events.changed();
  }

  /** null: it is not known for what is set now. */
  takeGuided(guided: DenoiserGuided | null): void {
    const data = this.#data;
    const around = (log: Float64Array): readonly Float64Array[] => (data ? regions(log, data.window, data.guidedRaster.columns) : []);
    this.#guided = guided && { sampled: around(guided.sampled), tilted: around(guided.tilted) };
    this.draw();
  }

  recolour(palette: Palette): void {
    this.#palette = palette;
    this.left.recolour();
    this.right.recolour();
    this.draw();
  }

  fit(): void {
    this.left.fit();
    this.right.fit();
  }

  draw(): void {
    this.#drawSide('left');
    this.#drawSide('right');
    this.#events.changed();
  }

  get #ramp(): readonly Rgb[] {
    return weightRamp(this.#palette).map((colour) => mix(this.#palette.ground, colour, strength));
  }

  #drawSide(side: PlaneSide): void {
    const view = this[side];
    const data = this.#data;
    const states = this.#states[side];
    const places = states ? placesAt(states, this.#share) : none;
    const count = places.length / 2;
    const name = side === 'left' ? 'Plane of x: points that flow by what was learned' : 'Plane of x: points that flow by the truth';
    view.show(
      {
        ...{
          name,
          x: Float32Array.from({ length: count }, (_, i) => places[2 * i]!),
          y: Float32Array.from({ length: count }, (_, i) => places[2 * i + 1]!),
        },
        colour: {
          kind: 'classes',
          classes: this.#classes[side].length === count ? this.#classes[side] : new Uint16Array(count),
          count: data?.mixture.count ?? 1,
        },
        ...{ axes: { x: 'x₁', y: 'x₂', equal: true }, box: data?.window ?? { left: -3, right: 3, bottom: -3, top: 3 } },
        spoken: (index) => `point ${index + 1}`,
      },
      view.viewport,
    );
    view.field(data ? this.#map(data, side) : null);
    // What is guided is of another density at each level, which is known at the end alone.
    const isGuided = this.#shown[side] === 'guided';
    const guided = isGuided && this.#share === 1 ? this.#guided : null;
    const contours = guided?.sampled ?? (isGuided ? [] : (data?.densityAt(this.#level).contours ?? []));
    const arrows = side === 'left' && data ? this.#arrows(data) : null;
    const paths = side === 'left' && this.#shown.paths ? this.#paths : { ode: null, sde: null };
    view.overlay((projection) => {
      const group = (kind: string, all: readonly Float64Array[]): TemplateResult =>
        svg`<g class=${kind}>${all.map((each) => curve(projection, { places: each }))}</g>`;
      return svg`${group('training-true', contours)} ${guided ? group('training-learned', guided.tilted) : nothing} ${arrows ? group('diffusion-arrow', [arrows]) : nothing}
        ${paths.ode ? group('diffusion-path ode', [paths.ode]) : nothing} ${paths.sde ? group('diffusion-path sde', [paths.sde]) : nothing}
        ${side === 'left' ? this.#events.drawn(projection) : nothing}`;
    });
  }

  #map(data: PlaneData, side: PlaneSide): Field | null {
    const ramp = this.#ramp;
    if (side === 'left' && this.#shown.map === 'difference') {
      const field = this.#field;
      if (!field) return null;
      const { raster, noise, level } = field;
      const middles = middlesOf(raster);
      const exact = exactNoise(data.mixture, middles, level);
      const density = logDensities(noisedAt(data.mixture, level), middles);
      const least = largest(density) + Math.log(leastSeen);
      const values = Float64Array.from(density, (log, i) =>
        log < least ? NaN : Math.hypot(noise[2 * i]! - exact[2 * i]!, noise[2 * i + 1]! - exact[2 * i + 1]!),
      );
      return { box: data.window, columns: raster.columns, rows: raster.rows, values, range: [0, mostDifference], ramp };
    }
    const { logDensity, side: cells } = data.densityAt(this.#level);
    const values = logDensity.map(Math.exp);
    return { box: data.window, columns: cells, rows: cells, values, range: [0, largest(values)], ramp };
  }

  /** Towards less noise; of the difference, where the learned one should be moved. */
  #arrows(data: PlaneData): Float64Array | null {
    const { arrows } = this.#shown;
    const field = this.#field;
    if (arrows === 'none' || !field) return null;
    const { raster, noise, level } = field;
    const middles = middlesOf(raster);
    const places: number[] = [];
    const learned: number[] = [];
    for (let row = 1; row < raster.rows; row += arrowEvery)
      for (let column = 1; column < raster.columns; column += arrowEvery) {
        const cell = 2 * (row * raster.columns + column);
        places.push(middles[cell]!, middles[cell + 1]!);
        learned.push(noise[cell]!, noise[cell + 1]!);
      }
    const exact = arrows === 'learned' ? null : exactNoise(data.mixture, places, level);
    const vectors = learned.map((value, i) => (arrows === 'learned' ? -value : arrows === 'exact' ? -exact![i]! : value - exact![i]!));
    return arrowsOf(places, vectors, { scale: arrowScale, longest: 3 * arrowScale });
  }
}

const none = new Float32Array(0);

/** The state that is as far on, [count, 2]. */
function placesAt({ states, levels, count }: States, share: number): Float32Array {
  const at = Math.round(share * (levels.length - 1));
  return states.subarray(at * 2 * count, (at + 1) * 2 * count);
}

function largest(values: ArrayLike<number>): number {
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) if (values[i]! > most) most = values[i]!;
  return most;
}
