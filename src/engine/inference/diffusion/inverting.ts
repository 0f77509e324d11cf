/** DDIM inversion: the noise that a picture comes from, and how near the way back comes to the picture. */

import { ddim } from '../../../maths/samplers/ddim.ts';
import { inverted } from '../../../maths/samplers/inversion.ts';
import type { Floats, State } from '../../../maths/samplers/sampler.ts';
import { SettingError } from '../../../maths/samplers/settings.ts';
import { begin, planned, trajectory } from '../../../maths/samplers/trajectory.ts';
import { chosenScheduler } from '../../../models/diffusion/schedulerFile.ts';
import type { Inversion, InversionRequest } from '../../../protocol/diffusion.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import type { Runtime } from '../../worker/client.ts';
import { toldItems } from './conditions.ts';
import type { Denoiser } from './denoiser.ts';
import { checkFinite } from './measures.ts';
import type { HeldDiffusion } from './model.ts';
import { outputOf } from './sampling.ts';
import { asSample } from './starting.ts';

/** @throws RpcError 'bad-input', 'no-encoder', 'no-guidance', 'scheduler-invalid', 'not-a-number' */
export async function invertPicture(
  runtime: Runtime,
  model: HeldDiffusion,
  denoiser: Denoiser,
  { picture, as, condition, options, steps, guidance }: InversionRequest,
  context: CallContext,
): Promise<Inversion> {
  const { signal } = context;
  const given = await asSample(model, { picture, as }, 1, signal);
  const { settings } = chosenScheduler(model.scheduler, ddim.name, options);
  const plan = planOf(() => planned(ddim, settings, { steps }));
  const told = await toldItems(runtime, model, [condition], 1, guidance !== 1, signal);
  let done = 0;
  const ask = async (x: Floats, timestep: number, index: number): Promise<Floats> => {
    signal.throwIfAborted();
    context.progress({ message: `Evaluation ${++done} of ${2 * steps}`, fraction: done / (2 * steps) });
    const { output } = outputOf(await denoiser.predict(x, timestep, told, signal), plan, 1, model.size, { guidance, rescale: 0 });
    checkFinite(output, 1, `Evaluation ${index + 1} of ${steps} (t = ${timestep})`, "the model's output");
    return output;
  };
  let noise: Floats = given;
  for await (const { next, index, timestep } of inverted(plan, given, 1, ask)) {
    checkFinite(next, 1, `Evaluation ${index + 1} of ${steps} (t = ${timestep})`, 'x after the step back');
    noise = next;
  }
  let state: State = begin(plan, noise, 1);
  for await (const evaluation of trajectory(ddim, plan, state, ask, noDraws)) state = evaluation.state;
  const init = Float32Array.from(noise);
  return { init, given, returned: Float32Array.from(state.x), ...apart(given, state.x), ...momentsOf(init) };
}

/** Without eta nothing is drawn on the way. */
function noDraws(): never {
  throw new Error('DDIM without eta draws no noise.');
}

function planOf<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof SettingError ? new RpcError('scheduler-invalid', error.message) : error;
  }
}

function apart(a: Floats, b: Floats): Pick<Inversion, 'error' | 'largest'> {
  let [sum, largest] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    sum += (a[i]! - b[i]!) ** 2;
    largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  }
  return { error: Math.sqrt(sum / a.length), largest };
}

function momentsOf(values: Float32Array): Pick<Inversion, 'mean' | 'deviation'> {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0)) };
}
