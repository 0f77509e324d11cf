/** What is asked of a run that is kept. */

import { isAbsolute } from 'node:path';
import { npyHeader } from '../../../formats/npy.ts';
import type { Floats } from '../../../maths/samplers/sampler.ts';
import type { ReadTensors, TensorRequest } from '../../../protocol/diffusion.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import { writeWhole } from '../wholeFile.ts';
import { checkWhole } from '../items/inputs.ts';
import type { KeptRun } from './keptRuns.ts';
import { linearMapOf } from './linearPictures.ts';
import type { HeldDiffusion } from './model.ts';
import { checkSide, chosenItems, itemsOf, sizeOfItem, smaller, within } from './pictures.ts';
import { evaluationOf, tensorsOf } from './sampling.ts';

/** @throws RpcError 'bad-input', 'no-decoder', 'not-a-number' */
export async function readTensors(
  model: HeldDiffusion,
  run: KeptRun,
  request: TensorRequest,
  { signal }: CallContext,
): Promise<ReadTensors> {
  const { size, loaded, latents } = model;
  const { evaluations, tensor, as } = request;
  const items = chosenItems(request.items, run.items);
  if (as !== 'values' && !latents)
    throw new RpcError('no-decoder', 'The model samples pictures themselves: there are no latents to decode. Take their values.');
  const values = new Float32Array(evaluations.length * items.length * size);
  evaluations.forEach((evaluation, at) =>
    values.set(itemsOf(tensorAt(run, evaluation, tensor, size), items, size), at * items.length * size),
  );
  const told = { evaluations, items };
  if (as === 'linear') {
    const map = await linearMapOf(model, run, signal);
    const { height, width } = sizeOfItem(loaded.item);
    return scaled({ channels: map.colours, height, width }, map.apply(values), request.side, { ...told, explained: map.explained });
  }
  if (as === 'decoded') return scaled(latents!.picture, await latents!.decode(values, signal), request.side, told);
  return scaled(sizeOfItem(loaded.item), values, request.side, told);
}

function scaled<Told extends object>(
  from: { channels: number; height: number; width: number },
  values: Float32Array,
  side: number | undefined,
  told: Told,
): Told & { channels: number; height: number; width: number; values: Float32Array } {
  const { channels, height, width } = side === undefined ? from : within(from, checkSide('side', side));
  return { ...told, channels, height, width, values: smaller(values, from, { channels, height, width }) };
}

function tensorAt(run: KeptRun, evaluation: number, tensor: TensorRequest['tensor'], size: number): Floats {
  const { from, states, plan } = run;
  const end = plan.timesteps.length;
  checkWhole('evaluations', evaluation, from, end);
  if (evaluation === end) {
    if (tensor === 'x') return states.at(-1)!.x;
    throw new RpcError('bad-input', `Behind the last evaluation there is x alone, not ${String(tensor)}.`);
  }
  // Of a sample that is kept alone there is no other x.
  const state = states.length === end - from + 1 ? states[evaluation - from] : undefined;
  if (tensor === 'x' && state) return state.x;
  const whole = evaluationOf(run, evaluation);
  const tensors = tensorsOf(whole.evaluation, whole.output, run.items, size);
  const found = Object.hasOwn(tensors, tensor) ? tensors[tensor] : undefined;
  if (found) return found;
  throw new RpcError('bad-input', `There is no tensor ${String(tensor)} of this run; it has ${Object.keys(tensors).join(', ')}.`);
}

/** @throws RpcError 'bad-input', 'unwritable', 'no-space' */
export async function writeTrajectory(
  { loaded: { sizes } }: HeldDiffusion,
  { states, plan, from, items }: KeptRun,
  path: string,
  { signal }: CallContext,
): Promise<void> {
  if (!isAbsolute(path)) throw new RpcError('unwritable', `${path} is not an absolute path; give one.`);
  const length = plan.timesteps.length - from + 1;
  if (states.length !== length)
    throw new RpcError('bad-input', 'Of this run the sample alone was kept; run it again with its trajectory kept.');
  await writeWhole(path, async (write) => {
    await write(npyHeader('float32', [length, items, ...sizes]));
    for (const { x } of states) {
      signal.throwIfAborted();
      const floats = x instanceof Float32Array ? x : Float32Array.from(x);
      await write(new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength));
    }
  });
}
