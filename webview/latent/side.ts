/** What stands beside the plane: the place that is decoded, the picture that is looked at, ways through the space, its dimensions. */

import '@vscode-elements/elements/dist/vscode-button/index.js';
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { LoadedVae } from '../../src/protocol/vae.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import { formatCount } from '../shared/numbers.ts';
import { toggleButton } from '../shared/toolbar.ts';
import { dimensionTable } from './dimensions.ts';
import type { LatentDesk } from './desk.ts';
import { levelsOf } from '../../src/maths/levels.ts';
import { drawnBetween, shapeOfItem } from '../../src/protocol/pictures.ts';
import { costPicture, picture } from './picture.ts';
import { selectedPart } from './selected.ts';
import { wayWords } from './strip.ts';
import type { Subject } from './subject.ts';
import { legendOf } from './toolbar.ts';
import { barsSentence, keySentence, tightnessSentence } from './words.ts';

export function side(panel: LatentDesk, model: LoadedVae): TemplateResult {
  const { data } = panel.session;
  const { subject } = panel.subjects;
  const own = subject?.examined?.klByDimension ?? null;
  return html`<div class="latent-side">
    ${guard([panel.coloured, panel.palette, panel.state.lit], () => legendOf(panel))} ${here(panel, model, subject)}
    ${panel.subjects.file ? panel.part.element : nothing} ${panel.session.placed?.plane && subject ? keyOf(subject) : nothing}
    ${data && panel.selected ? selectedPart(data, panel.selected, () => panel.points.clearSelection()) : nothing} ${way(panel, model)}
    ${subject ? examined(panel, model, subject) : working(panel)}
    ${data ? dimensionTable(model, data.summary, own, (dimension) => panel.travel(dimension)) : nothing}
    ${data?.summary.dimensions ? panel.aggregate.content(data.summary.runId) : nothing}
    ${data && panel.chosen?.hasTraining ? panel.privacy.content(model) : nothing}
    ${panel.chosen?.added ? panel.privacy.twoDataSets.content(model) : nothing}
  </div>`;
}

/** What the curves in the plane are. */
function keyOf({ examined: found, contours }: Subject): TemplateResult | typeof nothing {
  if (!found?.logVariance) return nothing;
  return html`<p class="latent-note">${keySentence(contours?.levels.map(({ share }) => share) ?? [])}</p>`;
}

/** The pictures that belong together: what was given, what is made of it, and what the place is decoded to. */
function here(panel: LatentDesk, model: LoadedVae, subject: Subject | null): TemplateResult {
  const z = panel.zHere();
  if (!subject && !z)
    return html`<p class="latent-note">
      ${panel.session.data ? 'Click a point to see its picture and what the model makes of it; with' : 'With'} the target tool, drag
      anywhere to decode that place.
    </p>`;
  const between = drawnBetween(model);
  return html`<section class="latent-pictures" aria-label="Pictures">
      ${subject ? guard([model, subject, panel.palette], () => picturesOf(subject, model, panel.palette)) : nothing}
      ${z ? picture('this place', panel.decoded, shapeOfItem(model.item, between)) : nothing}
    </section>
    ${model.item.kind === 'vector' ? html`<p class="latent-note">${barsSentence(between)}</p>` : nothing}`;
}

function picturesOf({ values, examined: found, moving }: Subject, model: LoadedVae, palette: Palette): TemplateResult {
  const between = drawnBetween(model);
  const shape = shapeOfItem(model.item, between);
  return html`${picture('picture', levelsOf(values, between), shape)}
  ${
    found
      ? html`<div class="latent-made ${moving ? 'stale' : ''}">
          ${picture('from its mean', levelsOf(found.pictureOfMean, between), shape)}
          ${picture('from a draw', levelsOf(found.pictureOfZ, between), shape)}
          ${found.pixels ? costPicture('cost by pixel', found.pixels, shape, palette) : nothing}
        </div>`
      : nothing
  }`;
}

function examined(panel: LatentDesk, model: LoadedVae, subject: Subject): TemplateResult {
  const { evidence, neighbours } = subject;
  return html`<section
    class="latent-examined ${subject.moving ? 'stale' : ''}"
    aria-label="What the model says of ${subject.name}"
    aria-busy=${subject.moving}
  >
    ${subject.examined ? panel.formula.element : unexamined(panel, subject)}
    <div class="latent-actions">
      ${
        evidence
          ? nothing
          : html`<vscode-button
              secondary
              ?disabled=${panel.working !== null || subject.moving || !subject.examined?.elbo}
              @click=${() => panel.subjects.weigh(model.latent)}
              >Work log p(x) out</vscode-button
            >`
      }
      ${
        neighbours || !panel.chosen?.hasTraining
          ? nothing
          : html`<vscode-button secondary ?disabled=${panel.working !== null || subject.moving} @click=${() => panel.subjects.compare()}
              >Nearest training examples</vscode-button
            >`
      }
      ${working(panel)}
    </div>
    ${evidence ? tightness(evidence.byK, evidence.logEvidence) : nothing} ${neighbours ? nearest(model, neighbours) : nothing}
  </section>`;
}

function unexamined(panel: LatentDesk, { name, hasFailed }: Subject): TemplateResult {
  if (!hasFailed) return html`<p class="latent-note" role="status">Looking at ${name}…</p>`;
  return html`<p class="latent-note">
    What the model says of ${name} is not known. <button class="link" @click=${() => panel.subjects.again()}>Look again</button>
  </p>`;
}

function working({ working: what }: LatentDesk): TemplateResult | typeof nothing {
  return what === null ? nothing : html`<span class="latent-note" role="status">${what}…</span>`;
}

/** The bound of K draws, as K grows. */
function tightness(byK: readonly { readonly k: number; readonly bound: number }[], logEvidence: number): TemplateResult | typeof nothing {
  const known = byK.filter(({ bound }) => Number.isFinite(bound));
  if (known.length === 0 || !Number.isFinite(logEvidence)) return nothing;
  const least = Math.min(...known.map(({ bound }) => bound));
  const range = Math.max(logEvidence - least, 1e-9);
  const x = (k: number): number => (220 * Math.log(k)) / Math.log(Math.max(2, byK.at(-1)?.k ?? 2));
  const y = (bound: number): number => 48 - (40 * (bound - least)) / range;
  const line = known.map(({ k, bound }, at) => `${at === 0 ? 'M' : 'L'}${x(k).toFixed(1)} ${y(bound).toFixed(1)}`).join('');
  return html`<figure class="latent-tightness">
    <svg viewBox="-4 0 232 52" role="img" aria-label="The importance-weighted bound rises with the number of draws">
      <path class="tightness-top" d="M0 ${y(logEvidence).toFixed(1)}H228"></path>
      <path class="tightness-line" d=${line}></path>
    </svg>
    <figcaption>L<sub>K</sub> ${tightnessSentence(byK)}</figcaption>
  </figure>`;
}

function nearest(model: LoadedVae, found: NonNullable<Subject['neighbours']>): TemplateResult {
  const { distance, ratio, nearest: pictures, trainCount } = found;
  const between = drawnBetween(model);
  return html`<section class="latent-nearest" aria-label="Nearest training example">
    <div class="latent-pictures">${picture('nearest in training', levelsOf(pictures, between), shapeOfItem(model.item, between))}</div>
    <p class="latent-note">
      Of ${formatCount(trainCount)} training examples that are here the nearest is ${distance[0]?.toFixed(2)} away (L2, in the model’s
      range), ${ratio[0]?.toFixed(2)} of the mean distance of the next. A small ratio would be a copy.
    </p>
  </section>`;
}

function way(panel: LatentDesk, model: LoadedVae): TemplateResult | typeof nothing {
  if (!panel.way) return nothing;
  return html`<section class="latent-way" aria-label="Ways through the latent space">
    <header>
      <h2>${wayWords(panel.way, model.latentNames)}</h2>
      ${
        panel.way.kind === 'path'
          ? toggleButton('circle-large-outline', 'Along the arc (slerp)', panel.state.spherical, () =>
              panel.showPath(!panel.state.spherical),
            )
          : nothing
      }
      <button class="link" @click=${() => panel.endWay()}>Close</button>
    </header>
    ${panel.strip.grid.element}
  </section>`;
}
