/** What an owner may ask of a training. */

import type { TrainingFolder } from '../../../models/trainingFolder.ts';
import { ganLosses } from '../../../maths/adversarial/optimum.ts';
import { heParameters } from '../../../maths/random/heParameters.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { Checkpoint, Coefficients, Reporting, TrainRequest } from '../../../protocol/training.ts';
import { MOST_TURNS, stateParts, type Program } from './programs.ts';

/** @throws RpcError 'coefficient-invalid' */
export function checkCoefficients({ coefficients: names, phases }: Program, coefficients: Coefficients): void {
  const unknown = Object.keys(coefficients).find((name) => !names.includes(name));
  if (unknown !== undefined) throw invalid(`There is no coefficient "${unknown}"; there are ${names.join(', ')}.`);
  for (const name of names) {
    if (!Object.hasOwn(coefficients, name)) throw invalid(`The coefficient ${name} is missing.`);
    const value: unknown = coefficients[name];
    const { holds, words } = rangeOf(name);
    if (!(typeof value === 'number' && holds(value))) throw invalid(`The coefficient ${name} is ${String(value)}; it must be ${words}.`);
  }
  if (phases.every(({ times }) => times(coefficients) === 0))
    throw invalid('The coefficients discriminator.steps and generator.steps are both 0; one of the two must run.');
}

function invalid(message: string): RpcError {
  return new RpcError('coefficient-invalid', message);
}

function rangeOf(name: string): { holds: (value: number) => boolean; words: string } {
  // At 1 Adam divides by 1 - beta^step, which is 0.
  if (/beta[12]$/.test(name)) return { holds: (value) => value >= 0 && Math.fround(value) < 1, words: 'from 0 to less than 1' };
  if (name === 'loss')
    return {
      holds: isWhole(ganLosses.length - 1),
      words: `the number of one of ${ganLosses.map((loss, i) => `${i} (${loss})`).join(', ')}`,
    };
  if (name === 'batch') return { holds: (value) => batches.includes(value), words: `one of ${batches.join(', ')}` };
  if (name.endsWith('.steps')) return { holds: isWhole(MOST_TURNS), words: `a whole number from 0 to ${MOST_TURNS}` };
  if (name === 'clip') return { holds: (value) => value > 0, words: 'above 0' };
  return { holds: (value) => value >= 0 && Math.fround(value) < Infinity, words: '0 or more, and no more than a float32 holds' };
}

/** They divide the batch of the graphs. */
const batches = Array.from({ length: 9 }, (_, power) => 2 ** power);

function isWhole(most: number): (value: number) => boolean {
  return (value) => Number.isInteger(value) && value >= 0 && value <= most;
}

/** @throws RpcError 'setting-invalid' that begins with the name */
export function checkWhole(name: string, value: number, least: number, most: number): void {
  if (!(Number.isInteger(value) && value >= least && value <= most))
    throw new RpcError('setting-invalid', `${name} is ${value}; it must be a whole number from ${least} to ${most}.`);
}

/** @throws RpcError 'setting-invalid' */
export function checkSeed(seed: number): void {
  checkWhole('The seed', seed, 0, 2 ** 32 - 1);
}

/** @throws RpcError 'setting-invalid' */
export function checkReporting({ lossesEvery, checkpointsEvery, picturesPerSecond, stepsPerSecond }: Reporting): void {
  const refuse = (name: string, value: unknown, words: string): never => {
    throw new RpcError('setting-invalid', `${name} is ${String(value)}; it must be ${words}.`);
  };
  for (const [name, value] of Object.entries({ lossesEvery, checkpointsEvery }))
    if (!(Number.isSafeInteger(value) && value >= 1)) refuse(name, value, 'a whole number of 1 or more');
  if (!(picturesPerSecond >= 0)) refuse('picturesPerSecond', picturesPerSecond, '0 or more');
  if (stepsPerSecond !== null && !(stepsPerSecond > 0)) refuse('stepsPerSecond', stepsPerSecond, 'above 0, or null');
}

/** @throws RpcError 'setting-invalid', 'coefficient-invalid' */
export function checkRequest(program: Program, { setup, from, schedule, until, reporting }: TrainRequest): void {
  checkReporting(reporting);
  const refuse = (message: string): never => {
    throw new RpcError('setting-invalid', message);
  };
  checkSeed(setup.seed);
  const begins = from?.step ?? 0;
  if (!(Number.isSafeInteger(begins) && begins >= 0)) refuse(`A training cannot begin at step ${begins}.`);
  if (until !== null && !(Number.isSafeInteger(until) && until >= begins))
    refuse(`A training at step ${begins} cannot end at step ${until}.`);
  if (!((schedule[0]?.step ?? Infinity) <= begins))
    refuse(`The schedule has no coefficients for step ${begins}, where the training begins.`);
  if (schedule.some(({ step }, i) => !(Number.isSafeInteger(step) && step >= (schedule[i - 1]?.step ?? 0))))
    refuse('The schedule is not in the order of its steps.');
  for (const { coefficients } of schedule) checkCoefficients(program, coefficients);
}

/** The state that a training begins with. @throws RpcError 'checkpoint-invalid', 'training-invalid' */
export function beginning(
  { networks }: Program,
  folder: TrainingFolder,
  seed: number,
  from: Checkpoint | null,
): Record<string, Float32Array> {
  const state: Record<string, Float32Array> = {};
  for (const [network, drawn] of Object.entries(networks)) {
    const layers = Object.hasOwn(folder.layers, network) ? folder.layers[network]! : [];
    const parameters = drawn ? heParameters(layers, { seed, stream: drawn.stream }) : folder.initial.get(network);
    if (!parameters?.length)
      throw new RpcError(
        'training-invalid',
        `${folder.path}: ${drawn ? 'training.json has no layers' : 'initial.npz has no parameters'} of "${network}". Reinstall the model.`,
      );
    const sizes = { parameters: parameters.length, first: parameters.length, second: parameters.length, step: 1 };
    for (const part of stateParts) {
      const name = `${network}.${part}`;
      const given = from?.tensors[name];
      if (from && given?.length !== sizes[part])
        throw new RpcError(
          'checkpoint-invalid',
          `The checkpoint of step ${from.step} has ${given ? `${given.length} numbers` : 'nothing'} for ${name}; this model has ${sizes[part]}. Begin the training again.`,
        );
      state[name] = given ?? (part === 'parameters' ? parameters.slice() : new Float32Array(sizes[part]));
    }
  }
  return state;
}
