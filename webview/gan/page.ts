/** The panel of a GAN as it is drawn: samples beside what is said of one, of the scores, of the variety and of what is given away. */

import { html, nothing, type TemplateResult } from 'lit';
import { banner, busyBanner, textButton } from '../shared/notices.ts';
import type { GanDesk } from './desk.ts';
import { sampleSide } from './sampleSide.ts';
import { scoresSide } from './scoresSide.ts';
import { settingsRow } from './settingsRow.ts';
import { toolbar } from './toolbar.ts';
import { trainingSide } from './trainingSide.ts';
import { varietySide } from './varietySide.ts';
import { measuredSentence, samplesSentence } from './words.ts';

export function ganPage(panel: GanDesk): TemplateResult {
  const { busy, grid, changes } = panel;
  const { model } = panel.session;
  return html`<main class="gan">
    <h1 class="headline">${headline(panel)}</h1>
    ${toolbar(panel)} ${busy ? busyBanner(busy, () => panel.session.cancel()) : nothing} ${banners(panel)}
    ${changes.map((notice) => banner('info', notice, nothing))}
    <div class="gan-parts" ?hidden=${!model}>
      <section class="gan-samples" aria-label="Samples">${settingsRow(panel)} ${grid.element}</section>
      ${
        model
          ? html`<div class="gan-side">${sampleSide(panel, model)} ${trainingSide(panel, model)}</div>
              <div class="gan-measures">${scoresSide(panel, model)} ${varietySide(panel, model)}</div>`
          : nothing
      }
    </div>
  </main>`;
}

/** What went wrong, or was cancelled, can be begun again where nothing is seen without it. */
function banners(panel: GanDesk): TemplateResult {
  const { busy, problem, session, state } = panel;
  const isUnfinished = state.model !== null && busy === null && !session.samples?.recipe;
  const again = isUnfinished ? textButton('Try again', () => panel.begin()) : nothing;
  const close = textButton('Close', () => panel.closeProblem());
  return html`${problem === null ? nothing : banner('error', problem, html`${again} ${close}`)}
  ${isUnfinished && problem === null ? banner('info', 'The samples are not all there: it was stopped.', again) : nothing}`;
}

function headline({ session, chosen, content, measured }: GanDesk): string {
  const { samples } = session;
  const title = chosen?.title ?? 'The model';
  if (content.models.length === 0) return 'There is no GAN here: reinstall Genlens, or add one of your own.';
  const found = measured.found?.evaluation;
  if (found) return measuredSentence(title, found);
  if (samples && samples.count > 0) return samplesSentence(title, samples);
  return 'What a generator draws from noise, and what the discriminator says of it';
}
