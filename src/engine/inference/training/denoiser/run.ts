/** A sampler's run with a small denoiser, or with what is true in its place. */

import { planeStates } from '../../../../maths/diffusion/planeStates.ts';
import { normals } from '../../../../maths/random/normal.ts';
import type { NoiseSource as DrawSource } from '../../../../maths/samplers/sampler.ts';
import type { DenoiserRun, DenoiserRunRequest } from '../../../../protocol/denoiser.ts';
import { RpcError } from '../../../../protocol/rpc.ts';
import { rest } from '../../rest.ts';
import { checkSeed, checkWhole } from '../checks.ts';
import type { Graphs } from '../graphs.ts';
import { denoiserOf, MOST_POINTS, runOf, streams } from './state.ts';

/** Points whose predicted noise is told. */
const TRACED = 32;
/** Of a message's numbers. */
const MOST_NUMBERS = 2 ** 25;

/** @throws RpcError 'setting-invalid', 'data-invalid', 'not-finite', 'bad-input' */
export async function denoiserRun(graphs: Graphs, request: DenoiserRunRequest, signal: AbortSignal): Promise<DenoiserRun> {
  const { source, run: choice, count, seed } = request;
  checkSeed(seed);
  checkWhole('count', count, 1, MOST_POINTS);
  const run = runOf(choice);
  const { levels } = run;
  if (levels.length * count * 2 > MOST_NUMBERS)
    throw new RpcError(
      'setting-invalid',
      `${count} points at ${levels.length} levels are more than ${MOST_NUMBERS / 2} places; follow fewer points, or take fewer steps.`,
    );
  const denoiser = denoiserOf(graphs, request, source);
  const start = new Float32Array(normals({ seed, stream: streams.start }, 2 * count));
  const traced = Math.min(count, TRACED);
  const states = new Float32Array(levels.length * count * 2);
  const predictions = new Float32Array((levels.length - 1) * traced * 2);
  for await (const { evaluation, points, noise } of planeStates(run, start, denoiser, drawsOf(seed))) {
    states.set(points, evaluation * count * 2);
    if (noise) predictions.set(noise.subarray(0, 2 * traced), evaluation * traced * 2);
    await rest(signal);
  }
  return { levels, states, predictions, traced };
}

/** A point's noise does not depend on how many there are. */
export function drawsOf(seed: number): DrawSource {
  return (draw, count) => new Float32Array(normals({ seed, stream: streams.steps }, count, draw * 2 * MOST_POINTS));
}
