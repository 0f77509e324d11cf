/** Eigenvalues of the game's Jacobian in the complex plane: with the rules in force, and with others. */

import { svg } from 'lit';
import type { AdversarialRotation } from '../../src/protocol/adversarialView.ts';
import { curve } from '../shared/points/overlay.ts';
import { PointsView } from '../shared/points/pointsView.ts';
import { complexText } from './words.ts';

export class RotationPlane {
  readonly points: PointsView;

  constructor() {
    this.points = new PointsView({
      ...{ viewportChanged: () => undefined, pointed: () => undefined, picked: () => undefined, selected: () => undefined },
      ...{ probed: () => undefined, toolChanged: () => undefined },
    });
  }

  /** @param words what the others are */
  show(rotation: AdversarialRotation | null, words: string): void {
    const [now, other] = [rotation?.now.eigenvalues ?? [], rotation?.other.eigenvalues ?? []];
    const all = [...other, ...now];
    const reach = (part: 'real' | 'imaginary'): number => 1.1 * Math.max(1e-6, ...all.map((value) => Math.abs(value[part])));
    const [across, up] = rotation ? [reach('real'), reach('imaginary')] : [1, 1];
    this.points.show({
      name: 'Eigenvalues of the game’s Jacobian',
      ...{ x: Float32Array.from(all, ({ real }) => real), y: Float32Array.from(all, ({ imaginary }) => imaginary) },
      // Grey are the others.
      colour: { kind: 'values', values: Float32Array.from(all, (_, i) => (i < other.length ? NaN : 1)), range: [0, 1], ramp: 'viridis' },
      axes: { x: 'real part', y: 'imaginary part', equal: false },
      box: { left: -across, right: across, bottom: -up, top: up },
      spoken: (index) => `${complexText(all[index]!)}, ${index < other.length ? words : 'now'}`,
    });
    this.points.overlay((projection) => {
      const [, bottom] = projection.place({ x: 0, y: projection.size.height });
      const [, top] = projection.place({ x: 0, y: 0 });
      return svg`<g class="training-bound">${curve(projection, { places: Float64Array.of(0, bottom, 0, top) })}</g>`;
    });
  }
}
