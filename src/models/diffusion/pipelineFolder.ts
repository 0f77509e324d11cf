/** A folder as diffusers lays out a pipeline, with ONNX files: what lies in it, read strictly. No weights are read. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { RpcError } from '../../protocol/rpc.ts';
import { isFile } from '../isFile.ts';
import { decoderConfig, denoiserConfig, textConfig, type DecoderConfig, type DenoiserConfig, type TextConfig } from './configs.ts';
import { invalid, readJsonFile, readOptionalJson, readSmallFile } from './jsonFile.ts';
import { parseSchedulerFile, type SchedulerFile } from './schedulerFile.ts';
import { SCHEDULER_FILE } from './schedulerName.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

export interface TextParts {
  encoder: string;
  config: TextConfig;
  /** Folder of the tokenizer. */
  tokenizer: string;
  /** As model_index.json calls it. */
  tokenizerClass: string;
}

export interface LatentParts {
  decoder: string;
  encoder: string | null;
  config: DecoderConfig;
}

export interface PipelineFolder {
  denoiser: string;
  /** null where there is no config.json beside the denoiser. */
  config: DenoiserConfig | null;
  scheduler: SchedulerFile;
  text: TextParts | null;
  latents: LatentParts | null;
  /** Names of classes by number; several stand for one class, between commas. */
  names: Readonly<Record<number, readonly string[]>>;
}

/** Parts that do not take part in sampling. */
const ASIDE = ['safety_checker', 'feature_extractor'];
const DENOISERS = ['unet', 'transformer'];
const DECODERS = ['vae', 'vqvae', 'vae_decoder', 'vae_encoder'];
const KNOWN = new Set([...ASIDE, ...DENOISERS, ...DECODERS, 'scheduler', 'text_encoder', 'tokenizer']);

const index = z.record(z.string(), z.unknown());
const component = z.tuple([z.nullable(z.string()), z.nullable(z.string())]);
const labels = z.record(z.string().check(z.regex(/^\d+$/, { error: 'must be a number' })), z.string());

/**
 * @throws RpcError 'model-missing' with the file, 'model-invalid' with the file and the field, 'unsupported-pipeline' with the part that is not
 *   known here, 'scheduler-invalid'
 */
export async function readPipelineFolder(folder: string): Promise<PipelineFolder> {
  const path = join(folder, 'model_index.json');
  const content = await readJsonFile(index, path);
  const classes = componentsOf(content, path);
  const denoisers = DENOISERS.filter((name) => classes.has(name));
  if (denoisers.length !== 1)
    throw invalid(
      `${path} names ${denoisers.length === 0 ? 'neither a unet nor a transformer' : denoisers.join(' and ')}; one of the two is needed.`,
    );
  if (!classes.has('scheduler')) throw invalid(`${path} names no scheduler.`);
  const schedulerPath = join(folder, 'scheduler', SCHEDULER_FILE);
  const scheduler = await readSmallFile(schedulerPath);
  if (scheduler === undefined) throw missing(schedulerPath);
  const within = join(folder, denoisers[0]!);
  return {
    denoiser: await modelIn(within),
    config: (await readOptionalJson(denoiserConfig, join(within, 'config.json'))) ?? null,
    scheduler: parseSchedulerFile(scheduler, schedulerPath),
    text: await textOf(folder, path, classes),
    latents: DECODERS.some((name) => classes.has(name)) ? await latentsOf(folder) : null,
    names: namesOf(content['id2label'], path),
  };
}

/** Parts that are there, with the class that each is of. */
function componentsOf(content: Readonly<Record<string, unknown>>, path: string): Map<string, string> {
  const classes = new Map<string, string>();
  for (const [name, value] of Object.entries(content)) {
    const parsed = component.safeParse(value);
    if (!parsed.success) {
      if (KNOWN.has(name)) throw invalid(`${path}: ${name} (${JSON.stringify(value)}) must be a library and a class in it.`);
      continue;
    }
    const [, className] = parsed.data;
    if (className === null) continue;
    if (!KNOWN.has(name))
      throw new RpcError(
        'unsupported-pipeline',
        `${path} names the part ${name} (${className}), which is not known here: pipelines of a unet or a transformer, with one text encoder and a ` +
          'VAE or without them, are.',
      );
    classes.set(name, className);
  }
  return classes;
}

async function textOf(folder: string, path: string, classes: ReadonlyMap<string, string>): Promise<TextParts | null> {
  const [encoder, tokenizer] = [classes.get('text_encoder'), classes.get('tokenizer')];
  if (encoder === undefined && tokenizer === undefined) return null;
  if (encoder === undefined || tokenizer === undefined)
    throw invalid(
      `${path} names a ${encoder === undefined ? 'tokenizer and no text_encoder' : 'text_encoder and no tokenizer'}; texts need both.`,
    );
  const within = join(folder, 'text_encoder');
  return {
    encoder: await modelIn(within),
    config: (await readOptionalJson(textConfig, join(within, 'config.json'))) ?? {},
    tokenizer: join(folder, 'tokenizer'),
    tokenizerClass: tokenizer,
  };
}

async function latentsOf(folder: string): Promise<LatentParts> {
  const decoder = await modelIn(join(folder, 'vae_decoder'));
  // Beside the decoder, or where PyTorch's weights lie.
  const places = ['vae_decoder', 'vae'].map((name) => join(folder, name, 'config.json'));
  const config = (await readOptionalJson(decoderConfig, places[0]!)) ?? (await readOptionalJson(decoderConfig, places[1]!));
  if (!config) throw missing(places[0]!, ' It says what latents are multiplied by (scaling_factor).');
  if (config.latents_mean || config.latents_std)
    throw new RpcError('unsupported-pipeline', `${places[0]}: latents_mean and latents_std, a scale for each channel, are not known here.`);
  const encoder = join(folder, 'vae_encoder');
  return { decoder, encoder: (await isFile(join(encoder, 'model.onnx'))) ? join(encoder, 'model.onnx') : null, config };
}

/** model.onnx, or the only file of its kind. */
async function modelIn(folder: string): Promise<string> {
  const path = join(folder, 'model.onnx');
  if (await isFile(path)) return path;
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.toLowerCase().endsWith('.onnx'));
  if (files.length === 1) return join(folder, files[0]!);
  throw missing(path, files.length > 1 ? ` The folder holds ${files.slice(0, 5).join(', ')}.` : '');
}

function namesOf(given: unknown, path: string): Record<number, string[]> {
  if (given === undefined || given === null) return {};
  const parsed = labels.safeParse(given);
  if (!parsed.success) throw invalid(`${path}: id2label must be names by number.`);
  return Object.fromEntries(
    Object.entries(parsed.data).map(([number, names]) => [
      number,
      names
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    ]),
  );
}

function missing(path: string, more = ''): RpcError {
  return new RpcError('model-missing', `${path} is missing.${more} Export the model again, with all of its files.`);
}
