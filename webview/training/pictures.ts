/** The planes of x and of z: what the decoder samples among the densities, and where the encoder puts the data under the prior. */

import { nothing, svg, type TemplateResult } from 'lit';
import type { LearnedDensity, TrainingFrame, TrainingMeasures } from '../../src/protocol/trainingView.ts';
import { curve, ellipse, type DragPhase, type Place } from '../shared/points/overlay.ts';
import { PointsView } from '../shared/points/pointsView.ts';
import type { Projection } from '../shared/points/projection.ts';
import { regions } from '../shared/points/regions.ts';
import { latentWindow, samplesOf, sides, type RunData } from './runData.ts';

/** Deviations of the prior: circles that hold 39, 86 and 99 % of it. */
const priorCircles = [1, 2, 3] as const;

export interface PictureEvents {
  /** A drag on the plane of x, while points are drawn. */
  probed(place: Place, phase: DragPhase): void;
  /** What lies over the plane of x besides. */
  drawn(projection: Projection): TemplateResult | typeof nothing;
  changed(): void;
}

export class Pictures {
  readonly x: PointsView;
  readonly z: PointsView;
  readonly #events: PictureEvents;
  #data: RunData | null = null;
  #frame: TrainingFrame | null = null;
  #learned: readonly Float64Array[] = [];
  #aggregate: readonly Float64Array[] = [];
  /** A point of the data that is pointed at in the plane of z, and a sample that is in the plane of x. */
  #item: number | null = null;
  #sample: number | null = null;

  constructor(events: PictureEvents) {
    this.#events = events;
    const ignored = {
      viewportChanged: () => undefined,
      picked: () => undefined,
      selected: () => undefined,
      toolChanged: () => events.changed(),
    };
    this.x = new PointsView({
      ...ignored,
      probed: (place, phase) => events.probed(place, phase),
      pointed: (sample) => {
        this.#sample = sample;
        this.#lay();
      },
    });
    this.z = new PointsView({
      ...ignored,
      probed: () => undefined,
      pointed: (item) => {
        this.#item = item;
        this.#lay();
      },
    });
  }

  /** Another run: nothing of it is known yet. */
  open(data: RunData | null): void {
    this.#data = data;
    [this.#frame, this.#learned, this.#aggregate, this.#item, this.#sample] = [null, [], [], null, null];
    this.#points(null, null);
    this.fit();
    this.#lay();
  }

  frame(frame: TrainingFrame): void {
    const data = this.#data;
    if (!data) return;
    this.#frame = frame;
    this.#points(samplesOf(frame.location, frame.logDeviation, data.noise), frame.mean);
    this.#lay();
  }

  learned({ density }: LearnedDensity): void {
    const data = this.#data;
    if (!data) return;
    this.#learned = density.agreed ? regions(density.logDensity, data.window, sides.learned) : [];
    this.#lay();
  }

  measured({ aggregate }: TrainingMeasures): void {
    this.#aggregate = regions(aggregate, latentWindow, sides.aggregate);
    this.#lay();
  }

  /** What was learned is not known any more. */
  unlearned(): void {
    this.#learned = [];
    this.#lay();
  }

  relay(): void {
    this.#lay();
  }

  recolour(): void {
    this.x.recolour();
    this.z.recolour();
  }

  fit(): void {
    this.x.fit();
    this.z.fit();
  }

  #points(samples: Float32Array | null, means: Float32Array | null): void {
    const none = new Float32Array(0);
    const { window, components, mixture } = this.#data ?? {};
    const at = (places: Float32Array | null, axis: 0 | 1): Float32Array =>
      places ? Float32Array.from({ length: places.length / 2 }, (_, i) => places[2 * i + axis]!) : none;
    const [x, z] = [at(samples, 0), at(means, 0)];
    this.x.show(
      {
        ...{ name: 'Plane of x: samples of the decoder', x, y: at(samples, 1) },
        // Grey: they are of no class, and nothing is known of them.
        colour: { kind: 'values', values: new Float32Array(x.length).fill(NaN), range: [0, 1], ramp: 'viridis' },
        ...{ axes: { x: 'x₁', y: 'x₂', equal: true }, box: window ?? { left: -2, right: 2, bottom: -2, top: 2 } },
        spoken: (index) => `sample ${index + 1}`,
      },
      this.x.viewport,
    );
    const classes = means && components ? components : new Uint16Array(z.length);
    this.z.show(
      {
        ...{ name: 'Plane of z: the encoder’s means of the data', x: z, y: at(means, 1) },
        colour: { kind: 'classes', classes, count: mixture?.count ?? 1 },
        ...{ axes: { x: 'z₁', y: 'z₂', equal: true }, box: latentWindow },
        spoken: (index) => `point ${index + 1}, of component ${(classes[index] ?? 0) + 1}`,
      },
      this.z.viewport,
    );
    this.x.point(this.#sample);
    this.z.point(this.#item);
  }

  #lay(): void {
    const data = this.#data;
    const frame = this.#frame;
    const [item, sample] = [this.#item, this.#sample];
    const group = (name: string, curves: readonly Float64Array[], projection: Projection): TemplateResult =>
      svg`<g class=${name}>${curves.map((places) => curve(projection, { places }))}</g>`;
    this.x.overlay((projection) => {
      const shown = item !== null && data ? ring(projection, data.points[2 * item]!, data.points[2 * item + 1]!) : nothing;
      return svg`${group('training-true', data?.contours ?? [], projection)} ${group('training-learned', this.#learned, projection)}
        ${shown} ${this.#events.drawn(projection)}`;
    });
    this.z.overlay((projection) => {
      const circles = priorCircles.map((radius) => ellipse(projection, { mean: [0, 0], axes: [radius, radius], angle: 0 }));
      const from = sample !== null && data ? ring(projection, data.latents[2 * sample]!, data.latents[2 * sample + 1]!) : nothing;
      const own =
        item !== null && frame
          ? ellipse(projection, {
              mean: [frame.mean[2 * item]!, frame.mean[2 * item + 1]!],
              axes: [Math.exp(frame.logVariance[2 * item]! / 2), Math.exp(frame.logVariance[2 * item + 1]! / 2)],
              ...{ angle: 0, tone: 'strong' },
            })
          : nothing;
      return svg`<g class="training-prior">${circles}</g> ${group('training-learned', this.#aggregate, projection)} ${own} ${from}`;
    });
  }
}

function ring({ point }: Projection, x: number, y: number): TemplateResult {
  const at = point(x, y);
  return svg`<circle class="points-ring under" cx=${at.x} cy=${at.y} r="6"></circle>
    <circle class="points-ring picked" cx=${at.x} cy=${at.y} r="6"></circle>`;
}
