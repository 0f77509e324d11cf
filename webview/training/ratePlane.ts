/** The rate-distortion plane: a point for every place that a run was measured at, over the line that none of them can be below. */

import { nothing, svg } from 'lit';
import type { RatePlace, RunSummary } from '../../src/protocol/trainingView.ts';
import { curve } from '../shared/points/overlay.ts';
import type { Projection } from '../shared/points/projection.ts';
import { PointsView } from '../shared/points/pointsView.ts';
import { placeWords } from './words.ts';

export interface RatePlaceOfRun {
  readonly run: string;
  readonly place: RatePlace;
}

export interface RatePlaneEvents {
  picked(place: RatePlaceOfRun): void;
}

export class RatePlane {
  readonly points: PointsView;
  #places: readonly RatePlaceOfRun[] = [];
  /** It stays pointed at when others come. */
  #pointed: RatePlaceOfRun | null = null;

  constructor(events: RatePlaneEvents) {
    this.points = new PointsView({
      viewportChanged: () => undefined,
      pointed: (index) => (this.#pointed = index === null ? null : (this.#places[index] ?? null)),
      picked: (index) => {
        const place = this.#places[index];
        if (place) events.picked(place);
      },
      selected: () => undefined,
      probed: () => undefined,
      toolChanged: () => undefined,
    });
  }

  /** The betas that have the first and the last colour. */
  get betas(): readonly [low: number, high: number] {
    const all = this.#places.map(({ place }) => place.beta);
    const [low, high] = [Math.min(...all, 1), Math.max(...all, 1)];
    return low < high ? [low, high] : [0, 2 * high || 1];
  }

  /**
   * @param runs those of the same data
   * @param open the run that is open and the step at which it stands
   */
  show(runs: readonly RunSummary[], open: { readonly run: string; readonly step: number }): void {
    this.#places = runs.flatMap(({ id, places }) => places.map((place) => ({ run: id, place })));
    const all = this.#places.map(({ place }) => place);
    const entropy = runs.find((run) => run.entropy !== null)?.entropy ?? null;
    const box = boxAround(all, entropy);
    this.points.show(
      {
        name: 'Rate-distortion plane',
        ...{ x: Float32Array.from(all, ({ rate }) => rate.value), y: Float32Array.from(all, ({ distortion }) => distortion.value) },
        colour: { kind: 'values', values: Float32Array.from(all, ({ beta }) => beta), range: this.betas, ramp: 'viridis' },
        ...{ axes: { x: 'rate R (nats)', y: 'distortion D (nats)', equal: false }, box },
        spoken: (index) => {
          const at = this.#places[index];
          return at ? placeWords(at.place, at.run === open.run) : '';
        },
      },
      this.points.viewport,
    );
    const indexOf = (run: string, step: number): number | null => {
      const index = this.#places.findIndex((each) => each.run === run && each.place.step === step);
      return index < 0 ? null : index;
    };
    this.points.pick(indexOf(open.run, open.step));
    this.points.point(this.#pointed && indexOf(this.#pointed.run, this.#pointed.place.step));
    this.points.overlay((projection) => {
      const line = entropy === null ? null : boundWithin(projection, entropy);
      return line ? svg`<g class="training-bound">${curve(projection, { places: line })}</g>` : nothing;
    });
  }
}

/** All places and the line over their rates. */
export function boxAround(
  places: readonly RatePlace[],
  entropy: number | null,
): { left: number; right: number; bottom: number; top: number } {
  const right = Math.max(1, ...places.map(({ rate }) => rate.value));
  const distortions = places.map(({ distortion }) => distortion.value);
  const ends = [...distortions, ...(entropy === null ? [] : [entropy, entropy - right])];
  const [bottom, top] = [Math.min(...ends, 0), Math.max(...ends, 1)];
  return { left: 0, right, bottom, top };
}

/** The part of the line R + D = H, R 0 or more, that shows; null where none does. */
export function boundWithin({ place, size }: Pick<Projection, 'place' | 'size'>, entropy: number): Float64Array | null {
  const [left, top] = place({ x: 0, y: 0 });
  const [right, bottom] = place({ x: size.width, y: size.height });
  const [from, to] = [Math.max(0, left, entropy - top), Math.min(right, entropy - bottom)];
  return from < to ? Float64Array.of(from, entropy - from, to, entropy - to) : null;
}
