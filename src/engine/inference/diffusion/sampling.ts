/** A run of a sampler: evaluation by evaluation, each told as it comes. */

import { randomUUID } from 'node:crypto';
import { guided } from '../../../maths/samplers/guidance.ts';
import type { Evaluation, Floats, Plan, Sampler, State } from '../../../maths/samplers/sampler.ts';
import { SettingError } from '../../../maths/samplers/settings.ts';
import { advance, begin, inputOf, planned } from '../../../maths/samplers/trajectory.ts';
import { chosenScheduler } from '../../../models/diffusion/schedulerFile.ts';
import type { DiffusionRequest, DiffusionRun, EvaluationOfRun, TensorName } from '../../../protocol/diffusion.ts';
import { RpcError, type StreamContext } from '../../../protocol/rpc.ts';
import type { Runtime } from '../../worker/client.ts';
import { checkNumber } from '../items/inputs.ts';
import { toldItems, type ToldItems } from './conditions.ts';
import type { Denoiser, Predictions } from './denoiser.ts';
import { bytesOf, type KeptOutput, type KeptRun } from './keptRuns.ts';
import { checkFinite, lengthsOf, turnsOf } from './measures.ts';
import type { HeldDiffusion } from './model.ts';
import { noiseOf, type RunNoise } from './noise.ts';
import { picturesOf } from './pictures.ts';
import { startedAt } from './starting.ts';
import { Telling } from './telling.ts';

const MOST_GUIDANCE = 1_000;

/** What is decided before a run begins. */
interface Begun {
  sampler: Sampler;
  plan: Plan;
  told: ToldItems;
  noise: RunNoise;
  state: State;
  notices: string[];
}

/** @throws RpcError 'scheduler-invalid', 'bad-input', 'no-guidance', 'memory', 'not-a-number' */
export async function sample(
  runtime: Runtime,
  model: HeldDiffusion,
  denoiser: Denoiser,
  request: DiffusionRequest,
  context: StreamContext<readonly EvaluationOfRun[]>,
): Promise<{ run: DiffusionRun; kept: KeptRun }> {
  const started = performance.now();
  const { sampler, plan, told, noise, state: first, notices } = await beginRun(runtime, model, request, context.signal);
  const [items, count] = [request.seeds.length, plan.timesteps.length];
  const from = first.evaluations;
  const states: State[] = [first];
  const outputs: KeptOutput[] = [];
  let state = first;
  let before: Floats | null = null;
  let modelMs = 0;
  const telling = new Telling(context, from, count);
  try {
    while (state.evaluations < count) {
      context.signal.throwIfAborted();
      const began = performance.now();
      const index = state.evaluations;
      const where = `Evaluation ${index + 1} of ${count} (t = ${plan.timesteps[index]})`;
      const predictions = await denoiser.predict(inputOf(sampler, plan, state), plan.timesteps[index]!, told, context.signal);
      modelMs += performance.now() - began;
      const output = outputOf(predictions, plan, items, model.size, request);
      checkFinite(output.output, items, where, "the model's output");
      const evaluation = whole(() => advance(sampler, plan, state, output.output, noise.draw));
      checkFinite(evaluation.state.x, items, where, 'x after the step');
      const tensors = tensorsOf(evaluation, output, items, model.size);
      telling.add({
        ...{ index, timestep: evaluation.timestep, alpha: evaluation.alpha, sigma: evaluation.sigma },
        lengths: lengthsOf(tensors, items),
        turns: turnsOf(before, evaluation.step, items),
        pictures: picturesOf(model, tensors, index, request),
        ms: performance.now() - began,
      });
      before = evaluation.step;
      state = evaluation.state;
      keep(request.keep, states, outputs, state, output);
    }
  } finally {
    telling.flush();
  }
  const bytes = bytesOf(states, outputs);
  const runId = randomUUID();
  const { used, engineVersion } = model.loaded.provider;
  const rates = Array.from(plan.timesteps, (_, index) => sampler.ratesAt(plan, index));
  return {
    kept: { runId, request, sampler, plan, from, items, told, draw: noise.draw, states, outputs, bytes },
    run: {
      ...{ runId, items, from, timesteps: plan.timesteps, sampler: sampler.name, settings: plan.settings, draws: state.draws, notices },
      alphas: Float64Array.from(rates, ({ alpha }) => alpha),
      sigmas: Float64Array.from(rates, ({ sigma }) => sigma),
      recipe: { sha256: model.loaded.sha256, request, settings: model.settings, engineVersion, exact: used === 'cpu' },
      ...{ runMs: performance.now() - started, modelMs, keptBytes: bytes },
    },
  };
}

async function beginRun(runtime: Runtime, model: HeldDiffusion, request: DiffusionRequest, signal: AbortSignal): Promise<Begun> {
  checkNumber('guidance', request.guidance, -MOST_GUIDANCE, MOST_GUIDANCE);
  checkNumber('rescale', request.rescale, 0, 1);
  const { sampler, settings } = chosenScheduler(model.scheduler, request.sampler, request.options);
  const plan = whole(() => planned(sampler, settings, request.run));
  const noise = noiseOf(request, model.size);
  const begun = begin(plan, noise.initial, request.seeds.length);
  const state = request.start ? await startedAt(model, sampler, plan, begun, noise.initial, request.start, signal) : begun;
  checkRoom(model, request, plan);
  const told = await toldItems(runtime, model, request.conditions, request.seeds.length, request.guidance !== 1, signal);
  return { sampler, plan, told, noise, state, notices: [...told.notices, ...cutTimesteps(model, plan)] };
}

/** What the sampler finds wrong with its settings as it goes is one error, whatever finds it. */
function whole<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof SettingError ? new RpcError('scheduler-invalid', error.message) : error;
  }
}

function cutTimesteps({ loaded: { timestepType } }: HeldDiffusion, { timesteps }: Plan): string[] {
  const cut = timestepType.startsWith('float') ? undefined : timesteps.find((timestep) => !Number.isInteger(timestep));
  if (cut === undefined) return [];
  return [
    `The sampler asks at timesteps such as ${cut.toPrecision(6)}; the model takes whole numbers (${timestepType}), so fractions are cut off.`,
  ];
}

/** Arrays of x's size that an evaluation leaves behind, at most: x, two of the sampler's, and those of the model. */
const ARRAYS_KEPT = { all: 6, trajectory: 1, sample: 0 };

function checkRoom({ size, settings }: HeldDiffusion, { seeds, keep: what }: DiffusionRequest, { timesteps }: Plan): void {
  const bytes = 4 * size * seeds.length * ((timesteps.length + 1) * ARRAYS_KEPT[what] + 8);
  if (bytes <= settings.memoryLimit) return;
  const inWords = (value: number): string => `${Math.ceil(value / 2 ** 20).toLocaleString('en')} MiB`;
  throw new RpcError(
    'memory',
    `${timesteps.length} evaluations of ${seeds.length} items would keep about ${inWords(bytes)}; the limit is ${inWords(settings.memoryLimit)}. Take fewer ` +
      'steps or items, or raise the limit.',
  );
}

function keep(what: DiffusionRequest['keep'], states: State[], outputs: KeptOutput[], state: State, output: KeptOutput): void {
  if (what === 'all') outputs.push(output);
  if (what === 'sample') states.pop();
  states.push(what === 'all' ? state : { ...state, history: [], held: [] });
}

/** What the sampler is given: guided, and with a variance behind it where it takes one. */
export function outputOf(
  { conditional, unconditional }: Predictions,
  { settings: { varianceType } }: Plan,
  items: number,
  size: number,
  { guidance, rescale }: Pick<DiffusionRequest, 'guidance' | 'rescale'>,
): KeptOutput {
  const narrow = (given: Float32Array): Floats => (given.length === items * size ? given : halves(given, items, 0));
  const [plain, away] = [narrow(conditional), unconditional && narrow(unconditional)];
  const towards = away ? guided(away, plain, items, guidance, rescale) : plain;
  const isWide = conditional.length > items * size && (varianceType === 'learned' || varianceType === 'learned_range');
  const output = isWide ? together(towards, halves(conditional, items, 1), items) : towards;
  return { output, conditional: plain, unconditional: away };
}

/** Of each item the first or the second half. */
function halves(values: Floats, items: number, half: 0 | 1): Float32Array {
  const size = values.length / items / 2;
  return Float32Array.from({ length: items * size }, (_, i) => values[(Math.floor(i / size) * 2 + half) * size + (i % size)]!);
}

function together(first: Floats, second: Floats, items: number): Float32Array {
  const size = first.length / items;
  const all = new Float32Array(2 * first.length);
  for (let item = 0; item < items; item++) {
    all.set(first.subarray(item * size, (item + 1) * size), 2 * item * size);
    all.set(second.subarray(item * size, (item + 1) * size), (2 * item + 1) * size);
  }
  return all;
}

export type Tensors = Readonly<Partial<Record<TensorName, Floats>>>;

/** Each as long as x. */
export function tensorsOf(
  { x, predictedClean, predictedNoise, step }: Evaluation,
  output: KeptOutput,
  items: number,
  size: number,
): Tensors {
  const given = output.output.length === items * size ? output.output : halves(output.output, items, 0);
  return {
    ...{ x, clean: predictedClean, noise: predictedNoise, output: given, conditional: output.conditional, step },
    ...(output.unconditional && { unguided: output.unconditional }),
  };
}

/** The evaluation of a run that is kept, whole again. @throws RpcError 'bad-input' */
export function evaluationOf(
  { sampler, plan, from, states, outputs, draw }: KeptRun,
  index: number,
): { evaluation: Evaluation; output: KeptOutput } {
  const output = outputs[index - from];
  if (!output)
    throw new RpcError(
      'bad-input',
      outputs.length === 0
        ? 'Of this run no more than x was kept; run it again with all kept.'
        : `There is no evaluation ${index} of this run; it has ${from} to ${from + outputs.length - 1}.`,
    );
  return { evaluation: advance(sampler, plan, states[index - from]!, output.output, draw), output };
}
