/** diffusers' `scheduler_config.json`, read: which sampler, and what it is set to. */

import * as z from 'zod/mini';
import { samplers } from '../maths/samplers/list.ts';
import type { Sampler } from '../maths/samplers/sampler.ts';
import { optionName, without, type SamplerSettings } from '../maths/samplers/settings.ts';
import { RpcError } from '../protocol/rpc.ts';
import { parsePythonJson } from './pythonJson.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

const mostTimesteps = 100_000;
const highestOrder = 6;
/** What diffusers writes into the file beside options. */
const aboutTheFile = ['_class_name', '_diffusers_version', '_name_or_path', '_commit_hash'];

type Option = keyof SamplerSettings;

function checked(words: string, holds: (value: unknown) => boolean) {
  return z.unknown().check(z.refine(holds, { error: `must be ${words}` }));
}

const number = (words: string, holds: (value: number) => boolean) => checked(words, (value) => typeof value === 'number' && holds(value));
const whole = (least: number, most: number) =>
  number(`a whole number from ${least} to ${most}`, (value) => Number.isInteger(value) && value >= least && value <= most);
const positive = () => number('a number above 0', (value) => value > 0 && value < Infinity);
const positiveOrNull = () =>
  checked('a number above 0, or null', (value) => value === null || (typeof value === 'number' && value > 0 && value < Infinity));
const share = () => number('a number from 0 to 1', (value) => value >= 0 && value <= 1);
const flag = () => checked('true or false', (value) => typeof value === 'boolean');
const word = (...words: readonly (string | null)[]) =>
  checked(
    words
      .map((one) => JSON.stringify(one))
      .join(', ')
      .replace(/, (?=[^,]*$)/, ' or '),
    (value) => words.includes(value as string | null),
  );
const list = (words: string, holds: (value: number) => boolean) =>
  checked(
    words,
    (value) => Array.isArray(value) && value.length <= mostTimesteps && value.every((one) => typeof one === 'number' && holds(one)),
  );
const beta = (value: number): boolean => value >= 0 && value <= 1;
const learning = ['fixed_small', 'fixed_small_log', 'fixed_large', 'learned', 'learned_range'] as const;

/** What an option takes whose words its sampler does not tell. */
const kinds: Record<Option, z.ZodMiniType> = {
  numTrainTimesteps: whole(1, mostTimesteps),
  betaStart: share(),
  betaEnd: share(),
  betaSchedule: word('linear'),
  trainedBetas: z.nullable(list('a list of numbers from 0 to 1, or null', beta)),
  rescaleBetasZeroSnr: flag(),
  predictionType: word('epsilon', 'sample', 'v_prediction'),
  timestepSpacing: word('leading', 'linspace', 'trailing'),
  stepsOffset: whole(0, mostTimesteps),
  timestepType: word('discrete', 'continuous'),
  interpolationType: word('linear', 'log_linear'),
  useKarrasSigmas: flag(),
  useExponentialSigmas: flag(),
  useBetaSigmas: flag(),
  useLuLambdas: flag(),
  sigmaMin: positiveOrNull(),
  sigmaMax: positiveOrNull(),
  finalSigmasType: word('zero', 'sigma_min'),
  lambdaMinClipped: number('a number, or -Infinity', (value) => value < Infinity),
  setAlphaToOne: flag(),
  clipSample: flag(),
  clipSampleRange: positive(),
  thresholding: flag(),
  dynamicThresholdingRatio: share(),
  sampleMaxValue: number('a number of 1 or more', (value) => value >= 1 && value < Infinity),
  varianceType: word(...learning, null),
  skipPrkSteps: flag(),
  algorithmType: word('dpmsolver++'),
  solverType: word('midpoint'),
  solverOrder: whole(1, highestOrder),
  lowerOrderFinal: flag(),
  eulerAtFinal: flag(),
  predictX0: flag(),
  disableCorrector: list('a list of whole numbers of 0 or more', (value) => Number.isInteger(value) && value >= 0),
  solverP: checked('null: another solver in its place is not known here', (value) => value === null),
  useFlowSigmas: flag(),
  flowShift: positive(),
  shift: positive(),
  useDynamicShifting: flag(),
  timeShiftType: word('exponential', 'linear'),
  shiftTerminal: checked(
    'a number from 0 and below 1, or null',
    (value) => value === null || (typeof value === 'number' && value >= 0 && value < 1),
  ),
  invertSigmas: flag(),
  stochasticSampling: flag(),
  baseShift: number('a finite number', Number.isFinite),
  maxShift: number('a finite number', Number.isFinite),
  baseImageSeqLen: positive(),
  maxImageSeqLen: positive(),
};

const options = new Map(Object.keys(without).map((key) => [optionName(key), key as Option]));

export interface SchedulerConfig {
  sampler: Sampler;
  settings: SamplerSettings;
  /** Options of the file, by their names there, that this sampler has none of; diffusers leaves them aside too. */
  ignored: string[];
}

function invalid(message: string): RpcError {
  return new RpcError('scheduler-invalid', message);
}

/** @throws RpcError 'scheduler-invalid' where there is none of this class or name */
export function samplerNamed(name: string): Sampler {
  const sampler = samplers.find((one) => one.className === name || one.name === name);
  if (sampler) return sampler;
  throw invalid(`There is no sampler ${show(name)}. The samplers are ${samplers.map((one) => one.name).join(', ')}.`);
}

/**
 * @param text of the file
 * @param where its path, for messages
 * @param name of a sampler in place of the file's own, as diffusers takes one scheduler's file for another
 * @throws RpcError 'scheduler-invalid' with the first option that is wrong, its value and what it may be; nothing is guessed
 */
export function parseSchedulerConfig(text: string, where: string, name?: string): SchedulerConfig {
  let json: unknown;
  try {
    json = parsePythonJson(text);
  } catch (error) {
    throw invalid(`${where} is not JSON: ${(error as Error).message}.`);
  }
  return checkSchedulerConfig(json, where, name);
}

/** The same of what the file holds. */
export function checkSchedulerConfig(given: unknown, where: string, name?: string): SchedulerConfig {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid(`${where} (${show(given)}) is no object of options.`);
  const file = given as Record<string, unknown>;
  const sampler = name === undefined ? samplerOfFile(file['_class_name'], where) : samplerNamed(name);
  const settings: Record<string, unknown> = { ...without, ...sampler.defaults };
  const ignored: string[] = [];
  for (const [key, value] of Object.entries(file)) {
    if (aboutTheFile.includes(key)) continue;
    const option = options.get(key);
    if (option === undefined)
      throw invalid(`${where}: ${key} (${show(value)}) is no option of ${sampler.className} or another sampler. It has ${known(sampler)}.`);
    if (Object.hasOwn(sampler.defaults, option)) settings[option] = checkedOption(sampler, option, value, where);
    else ignored.push(key);
  }
  return { sampler, settings: settings as unknown as SamplerSettings, ignored };
}

function samplerOfFile(className: unknown, where: string): Sampler {
  const sampler = samplers.find((one) => one.className === className);
  if (sampler) return sampler;
  const all = samplers.map((one) => one.className).join(', ');
  throw invalid(
    `${where}: _class_name (${show(className)}) is no scheduler that is known here. Known are ${all}; or name another sampler.`,
  );
}

function checkedOption(sampler: Sampler, option: Option, value: unknown, where: string): unknown {
  const alias = typeof value === 'string' ? sampler.aliases?.[option] : undefined;
  const meant = alias && Object.hasOwn(alias, value as string) ? alias[value as string] : value;
  const words = sampler.choices[option];
  const result = (words ? word(...words) : kinds[option]).safeParse(meant);
  if (result.success) return meant;
  throw invalid(`${where}: ${optionName(option)} (${show(value)}) ${result.error.issues[0]!.message} in ${sampler.className}.`);
}

function known(sampler: Sampler): string {
  return Object.keys(sampler.defaults).map(optionName).join(', ');
}

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = typeof value === 'number' ? String(value) : ((JSON.stringify(value) as string | undefined) ?? typeof value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
