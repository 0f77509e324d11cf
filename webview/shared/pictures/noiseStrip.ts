/** z of one sample as bars. */

import { html, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { levelsOf } from '../../../src/maths/levels.ts';
import { paint } from './drawing.ts';

/** Numbers of N(0, 1) lie within it with a chance of 0.997; those beyond are cut. */
const between = { low: -3, high: 3 };

export function noiseStrip(z: Float32Array): TemplateResult {
  const length = Math.hypot(...z);
  const words = `z: ${z.length} numbers, length ${length.toFixed(2)}`;
  const drawn = (element?: Element): void => {
    if (!(element instanceof HTMLCanvasElement)) return;
    const shape = { channels: 1, height: 1, width: z.length, zero: levelsOf([0], between)[0]! };
    paint(element, levelsOf(z, between), shape);
  };
  return html`<figure class="noise">
    <canvas class="noise-bars" role="img" aria-label=${`${words}, drawn from -3 to 3`} ${ref(drawn)}></canvas>
    <figcaption>${words}; bars from −3 to 3</figcaption>
  </figure>`;
}
