/** The two planes of x: what the players have come to, and the truth beside it. */

import { nothing, svg, type TemplateResult } from 'lit';
import type { AdversarialFrame, AdversarialTruth, TruthSurface } from '../../src/protocol/adversarialView.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import { contourOf } from '../shared/points/contours.ts';
import type { Field } from '../shared/points/field.ts';
import { curve, ellipse, type DragPhase, type Place, type Tone } from '../shared/points/overlay.ts';
import { PointsView } from '../shared/points/pointsView.ts';
import type { Projection } from '../shared/points/projection.ts';
import { regions } from '../shared/points/regions.ts';
import { gridCurve, type GanData } from './ganData.ts';
import { pullArrows, medianPull } from './pulls.ts';
import { lossOf, scoreScale, surfaceRamp, type ScoreScale } from './scores.ts';

/** Deviations within which a point is of a component. */
const modeReach = 3;

export interface Shown {
  readonly arrows: boolean;
  readonly grid: boolean;
  readonly realPoints: boolean;
  readonly truth: TruthSurface;
}

/** What points are of. */
export type PointKind = 'real' | 'generated';

export interface PictureEvents {
  /** A drag on the plane, while points are drawn. */
  probed(place: Place, phase: DragPhase): void;
  /** What lies over the plane besides. */
  drawn(projection: Projection): TemplateResult | typeof nothing;
  /** A point is pointed at; null: none is. */
  pointed(kind: PointKind | null): void;
  changed(): void;
}

/** What a field's colours are of. */
export interface FieldLegend {
  readonly name: string;
  readonly range: readonly [low: number, high: number];
}

export class Pictures {
  readonly learned: PointsView;
  readonly truth: PointsView;
  readonly #events: PictureEvents;
  #palette: Palette;
  #data: GanData | null = null;
  #frame: AdversarialFrame | null = null;
  #measured: AdversarialTruth | null = null;
  #coefficients: AdversarialTruth['coefficients'] = {};
  #density: readonly Float64Array[] = [];
  #shown: Shown;
  #lit: PointKind | null = null;
  learnedLegend: FieldLegend | null = null;
  truthLegend: FieldLegend | null = null;

  constructor(events: PictureEvents, shown: Shown, palette: Palette) {
    this.#events = events;
    this.#shown = shown;
    this.#palette = palette;
    const ignored = {
      ...{ viewportChanged: () => undefined, picked: () => undefined, selected: () => undefined },
      toolChanged: () => events.changed(),
    };
    this.learned = new PointsView({
      ...ignored,
      probed: (place, phase) => events.probed(place, phase),
      pointed: (index) => events.pointed(index === null ? null : index < this.#realCount ? 'real' : 'generated'),
    });
    this.truth = new PointsView({ ...ignored, probed: () => undefined, pointed: () => undefined });
  }

  /** Has the points of one kind stand out; null: all are alike. */
  light(kind: PointKind | null): void {
    this.#lit = kind;
    this.#emphasise();
  }

  /** Of the pulls that are drawn; NaN: none are. */
  get medianPull(): number {
    return this.#frame ? medianPull(this.#frame.pulls) : NaN;
  }

  /** Another run: nothing of it is known yet. */
  open(data: GanData | null): void {
    this.#data = data;
    [this.#frame, this.#measured, this.#density, this.learnedLegend, this.truthLegend] = [null, null, [], null, null];
    this.#draw();
    this.fit();
  }

  show(shown: Shown): void {
    this.#shown = shown;
    this.#draw();
  }

  frame(frame: AdversarialFrame, coefficients: AdversarialTruth['coefficients']): void {
    this.#frame = frame;
    this.#coefficients = coefficients;
    this.#drawLearned();
  }

  measured(measured: AdversarialTruth): void {
    const data = this.#data;
    if (!data) return;
    this.#measured = measured;
    const { density, flat } = measured.truth;
    const side = measured.raster.columns;
    // A generator that has lost a dimension has no density to draw.
    this.#density = flat > 0.5 ? [] : regions(density.map(Math.log), data.window, side);
    this.#drawTruth();
  }

  recolour(palette: Palette): void {
    this.#palette = palette;
    this.learned.recolour();
    this.truth.recolour();
    this.#draw();
  }

  relay(): void {
    this.#layLearned();
  }

  fit(): void {
    this.learned.fit();
    this.truth.fit();
  }

  #draw(): void {
    this.#drawLearned();
    this.#drawTruth();
  }

  #drawLearned(): void {
    const [data, frame] = [this.#data, this.#frame];
    const generated = frame?.points ?? none;
    const real = (this.#shown.realPoints && data?.points) || none;
    this.#points(this.learned, 'Plane of x: generated points on the discriminator’s surface', [
      { places: real, spoken: (index) => `real point ${index + 1}` },
      { places: generated, spoken: (index) => `generated point ${index + 1}` },
    ]);
    this.#emphasise();
    const scale = frame ? scoreScale(lossOf(this.#coefficients), frame.surface) : null;
    this.learnedLegend = scale;
    this.learned.field(data && frame && scale ? this.#field(data.rasters.frame.columns, frame.surface, scale) : null);
    this.#layLearned();
  }

  /** Real points come first. */
  get #realCount(): number {
    return this.#shown.realPoints ? (this.#data?.points.length ?? 0) / 2 : 0;
  }

  #emphasise(): void {
    const real = this.#realCount;
    const [from, to] = this.#lit === 'real' ? [0, real] : [real, real + (this.#frame?.points.length ?? 0) / 2];
    this.learned.select(this.#lit === null ? new Uint32Array(0) : Uint32Array.from({ length: to - from }, (_, i) => from + i));
  }

  #layLearned(): void {
    const [data, frame] = [this.#data, this.#frame];
    const scale = frame ? scoreScale(lossOf(this.#coefficients), frame.surface) : null;
    const lines = data && frame && scale ? contoursOf(data, data.rasters.frame.columns, frame.surface, scale) : [];
    const arrows = frame && this.#shown.arrows ? pullArrows(frame.points, frame.pulls) : null;
    const grid = frame && this.#shown.grid ? gridCurve(frame.places) : null;
    this.learned.overlay((projection) => {
      return svg`${group('adversarial-level', lines, projection)}
        ${group('training-true', data?.contours.map((places) => ({ places })) ?? [], projection)}
        ${grid ? group('adversarial-grid', [{ places: grid }], projection) : nothing}
        ${arrows ? group('adversarial-arrow', [{ places: arrows }], projection) : nothing} ${this.#events.drawn(projection)}`;
    });
  }

  #drawTruth(): void {
    const [data, measured] = [this.#data, this.#measured];
    this.#points(this.truth, 'Plane of x: the truth, for these densities', []);
    const surface = data && measured ? this.#truthField(data, measured) : null;
    this.truthLegend = surface?.legend ?? null;
    this.truth.field(surface?.field ?? null);
    const lines = surface?.lines ?? [];
    const coverage = measured?.truth.coverage;
    this.truth.overlay((projection) => {
      const modes = data && coverage ? coverage.hit.map((hit, mode) => ellipseOf(data, mode, hit ? 'weak' : 'strong', projection)) : [];
      return svg`${group('adversarial-level', lines, projection)}
        ${group('training-true', data?.contours.map((places) => ({ places })) ?? [], projection)}
        ${group(
          'training-learned',
          this.#density.map((places) => ({ places })),
          projection,
        )} <g class="adversarial-mode">${modes}</g>`;
    });
  }

  /** The best discriminator, what this one lacks of it, or the densities themselves; null where there is none. */
  #truthField(
    data: GanData,
    { coefficients, raster: { columns: side }, truth }: AdversarialTruth,
  ): { field: Field; legend: FieldLegend; lines: Line[] } | null {
    if (this.#shown.truth === 'densities') {
      const { dataDensity, density } = truth;
      if (!dataDensity) return null;
      const values = dataDensity.map((value, i) => value - density[i]!);
      const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
      const legend: FieldLegend = { name: 'p_d − p_g, density', range: [-most, most] };
      return { legend, field: this.#fieldOf(side, values, legend.range), lines: [] };
    }
    const { scores } = truth;
    const optimal = truth.optimal && whereSeen(truth.optimal, truth);
    if (!optimal) return null;
    const scale = scoreScale(lossOf(coefficients), scores);
    if (this.#shown.truth === 'best')
      return {
        legend: { ...scale, name: scale.name.replace('D(x)', 'D*(x)') },
        field: this.#field(side, optimal, scale),
        lines: contoursOf(data, side, optimal, scale),
      };
    const values = optimal.map((score, i) => scale.value(scores[i]!) - scale.value(score));
    const legend: FieldLegend = { name: 'D(x) − D*(x)', range: [-1, 1] };
    return { legend, field: this.#fieldOf(side, values, legend.range), lines: [] };
  }

  #field(side: number, scores: ArrayLike<number>, { value, range }: ScoreScale): Field {
    return this.#fieldOf(
      side,
      Float64Array.from(scores, (score) => value(score)),
      range,
    );
  }

  #fieldOf(side: number, values: ArrayLike<number>, range: readonly [number, number]): Field {
    return { box: this.#data!.window, columns: side, rows: side, values, range, ramp: surfaceRamp(this.#palette) };
  }

  /** Those of the first are grey, those of the second coloured. */
  #points(view: PointsView, name: string, kinds: readonly { places: Float32Array; spoken: (index: number) => string }[]): void {
    const total = kinds.reduce((sum, { places }) => sum + places.length / 2, 0);
    const [x, y, values] = [new Float32Array(total), new Float32Array(total), new Float32Array(total).fill(1)];
    let next = 0;
    kinds.forEach(({ places }, kind) => {
      for (let i = 0; i < places.length / 2; i++, next++)
        [x[next], y[next], values[next]] = [places[2 * i]!, places[2 * i + 1]!, kind === 0 ? NaN : 1];
    });
    const first = (kinds[0]?.places.length ?? 0) / 2;
    view.show(
      {
        ...{ name, x, y, axes: { x: 'x₁', y: 'x₂', equal: true } },
        box: this.#data?.window ?? { left: -2, right: 2, bottom: -2, top: 2 },
        colour: { kind: 'values', values, range: [0, 1], ramp: 'viridis' },
        spoken: (index) => (index < first ? kinds[0]?.spoken(index) : kinds[1]?.spoken(index - first)) ?? '',
      },
      view.viewport,
    );
  }
}

const none = new Float32Array(0);

/** Of the highest sum of both densities: below it neither was seen, and the ratio of two tails says nothing to see. */
const leastSeen = 1e-4;

/** The best score where either density is; NaN elsewhere. */
function whereSeen(optimal: Float64Array, { dataDensity, density }: AdversarialTruth['truth']): Float64Array {
  const both = density.map((value, i) => value + (dataDensity?.[i] ?? 0));
  const least = leastSeen * both.reduce((most, value) => Math.max(most, value), 0);
  return optimal.map((score, i) => (both[i]! >= least ? score : NaN));
}

interface Line {
  readonly places: Float64Array;
  readonly tone?: Tone;
}

function group(name: string, lines: readonly Line[], projection: Projection): TemplateResult {
  return svg`<g class=${name}>${lines.map((line) => curve(projection, line))}</g>`;
}

/** Where the score has each of the scale's levels; the middle one stands out. */
function contoursOf({ window }: GanData, side: number, scores: ArrayLike<number>, { value, levels }: ScoreScale): Line[] {
  const logDensity = Float64Array.from(scores, (score) => value(score));
  return levels.map((level, index) => ({
    places: contourOf({ window, side, logDensity }, level),
    tone: 2 * index === levels.length - 1 ? 'strong' : 'plain',
  }));
}

function ellipseOf({ mixture: { means, covariances } }: GanData, mode: number, tone: Tone, projection: Projection): TemplateResult {
  const [xx, xy, yy] = [covariances[3 * mode]!, covariances[3 * mode + 1]!, covariances[3 * mode + 2]!];
  const [middle, half] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)];
  return ellipse(projection, {
    mean: [means[2 * mode]!, means[2 * mode + 1]!],
    axes: [modeReach * Math.sqrt(middle + half), modeReach * Math.sqrt(Math.max(0, middle - half))],
    angle: Math.atan2(2 * xy, xx - yy) / 2,
    tone,
  });
}
