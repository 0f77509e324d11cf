/** A program with its sessions open: the runs of any step, ready to be sent. */

import { RpcError } from '../../../protocol/rpc.ts';
import type { Coefficients, TrainingSetup } from '../../../protocol/training.ts';
import type { IterationPhase, RawTensor } from '../../../protocol/worker.ts';
import { floatTensor } from '../floatTensor.ts';
import { dataSource, drawInputs, type DataSource } from './draws.ts';
import type { Graphs } from './graphs.ts';
import { programOf, stateParts, type Phase, type Program } from './programs.ts';

export interface StepRun {
  phase: number;
  feeds: Record<string, RawTensor>;
}

export interface Plan {
  program: Program;
  phases: readonly IterationPhase[];
  /** The runs of one step, in order. */
  runsOf(step: number, coefficients: Coefficients): StepRun[];
  /** Draws what steps will be given, while there is time for it. */
  prepare(step: number, count: number): void;
}

/** @throws RpcError 'data-invalid', 'training-invalid' where a graph does not have the inputs that the program gives, and as graphs do */
export async function planOf(graphs: Graphs, { model, data, seed }: TrainingSetup): Promise<Plan> {
  const program = programOf(model);
  const source = dataSource(data);
  const phases: IterationPhase[] = [];
  for (const phase of program.phases) phases.push(await openPhase(graphs, phase));
  const shapes = program.phases.map((phase) => shapesOf(graphs, phase));

  const drawn = new Map<number, Record<string, RawTensor>[]>();
  let scalars: { of: Coefficients; tensors: Record<string, RawTensor>[] } | undefined;
  const drawsOf = (step: number): Record<string, RawTensor>[] =>
    program.phases.flatMap((phase, i) =>
      Array.from({ length: phase.times }, (_, time) => drawTensors(phase, shapes[i]!, source, seed, step * phase.times + time)),
    );
  return {
    program,
    phases,
    runsOf: (step, coefficients) => {
      const draws = drawn.get(step) ?? drawsOf(step);
      drawn.delete(step);
      // The same tensors for all steps of a message: they are sent once.
      if (scalars?.of !== coefficients)
        scalars = { of: coefficients, tensors: program.phases.map((phase) => scalarsOf(phase, coefficients)) };
      const { tensors } = scalars;
      let next = 0;
      return program.phases.flatMap(({ times }, phase) =>
        Array.from({ length: times }, () => ({ phase, feeds: { ...tensors[phase], ...draws[next++] } })),
      );
    },
    prepare: (step, count) => {
      for (let next = step; next < step + count; next++) if (!drawn.has(next)) drawn.set(next, drawsOf(next));
    },
  };
}

/** Of a phase's inputs, the batch first. */
export function shapesOf(graphs: Graphs, { graph }: Phase): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(graphs.graph(graph).inputs.map((input) => [input.name, input.shape]));
}

async function openPhase(graphs: Graphs, { graph, network, others, draws, coefficients, losses }: Phase): Promise<IterationPhase> {
  const { session, inputs, outputs } = await graphs.open(graph);
  const reads = {
    ...Object.fromEntries(stateParts.map((part) => [part, `${network}.${part}`])),
    ...Object.fromEntries(Object.entries(others).map(([input, other]) => [input, `${other}.parameters`])),
  };
  const writes = Object.fromEntries(stateParts.map((part) => [`next_${part}`, `${network}.${part}`]));
  const given = [...Object.keys(reads), ...Object.keys(draws), ...Object.keys(coefficients)];
  const missing = [
    ...differing(
      given,
      inputs.map(({ name }) => name),
    ),
    ...[...Object.keys(writes), ...Object.keys(losses)].filter((name) => !outputs.some((output) => output.name === name)),
  ];
  if (missing.length > 0)
    throw new RpcError(
      'training-invalid',
      `The graph "${graph}" is not the step that is expected: ${missing.join(', ')} differ. Reinstall the model.`,
    );
  return { session, reads, writes, fetches: Object.keys(losses) };
}

function differing(a: readonly string[], b: readonly string[]): string[] {
  return [...a.filter((name) => !b.includes(name)), ...b.filter((name) => !a.includes(name))];
}

/** @param turn how often the phase has run before, from the beginning of the training on */
export function drawTensors(
  phase: Phase,
  shapes: Readonly<Record<string, readonly number[]>>,
  source: DataSource,
  seed: number,
  turn: number,
): Record<string, RawTensor> {
  const drawn = drawInputs(phase, shapes, source, seed, turn);
  return Object.fromEntries(Object.entries(drawn).map(([input, data]) => [input, floatTensor(data, shapes[input]!)]));
}

/** The coefficients of a phase, by input. */
export function scalarsOf({ coefficients }: Phase, values: Coefficients): Record<string, RawTensor> {
  return Object.fromEntries(Object.entries(coefficients).map(([input, name]) => [input, floatTensor(Float32Array.of(values[name]!), [])]));
}
