/** How the run goes: evaluations, guidance, seeds; details on demand. */

import { html, nothing, type TemplateResult } from 'lit';
import { mostSeeds } from '../../src/protocol/denoisingView.ts';
import type { LoadedDiffusion } from '../../src/protocol/diffusion.ts';
import { slider } from '../shared/slider.ts';
import type { DenoisingDesk } from './desk.ts';

/** Of the slider; as many as the training has can be pasted. */
const mostSteps = 100;
const mostGuidance = 10;

export function settingsRow(panel: DenoisingDesk, model: LoadedDiffusion): TemplateResult {
  const { run, guidance, count } = panel.state.settings;
  const most = Math.max(run.steps, Math.min(mostSteps, model.scheduler.settings.numTrainTimesteps));
  return html`<div class="denoising-settings" role="group" aria-label="Settings of the run">
    ${slider(
      {
        ...{ label: 'Steps', title: 'Steps of the sampler; some samplers evaluate the model twice in one' },
        ...{ value: run.steps, maximum: most, step: 1, text: String(run.steps) },
      },
      (steps) => panel.set({ run: { ...panel.state.settings.run, steps: Math.max(1, steps) } }),
    )}
    ${
      model.withoutGuidance === null
        ? slider(
            {
              ...{ label: 'Guidance', title: 'Classifier-free guidance: 1 is the condition alone, in half of the evaluations' },
              ...{ value: guidance, maximum: Math.max(mostGuidance, guidance), step: 0.25, text: guidance.toFixed(2) },
            },
            (value) => panel.set({ guidance: value }),
          )
        : nothing
    }
    ${slider(
      {
        ...{ label: 'Seeds', title: 'How many are drawn at once, each from the seed after the one before' },
        ...{ value: count, maximum: mostSeeds, step: 1, text: String(count) },
      },
      (value) => panel.set({ count: Math.max(1, value) }),
    )}
    ${details(panel, model)}
  </div>`;
}

function details(panel: DenoisingDesk, { withoutGuidance, conditioning, scheduler }: LoadedDiffusion): TemplateResult | typeof nothing {
  const { rescale, run, sampler, condition, guidance } = panel.state.settings;
  const isDdim = (sampler ?? scheduler.sampler) === 'ddim';
  const isGuided = withoutGuidance === null && guidance !== 1;
  const isText = conditioning.kind === 'text' || conditioning.kind === 'caption';
  if (!isDdim && !isGuided) return nothing;
  return html`<details>
    <summary>Details</summary>
    <div class="denoising-details">
      ${
        isGuided
          ? slider(
              {
                ...{ label: 'Rescale', title: 'Share of the guided output that is scaled to the deviation of the conditional one' },
                ...{ value: rescale, maximum: 1, step: 0.05, text: rescale === 0 ? 'off' : rescale.toFixed(2) },
              },
              (value) => panel.set({ rescale: Number(value.toFixed(2)) }),
            )
          : nothing
      }
      ${
        isDdim
          ? slider(
              {
                ...{ label: 'Eta', title: 'How much of the noise of DDPM is drawn in each step: 0 draws none' },
                ...{ value: run.eta ?? 0, maximum: 1, step: 0.05, text: run.eta ? run.eta.toFixed(2) : 'off' },
              },
              (value) => panel.set({ run: { ...panel.state.settings.run, eta: Number(value.toFixed(2)) } }),
            )
          : nothing
      }
      ${
        isGuided && isText
          ? html`<label class="seed denoising-negative" title="Guidance leads away from it, in place of the empty text">
              <span>Away from</span>
              <input
                class="field"
                type="text"
                .value=${condition.negative ?? ''}
                @change=${({ target }: Event) => {
                  if (target instanceof HTMLInputElement) panel.set({ condition: withNegative(panel, target.value) });
                }}
              />
            </label>`
          : nothing
      }
    </div>
  </details>`;
}

function withNegative({ state }: DenoisingDesk, negative: string): { prompt?: string; negative?: string } {
  const { prompt } = state.settings.condition;
  return { ...(prompt !== undefined && { prompt }), ...(negative !== '' && { negative }) };
}
