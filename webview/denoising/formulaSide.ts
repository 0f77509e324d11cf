/** The update of the chosen sampler with the numbers of the evaluation that is looked at. */

import { html, nothing, type TemplateResult } from 'lit';
import type { LoadedDiffusion } from '../../src/protocol/diffusion.ts';
import type { DenoisingDesk } from './desk.ts';
import type { Moment } from './moment.ts';
import type { Trajectory } from './session.ts';
import { stepContent } from './stepContent.ts';

export function formulaSide(
  panel: DenoisingDesk,
  model: LoadedDiffusion,
  { run }: Trajectory,
  moment: Moment,
): TemplateResult | typeof nothing {
  if (!run) return nothing;
  const { formula, check, palette, state } = panel;
  const residual = check.residual(moment.evaluation, moment.item);
  const content = stepContent({ run, moment, model, palette, residual, openSteps: new Set(state.openSteps) });
  if (content) formula.show(content);
  return html`<section class="denoising-section denoising-formula" aria-labelledby="denoising-step">
    <h2 id="denoising-step">This step</h2>
    ${
      content
        ? formula.element
        : html`<p class="denoising-note">
            ${moment.told ? 'The numbers of this step are not known: the model tells its variance.' : 'No step follows the sample.'}
          </p>`
    }
  </section>`;
}
