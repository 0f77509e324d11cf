import { leaveOutFirst } from '../maths/attention/combine.ts';
import {
  createRolloutColumnStep,
  createRolloutProductStep,
  createRolloutRowStep,
  identity,
  type RolloutStep,
} from '../maths/attention/rollout.ts';
import { stripes } from './siteWeights.ts';
import { mapOfRows, type WeightMap } from './weightMap.ts';

/** Cells of a layer between two breaths: other calls are heard meanwhile, one that cancels this among them. */
const breath = 2 ** 16;

/**
 * Attention rollout through layers, the lowest first; square, of one size. The whole costs layers x tokens^3 steps; rows or columns of
 * it, or their sum, layers x tokens^2. Masked where nothing comes through, by whatever layers.
 */
export function rolloutMap(layers: readonly WeightMap[], withoutFirst: boolean): WeightMap {
  const tokens = layers[0]!.queries;
  const pass = async (
    start: Float64Array,
    order: readonly WeightMap[],
    stepOf: (values: Float64Array) => RolloutStep,
    signal: AbortSignal,
  ): Promise<Float32Array> => {
    let values = start;
    for (const layer of order) {
      const step = stepOf(values);
      for (const { queryStart, queryEnd } of stripes(0, tokens, tokens, breath)) {
        const rows = await layer.read(queryStart, queryEnd, signal);
        step.add({ values: rows, offset: 0, stride: tokens, firstRow: queryStart, rowCount: queryEnd - queryStart });
        if (values.length > tokens) await new Promise((resolve) => setTimeout(resolve));
        signal.throwIfAborted();
      }
      values = step.values;
    }
    return Float32Array.from(values, (value) => (value === 0 ? NaN : value));
  };
  const whole = async (signal: AbortSignal): Promise<Float32Array> => {
    const rows = await pass(identity(tokens), layers, (product) => createRolloutProductStep(product, tokens), signal);
    return withoutFirst ? leaveOutFirst(rows, tokens) : rows;
  };
  const sumRows = (groups: readonly (readonly number[])[], signal: AbortSignal): Promise<Float32Array> => {
    const start = new Float64Array(tokens);
    for (const group of groups) {
      const members = new Set(group);
      for (const token of members) start[token]! += 1 / members.size;
    }
    return pass(start, layers.toReversed(), createRolloutRowStep, signal);
  };
  const map = mapOfRows({
    queries: tokens,
    keys: tokens,
    read: async (queryStart, queryEnd, signal) => {
      if (queryEnd - queryStart === 1) {
        const row = await sumRows([[queryStart]], signal);
        return withoutFirst ? leaveOutFirst(row, tokens) : row;
      }
      return (await whole(signal)).slice(queryStart * tokens, queryEnd * tokens);
    },
  });
  // Without the first token each row has a scale of its own: a sum of rows needs them one by one.
  if (withoutFirst) return map;
  return {
    ...map,
    sumRows,
    sumColumns: (keys, signal) => {
      const start = new Float64Array(tokens);
      for (const key of keys) start[key] = 1;
      return pass(start, layers, createRolloutColumnStep, signal);
    },
  };
}
