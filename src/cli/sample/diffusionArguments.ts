/** Options of `genlens sample` that are for diffusion models alone. */

import type { ParseArgsConfig } from 'node:util';
import { UsageError } from '../usage.ts';

export const diffusionOptions = {
  steps: { type: 'string' },
  sampler: { type: 'string' },
  guidance: { type: 'string' },
  label: { type: 'string' },
  init: { type: 'string' },
  noise: { type: 'string' },
  trajectory: { type: 'string' },
} as const satisfies NonNullable<ParseArgsConfig['options']>;

export interface DiffusionArguments {
  /** Those of the settings where they are not given. */
  steps: number | undefined;
  sampler: string | undefined;
  guidance: number | undefined;
  label: string | undefined;
  /** Files of noise. */
  init: string | undefined;
  noise: string | undefined;
  /** File to write. */
  trajectory: string | undefined;
}

type Given = Readonly<Partial<Record<keyof typeof diffusionOptions, string | undefined>>>;

/** @throws UsageError */
export function diffusionArguments(
  values: Given,
  wholeNumber: (option: string, value: string | undefined, least: number) => number | undefined,
): DiffusionArguments {
  for (const option of ['init', 'noise', 'trajectory'] as const)
    if (values[option] === '') throw new UsageError(`--${option} needs the name of a file`, 'sample');
  for (const option of ['sampler', 'label'] as const)
    if (values[option] === '') throw new UsageError(`--${option} needs a name${option === 'label' ? ' or a number' : ''}`, 'sample');
  return {
    steps: wholeNumber('steps', values.steps, 1),
    guidance: numberOf('guidance', values.guidance),
    ...{ sampler: values.sampler, label: values.label, init: values.init, noise: values.noise, trajectory: values.trajectory },
  };
}

/** The first of those that are given. */
export function givenOption(args: DiffusionArguments): string | undefined {
  return Object.keys(diffusionOptions).find((option) => args[option as keyof DiffusionArguments] !== undefined);
}

function numberOf(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() !== '' && Number.isFinite(number)) return number;
  throw new UsageError(`--${option} takes a number, not "${value}"`, 'sample');
}
