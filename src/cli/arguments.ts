/** The command line as values. */

import { resolve } from 'node:path';
import type { ParseArgsConfig } from 'node:util';
import type { EngineSettings, ProviderName } from '../protocol/inference.ts';
import type { ModelAnswers } from '../protocol/question.ts';
import { evaluateArguments, evaluateOptions, readAnswers, type EvaluateArguments } from './evaluate/arguments.ts';
import { formulasArguments, type FormulasArguments } from './formulas/arguments.ts';
import { parse } from './parse.ts';
import { diffusionArguments, diffusionOptions, type DiffusionArguments } from './sample/diffusionArguments.ts';
import { isTopic, UsageError, type HelpTopic } from './usage.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

const providers: readonly ProviderName[] = ['auto', 'cpu', 'cuda', 'webgpu', 'coreml', 'directml'];

const shared = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  provider: { type: 'string' },
  threads: { type: 'string' },
  memory: { type: 'string' },
  engine: { type: 'string' },
} as const satisfies Options;

const attentionOptions = {
  ...shared,
  text: { type: 'string' },
  file: { type: 'string' },
  inputs: { type: 'string' },
  out: { type: 'string' },
  html: { type: 'string' },
  layer: { type: 'string' },
  head: { type: 'string' },
} as const satisfies Options;

const sampleOptions = {
  ...shared,
  prompt: { type: 'string' },
  file: { type: 'string' },
  n: { type: 'string', short: 'n' },
  seed: { type: 'string' },
  settings: { type: 'string' },
  out: { type: 'string' },
  answer: { type: 'string', multiple: true },
  ...diffusionOptions,
} as const satisfies Options;

export interface InspectArguments {
  command: 'inspect';
  model: string;
  json: boolean;
  settings: EngineSettings;
}

export interface AttentionArguments {
  command: 'attention';
  model: string;
  input: { text: string } | { file: string } | { inputs: string };
  /** Folder for the weights; at least one of the two is given. */
  out: string | undefined;
  /** File for the report. */
  html: string | undefined;
  layer: number | undefined;
  head: number | undefined;
  json: boolean;
  settings: EngineSettings;
}

export interface SampleArguments {
  command: 'sample';
  model: string;
  /** What is continued; absent where neither was given. */
  input: { text: string } | { file: string } | undefined;
  /** How many samples; of texts each has the seed behind the one before. Where it is not given, that of the settings, or one. */
  count: number | undefined;
  /** That of the settings where it is not given. */
  seed: number | undefined;
  /** File of decoding settings. */
  settingsFile: string | undefined;
  out: string | undefined;
  json: boolean;
  /** What a VAE's or a GAN's files do not say. */
  answers: ModelAnswers;
  diffusion: DiffusionArguments;
  settings: EngineSettings;
}

export type Arguments =
  | InspectArguments
  | AttentionArguments
  | SampleArguments
  | EvaluateArguments
  | FormulasArguments
  | { command: 'help'; topic: HelpTopic }
  | { command: 'version' };

function wholeNumber(command: string, option: string, value: string | undefined, least: number): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= least) return number;
  throw new UsageError(`--${option} takes a whole number of at least ${least}, not "${value}"`, command);
}

function oneModel(command: string, positionals: readonly string[]): string {
  const [model, ...more] = positionals;
  if (model === undefined || model === '') throw new UsageError('MODEL is missing', command);
  if (more.length > 0) throw new UsageError(`only one MODEL is taken; there is also "${more.join('", "')}"`, command);
  return model;
}

function engineSettings(
  command: string,
  values: { provider?: string; threads?: string; memory?: string; engine?: string },
): EngineSettings {
  const provider = providers.find((name) => name === (values.provider ?? 'auto'));
  if (!provider) throw new UsageError(`--provider takes one of ${providers.join(', ')}, not "${values.provider}"`, command);
  return {
    provider,
    threads: wholeNumber(command, 'threads', values.threads, 0) ?? 0,
    memoryLimit: (wholeNumber(command, 'memory', values.memory, 1) ?? 4_096) * 2 ** 20,
    ...(values.engine === undefined ? {} : { enginePath: resolve(values.engine) }),
  };
}

function attentionArguments(args: readonly string[]): Arguments {
  const command = 'attention';
  const { values, positionals } = parse(command, args, attentionOptions);
  if (values.help) return { command: 'help', topic: command };
  const given = (['text', 'file', 'inputs'] as const).filter((name) => values[name] !== undefined);
  const model = oneModel(command, positionals);
  if (given.length === 0) throw new UsageError('one of --text, --file and --inputs is needed', command);
  if (given.length > 1) throw new UsageError(`--${given.join(' and --')} exclude each other`, command);
  const named = (option: 'out' | 'html', what: string): string | undefined => {
    if (values[option] === '') throw new UsageError(`--${option} needs the name of a ${what}`, command);
    return values[option];
  };
  const [out, html] = [named('out', 'folder'), named('html', 'file')];
  if (out === undefined && html === undefined) throw new UsageError('--out DIR or --html FILE is needed', command);
  const ofFiles = (['layer', 'head', 'json'] as const).find((name) => values[name] !== undefined);
  if (out === undefined && ofFiles) throw new UsageError(`--${ofFiles} is about what --out writes; a report holds all heads`, command);
  const input =
    values.text !== undefined ? { text: values.text } : values.file !== undefined ? { file: values.file } : { inputs: values.inputs! };
  return {
    command,
    model,
    input,
    out,
    html,
    layer: wholeNumber(command, 'layer', values.layer, 0),
    head: wholeNumber(command, 'head', values.head, 0),
    json: values.json ?? false,
    settings: engineSettings(command, values),
  };
}

function sampleArguments(args: readonly string[]): Arguments {
  const command = 'sample';
  const { values, positionals } = parse(command, args, sampleOptions);
  if (values.help) return { command: 'help', topic: command };
  const model = oneModel(command, positionals);
  if (values.prompt !== undefined && values.file !== undefined) throw new UsageError('--prompt and --file exclude each other', command);
  for (const option of ['settings', 'out', 'file'] as const)
    if (values[option] === '') throw new UsageError(`--${option} needs the name of a ${option === 'out' ? 'folder' : 'file'}`, command);
  return {
    command,
    model,
    input: values.prompt !== undefined ? { text: values.prompt } : values.file !== undefined ? { file: values.file } : undefined,
    count: wholeNumber(command, 'n', values.n, 1),
    seed: wholeNumber(command, 'seed', values.seed, 0),
    settingsFile: values.settings,
    out: values.out,
    json: values.json ?? false,
    answers: readAnswers(values.answer ?? [], command),
    diffusion: diffusionArguments(values, (option, value, least) => wholeNumber(command, option, value, least)),
    settings: engineSettings(command, values),
  };
}

function readEvaluate(args: readonly string[]): Arguments {
  const command = 'evaluate';
  const { values, positionals } = parse(command, args, { ...shared, ...evaluateOptions });
  if (values.help) return { command: 'help', topic: command };
  const model = oneModel(command, positionals);
  const options = evaluateArguments(values, (option, value, least) => wholeNumber(command, option, value, least));
  return { command, model, ...options, json: values.json ?? false, settings: engineSettings(command, values) };
}

function inspectArguments(args: readonly string[]): Arguments {
  const command = 'inspect';
  const { values, positionals } = parse(command, args, shared);
  if (values.help) return { command: 'help', topic: command };
  return { command, model: oneModel(command, positionals), json: values.json ?? false, settings: engineSettings(command, values) };
}

/**
 * Reads the arguments behind `genlens`.
 *
 * @throws UsageError
 */
export function parseCommandLine(args: readonly string[]): Arguments {
  const [command, ...rest] = args;
  switch (command) {
    case 'attention':
      return attentionArguments(rest);
    case 'inspect':
      return inspectArguments(rest);
    case 'sample':
      return sampleArguments(rest);
    case 'evaluate':
      return readEvaluate(rest);
    case 'formulas':
      return formulasArguments(rest) ?? { command: 'help', topic: 'formulas' };
    case '--version':
      return { command: 'version' };
    case '--help':
    case '-h':
      return { command: 'help', topic: 'general' };
    case 'help':
      return { command: 'help', topic: isTopic(rest[0]) ? rest[0] : 'general' };
    case undefined:
      throw new UsageError('a command is missing');
    default:
      throw new UsageError(`there is no command "${command}"`);
  }
}
