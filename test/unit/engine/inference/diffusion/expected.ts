/** What diffusers samples with the pipelines of test/fixtures/diffusion-models. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Condition } from '../../../../../src/protocol/diffusion.ts';
import { folder } from './support.ts';

export interface ExpectedCase {
  steps: number;
  sampler?: string;
  options?: Record<string, unknown>;
  guidance?: number;
  rescale?: number;
  eta?: number;
  labels?: number[];
  prompts?: string[];
  negative?: string[];
  /** x before the first step and after each. */
  trajectory: string;
  draws: number;
  /** In 0 to 1. */
  pictures?: string;
}

export interface ExpectedPipeline {
  sizes: number[];
  init: string;
  noise: string;
  cases: ExpectedCase[];
  inversion?: { options: Record<string, unknown>; steps: number; prompt: string; given: string; noise: string; returned: string };
  encoding?: { pictures: string; latents: string };
  fromPicture?: { sampler: string; options?: Record<string, unknown>; steps: number; from: number; prompt: string; trajectory: string }[];
}

export const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, ExpectedPipeline>;

/** Of the bundled model of glyph pairs: every so-many-th number of x. */
export const glyphs = JSON.parse(readFileSync(join(folder, 'glyphs.json'), 'utf8')) as {
  guidance: number;
  steps: number;
  prompt: string;
  every: number;
  cases: { sampler: string; draws: number; trajectory: string }[];
};

/** Noise of make.py, of variance 1. */
export function glyphNoise(first: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.SQRT2 * Math.sin(0.37 * (first + i) ** 2));
}

export function floats(text: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
}

export function conditionsOf({ labels, prompts, negative }: ExpectedCase): Condition[] {
  if (labels) return labels.map((label) => ({ label }));
  if (prompts) return prompts.map((prompt, i) => ({ prompt, ...(negative && { negative: negative[i]! }) }));
  return [{}];
}
