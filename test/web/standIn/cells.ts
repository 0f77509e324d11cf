/** A cell with operands of its own making, and what follows from them: causal, one scale, one mask. */

import { softmaxJacobianNorm } from '../../../src/maths/attention/softmaxJacobian.ts';
import type { AttentionCell } from '../../../src/protocol/inference.ts';

const headDim = 8;

/** Some component of a vector, always the same one. */
const component = (seed: number, position: number, index: number): number => Math.sin(seed + 1.7 * position + 0.9 * index);

const vector = (seed: number, position: number): Float32Array =>
  Float32Array.from({ length: headDim }, (_, index) => component(seed, position, index));

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, index) => sum + value * b[index]!, 0);

export function cellOf(query: number, key: number): AttentionCell {
  const [queryVector, keyVector, valueVector] = [vector(1, query), vector(2, key), vector(3, key)];
  const factor = headDim ** -0.5;
  const logits = Array.from({ length: query + 1 }, (_, j) => dot(queryVector, vector(2, j)) * factor);
  const maximum = Math.max(...logits);
  const denominator = logits.reduce((sum, logit) => sum + Math.exp(logit - maximum), 0);
  const weights = logits.map((logit) => Math.exp(logit - maximum) / denominator);
  const output = Float64Array.from({ length: headDim }, (_, index) =>
    weights.reduce((sum, weight, j) => sum + weight * component(3, j, index), 0),
  );
  const masked = key > query;
  const score = dot(queryVector, keyVector);
  const mask = masked ? -Infinity : 0;
  const logit = score * factor + mask;
  const weight = masked ? 0 : weights[key]!;
  return {
    queryVector,
    keyVector,
    valueVector,
    output: Float32Array.from(output),
    steps: [
      { kind: 'scale', factor, before: score, after: score * factor },
      { kind: 'add', value: mask, before: score * factor, after: logit },
    ],
    run: { score, logit, weight },
    computed: {
      ...{ score, logit, maximum, denominator, weight, output },
      jacobianNorm: softmaxJacobianNorm(weights),
      ...{ weightResidual: 2.1e-8, outputResidual: 3.4e-8, jacobianResidual: 1.3e-8 },
    },
    variance: { total: 5.5, trace: 4.5, queryMean: 0.75, keyMean: 0.25, headDim },
  };
}
