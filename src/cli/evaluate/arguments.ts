/** The command line of `genlens evaluate`. */

import type { EngineSettings } from '../../protocol/inference.ts';
import type { ModelAnswers } from '../../protocol/question.ts';
import { LEAST_TRUNCATION } from '../../maths/gan/noise.ts';
import { MOST_TRUNCATION } from '../../models/gan/settings.ts';
import { UsageError } from '../usage.ts';

export const evaluateOptions = {
  data: { type: 'string' },
  train: { type: 'string' },
  draws: { type: 'string' },
  evidence: { type: 'string' },
  samples: { type: 'string' },
  truncation: { type: 'string' },
  seed: { type: 'string' },
  answer: { type: 'string', multiple: true },
} as const;

export interface EvaluateOptions {
  data: string;
  train: string | undefined;
  draws: number;
  evidence: number;
  /** A family's own where it is not given. */
  samples: number | undefined;
  truncation: number | null;
  seed: number;
  answers: ModelAnswers;
}

export interface EvaluateArguments extends EvaluateOptions {
  command: 'evaluate';
  model: string;
  json: boolean;
  settings: EngineSettings;
}

type Given = { [K in keyof typeof evaluateOptions]?: (typeof evaluateOptions)[K] extends { multiple: true } ? string[] : string };

/** @param wholeNumber checks an option that is a whole number of at least so much */
export function evaluateArguments(
  values: Given,
  wholeNumber: (option: string, value: string | undefined, least: number) => number | undefined,
): EvaluateOptions {
  const command = 'evaluate';
  if (values.data === undefined || values.data === '') throw new UsageError('--data DATA is missing', command);
  if (values.train === '') throw new UsageError('--train needs the name of a file or folder', command);
  return {
    data: values.data,
    train: values.train,
    draws: wholeNumber('draws', values.draws, 1) ?? 4,
    evidence: wholeNumber('evidence', values.evidence, 0) ?? 50,
    samples: wholeNumber('samples', values.samples, 2),
    truncation: truncationOf(values.truncation),
    seed: wholeNumber('seed', values.seed, 0) ?? 1,
    answers: readAnswers(values.answer ?? [], command),
  };
}

function truncationOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (text.trim() !== '' && value >= LEAST_TRUNCATION && value <= MOST_TRUNCATION) return value;
  throw new UsageError(`--truncation takes a number from ${LEAST_TRUNCATION} to ${MOST_TRUNCATION}, not "${text}"`, 'evaluate');
}

/** Of ID=VALUE. @throws UsageError */
export function readAnswers(given: readonly string[], command: string): ModelAnswers {
  const wrong = given.find((text) => !/^[a-z-]+=./.test(text));
  if (wrong !== undefined) throw new UsageError(`--answer takes ID=VALUE, not "${wrong}"`, command);
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
