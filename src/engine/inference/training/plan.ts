/** A program with its sessions open: the runs of any step, ready to be sent. */

import { RpcError } from '../../../protocol/rpc.ts';
import type { Coefficients, TrainingSetup } from '../../../protocol/training.ts';
import type { IterationPhase, RawTensor } from '../../../protocol/worker.ts';
import { floatTensor } from '../floatTensor.ts';
import { dataSource, drawInputs, type Drawing } from './draws.ts';
import type { Graphs } from './graphs.ts';
import { programOf, stateParts, type Phase, type Program } from './programs.ts';

type Tensors = Record<string, RawTensor>;

export interface StepRun {
  phase: number;
  feeds: Tensors;
}

export interface Plan {
  program: Program;
  phases: readonly IterationPhase[];
  /** The runs of one step, in order. */
  runsOf(step: number, coefficients: Coefficients): StepRun[];
  /** Draws what steps will be given, while there is time for it. */
  prepare(step: number, count: number, coefficients: Coefficients): void;
}

/** @throws RpcError 'data-invalid', 'training-invalid' where a graph does not have the inputs that the program gives, and as graphs do */
export async function planOf(graphs: Graphs, { model, data, seed }: TrainingSetup): Promise<Plan> {
  const program = programOf(model);
  const source = dataSource(data);
  const phases: IterationPhase[] = [];
  for (const phase of program.phases) phases.push(await openPhase(graphs, phase));
  const shapes = program.phases.map((phase) => graphs.shapesOf(phase.graph));

  const drawn = new Map<number, { of: Coefficients; runs: StepRun[] }>();
  let scalars: { of: Coefficients; tensors: Tensors[] } | undefined;
  const scalarsFor = (coefficients: Coefficients): Tensors[] => {
    // The same tensors for all steps of a message: they are sent once.
    if (scalars?.of !== coefficients)
      scalars = { of: coefficients, tensors: program.phases.map((phase) => scalarsOf(phase, coefficients)) };
    return scalars.tensors;
  };
  const draw = (step: number, coefficients: Coefficients): StepRun[] =>
    program.phases.flatMap((phase, i) =>
      Array.from({ length: phase.times(coefficients) }, (_, time) => ({
        phase: i,
        feeds: {
          ...scalarsFor(coefficients)[i],
          ...drawTensors(phase, { shapes: shapes[i]!, source, seed, coefficients }, step * program.mostTimes + time),
        },
      })),
    );
  return {
    program,
    phases,
    runsOf: (step, coefficients) => {
      const known = drawn.get(step);
      drawn.delete(step);
      return known?.of === coefficients ? known.runs : draw(step, coefficients);
    },
    prepare: (step, count, coefficients) => {
      for (let next = step; next < step + count; next++)
        if (drawn.get(next)?.of !== coefficients) drawn.set(next, { of: coefficients, runs: draw(next, coefficients) });
    },
  };
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

/** The random inputs of a phase, as what is drawn for the place `turn`. */
export function drawTensors(phase: Phase, drawing: Drawing, turn: number): Tensors {
  const drawn = drawInputs(phase, drawing, turn);
  return Object.fromEntries(Object.entries(drawn).map(([input, data]) => [input, floatTensor(data, drawing.shapes[input]!)]));
}

/** The coefficients of a phase, by input. */
export function scalarsOf({ coefficients }: Phase, values: Coefficients): Tensors {
  return Object.fromEntries(Object.entries(coefficients).map(([input, name]) => [input, floatTensor(Float32Array.of(values[name]!), [])]));
}
