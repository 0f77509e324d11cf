/** A model's scheduler_config.json, under another sampler and other options where these are asked for. */

import { RpcError } from '../../protocol/rpc.ts';
import { parsePythonJson } from '../pythonJson.ts';
import { checkSchedulerConfig, samplerNamed, type SchedulerConfig } from '../schedulerConfig.ts';

export interface SchedulerFile {
  path: string;
  /** What it holds, unchecked. */
  options: unknown;
}

/** @throws RpcError 'scheduler-invalid' where it is not JSON */
export function parseSchedulerFile(text: string, path: string): SchedulerFile {
  try {
    return { path, options: parsePythonJson(text) };
  } catch (error) {
    throw new RpcError('scheduler-invalid', `${path} is not JSON: ${(error as Error).message}.`);
  }
}

/**
 * Options of the file that another sampler has none of are left aside, as diffusers does; of those that are asked for none is.
 *
 * @param sampler by its class or name; null: the file's own
 * @param options in place of the file's, by their names there
 * @throws RpcError 'scheduler-invalid' with the option and its value
 */
export function chosenScheduler(
  file: SchedulerFile,
  sampler: string | null = null,
  options: Readonly<Record<string, unknown>> = {},
): SchedulerConfig {
  const name = sampler === null ? undefined : samplerNamed(sampler).name;
  const own = checkSchedulerConfig(file.options, file.path, name);
  if (Object.keys(options).length === 0) return own;
  const asked = checkSchedulerConfig(options, 'The options of the sampler', own.sampler.name);
  const [unknown] = asked.ignored;
  if (unknown !== undefined)
    throw new RpcError(
      'scheduler-invalid',
      `${unknown} (${JSON.stringify(options[unknown])}) is no option of ${own.sampler.className}; leave it out, or choose a sampler that has it.`,
    );
  return checkSchedulerConfig({ ...(file.options as object), ...options }, file.path, own.sampler.name);
}
