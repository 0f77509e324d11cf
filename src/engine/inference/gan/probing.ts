/** A generator tried out, for what its file does not say: which values it gives, and how many classes it takes. */

import { elementCount } from '../../../formats/elements.ts';
import { normals } from '../../../maths/random/normal.ts';
import { namesClass, namesNoise } from '../../../models/gan/names.ts';
import { noisesIn } from '../../../models/gan/roles.ts';
import { sizesOf } from '../../../models/vae/sizes.ts';
import type { GanProbes, GanSource, GanTensors } from '../../../protocol/gan.ts';
import type { TensorInfo } from '../../../protocol/inference.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { RawTensor } from '../../../protocol/worker.ts';
import type { Runtime } from '../../worker/client.ts';
import { floatTensor } from '../floatTensor.ts';
import type { OpenedFile } from '../items/openFile.ts';
import { fixedBatch, runTwice } from '../items/trying.ts';

/** z = 0 and draws of N(0, 1). */
const TRIED = 16;
/** A table of more classes is not asked for. */
const MOST_CLASSES = 2 ** 20;

/** @throws RpcError 'run-failed' where the generator cannot be run */
export async function probeGenerator(
  runtime: Runtime,
  file: OpenedFile,
  { generator: { inputs, outputs } }: GanTensors,
  { classes: stated }: GanSource,
  signal: AbortSignal,
): Promise<GanProbes> {
  const noises = noisesIn({ inputs });
  const count = noises.map(fixedBatch).find((fixed) => fixed !== undefined) ?? TRIED;
  const feeds = Object.fromEntries(inputs.map((input) => [input.name, tried(input, count, noises.includes(input))]));
  const names = outputs.filter(({ type }) => type === 'float32').map(({ name }) => name);
  const { seen } = await runTwice(runtime, file, feeds, names, signal);
  const classes: Record<string, number | null> = {};
  for (const input of inputs) {
    const isNumber = (input.type === 'int64' || input.type === 'int32') && input.shape.slice(1).every((size) => size === 1);
    // Those that are stated are not counted: what is beyond them fails, which the engine writes down.
    if (!isNumber || stated) continue;
    const takes = (value: number): Promise<boolean> =>
      runs(runtime, file, { ...feeds, [input.name]: whole(input, count, value) }, names, signal);
    classes[input.name] = await greatestTaken(takes);
  }
  return { outputs: seen, classes };
}

/** What an input is given: noise is drawn, a row that may tell a class has a one in its first place, whole numbers are 0. */
function tried(input: TensorInfo, count: number, mayBeNoise: boolean): RawTensor {
  const shape = [count, ...(sizesOf(input) ?? input.shape.slice(1).map(() => 1))].slice(0, Math.max(1, input.shape.length));
  const length = elementCount(shape);
  if (input.type !== 'float32') return whole(input, count, 0);
  const data = new Float32Array(length);
  const each = length / count;
  if (mayBeNoise && !(namesClass(input.name) && !namesNoise(input.name))) data.set(normals({ seed: 1, stream: 0 }, length - each), each);
  else for (let i = 0; i < count; i++) data[i * each] = 1;
  return floatTensor(data, shape);
}

function whole({ type, shape }: TensorInfo, count: number, value: number): RawTensor {
  const sizes = shape.length === 0 ? [] : [count, ...shape.slice(1).map((size) => (typeof size === 'number' ? size : 1))];
  const length = elementCount(sizes);
  const data = type === 'int64' ? new BigInt64Array(length).fill(BigInt(value)) : new Int32Array(length).fill(value);
  return { type, shape: sizes, data };
}

async function runs(
  runtime: Runtime,
  { session }: OpenedFile,
  feeds: Readonly<Record<string, RawTensor>>,
  fetches: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await runtime.run({ session: session.session, feeds, fetches }, { signal });
    return true;
  } catch (error) {
    if (error instanceof RpcError && error.code === 'run-failed') return false;
    throw error;
  }
}

/** How many of the numbers from 0 on are taken; null where all are that were tried. */
async function greatestTaken(takes: (value: number) => Promise<boolean>): Promise<number | null> {
  let [good, bad] = [0, 1];
  while (await takes(bad)) {
    good = bad;
    bad *= 2;
    if (bad > MOST_CLASSES) return null;
  }
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (await takes(middle)) good = middle;
    else bad = middle;
  }
  return bad;
}
