/** Pictures of a run as files. */

import type { LoadedDiffusion } from '../../src/protocol/diffusion.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import { animatedPng } from '../shared/pictures/animatedPng.ts';
import { evaluationsOf, momentOf } from './moment.ts';
import { pictureOf } from './scales.ts';
import type { Trajectory } from './session.ts';
import { columnsOf, stripImage } from './strip.ts';
import type { TensorImage } from './tensorPictures.ts';

/** Of each evaluation in a film, and of the sample at its end. */
const [frameMs, lastMs] = [120, 2_000];
/** Pixels of a film's longer side, at least: small pictures are enlarged by a whole number. */
const filmSide = 256;
/** Pixels between seeds. */
const gap = 2;

/** The strips of all seeds below each other. */
export async function stripPng(
  trajectory: Trajectory,
  model: LoadedDiffusion,
  tensor: 'x' | 'clean',
  palette: Palette,
): Promise<Uint8Array> {
  const { from, settings } = trajectory;
  const columns = columnsOf(from, evaluationsOf(trajectory) - from + (tensor === 'x' ? 1 : 0));
  const strips = Array.from({ length: settings.count }, (_, item) => stripImage(trajectory, model, item, tensor, columns, palette));
  const [{ width, height }] = strips as [TensorImage, ...TensorImage[]];
  const canvas = new OffscreenCanvas(width, strips.length * (height + gap) - gap);
  const context = canvas.getContext('2d');
  for (const [at, { rgba }] of strips.entries()) context?.putImageData(new ImageData(rgba, width, height), 0, at * (height + gap));
  return bytesOf(canvas);
}

/** x from the first evaluation to the sample, beside the predicted picture. */
export async function filmPng(trajectory: Trajectory, model: LoadedDiffusion, item: number, palette: Palette): Promise<Uint8Array> {
  const last = trajectory.evaluations.at(-1)!.index + 1;
  const frames: Uint8Array[] = [];
  for (let evaluation = trajectory.from; evaluation <= last; evaluation++) {
    const moment = momentOf(trajectory, { item, evaluation });
    const x = moment && pictureOf('x', moment, model, palette);
    if (!x) continue;
    // The sample is what was predicted last.
    const clean = pictureOf('clean', moment, model, palette) ?? x;
    frames.push(await frame(x, clean));
  }
  return animatedPng(frames, frameMs, lastMs);
}

async function frame(left: TensorImage, right: TensorImage): Promise<Uint8Array> {
  const { width, height } = left;
  const scale = Math.max(1, Math.ceil(filmSide / Math.max(width, height)));
  const small = new OffscreenCanvas(2 * width, height);
  const drawing = small.getContext('2d');
  drawing?.putImageData(new ImageData(left.rgba, width, height), 0, 0);
  drawing?.putImageData(new ImageData(right.rgba, width, height), width, 0);
  const canvas = new OffscreenCanvas(2 * width * scale, height * scale);
  const context = canvas.getContext('2d');
  if (context) {
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
  }
  return bytesOf(canvas);
}

async function bytesOf(canvas: OffscreenCanvas): Promise<Uint8Array> {
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
}
