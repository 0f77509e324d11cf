/** What each step is given that is random: a function of the seed, the step and the turn alone. */

import { elementCount } from '../../../formats/elements.ts';
import { mixtureOf, mixtureOfPoints, type Mixture } from '../../../maths/mixtures/mixture.ts';
import { sampleMixture } from '../../../maths/mixtures/sample.ts';
import { normals } from '../../../maths/random/normal.ts';
import { integers, uniforms, type RandomStream } from '../../../maths/random/stream.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { Coefficients, TrainingData } from '../../../protocol/training.ts';
import type { Draw, Phase } from './programs.ts';

/** Data that points can be drawn from. */
export interface DataSource {
  /** null: points without a density. */
  readonly mixture: Mixture | null;
  /** [count, 2]: the points of the places from `start` on. It takes the stream and the one after. */
  draw(stream: RandomStream, count: number, start: number): Float64Array;
}

/** @throws RpcError 'data-invalid' */
export function dataSource(data: TrainingData): DataSource {
  try {
    if (data.kind === 'points' && data.bandwidth === 0) return pointsThemselves(Float64Array.from(data.points.flat()));
    const mixture = data.kind === 'mixture' ? mixtureOf(data.mixture) : mixtureOfPoints(data.points.flat(), data.bandwidth);
    return { mixture, draw: (stream, count, start) => sampleMixture(mixture, stream, count, start).points };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RpcError('data-invalid', `The data cannot be used: ${error.message}`);
  }
}

function pointsThemselves(points: Float64Array): DataSource {
  const count = points.length / 2;
  if (!(count >= 1)) throw new RangeError('There are no points.');
  const wrong = points.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new RangeError(`Point ${Math.floor(wrong / 2)} has the coordinate ${points[wrong]}.`);
  return {
    mixture: null,
    draw: (stream, wanted, start) => {
      const drawn = new Float64Array(2 * wanted);
      integers(stream, count, wanted, start).forEach((chosen, i) => drawn.set(points.subarray(2 * chosen, 2 * chosen + 2), 2 * i));
      return drawn;
    },
  };
}

export interface Drawing {
  /** Of the phase's inputs, the batch first. */
  shapes: Readonly<Record<string, readonly number[]>>;
  source: DataSource;
  seed: number;
  coefficients: Coefficients;
}

/**
 * The random inputs of a phase, by input, as what is drawn for the place `turn`. Of a smaller batch its examples alone, over and over: the mean
 * over all rows is the mean over them.
 */
export function drawInputs({ draws }: Phase, { shapes, source, seed, coefficients }: Drawing, turn: number): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(draws).map(([input, draw]) => {
      const shape = shapes[input]!;
      const unseen = draw.kind === 'normal' && draw.scale !== undefined && coefficients[draw.scale] === 0;
      if (unseen) return [input, zerosOf(elementCount(shape))];
      const drawn = new Float32Array(drawNumbers(draw, shape, source, seed, turn));
      return [input, repeated(drawn, drawn.length / (shape[0]! / batchOf(coefficients, shape[0]!)))];
    }),
  );
}

/** Examples of a step: the coefficient `batch`, of models that have it. @param rows of the graphs */
export function batchOf({ batch }: Coefficients, rows: number): number {
  return Math.min(batch ?? rows, rows);
}

/** The first `count` numbers in the place of all, over and over. */
function repeated(numbers: Float32Array, count: number): Float32Array {
  for (let at = count; at < numbers.length; at += count) numbers.copyWithin(at, 0, count);
  return numbers;
}

const zeros = new Map<number, Float32Array>();

/** The same array each time, so that a message has it once. */
function zerosOf(count: number): Float32Array {
  const known = zeros.get(count) ?? new Float32Array(count);
  zeros.set(count, known);
  return known;
}

function drawNumbers(draw: Draw, shape: readonly number[], source: DataSource, seed: number, turn: number): Float64Array {
  const stream = { seed, stream: draw.stream };
  const count = elementCount(shape);
  switch (draw.kind) {
    case 'data':
      return source.draw(stream, shape[0]!, turn * shape[0]!);
    case 'normal':
      return normals(stream, count, turn * count);
    case 'uniform':
      return uniforms(stream, count, turn * count).map((value) => draw.low + (draw.high - draw.low) * value);
  }
}
