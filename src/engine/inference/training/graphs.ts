/** The graphs of a training folder, each opened when it is first asked for. */

import { elementCount } from '../../../formats/elements.ts';
import { checkedFile, trainingInvalid, type GraphTensor, type TrainingFolder, type TrainingGraph } from '../../../models/trainingFolder.ts';
import type { EngineSettings } from '../../../protocol/inference.ts';
import { transferring } from '../../../protocol/messages.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { RawTensor, SessionInfo } from '../../../protocol/worker.ts';
import type { Runtime } from '../../worker/client.ts';
import { floatTensor } from '../floatTensor.ts';

/**
 * One thread and the CPU: the networks are so small that a second thread costs more than it brings, and where sums are not split between
 * threads a training is the same on a machine with more of them.
 */
const singleThread = (settings: EngineSettings): EngineSettings => ({ ...settings, provider: 'cpu', threads: 1 });

/** Rows of one run: what they become on the way stays in the processor's cache. */
const ROWS = 1024;
/** Runs that are sent at once. */
const AT_ONCE = 16;

export class Graphs {
  readonly folder: TrainingFolder;
  private readonly runtime: Runtime;
  private readonly settings: EngineSettings;
  private readonly sessions = new Map<string, Promise<SessionInfo>>();

  constructor(runtime: Runtime, folder: TrainingFolder, settings: EngineSettings) {
    this.runtime = runtime;
    this.folder = folder;
    this.settings = singleThread(settings);
  }

  /** @throws RpcError 'unknown-graph' */
  graph(name: string): TrainingGraph {
    if (!Object.hasOwn(this.folder.graphs, name)) {
      const known = Object.keys(this.folder.graphs).join(', ');
      throw new RpcError('unknown-graph', `${this.folder.path} has no graph "${name}"; it has ${known}.`);
    }
    return this.folder.graphs[name]!;
  }

  /** @throws RpcError 'unknown-graph', 'training-invalid', 'hash-mismatch', and what the runtime says */
  open(name: string): Promise<SessionInfo> {
    const known = this.sessions.get(name);
    if (known) return known;
    const opening = this.openFile(name);
    this.sessions.set(name, opening);
    opening.catch(() => this.sessions.delete(name));
    return opening;
  }

  private async openFile(name: string): Promise<SessionInfo> {
    const stated = this.graph(name);
    const file = `${name}.onnx`;
    const model = new Uint8Array(await checkedFile(this.folder.path, file, this.folder.sha256));
    const session = await this.runtime.open(transferring({ model, settings: this.settings, shortRuns: true }, [model.buffer]));
    for (const [side, found] of [
      ['inputs', session.inputs],
      ['outputs', session.outputs],
    ] as const) {
      const [has, states] = [found.map(named).sort().join(', '), stated[side].map(named).sort().join(', ')];
      if (has !== states) throw trainingInvalid(`${file} has the ${side} ${has}; training.json states ${states}. Reinstall the model.`);
    }
    return session;
  }

  /** Of a step's inputs, the batch first. @throws RpcError 'unknown-graph', 'training-invalid' where a size may be any */
  shapesOf(name: string): Readonly<Record<string, readonly number[]>> {
    return Object.fromEntries(
      this.graph(name).inputs.map(({ name: input, shape }) => {
        if (!shape.every((size) => typeof size === 'number'))
          throw trainingInvalid(
            `The graph "${name}" is not the step that is expected: ${input} is [${shape.join(', ')}]. Reinstall the model.`,
          );
        return [input, shape];
      }),
    );
  }

  /** One run of a graph on tensors that fit it. @throws RpcError 'unknown-graph', and as the runtime */
  async run(name: string, feeds: Readonly<Record<string, RawTensor>>, fetches: readonly string[]): Promise<Record<string, Float32Array>> {
    const { session } = await this.open(name);
    const [result] = await this.runtime.runEach({ session, feeds: [feeds], fetches });
    return Object.fromEntries(fetches.map((output) => [output, result![output]!.data as Float32Array]));
  }

  /**
   * A network on any number of rows. Outputs that are not one row an example (a deviation that all share) are given once.
   *
   * @param inputs by input: [n, ...] rows of one number, or of an input that is a single number, that
   * @throws RpcError 'unknown-graph', 'bad-input', 'run-failed'
   */
  async rows(
    name: string,
    parameters: Float32Array,
    inputs: Readonly<Record<string, Float32Array>>,
  ): Promise<Record<string, Float32Array>> {
    const graph = this.graph(name);
    const others = graph.inputs.filter((input) => input.name !== 'parameters');
    const perRow = others.filter(({ shape }) => typeof shape[0] === 'string');
    const single = others.filter(({ shape }) => shape.length === 0);
    if (
      others.length === graph.inputs.length ||
      perRow.length === 0 ||
      perRow.length + single.length < others.length ||
      numberOfAxes(perRow) > 1
    )
      throw new RpcError('unknown-graph', `"${name}" is no network that gives an output for each example.`);
    const count = this.checkRows(name, graph, parameters, inputs, perRow, single);
    const { session } = await this.open(name);
    const fixed = {
      parameters: floatTensor(parameters, [parameters.length]),
      ...Object.fromEntries(single.map(({ name: input }) => [input, floatTensor(inputs[input]!, [])])),
    };
    const feeds = Array.from({ length: Math.ceil(count / ROWS) }, (_, i) => ({
      ...fixed,
      ...Object.fromEntries(
        perRow.map(({ name: input, shape }) => {
          const width = widthOf(shape);
          const data = inputs[input]!.slice(i * ROWS * width, (i + 1) * ROWS * width);
          return [input, floatTensor(data, [data.length / width, ...sizesOf(shape)])];
        }),
      ),
    }));
    const fetches = graph.outputs.map((output) => output.name);
    const results: Readonly<Record<string, RawTensor>>[] = [];
    // A part at a time, so that a training that runs has its turn.
    for (let i = 0; i < feeds.length; i += AT_ONCE)
      results.push(...(await this.runtime.runEach({ session, feeds: feeds.slice(i, i + AT_ONCE), fetches })));
    return Object.fromEntries(
      graph.outputs.map(({ name: output, shape }) => {
        const parts = results.map((each) => each[output]!.data as Float32Array);
        if (typeof shape[0] !== 'string') return [output, parts[0] ?? new Float32Array(elementCount(shape as number[]))];
        const width = widthOf(shape);
        const all = new Float32Array(count * width);
        parts.forEach((data, i) => all.set(data, i * ROWS * width));
        return [output, all];
      }),
    );
  }

  /** @param given by input @throws RpcError 'unknown-graph', 'bad-input' where a network has other than its number of parameters */
  checkParameters(name: string, given: Readonly<Record<string, Float32Array>>): void {
    for (const { name: input, shape } of this.graph(name).inputs)
      if (Object.hasOwn(given, input) && given[input]!.length !== shape[0])
        throw new RpcError('bad-input', `The ${input} has ${shape[0]} parameters; ${given[input]!.length} were given.`);
  }

  private checkRows(
    name: string,
    graph: TrainingGraph,
    parameters: Float32Array,
    inputs: Readonly<Record<string, Float32Array>>,
    perRow: readonly GraphTensor[],
    single: readonly GraphTensor[],
  ): number {
    const wanted = elementCount(graph.inputs.find((input) => input.name === 'parameters')!.shape as number[]);
    if (parameters.length !== wanted)
      throw new RpcError('bad-input', `"${name}" has ${wanted} parameters; ${parameters.length} were given.`);
    const counts = perRow.map(({ name: input, shape }) => (inputs[input]?.length ?? NaN) / widthOf(shape));
    const count = counts[0]!;
    if (!Number.isInteger(count) || counts.some((other) => other !== count) || single.some((input) => inputs[input.name]?.length !== 1)) {
      const given = Object.entries(inputs).map(([input, data]) => `${input} (${data.length} numbers)`);
      const shapes = [
        ...perRow.map(({ name: input, shape }) => `${input} [${['n', ...shape.slice(1)].join(', ')}]`),
        ...single.map(({ name: input }) => `${input} [1]`),
      ];
      throw new RpcError('bad-input', `"${name}" takes ${shapes.join(', ')}; it was given ${given.join(', ') || 'nothing'}.`);
    }
    return count;
  }

  async close(): Promise<void> {
    const open = await Promise.allSettled(this.sessions.values());
    this.sessions.clear();
    for (const each of open) if (each.status === 'fulfilled') await this.runtime.close({ session: each.value.session });
  }
}

function sizesOf([, ...rest]: GraphTensor['shape']): number[] {
  return rest.map(Number);
}

/** Numbers of one example. */
function widthOf(shape: GraphTensor['shape']): number {
  return elementCount(sizesOf(shape));
}

function numberOfAxes(inputs: readonly GraphTensor[]): number {
  return new Set(inputs.map(({ shape }) => shape[0])).size;
}

function named({ name, shape }: { name: string; shape: readonly (number | string)[] }): string {
  return `${name} [${shape.join(', ')}]`;
}
