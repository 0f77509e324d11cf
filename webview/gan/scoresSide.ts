/** What the discriminator says: of the samples, of real pictures, and of an image file. */

import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { LoadedGan } from '../../src/protocol/gan.ts';
import { paint } from '../shared/pictures/drawing.ts';
import { iconButton } from '../shared/toolbar.ts';
import type { GanDesk } from './desk.ts';
import { histograms, type ScoreMark, type ScoreRow } from './histogram.ts';
import { imageSentence, percent } from './words.ts';

export function scoresSide(panel: GanDesk, model: LoadedGan): TemplateResult {
  const { image, measured, session } = panel;
  if (!model.discriminator)
    return html`<section class="gan-section" aria-labelledby="gan-scores">
      <h2 id="gan-scores">Discriminator</h2>
      <p class="gan-note">The model was added without a discriminator: there are no scores.</p>
    </section>`;
  const scores = session.samples?.scores ?? [];
  const found = measured.found?.evaluation ?? null;
  const rows: ScoreRow[] = [
    { name: 'Samples', scores: found?.scores?.each.samples ?? scores },
    ...(found?.scores?.each.data ? [{ name: found.data.name, scores: found.scores.each.data }] : []),
    ...(found?.scores?.each.train ? [{ name: found.train?.name ?? 'Training data', scores: found.scores.each.train }] : []),
  ];
  const { seen } = panel.explored;
  const marks: ScoreMark[] = [
    ...(seen && seen.score !== null ? [{ name: 'What is looked at', score: seen.score, kind: 'sample' as const }] : []),
    ...(image && image.score !== null ? [{ name: image.picture.name, score: image.score, kind: 'image' as const }] : []),
  ];
  return html`<section class="gan-section" aria-labelledby="gan-scores">
    <h2 id="gan-scores">What the discriminator says</h2>
    ${scores.length > 0 ? histograms(rows, marks) : nothing} ${aucLine(panel)}
    ${found?.withoutScores ? html`<p class="gan-note">${found.withoutScores}</p>` : nothing}
    ${
      image
        ? html`<div class="gan-image">
            <canvas
              role="img"
              aria-label=${image.picture.name}
              ${ref((element?: Element) => {
                if (element instanceof HTMLCanvasElement) paint(element, image.picture.levels, image.picture.shape);
              })}
            ></canvas>
            <p role="status">${imageSentence(image, model, scores)}</p>
            ${iconButton('close', 'Leave the image out', () => panel.forgetPicture())}
          </div>`
        : html`<p class="gan-note">
            A score is no probability: it says how real a picture looks beside
            others${model.classes.length > 0 ? ', as the class it is told' : ''}.
          </p>`
    }
  </section>`;
}

/** How well scores tell each pair apart. */
function aucLine({ measured }: GanDesk): TemplateResult | typeof nothing {
  const scores = measured.found?.evaluation.scores;
  if (!scores) return nothing;
  const { dataAboveSamples, trainAboveSamples, trainAboveData } = scores;
  const pairs = [
    ['data above samples', dataAboveSamples],
    ['training data above samples', trainAboveSamples],
    ['training data above data', trainAboveData],
  ] as const;
  const told = pairs.flatMap(([name, share]) => (share === null ? [] : [`${name} ${percent(share)}`]));
  return told.length > 0 ? html`<p>Of pairs, by score (50 % tells nothing): ${told.join(', ')}.</p>` : nothing;
}
