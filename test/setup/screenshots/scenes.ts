/** What the pictures show: each brings a window on the sample workspace, just opened, to where it is taken. */

import { ofGans } from './adversarial.ts';
import { ofAttention } from './attention.ts';
import { ofDenoising } from './denoising.ts';
import { ofDiffusion } from './diffusion.ts';
import { ofFormulas } from './formulas.ts';
import { ofSampling } from './sampling.ts';
import type { Scene } from './scene.ts';

/** By the picture's name under media/screenshots, without its ending. */
export const scenes: Readonly<Record<string, Scene>> = {
  ...ofAttention,
  ...ofFormulas,
  ...ofSampling,
  ...ofGans,
  ...ofDiffusion,
  ...ofDenoising,
};
