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

/** Batches that are sent at once. */
const AT_ONCE = 64;

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

  /**
   * A network on any number of rows: batches are filled up with zeros, which are cut off again. Outputs that are not one row an example
   * (a deviation that all share) are given once.
   *
   * @param inputs by input: [n, ...] rows of one number
   * @throws RpcError 'unknown-graph', 'bad-input', 'run-failed'
   */
  async rows(
    name: string,
    parameters: Float32Array,
    inputs: Readonly<Record<string, Float32Array>>,
  ): Promise<Record<string, Float32Array>> {
    const { batch } = this.folder;
    const graph = this.graph(name);
    if (!graph.inputs.some((input) => input.name === 'parameters') || graph.inputs.some((input) => input.shape.length === 0))
      throw new RpcError('unknown-graph', `"${name}" is no network that gives an output for each example.`);
    const perExample = graph.inputs.filter((input) => input.name !== 'parameters');
    const count = this.checkRows(name, graph, parameters, inputs, perExample);
    const { session } = await this.open(name);
    const feeds = Array.from({ length: Math.ceil(count / batch) }, (_, i) => ({
      parameters: floatTensor(parameters, [parameters.length]),
      ...Object.fromEntries(
        perExample.map(({ name: input, shape }) => {
          const width = widthOf(shape);
          const data = new Float32Array(batch * width);
          data.set(inputs[input]!.subarray(i * batch * width, (i + 1) * batch * width));
          return [input, floatTensor(data, shape)];
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
        if (shape[0] !== batch)
          return [output, (results[0]?.[output]?.data as Float32Array | undefined) ?? new Float32Array(elementCount(shape))];
        const width = widthOf(shape);
        const all = new Float32Array(count * width);
        results.forEach((each, i) => {
          const data = each[output]!.data as Float32Array;
          all.set(data.subarray(0, Math.min(batch, count - i * batch) * width), i * batch * width);
        });
        return [output, all];
      }),
    );
  }

  private checkRows(
    name: string,
    graph: TrainingGraph,
    parameters: Float32Array,
    inputs: Readonly<Record<string, Float32Array>>,
    perExample: readonly GraphTensor[],
  ): number {
    const wanted = elementCount(graph.inputs.find((input) => input.name === 'parameters')!.shape);
    if (parameters.length !== wanted)
      throw new RpcError('bad-input', `"${name}" has ${wanted} parameters; ${parameters.length} were given.`);
    const counts = perExample.map(({ name: input, shape }) => (inputs[input]?.length ?? NaN) / widthOf(shape));
    const count = counts[0] ?? 0;
    if (!Number.isInteger(count) || counts.some((other) => other !== count)) {
      const given = Object.entries(inputs).map(([input, data]) => `${input} (${data.length} numbers)`);
      const shapes = perExample.map(
        ({ name: input, shape }) =>
          `${input} [n${shape
            .slice(1)
            .map((size) => `, ${size}`)
            .join('')}]`,
      );
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

/** Numbers of one example. */
function widthOf([, ...rest]: readonly number[]): number {
  return elementCount(rest);
}

function named({ name, shape }: { name: string; shape: readonly (number | string)[] }): string {
  return `${name} [${shape.join(', ')}]`;
}
