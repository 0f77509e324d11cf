/** The image file: where runs begin with it, and the noise that it comes from. */

import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { LoadedDiffusion } from '../../src/protocol/diffusion.ts';
import { progressBar, textButton } from '../shared/notices.ts';
import { paint } from '../shared/pictures/drawing.ts';
import { slider } from '../shared/slider.ts';
import { iconButton } from '../shared/toolbar.ts';
import type { DenoisingDesk } from './desk.ts';
import { painted } from './scales.ts';
import { imageOf, shapeOf, type TensorScale } from './tensorPictures.ts';
import { inversionSentence } from './words.ts';

export function imageSide(panel: DenoisingDesk, model: LoadedDiffusion): TemplateResult | typeof nothing {
  const { image, state } = panel;
  if (model.item.kind !== 'image' || (model.latent && !model.latent.encodes)) return nothing;
  const { steps } = state.settings.run;
  const from = state.image?.from ?? 0;
  return html`<section class="denoising-section" aria-labelledby="denoising-image">
    <header class="denoising-section-head">
      <h2 id="denoising-image">From an image file</h2>
      <span class="spacer"></span>
      ${iconButton('file-media', 'Begin with the image that is open', () => panel.pickImage(false))}
      ${iconButton('folder-opened', 'Begin with an image file…', () => panel.pickImage(true))}
      ${image ? iconButton('close', 'Begin with noise alone', () => panel.forgetImage()) : nothing}
    </header>
    ${
      image
        ? html`<div class="denoising-image">
              <canvas
                role="img"
                aria-label=${image.picture.name}
                ${ref((element?: Element) => {
                  if (element instanceof HTMLCanvasElement) paint(element, image.picture.levels, image.picture.shape);
                })}
              ></canvas>
              <p>${image.picture.name} is noised to evaluation ${from + 1}, and denoised from there: the later, the more of it stays.</p>
            </div>
            ${slider(
              {
                ...{ label: 'Begins at', title: 'The first evaluation that is made; those before it are left out' },
                ...{ value: from, maximum: steps - 1, step: 1, text: `${from + 1} of ${steps}` },
              },
              (evaluation) => panel.beginAt(evaluation),
            )}
            ${inversion(panel, model)}`
        : html`<p class="denoising-note">
            An image is noised to an evaluation and denoised from there; and DDIM, run backwards, says which noise it comes from.
          </p>`
    }
  </section>`;
}

function inversion(panel: DenoisingDesk, model: LoadedDiffusion): TemplateResult {
  const { found, progress } = panel.inverted;
  if (progress)
    return html`<p class="denoising-note" role="status">${progress.message} ${textButton('Cancel', () => panel.inverted.cancel())}</p>
      ${progressBar(progress)}`;
  if (!found) return html`<p>${textButton('Find the noise that DDIM makes it of', () => panel.invert())}</p>`;
  const shape = shapeOf(model.item);
  const pictures: TensorScale = model.latent ? { kind: 'signed', top: 3 } : { kind: 'range', ...model.range };
  const each: readonly (readonly [name: string, values: Float32Array, scale: TensorScale])[] = [
    ['Given', found.given, pictures],
    ['Noise', found.init, { kind: 'signed', top: 3 }],
    ['Back again', found.returned, pictures],
  ];
  return html`<div class="denoising-tensors small">
      ${each.map(
        ([name, values, scale]) =>
          html`<figure>
            <canvas role="img" aria-label=${name} ${ref(painted(imageOf(values, shape, scale, panel.palette)))}></canvas>
            <figcaption>${name}</figcaption>
          </figure>`,
      )}
    </div>
    <p role="status">${inversionSentence(found, model)}</p>
    <p>${textButton('Invert again', () => panel.invert())}</p>`;
}
