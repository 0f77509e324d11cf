/** Settings of decoding from outside (a file, a message), checked. */

import * as z from 'zod/mini';
import { defaultDecoding, type DecodingSettings } from '../protocol/generation.ts';
import { RpcError } from '../protocol/rpc.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

const seedEnd = 2 ** 32;
const mostTokens = 1_000_000;
const mostBeams = 64;
const longestStop = 10_000;

function number(words: string, holds: (value: number) => boolean) {
  return z.unknown().check(z.refine((value) => typeof value === 'number' && holds(value), { error: `must be ${words}` }));
}

function whole(least: number, most: number) {
  return number(`a whole number from ${least} to ${most}`, (value) => Number.isInteger(value) && value >= least && value <= most);
}

const share = () => number('a number from 0 to 1', (value) => value >= 0 && value <= 1);
const positive = () => number('a number above 0', (value) => value > 0 && value < Infinity);

const fields = {
  method: z
    .unknown()
    .check(
      z.refine((value) => value === 'sample' || value === 'greedy' || value === 'beam', { error: 'must be "sample", "greedy" or "beam"' }),
    ),
  temperature: positive(),
  topK: whole(0, Number.MAX_SAFE_INTEGER),
  topP: share(),
  minP: share(),
  repetitionPenalty: positive(),
  beams: whole(1, mostBeams),
  lengthPenalty: number('a finite number', Number.isFinite),
  seed: whole(0, seedEnd - 1),
  stop: z.unknown().check(
    z.refine(
      (value) => Array.isArray(value) && value.every((stop) => typeof stop === 'string' && stop !== '' && stop.length <= longestStop),
      {
        error: `must be a list of strings that are not empty, each of at most ${longestStop} characters`,
      },
    ),
  ),
  maxTokens: whole(1, mostTokens),
};

function invalid(message: string): RpcError {
  return new RpcError('setting-invalid', message);
}

/**
 * Settings as they are given; those that are left out have their default.
 *
 * @param where what holds them, for messages
 * @throws RpcError 'setting-invalid' with the first setting that is wrong and its value, or a name that is none
 */
export function checkDecoding(given: unknown, where = 'The settings'): DecodingSettings {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid(`${where} (${show(given)}) is no object of settings.`);
  const names = Object.keys(fields);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) throw invalid(`${where}: there is no setting "${unknown}". The settings are ${names.join(', ')}.`);
  const settings = { ...defaultDecoding, ...given };
  const result = z.object(fields).safeParse(settings);
  if (result.success) return settings;
  const issue = result.error.issues[0]!;
  const name = String(issue.path[0]);
  throw invalid(`${where}: ${name} (${show((settings as Record<string, unknown>)[name])}) ${issue.message}.`);
}

function show(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
