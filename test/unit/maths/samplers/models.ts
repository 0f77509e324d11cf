/** The two models of test/fixtures/samplers/make.py, and arrays as it writes them. */

import type { Floats } from '../../../../src/maths/samplers/sampler.ts';

const train = 1000;
const weights = [0.5, 0.3, 0.2];
const means = [
  [0.9, -0.4],
  [-0.7, 0.6],
  [0.2, 1.1],
] as const;
const width = 0.25;
const hidden = 8;

export function decoded(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function rates(t: number, flow: boolean): [number, number] {
  if (flow) return [1 - t / train, t / train];
  const s = Math.max(t + 1, 0) / train;
  const level = Math.exp(-(0.1 * s + 9.95 * s * s));
  return [Math.sqrt(level), Math.sqrt(1 - level)];
}

/** What the mixture's exact denoiser predicts of a point. */
function mixture(x: number, y: number, t: number, prediction: string): number[] {
  const [alpha, sigma] = rates(t, prediction.includes('flow'));
  const variance = alpha ** 2 * width ** 2 + sigma ** 2;
  const apart = means.map((mean) => [x - alpha * mean[0], y - alpha * mean[1]]);
  const logits = apart.map(([a, b], k) => Math.log(weights[k]!) - (a! ** 2 + b! ** 2) / (2 * variance));
  const top = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - top), 0);
  return [x, y].map((value, axis) => {
    let clean = 0;
    for (const [k, mean] of means.entries())
      clean += (Math.exp(logits[k]! - top) / sum) * (mean[axis]! + ((alpha * width ** 2) / variance) * apart[k]![axis]!);
    const noise = (value - alpha * clean) / Math.max(sigma, 1e-6);
    if (prediction === 'sample') return clean;
    if (prediction === 'epsilon') return noise;
    return prediction === 'v_prediction' ? alpha * noise - sigma * clean : noise - clean;
  });
}

function network(x: number, y: number, t: number): number[] {
  const inputs = [x, y, t / train];
  const inner = Array.from({ length: hidden }, (_, i) =>
    Math.tanh(inputs.reduce((sum, value, j) => sum + value * Math.sin(1.7 * i + 0.9 * j + 0.3), 0)),
  );
  return [0, 1, 2, 3].map((j) => inner.reduce((sum, value, i) => sum + value * 0.4 * Math.sin(2.3 * i + 1.1 * j + 0.7), 0));
}

/** @param input [n, 2] */
export function predicted(model: string, prediction: string, variance: string | null | undefined, input: Floats, t: number): Float32Array {
  const result: number[] = [];
  for (let i = 0; i < input.length; i += 2) {
    const [x, y] = [input[i]!, input[i + 1]!];
    result.push(...(model === 'network' ? network(x, y, t).slice(0, 2) : mixture(x, y, t, prediction)));
    if (!variance?.startsWith('learned')) continue;
    const spread = network(x, y, t).slice(2).map(Math.tanh);
    result.push(...(variance === 'learned_range' ? spread : spread.map((value) => 0.02 + 0.01 * value)));
  }
  return new Float32Array(result);
}
