/** Where each word is attended to from, over the picture. */

import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { LoadedDiffusion, WordMaps } from '../../src/protocol/diffusion.ts';
import { rampColour, weightRamp, type Palette } from '../shared/heatmap/colours.ts';
import { placedAt, rampPainted } from '../shared/legend.ts';
import { shortNumber } from '../shared/numbers.ts';
import { segments } from '../shared/segments.ts';
import { select } from '../shared/toolbar.ts';
import { keenest, mapOf, shownWords } from './attentionMaps.ts';
import type { DenoisingDesk } from './desk.ts';
import type { Moment } from './moment.ts';
import { scaleOf } from './scales.ts';
import { imageOf, largestOf } from './tensorPictures.ts';

/** Pictures have a ground of their own, whatever the theme's: the strongest weight is the brightest over them. */
const overPictures: Palette = { ground: [0, 0, 0], ink: [255, 255, 255] };
/** Opacity of the largest weight over the picture. */
const strongest = 0.85;

export function attentionSide(panel: DenoisingDesk, model: LoadedDiffusion, moment: Moment): TemplateResult | typeof nothing {
  if (model.sites.length === 0) return nothing;
  const { maps: asked, state } = panel;
  const { found } = asked;
  return html`<section class="denoising-section" aria-labelledby="denoising-attention">
    <h2 id="denoising-attention">Attention to words</h2>
    <div class="denoising-row-of-fields">
      ${segments(
        'Evaluations',
        'denoising-averaged',
        [
          ['one', 'This evaluation'],
          ['all', 'Mean of all'],
        ] as const,
        state.attention.averaged ? 'all' : 'one',
        (chosen) => panel.attend({ averaged: chosen === 'all' }),
      )}
      ${siteSelects(panel, model, found?.maps ?? null)}
    </div>
    ${
      found
        ? wordMaps(panel, model, moment, found.maps)
        : html`<p class="denoising-note" role="status">${asked.failed ? 'They were not read.' : 'Reading attention…'}</p>`
    }
  </section>`;
}

function siteSelects(panel: DenoisingDesk, { sites }: LoadedDiffusion, maps: WordMaps | null): TemplateResult {
  const { site, head } = panel.state.attention;
  const heads = site === null || !maps ? 0 : maps.heads;
  return html`${select('Layer', site === null ? 0 : site + 1, ['Mean of all layers', ...sites.map(({ name }) => name)], (index) =>
    panel.attend({ site: index === 0 ? null : index - 1, head: null }),
  )}
  ${
    heads > 1
      ? select(
          'Head',
          head === null ? 0 : head + 1,
          ['Mean of heads', ...Array.from({ length: heads }, (_, at) => `Head ${at}`)],
          (index) => panel.attend({ head: index === 0 ? null : index - 1 }),
        )
      : nothing
  }`;
}

function wordMaps(panel: DenoisingDesk, model: LoadedDiffusion, moment: Moment, maps: WordMaps): TemplateResult {
  const words = shownWords(maps.words);
  const wanted = panel.state.attention.word;
  const chosen = wanted !== null && words.includes(wanted) ? wanted : keenest(maps);
  const largest = largestOf(mapOf(maps, chosen));
  const overlay = (word: number) => (element?: Element) => {
    if (element instanceof HTMLCanvasElement) paintOver(element, panel, model, moment, maps, word);
  };
  return html`<div class="denoising-attention">
      <canvas
        class="denoising-attended"
        role="img"
        aria-label=${`Where “${maps.words[chosen]}” is attended to from, up to ${shortNumber(largest)}`}
        ${ref(overlay(chosen))}
      ></canvas>
      ${mapLegend(largest)}
    </div>
    <div class="denoising-words" role="group" aria-label="Words">
      ${words.map(
        (word) =>
          html`<button
            class="denoising-word ${word === chosen ? 'chosen' : ''}"
            aria-pressed=${word === chosen ? 'true' : 'false'}
            @click=${() => panel.attend({ word })}
          >
            <canvas aria-hidden="true" ${ref(overlay(word))}></canvas>
            <code>${maps.words[word]}</code>
          </button>`,
      )}
    </div>
    <p class="denoising-note">
      Of each place the weights of all words sum to 1; ${maps.height} × ${maps.width} places. Each map is coloured up to its own largest
      weight.
    </p>`;
}

/** The predicted picture in grey, and over it the weights, nearest place for each pixel. */
function paintOver(
  canvas: HTMLCanvasElement,
  { palette }: DenoisingDesk,
  model: LoadedDiffusion,
  { shape, tensors }: Moment,
  maps: WordMaps,
  word: number,
): void {
  const under = tensors.clean ?? tensors.x;
  if (!under) return;
  const first = { ...shape, channels: model.latent ? 1 : shape.channels };
  const image = imageOf(under, first, scaleOf('clean', under, model), palette);
  const own = mapOf(maps, word);
  const top = largestOf(own);
  const ramp = weightRamp(overPictures);
  const { width, height, rgba } = image;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const place = Math.floor((row * maps.height) / height) * maps.width + Math.floor((column * maps.width) / width);
      const share = own[place]! / top;
      const colour = rampColour(ramp, share);
      const at = 4 * (row * width + column);
      for (let part = 0; part < 3; part++) rgba[at + part] = rgba[at + part]! * (1 - strongest * share) + colour[part]! * strongest * share;
    }
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0);
}

function mapLegend(top: number): TemplateResult {
  return html`<div class="legend denoising-legend" role="group" aria-label="Colours: attention weight">
    <span class="legend-name">attention weight</span>
    <div class="legend-scale">
      <div class="legend-ramp" ${ref(rampPainted(weightRamp(overPictures)))}></div>
      <div class="legend-ticks">
        <span class="first" ${ref(placedAt(0))}>0</span>
        <span class="last" ${ref(placedAt(1))}>${shortNumber(top)}</span>
      </div>
    </div>
  </div>`;
}
