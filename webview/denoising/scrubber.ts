/** The evaluation that is looked at: x, what it is predicted to be made of, the step, and the slider that goes along the run. */

import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { LoadedDiffusion } from '../../src/protocol/diffusion.ts';
import { shortNumber } from '../shared/numbers.ts';
import { iconButton } from '../shared/toolbar.ts';
import type { DenoisingDesk } from './desk.ts';
import { lengthOf, type Moment, type ShownTensor } from './moment.ts';
import { growthOf, painted, pictureOf, scaleLegend, scaleOf } from './scales.ts';
import type { Trajectory } from './session.ts';
import { evaluationWords, timeWords } from './words.ts';

const shown: readonly (readonly [tensor: ShownTensor, name: string])[] = [
  ['x', 'x before the step'],
  ['clean', 'Predicted picture'],
  ['noise', 'Predicted noise'],
  ['step', 'Step taken'],
];

export function scrubber(panel: DenoisingDesk, model: LoadedDiffusion, trajectory: Trajectory, moment: Moment): TemplateResult {
  const seed = trajectory.settings.seed + moment.item;
  return html`<section class="denoising-section" aria-labelledby="denoising-moment">
    <h2 id="denoising-moment">Seed ${seed}: ${evaluationWords(moment)}</h2>
    <div class="denoising-tensors">${shown.map(([tensor, name]) => tensorFigure(panel, model, moment, tensor, name))}</div>
    ${playerRow(panel, trajectory, moment)}
    <div class="denoising-legends">
      ${scaleLegend(model.latent ? 'latents' : 'pictures, cut off at the ends', scaleOf('x', [], model), panel.palette)}
      ${scaleLegend('noise, in standard deviations', scaleOf('noise', [], model), panel.palette)}
      ${moment.tensors.step ? scaleLegend('step, in the unit of x', scaleOf('step', moment.tensors.step, model), panel.palette) : nothing}
    </div>
  </section>`;
}

function tensorFigure(
  { palette }: DenoisingDesk,
  model: LoadedDiffusion,
  moment: Moment,
  tensor: ShownTensor,
  name: string,
): TemplateResult | typeof nothing {
  const image = pictureOf(tensor, moment, model, palette);
  if (!image) return nothing;
  const title = tensor === 'x' && !moment.told ? 'Sample' : name;
  const facts = factsOf(moment, tensor);
  return html`<figure>
    <canvas role="img" aria-label=${`${title}, ${facts}`} ${ref(painted(image))}></canvas>
    <figcaption>${title} <span>${facts}</span></figcaption>
  </figure>`;
}

/** "length 37.2", "length 580, drawn divided by 14.6" */
function factsOf(moment: Moment, tensor: ShownTensor): string {
  const { told, item, tensors } = moment;
  const length = told ? lengthOf(told, tensor, item) : Math.hypot(...(tensors[tensor] ?? []));
  const growth = tensor === 'x' ? growthOf(moment) : 1;
  return `length ${shortNumber(length)}${growth > 1.005 ? `, drawn divided by ${shortNumber(growth)}` : ''}`;
}

function playerRow(panel: DenoisingDesk, { from, evaluations, run }: Trajectory, { evaluation, told, count }: Moment): TemplateResult {
  const last = evaluations.at(-1)!.index;
  const moved = ({ target }: Event): void => {
    if (target instanceof HTMLInputElement) panel.move({ evaluation: target.valueAsNumber });
  };
  const { player } = panel;
  return html`<div class="denoising-player">
    ${
      player.isPlaying
        ? iconButton('debug-pause', 'Pause', () => player.pause())
        : iconButton('play', 'Play from here', () => player.play())
    }
    <label class="slider">
      <span class="slider-label">Evaluation</span>
      <input
        type="range"
        min=${from}
        max=${run ? last + 1 : last}
        step="1"
        .value=${String(evaluation)}
        aria-valuetext=${told ? `${evaluation + 1} of ${count}, ${timeWords(told.timestep)}` : 'the sample'}
        @input=${moved}
      />
      <span class="slider-value" aria-hidden="true">${told ? `${evaluation + 1} of ${count}` : 'the sample'}</span>
    </label>
  </div>`;
}
