/** One picture with its name under it. */

import { html, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { PictureShape } from '../../src/protocol/pictures.ts';
import { paint } from '../shared/pictures/drawing.ts';
import { cssColour, differenceRamp, rampColour, type Palette } from '../shared/heatmap/colours.ts';

export function picture(name: string, levels: Uint8Array | null, shape: PictureShape): TemplateResult {
  const painted = (element?: Element): void => {
    if (element instanceof HTMLCanvasElement && levels) paint(element, levels, shape);
  };
  return html`<figure class="latent-picture">
    <canvas role="img" aria-label=${name} class=${levels ? '' : 'waiting'} ${ref(painted)}></canvas>
    <figcaption>${name}</figcaption>
  </figure>`;
}

/**
 * The reconstruction term of each number of a picture, against the mean of all: red where it costs more than that, blue where less.
 *
 * @param pixels log p of each number, nats, [channels, height, width]; the channels of a place are added
 */
export function costPicture(
  name: string,
  pixels: Float64Array,
  { channels, height, width, zero }: PictureShape,
  palette: Palette,
): TemplateResult {
  const area = height * width;
  const cost = Float64Array.from({ length: area }, (_, at) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum -= pixels[channel * area + at]!;
    return sum;
  });
  const { mean, most, positions } = costPositions(cost);
  const ramp = differenceRamp(palette);
  // A vector's one row is drawn as high as its bars are.
  const tall = zero === undefined ? 1 : Math.ceil(width / 2);
  const painted = (element?: Element): void => {
    if (!(element instanceof HTMLCanvasElement)) return;
    element.width = width;
    element.height = height * tall;
    const context = element.getContext('2d');
    if (!context) return;
    for (let at = 0; at < area; at++) {
      context.fillStyle = cssColour(rampColour(ramp, positions[at]!));
      context.fillRect(at % width, Math.floor(at / width) * tall, 1, tall);
    }
  };
  return html`<figure class="latent-picture">
    <canvas role="img" aria-label=${name} ${ref(painted)}></canvas>
    <figcaption title=${`Mean ${mean.toFixed(2)} nats a pixel; the strongest colour is ${most.toFixed(2)} from it`}>${name}</figcaption>
  </figure>`;
}

/**
 * Where costs lie in a ramp from 0 to 1 that has their mean in its middle. What has no end is dearer than all, what is no number as the mean;
 * neither counts in the scale.
 */
function costPositions(cost: Float64Array): { mean: number; most: number; positions: Float64Array } {
  const known = cost.filter(Number.isFinite);
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  const most = known.reduce((largest, value) => Math.max(largest, Math.abs(value - mean)), 1e-12);
  const positions = cost.map((value) => (Number.isNaN(value) ? 0.5 : Math.max(0, Math.min(1, (value - mean) / most / 2 + 0.5))));
  return { mean, most, positions };
}
