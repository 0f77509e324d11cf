/** The last runs, the newest first: each can be shown again, laid beside the one shown, or forgotten. */

import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { ref } from 'lit/directives/ref.js';
import type { PicturesRun, SamplingRun } from '../../src/protocol/sampling.ts';
import { paint, sizeOf } from '../shared/pictures/drawing.ts';
import { shortTokenLabel } from '../shared/tokenLabel.ts';
import { iconButton, toggleButton } from '../shared/toolbar.ts';
import type { Desk } from './desk.ts';
import { diffusionSettingsSummary } from './diffusion/diffusionWords.ts';
import { ganSettingsSummary } from './gan/ganWords.ts';
import { pathTo, textOf } from './text/branches.ts';
import { pictureSettingsSummary } from './pictures/pictureWords.ts';
import { settingsSummary } from './words.ts';

export function history(desk: Desk): TemplateResult | typeof nothing {
  const { runs, choices, palette } = desk;
  const shown = runs.find(({ id }) => id === choices.run);
  if (runs.length === 0) return nothing;
  return html`<section class="history" aria-label="Last runs">
    <header class="history-head">
      <h2>Last runs</h2>
      <span class="spacer"></span>
      ${iconButton('clear-all', 'Forget all runs', () => desk.forget(runs.map(({ id }) => id)))}
    </header>
    <ul>
      ${runs.map(
        (run) =>
          html`<li class="history-run ${run.id === choices.run ? 'shown' : ''}">
            <button
              class="history-open"
              aria-current=${run.id === choices.run ? 'true' : nothing}
              title=${`${timeOf(run.at)}, ${run.model}: ${summaryOf(run)}`}
              @click=${() => desk.set({ run: run.id, model: run.model, beside: choices.beside === run.id ? null : choices.beside })}
            >
              ${guard([run, palette], () => faceOf(run))}
              <span class="history-facts">${summaryOf(run)}</span>
            </button>
            ${
              run.id === choices.run || run.kind !== shown?.kind
                ? nothing
                : toggleButton('split-horizontal', 'Lay beside the run that is shown', run.id === choices.beside, () =>
                    desk.set({ beside: run.id === choices.beside ? null : run.id }),
                  )
            }
            ${iconButton('close', 'Forget this run', () => desk.forget([run.id]))}
          </li>`,
      )}
    </ul>
  </section>`;
}

const times = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const timeOf = (at: number): string => times.format(at);

function summaryOf(run: SamplingRun): string {
  switch (run.kind) {
    case 'text':
      return settingsSummary(run.settings);
    case 'gan':
      return ganSettingsSummary(run.settings);
    case 'diffusion':
      return diffusionSettingsSummary(run.settings);
    default:
      return pictureSettingsSummary(run.settings);
  }
}

function faceOf(run: SamplingRun): TemplateResult {
  if (run.kind !== 'text') return html`<canvas class="history-thumbnails" role="img" aria-label="Samples" ${ref(strip(run))}></canvas>`;
  return html`<code>${shortTokenLabel(textOf(run.nodes, pathTo(run.nodes, run.tip)).trimStart(), 64)}</code>`;
}

/** The first samples side by side. */
const strip =
  ({ shape, levels }: PicturesRun) =>
  (element?: Element): void => {
    if (!(element instanceof HTMLCanvasElement) || !shape) return;
    const { channels, height, width } = shape;
    const room = shape.zero === undefined ? Math.max(1, Math.floor((inStrip * height) / width)) : inStrip;
    const count = Math.min(room, levels.length / sizeOf(shape));
    const row = new Uint8Array(channels * height * width * count);
    for (let channel = 0; channel < channels; channel++)
      for (let y = 0; y < height; y++)
        for (let at = 0; at < count; at++) {
          const from = ((at * channels + channel) * height + y) * width;
          row.set(levels.subarray(from, from + width), ((channel * height + y) * count + at) * width);
        }
    paint(element, row, { channels, height, width: width * count });
  };
/** Squares, or as many pictures as have their room; vectors are stretched anyway. */
const inStrip = 8;
