/** The command line of `genlens evaluate`. */

import type { EngineSettings } from '../../protocol/inference.ts';
import type { ModelAnswers } from '../../protocol/question.ts';
import { UsageError } from '../usage.ts';

export const evaluateOptions = {
  data: { type: 'string' },
  train: { type: 'string' },
  draws: { type: 'string' },
  evidence: { type: 'string' },
  samples: { type: 'string' },
  seed: { type: 'string' },
  answer: { type: 'string', multiple: true },
} as const;

export interface EvaluateOptions {
  data: string;
  train: string | undefined;
  draws: number;
  evidence: number;
  samples: number;
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
  const wrong = values.answer?.find((text) => !/^[a-z-]+=./.test(text));
  if (wrong !== undefined) throw new UsageError(`--answer takes ID=VALUE, not "${wrong}"`, command);
  return {
    data: values.data,
    train: values.train,
    draws: wholeNumber('draws', values.draws, 1) ?? 4,
    evidence: wholeNumber('evidence', values.evidence, 0) ?? 50,
    samples: wholeNumber('samples', values.samples, 2) ?? 500,
    seed: wholeNumber('seed', values.seed, 0) ?? 1,
    answers: readAnswers(values.answer ?? []),
  };
}

/** Of ID=VALUE. */
export function readAnswers(given: readonly string[]): ModelAnswers {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
