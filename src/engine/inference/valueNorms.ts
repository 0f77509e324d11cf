/** How long a head's W_O v_j are: what attending to a key would add to the output, computed by the model's own nodes. */

import { zeros, type ElementArray } from '../../formats/elements.ts';
import { cutProjection, projectionOutputs, type Projection, type ProjectionPart } from '../../onnx/attention/projection.ts';
import { valueLayout } from '../../onnx/attention/valueLayout.ts';
import { OnnxError } from '../../onnx/error.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { RawTensor } from '../../protocol/worker.ts';
import type { AttentionRunner } from './attentionRunner.ts';
import type { KeptRun } from './keptRuns.ts';
import type { HeldModel } from './loadedModel.ts';
import { rowsOfOperand, rowsOfProduct, type Rows, type RunEach } from './projectedRows.ts';

/** Runs in one go; nothing else can run meanwhile. */
const runsAtOnce = 64;

/**
 * |W_O v_j| of every key j of one head [keys].
 *
 * Values take the places of a head's outputs: one in the row of each query (of every batch entry), all other heads 0. What the
 * projection makes of such a row, less what it makes of zeros (its bias), is W_O v_j.
 *
 * @throws RpcError 'no-projection'
 */
export async function readValueNorms(
  runner: AttentionRunner,
  model: HeldModel,
  run: KeptRun,
  { site, batch, head }: { site: number; batch: number; head: number },
  signal: AbortSignal,
): Promise<Float32Array> {
  const found = model.sites[site]!;
  const { sizes } = run.sites[site]!;
  const projection = model.projections[site]!;
  const none = (reason: string): RpcError =>
    new RpcError(
      'no-projection',
      `Layer ${found.layer} of ${model.source.name} has no output projection that |W_O v| could be taken of: ${reason}.`,
    );
  if ('refused' in projection) throw none(projection.refused);
  const valueName = found.operands.find(({ role }) => role === 'value')!.tensor;
  const tensors = await runner.tensorsOf(run, [valueName, found.output, ...projection.shapes]);
  const [values, output] = [tensors.get(valueName)!, tensors.get(found.output)!];
  const layout = valueLayout(found, { value: values.shape, output: output.shape }, sizes);
  if (layout === null)
    throw none(`its values [${values.shape.join(', ')}] and what they add up to [${output.shape.join(', ')}] are not laid out by head`);

  const part = partOf(model, projection, tensors, none);
  const rows: Rows = { layout, ...sizes };
  const count = sizes.batch * sizes.queries;
  const runEach: RunEach = async (starts, fetch) => {
    const shapes = [...part.sources].map(([input, tensor]) => [input, tensors.get(tensor)!] as const);
    const feeds = starts.map((data) => new Map([[part.start, { ...output, data }], ...shapes]));
    return (await runner.cutOuts.runEach(part, feeds, [fetch], signal)).map((each) => each[fetch]!);
  };
  const blank = (): ElementArray => zeros(output.type as 'float32', output.data.length);

  const [bias] = await runEach([blank()], projectionOutputs.projected);
  const operand = await rowsOfOperand(rows, output, runEach);
  const rowOf = rowsOfProduct(operand, bias!.shape, projection.shown);
  if (rowOf === null) throw none('the product that follows mixes what the head gives for different queries');

  const norms = new Float32Array(sizes.keys);
  const scale = Math.abs(found.valueProduct.attributes.get('alpha')?.float ?? 1);
  for (let done = 0; done < sizes.keys; done += count * runsAtOnce) {
    signal.throwIfAborted();
    const firsts = Array.from({ length: Math.min(runsAtOnce, Math.ceil((sizes.keys - done) / count)) }, (_, i) => done + i * count);
    const starts = firsts.map((first) => {
      const start = blank();
      for (let row = 0; row < Math.min(count, sizes.keys - first); row++)
        place(rows, { head, batch, key: first + row }, values, start, row);
      return start;
    });
    for (const [i, { data }] of (await runEach(starts, projectionOutputs.projected)).entries()) {
      const squares = new Float64Array(count);
      for (let at = 0; at < data.length; at++) squares[rowOf[at]!]! += (Number(data[at]) - Number(bias!.data[at])) ** 2;
      const first = firsts[i]!;
      for (let row = 0; row < Math.min(count, sizes.keys - first); row++) norms[first + row] = scale * Math.sqrt(squares[row]!);
    }
  }
  return norms;
}

function partOf(
  model: HeldModel,
  projection: Projection,
  tensors: ReadonlyMap<string, RawTensor>,
  none: (reason: string) => RpcError,
): ProjectionPart {
  try {
    return cutProjection(model.onnx, projection, tensors);
  } catch (error) {
    if (error instanceof OnnxError) throw none(error.message);
    throw error;
  }
}

/** Copies the value of a key to where a head's output for a row (batch entry * queries + query) stands. */
function place(
  { layout, heads, queries }: Rows,
  { head, batch, key }: { head: number; batch: number; key: number },
  { data }: RawTensor,
  into: ElementArray,
  row: number,
): void {
  const to = Math.floor(row / queries) * heads + head;
  for (let i = 0; i < layout.width; i++) into[layout.outputAt(to, row % queries, i)] = data[layout.valueAt(batch * heads + head, key, i)]!;
}
