/** The panel of a diffusion model as it is drawn: the evaluation that is looked at and all of them, beside what is said of it. */

import { html, nothing, type TemplateResult } from 'lit';
import { banner, busyBanner, textButton } from '../shared/notices.ts';
import { attentionSide } from './attentionSide.ts';
import { curves } from './curves.ts';
import type { DenoisingDesk } from './desk.ts';
import { formulaSide } from './formulaSide.ts';
import { imageSide } from './imageSide.ts';
import { cleanChange } from './moment.ts';
import { scrubber } from './scrubber.ts';
import { settingsRow } from './settingsRow.ts';
import { stripSection } from './strip.ts';
import { shapeOf } from './tensorPictures.ts';
import { toolbar } from './toolbar.ts';
import { headlineOf, samplerTitle } from './words.ts';

export function denoisingPage(panel: DenoisingDesk): TemplateResult {
  const { busy, changes, session, moment } = panel;
  const { model, trajectory } = session;
  return html`<main class="denoising">
    <h1 class="headline">${headline(panel)}</h1>
    ${toolbar(panel)} ${model ? settingsRow(panel, model) : nothing} ${busy ? busyBanner(busy, () => panel.stop()) : nothing}
    ${banners(panel)} ${changes.map((notice) => banner('info', notice, nothing))}
    <div class="denoising-parts" ?hidden=${!model}>
      ${
        model
          ? html`<div class="denoising-main">
                ${
                  trajectory && moment
                    ? html`${scrubber(panel, model, trajectory, moment)} ${stripSection(panel, model, trajectory, moment)}
                      ${curves(panel, trajectory, moment)}`
                    : html`<p class="denoising-note">Nothing is drawn yet.</p>`
                }
              </div>
              <div class="denoising-side">
                ${
                  trajectory?.run && moment
                    ? html`${attentionSide(panel, model, moment)} ${formulaSide(panel, model, trajectory, moment)}`
                    : nothing
                }
                ${imageSide(panel, model)}
              </div>`
          : nothing
      }
    </div>
  </main>`;
}

/** What went wrong, or was stopped, can be begun again where nothing is seen without it. */
function banners(panel: DenoisingDesk): TemplateResult {
  const { busy, problem, session, state } = panel;
  const isUnfinished = state.model !== null && busy === null && !session.trajectory?.run;
  const isUnread = panel.check.failed || panel.maps.failed;
  const again = isUnfinished
    ? textButton('Try again', () => panel.begin())
    : isUnread
      ? textButton('Read again', () => panel.readAgain())
      : nothing;
  const close = textButton('Close', () => panel.closeProblem());
  return html`${problem === null ? nothing : banner('error', problem, html`${again} ${close}`)}
  ${isUnfinished && problem === null ? banner('info', 'The run is not whole: it was stopped.', again) : nothing}`;
}

function headline({ session, content, moment, chosen }: DenoisingDesk): string {
  const { trajectory, model } = session;
  if (content.models.length === 0) return 'There is no diffusion model here: reinstall Genlens, or add one of your own.';
  if (!trajectory || !moment || !model) return `How ${chosen?.title ?? 'a diffusion model'} makes a picture out of noise, step by step`;
  const sampler = samplerTitle(trajectory.run?.sampler ?? trajectory.settings.sampler ?? model.scheduler.sampler);
  return headlineOf(trajectory, moment, sampler, cleanChange(trajectory, moment, shapeOf(model.item)));
}
