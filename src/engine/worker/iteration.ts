/** Runs that each begin with what the one before has left. */

import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { RpcError } from '../../protocol/rpc.ts';
import type { RawTensor, RuntimeIteration } from '../../protocol/worker.ts';
import type { Engine } from './engine.ts';
import { engineFailure } from './failures.ts';
import { fromTensor, toTensor } from './tensors.ts';

type Request = Parameters<RuntimeIteration['iterate']>[0];

/** @throws RpcError 'bad-input' where a run reads what is not in the state, 'run-failed', and as sessions do */
export async function iterate(
  { state, phases, steps }: Request,
  sessionOf: (session: number) => { engine: Engine; session: InferenceSession },
): Promise<ReturnType<RuntimeIteration['iterate']>> {
  const held = new Map<string, Tensor>();
  const outputs: Record<string, RawTensor>[] = [];
  for (const { phase, feeds } of steps) {
    const chosen = phases[phase];
    if (!chosen) throw new RpcError('bad-input', `There is no phase ${phase} of an iteration that has ${phases.length}.`);
    const { engine, session } = sessionOf(chosen.session);
    const tensors: Record<string, Tensor> = {};
    for (const [name, raw] of Object.entries(feeds)) tensors[name] = toTensor(engine.api, name, raw);
    for (const [input, name] of Object.entries(chosen.reads)) {
      const raw = state[name];
      const tensor = held.get(name) ?? (raw && toTensor(engine.api, name, raw));
      if (!tensor) throw new RpcError('bad-input', `Input "${input}" is to be "${name}", which is not in the state.`);
      held.set(name, tensor);
      tensors[input] = tensor;
    }
    const results = await run(session, tensors, [...Object.keys(chosen.writes), ...chosen.fetches]);
    for (const [output, name] of Object.entries(chosen.writes)) held.set(name, results[output]!);
    outputs.push(Object.fromEntries(chosen.fetches.map((name) => [name, fromTensor(name, results[name]!)])));
  }
  const last = Object.entries(state).map(([name, raw]) => {
    const tensor = held.get(name);
    return [name, tensor ? fromTensor(name, tensor) : raw];
  });
  return { state: Object.fromEntries(last) as Record<string, RawTensor>, outputs };
}

async function run(
  session: InferenceSession,
  feeds: Record<string, Tensor>,
  fetches: readonly string[],
): Promise<InferenceSession.ReturnType> {
  try {
    return await session.run(feeds, fetches);
  } catch (error) {
    throw engineFailure('run-failed', 'The run failed', error);
  }
}
