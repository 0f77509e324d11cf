/** What is kept of the sampling view over a reload: what was chosen, and the last runs. It may be another version's, or damaged. */

import * as z from 'zod/mini';
import { defaultDecoding, type DecodingSettings } from '../../protocol/generation.ts';
import { diffusionFields } from '../../models/diffusion/settings.ts';
import { ganFields } from '../../models/gan/settings.ts';
import type { Picture } from '../../protocol/pictures.ts';
import {
  defaultGan,
  defaultPictures,
  firstDiffusion,
  type DiffusionPictureRun,
  type GanRun,
  type PictureRun,
  type PictureSettings,
  type SamplingChoices,
  type SamplingRun,
  type TextRun,
} from '../../protocol/sampling.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

const count = z.int().check(z.gte(0));
const share = z.number().check(z.gte(0), z.lte(1));
const text = z.string().check(z.maxLength(400_000));

export const decodingFields = {
  method: z.enum(['sample', 'greedy', 'beam']),
  temperature: z.number().check(z.gte(0), z.lte(100)),
  topK: count,
  topP: share,
  minP: share,
  repetitionPenalty: z.number().check(z.gt(0), z.lte(100)),
  beams: z.int().check(z.gte(1), z.lte(64)),
  lengthPenalty: z.number(),
  seed: z.int().check(z.gte(0), z.lte(2 ** 32 - 1)),
  stop: z.array(z.string().check(z.minLength(1), z.maxLength(200))).check(z.maxLength(32)),
  maxTokens: z.int().check(z.gte(1), z.lte(100_000)),
} satisfies Record<keyof DecodingSettings, unknown>;
const decoding = z.object(decodingFields);

export const pictureFields = {
  from: z.enum(['prior', 'around']),
  temperature: z.number().check(z.gte(0), z.lte(100)),
  count: z.int().check(z.gte(1), z.lte(10_000)),
  seed: decodingFields.seed,
} satisfies Record<keyof PictureSettings, unknown>;
const pictures = z.object(pictureFields);

/** As many as a page can show. */
export const shownGanFields = { ...ganFields, count: pictureFields.count };
const gan = z.object(shownGanFields);
export const shownDiffusionFields = { ...diffusionFields, count: pictureFields.count };
const diffusion = z.object(shownDiffusionFields);

const alternative = z.object({ id: z.int(), text, probability: share, drawn: share });
const token = z.object({
  ...{ id: z.int(), text, added: text, logProbability: z.number().check(z.lte(0)), rank: count, entropy: z.number(), drawn: share },
  ...{ candidates: count, alternatives: z.array(alternative).check(z.maxLength(64)) },
});
const origin = z.object({ uri: text, name: text, offset: count, line: count });
const provider = z.object({
  ...{ requested: z.string(), used: z.string(), reason: z.optional(z.string()), engineVersion: z.string() },
});
const outcome = z.object({
  ...{ end: z.enum(['maxTokens', 'stop', 'endOfText', 'context']), text, tokens: count, meanLogProbability: z.nullable(z.number()) },
  ...{ window: z.object({ start: count, end: count, tokens: count, totalTokens: count }), promptMs: z.number(), stepsMs: z.number() },
  ...{ cached: z.boolean(), provider, sha256: z.string() },
  endTokens: z.object({ tokens: z.array(z.object({ id: z.int(), text })), from: z.nullable(z.string()) }),
});
const runFields = { id: text, at: z.number(), model: text };
const textRun = z.object({
  ...{ ...runFields, kind: z.literal('text'), from: z.object({ text, origin: z.nullable(origin) }), settings: decoding },
  nodes: z.array(z.object({ token, parent: z.int().check(z.gte(-1)) })).check(z.maxLength(20_000)),
  ...{ tip: z.int().check(z.gte(-1)), outcome: z.nullable(outcome) },
});

/** As the page gives them, and as a file of JSON has them: in base 64. */
const levels = z.union([z.instanceof(Uint8Array), z.string()]);
const side = z.int().check(z.gte(1), z.lte(65_536));
const shape = z.object({ channels: side, height: side, width: side, zero: z.optional(z.int().check(z.gte(0), z.lte(255))) });
const picture = z.object({ name: text, shape, levels });
const pictureRun = z.object({
  ...{ ...runFields, kind: z.literal('pictures'), settings: pictures, around: z.nullable(picture), shape: z.nullable(shape), levels },
  outcome: z.nullable(z.object({ took: z.number(), sha256: z.string(), engineVersion: z.string(), exact: z.boolean() })),
});

const ganRun = z.object({
  ...{ ...runFields, kind: z.literal('gan'), settings: gan, shape: z.nullable(shape), levels },
  classes: z.array(z.string().check(z.maxLength(200))).check(z.maxLength(100_000)),
  scores: z.array(z.number()).check(z.maxLength(100_000)),
  outcome: pictureRun.shape.outcome,
});

const diffusionRun = z.object({
  ...{ ...runFields, kind: z.literal('diffusion'), settings: diffusion, shape: z.nullable(shape), levels },
  reached: z.nullable(z.object({ evaluations: count, timestep: z.nullable(z.number()), latents: z.boolean() })),
  outcome: z.nullable(
    z.object({
      ...{ took: z.number(), sha256: z.string(), engineVersion: z.string(), exact: z.boolean() },
      ...{ evaluations: count, sampler: z.string(), notices: z.array(text).check(z.maxLength(100)) },
    }),
  ),
});

const choices = z.object({
  model: z.nullable(text),
  source: z.enum(['file', 'prompt']),
  prompt: text,
  decoding,
  pictures,
  gan,
  diffusion,
  settingsOpen: z.boolean(),
  run: z.nullable(text),
  beside: z.nullable(text),
});

export const firstChoices: SamplingChoices = {
  ...{ model: null, source: 'file', prompt: '', decoding: defaultDecoding, pictures: defaultPictures, gan: defaultGan },
  diffusion: firstDiffusion,
  ...{ settingsOpen: false, run: null, beside: null },
};

/** What was chosen; where a part of it cannot be read, that of the beginning. */
export function parseChoices(value: unknown): SamplingChoices {
  const fields = typeof value === 'object' && value !== null ? value : {};
  const read = choices.safeParse({ ...firstChoices, ...fields });
  return read.success ? (read.data as SamplingChoices) : firstChoices;
}

/** A run, or null where it is none that can be shown. */
export function parseRun(value: unknown): SamplingRun | null {
  return parseTextRun(value) ?? parsePictureRun(value) ?? parseGanRun(value) ?? parseDiffusionRun(value);
}

/** Each token stands behind one that comes before it in the list. */
function parseTextRun(value: unknown): TextRun | null {
  const read = textRun.safeParse(value);
  if (!read.success) return null;
  const { nodes, tip } = read.data;
  if (tip >= nodes.length || nodes.some(({ parent }, index) => parent >= index)) return null;
  const { outcome: kept, ...rest } = read.data;
  // JSON has no NaN: the mean of no tokens.
  const mean = kept?.meanLogProbability ?? NaN;
  return { ...rest, outcome: kept && { ...kept, meanLogProbability: mean } } as TextRun;
}

function parsePictureRun(value: unknown): PictureRun | null {
  const read = pictureRun.safeParse(value);
  if (!read.success) return null;
  const { around, ...run } = read.data;
  const all = bytesOf(run.levels);
  const size = run.shape ? sizeOf(run.shape) : 0;
  if (run.shape ? all.length % size !== 0 : all.length > 0) return null;
  const parsed = around && parsePicture(around);
  if (around && !parsed) return null;
  return { ...run, levels: all, around: parsed };
}

function parseGanRun(value: unknown): GanRun | null {
  const read = ganRun.safeParse(value);
  if (!read.success) return null;
  const run = read.data;
  const all = bytesOf(run.levels);
  const count = run.shape ? all.length / sizeOf(run.shape) : 0;
  const fits = Number.isInteger(count) && (run.shape !== null || all.length === 0);
  // Of each there is a class and a score, or of none.
  if (!fits || [run.classes, run.scores].some(({ length }) => length !== 0 && length !== count)) return null;
  return { ...run, levels: all };
}

function parseDiffusionRun(value: unknown): DiffusionPictureRun | null {
  const read = diffusionRun.safeParse(value);
  if (!read.success) return null;
  const run = read.data;
  const all = bytesOf(run.levels);
  // All samples are there from the first evaluation on.
  const wanted = run.shape ? run.settings.count * sizeOf(run.shape) : 0;
  return all.length === wanted ? ({ ...run, levels: all } as DiffusionPictureRun) : null;
}

/** A picture with as many numbers as its shape says; null otherwise. */
export function parsePicture(value: unknown): Picture | null {
  const read = picture.safeParse(value);
  if (!read.success) return null;
  const all = bytesOf(read.data.levels);
  return all.length === sizeOf(read.data.shape) ? { ...read.data, levels: all } : null;
}

/** A run as JSON can hold it. */
export function storedRun(run: SamplingRun): unknown {
  if (run.kind === 'text') return run;
  if (run.kind !== 'pictures') return { ...run, levels: base64(run.levels) };
  const { around } = run;
  return { ...run, levels: base64(run.levels), around: around && { ...around, levels: base64(around.levels) } };
}

const bytesOf = (given: string | Uint8Array): Uint8Array =>
  typeof given === 'string' ? new Uint8Array(Buffer.from(given, 'base64')) : given;
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const sizeOf = ({ channels, height, width }: Picture['shape']): number => channels * height * width;
