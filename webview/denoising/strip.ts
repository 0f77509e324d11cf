/** All evaluations of each seed beside each other, several seeds below each other; a click looks at one. */

import { html, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { LoadedDiffusion } from '../../src/protocol/diffusion.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import { segments } from '../shared/segments.ts';
import type { DenoisingDesk } from './desk.ts';
import { evaluationsOf, stripOf, type Moment } from './moment.ts';
import { scaleOf } from './scales.ts';
import type { Trajectory } from './session.ts';
import { imageOf, type TensorImage } from './tensorPictures.ts';

/** Where there are more, every so many are shown: a picture that is too wide is none. */
const mostColumns = 200;
/** CSS pixels of a picture's width. */
const cellWidth = 48;

/** Which evaluations have a column: all, or every so many and the last. @param count of columns that there could be */
export function columnsOf(from: number, count: number): number[] {
  const every = Math.ceil(count / mostColumns);
  const columns = Array.from({ length: Math.ceil(count / every) }, (_, at) => from + at * every);
  const last = from + count - 1;
  return columns.at(-1) === last ? columns : [...columns, last];
}

export function stripSection(panel: DenoisingDesk, model: LoadedDiffusion, trajectory: Trajectory, moment: Moment): TemplateResult {
  const { strip } = panel.state;
  const { settings, from } = trajectory;
  const all = columnsOf(from, evaluationsOf(trajectory) - from + (strip === 'x' ? 1 : 0));
  return html`<section class="denoising-section" aria-labelledby="denoising-strip">
    <header class="denoising-section-head">
      <h2 id="denoising-strip">All evaluations</h2>
      ${segments(
        'Strip',
        'denoising-strip-of',
        [
          ['x', 'x'],
          ['clean', 'Predicted picture'],
        ] as const,
        strip,
        (chosen) => panel.choose({ strip: chosen }),
      )}
    </header>
    <div class="denoising-strip">
      ${Array.from({ length: settings.count }, (_, item) => stripRow(panel, model, trajectory, moment, all, item))}
    </div>
  </section>`;
}

function stripRow(
  panel: DenoisingDesk,
  model: LoadedDiffusion,
  trajectory: Trajectory,
  moment: Moment,
  columns: readonly number[],
  item: number,
): TemplateResult {
  const seed = trajectory.settings.seed + item;
  const isChosen = item === moment.item;
  const image = stripImage(trajectory, model, item, panel.state.strip, columns, panel.palette);
  const nearest = columns.findLastIndex((evaluation) => evaluation <= moment.evaluation);
  const pressed = (event: MouseEvent): void => {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    const at = Math.floor(((event.clientX - left) / width) * columns.length);
    // A key presses it without a place.
    panel.move({ item, ...(event.detail > 0 && { evaluation: columns[Math.max(0, Math.min(columns.length - 1, at))]! }) });
  };
  return html`<button
    class="denoising-row ${isChosen ? 'chosen' : ''}"
    aria-pressed=${isChosen ? 'true' : 'false'}
    aria-label=${`Seed ${seed}, all evaluations`}
    @click=${pressed}
  >
    <canvas
      ${ref((element?: Element) => {
        if (!(element instanceof HTMLCanvasElement)) return;
        element.style.width = `${columns.length * cellWidth}px`;
        element.style.height = `${(cellWidth * image.height * columns.length) / image.width}px`;
        paintOnce(element, image);
      })}
    ></canvas>
    <span class="denoising-row-name">${seed}</span>
    <span
      class="denoising-mark"
      ?hidden=${!isChosen}
      ${ref((element?: Element) => {
        if (!(element instanceof HTMLElement)) return;
        element.style.left = `${Math.max(0, nearest) * cellWidth}px`;
        element.style.width = `${cellWidth}px`;
      })}
    ></span>
  </button>`;
}

const drawn = new WeakMap<HTMLCanvasElement, TensorImage>();

function paintOnce(canvas: HTMLCanvasElement, image: TensorImage): void {
  if (drawn.get(canvas) === image) return;
  drawn.set(canvas, image);
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext('2d')?.putImageData(new ImageData(image.rgba, image.width, image.height), 0, 0);
}

interface Kept {
  readonly key: string;
  readonly image: TensorImage;
}
/** By trajectory and seed: a strip is drawn anew where pictures have come, not where another is looked at. */
const kept = new WeakMap<Trajectory, Map<number, Kept>>();

/** Pictures beside each other, a column for each; those that have not come are clear. */
export function stripImage(
  trajectory: Trajectory,
  model: LoadedDiffusion,
  item: number,
  tensor: 'x' | 'clean',
  columns: readonly number[],
  palette: Palette,
): TensorImage {
  const own = kept.get(trajectory) ?? new Map<number, Kept>();
  kept.set(trajectory, own);
  const key = `${tensor} ${columns.length} ${palette.ground.join()} ${palette.ink.join()}`;
  const before = own.get(item);
  if (before?.key === key) return before.image;
  const image = sideBySide(trajectory, model, item, tensor, columns, palette);
  own.set(item, { key, image });
  return image;
}

function sideBySide(
  trajectory: Trajectory,
  model: LoadedDiffusion,
  item: number,
  tensor: 'x' | 'clean',
  columns: readonly number[],
  palette: Palette,
): TensorImage {
  const { channels, height, width } = trajectory.evaluations[0]!.pictures.x!;
  const shape = { channels, height, width };
  const each = new Map(stripOf(trajectory, item, tensor).map(({ evaluation, values }) => [evaluation, values]));
  const pictures = columns.map((evaluation) => {
    const values = each.get(evaluation);
    const told = trajectory.evaluations[evaluation - trajectory.from];
    const growth = tensor === 'x' && told ? Math.max(1, Math.hypot(told.alpha, told.sigma)) : 1;
    return values && imageOf(growth === 1 ? values : values.map((value) => value / growth), shape, scaleOf(tensor, values, model), palette);
  });
  const first = pictures.find((picture) => picture)!;
  // What is between two pictures is clear.
  const across = first.width + gapOf(first.width);
  const rgba = new Uint8ClampedArray(4 * first.height * across * columns.length);
  for (const [at, picture] of pictures.entries())
    for (let row = 0; picture && row < first.height; row++)
      rgba.set(picture.rgba.subarray(4 * row * first.width, 4 * (row + 1) * first.width), 4 * ((row * columns.length + at) * across));
  return { width: columns.length * across, height: first.height, rgba };
}

/** Pixels between two pictures of a width: about 2 of the screen's. */
const gapOf = (width: number): number => Math.max(1, Math.round(width / 24));
