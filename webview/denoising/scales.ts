/** In which colours each tensor is drawn, and what they are called. */

import { html, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { LoadedDiffusion } from '../../src/protocol/diffusion.ts';
import { differenceRamp, type Palette } from '../shared/heatmap/colours.ts';
import { placedAt, rampPainted } from '../shared/legend.ts';
import { minus, shortNumber } from '../shared/numbers.ts';
import type { Moment, ShownTensor } from './moment.ts';
import { greys, imageOf, largestOf, paintImage, type TensorImage, type TensorScale } from './tensorPictures.ts';

/** Standard normal numbers lie within it with a chance of 0.997. */
const noiseTop = 3;

/** What x grows to beside a picture of variance 1: 1 where alpha and sigma keep its variance, or lower it. */
export const growthOf = ({ told }: Pick<Moment, 'told'>): number => (told ? Math.max(1, Math.hypot(told.alpha, told.sigma)) : 1);

/** Latents have no range of pictures. */
export function scaleOf(tensor: ShownTensor, values: ArrayLike<number>, { range, latent }: LoadedDiffusion): TensorScale {
  if (tensor === 'noise') return { kind: 'signed', top: noiseTop };
  if (tensor === 'step') return { kind: 'signed', top: largestOf(values) };
  return latent ? { kind: 'signed', top: noiseTop } : { kind: 'range', ...range };
}

/** x is drawn as the model is given it: divided by what it has grown by. */
export function drawnOf(tensor: ShownTensor, moment: Moment): Float32Array | null {
  const values = moment.tensors[tensor];
  if (!values) return null;
  const growth = tensor === 'x' ? growthOf(moment) : 1;
  return growth === 1 ? values : values.map((value) => value / growth);
}

export function pictureOf(tensor: ShownTensor, moment: Moment, model: LoadedDiffusion, palette: Palette): TensorImage | null {
  const values = drawnOf(tensor, moment);
  return values && imageOf(values, moment.shape, scaleOf(tensor, values, model), palette);
}

export const painted =
  (image: TensorImage | null) =>
  (element?: Element): void => {
    if (element instanceof HTMLCanvasElement && image) paintImage(element, image);
  };

export function scaleLegend(name: string, scale: TensorScale, palette: Palette): TemplateResult {
  const isSigned = scale.kind === 'signed';
  const [low, high] = isSigned ? [-scale.top, scale.top] : [scale.low, scale.high];
  const ends = isSigned ? [shortNumber(low), '0', `+${shortNumber(high)}`] : [shortNumber(low), shortNumber(high)];
  return html`<div class="legend denoising-legend" role="group" aria-label=${`Colours: ${name}`}>
    <span class="legend-name">${name}</span>
    <div class="legend-scale">
      <div class="legend-ramp" ${ref(rampPainted(isSigned ? differenceRamp(palette) : greys))}></div>
      <div class="legend-ticks">
        ${ends.map(
          (label, at) =>
            html`<span class=${at === 0 ? 'first' : at === ends.length - 1 ? 'last' : ''} ${ref(placedAt(at / (ends.length - 1)))}
              >${minus(label)}</span
            >`,
        )}
      </div>
    </div>
  </div>`;
}
