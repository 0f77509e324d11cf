/** What a site's weights are computed from, without the engine: its queries and keys in half precision, and what is done to the scores. */

import { planeOf, samePlane, sameNumbers } from '../../maps/portable/planes.ts';
import { toHalf } from '../../maths/half.ts';
import { scoreChain, type ChainLink } from '../../onnx/attention/chain.ts';
import { meaningOf } from '../../onnx/attention/meaning.ts';
import { sliceOperands } from '../../onnx/attention/slice.ts';
import type { Plane, PortableOperands, PortableStep } from '../../protocol/portable.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { RawTensor } from '../../protocol/worker.ts';
import { productVectors, type SiteOperands } from './headOperands.ts';
import { inputTensor, numbersIn } from './scoreLinks.ts';

/** @throws RpcError 'no-operands' where the formula has no place for what the graph does; the message says for what */
export function portableOperands(source: SiteOperands, batch: number, signal: AbortSignal): PortableOperands {
  const { part, plan, operands } = source;
  const chain = scoreChain(part);
  if (!chain) throw unlike('the way from its scores to its softmax parts and joins again');
  if (plan.logitColumns !== plan.keys) throw unlike('its softmax runs over more than the keys');
  const planes = new Planes(plan.queries, plan.keys);
  const queryVectors: Uint16Array[] = [];
  const keyVectors: Uint16Array[] = [];
  const steps: PortableStep[][] = [];
  const [keysOf, stepsOf]: [number[], number[]] = [[], []];
  let headDim = 0;
  for (let head = 0; head < plan.heads; head++) {
    signal.throwIfAborted();
    const feeds = sliceOperands(plan, operands, { batch, head, queryStart: 0, queryEnd: plan.queries });
    const vectors = productVectors(source, feeds);
    headDim = vectors.keys.width;
    queryVectors.push(toHalf(vectors.queries.data));
    const keys = toHalf(vectors.keys.data);
    keysOf.push(placeOf(keys, keyVectors, sameNumbers));
    const own = chain.flatMap((link) => portableStep(link, (input) => inputTensor(link, input, part, feeds), planes));
    stepsOf.push(placeOf(own, steps, (a, b) => JSON.stringify(a) === JSON.stringify(b)));
  }
  return { headDim, queryVectors: joined(queryVectors), keyVectors: joined(keyVectors), keysOf, stepsOf, steps, planes: planes.list };
}

function unlike(what: string): RpcError {
  return new RpcError('no-operands', `${what[0]!.toUpperCase()}${what.slice(1)}.`);
}

/** The place of an equal one in a list, which it joins where there is none. */
function placeOf<T>(one: T, list: T[], equal: (a: T, b: T) => boolean): number {
  const place = list.findIndex((other) => equal(one, other));
  return place >= 0 ? place : list.push(one) - 1;
}

function joined(parts: readonly Uint16Array[]): Uint16Array {
  const all = new Uint16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The planes of a site, equal ones once. */
class Planes {
  readonly list: Plane[] = [];
  readonly #queries: number;
  readonly #keys: number;
  /** What was read already, by its elements: a mask that all heads share is not cut for each. */
  readonly #read = new Map<string, WeakMap<RawTensor['data'], number>>();

  constructor(queries: number, keys: number) {
    this.#queries = queries;
    this.#keys = keys;
  }

  /** @param change what is done to each number; its name tells it from other changes */
  add(tensor: RawTensor, change: { name: string; of: (value: number) => number }): number {
    const read = this.#read.get(change.name) ?? new WeakMap<RawTensor['data'], number>();
    this.#read.set(change.name, read);
    const known = read.get(tensor.data);
    if (known !== undefined) return known;
    const values = Float32Array.from(numbersIn(tensor), change.of);
    const shape = [tensor.shape.at(-2) ?? 1, tensor.shape.at(-1) ?? 1] as const;
    const [queries, keys] = [this.#queries, this.#keys];
    if (shape[0] * shape[1] !== values.length) throw unlike(`its scores meet a tensor [${tensor.shape.join(', ')}]`);
    const place = placeOf(planeOf(values, shape, queries, keys), this.list, samePlane);
    read.set(tensor.data, place);
    return place;
  }
}

const asIs = { name: 'as it is', of: (value: number) => value };
const negated = { name: 'negated', of: (value: number) => -value };
const inverted = { name: 'inverted', of: (value: number) => (value === 0 ? 1 : 0) };

/** None where the numbers stay as they are. */
function portableStep(link: ChainLink, tensorOf: (input: number) => RawTensor | undefined, planes: Planes): PortableStep[] {
  const { opType } = link.step.node;
  const noPlace = (): RpcError => unlike(`the operation ${opType} on its scores has no place in the formula`);
  const read = (input: number): RawTensor => {
    const tensor = tensorOf(input);
    if (!tensor) throw noPlace();
    return tensor;
  };
  const meaning = meaningOf(link, (input) => tensorOf(input)?.data.length ?? 0);
  switch (meaning?.kind) {
    case 'same':
      return [];
    case 'tanh':
      return [{ kind: 'tanh' }];
    case 'scale': {
      const factor = numbersIn(read(meaning.input))[0]!;
      return [{ kind: 'scale', factor: meaning.divides ? 1 / factor : factor }];
    }
    case 'add':
      return [{ kind: 'add', plane: planes.add(read(meaning.input), meaning.subtracts ? negated : asIs) }];
    case 'select':
      return [
        {
          kind: 'select',
          kept: planes.add(read(meaning.condition), meaning.kept ? asIs : inverted),
          other: planes.add(read(meaning.other), asIs),
        },
      ];
    case undefined:
      throw noPlace();
  }
}
