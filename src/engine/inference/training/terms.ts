/** At which term of a step a value arose that is no number: terms in the order in which they are computed. */

import type { NotFinite } from '../../../protocol/training.ts';
import type { RawTensor } from '../../../protocol/worker.ts';
import { ganStepTerms } from './gan/stepTerms.ts';
import type { Graphs } from './graphs.ts';
import type { Phase } from './programs.ts';
import type { Term } from './term.ts';

type Tensors = Readonly<Record<string, RawTensor>>;

export interface FailedStep {
  /** From 0. */
  step: number;
  before: Tensors;
  after: Tensors;
  feeds: Tensors;
  outputs: Tensors;
}

/** Evaluates the networks on the batch, as far as they are known, and looks at all else that the step gave. */
export async function termOf(graphs: Graphs, phase: Phase, failed: FailedStep): Promise<NotFinite> {
  const { step, before, after, feeds, outputs } = failed;
  const { network } = phase;
  const own = (tensors: Tensors, part: string): Term['data'] => tensors[`${network}.${part}`]!.data as Float32Array;
  const terms: Term[] = phase.graph.startsWith('gan.')
    ? await ganStepTerms(graphs, phase, before, feeds)
    : phase.graph === 'vae.step'
      ? await vaeTerms(graphs, own(before, 'parameters'), feeds)
      : [];
  // The loss is made of the others.
  const told = Object.entries(outputs).sort(([a], [b]) => Number(a === 'loss') - Number(b === 'loss'));
  for (const [output, { data, shape }] of told) terms.push({ name: output, data: data as Float32Array, shape });
  for (const [name, part] of [
    ['gradient', 'first'],
    ['second moment', 'second'],
    ['parameters', 'parameters'],
  ] as const)
    terms.push({ name, data: own(after, part), shape: [own(after, part).length] });

  for (const { name, data, shape } of terms) {
    const index = data.findIndex((value) => !Number.isFinite(value));
    if (index < 0) continue;
    const place = placeOf(index, shape);
    const where = wordsOf(place, shape, graphs.folder.batch);
    const of = phase.losses['loss'] === 'loss' ? '' : ` of the ${network}`;
    const rate = (feeds['rate']!.data as Float32Array)[0]!;
    const message =
      `${data[index]} arose in the ${name}${of}${where}, in step ${step}, which was not done: the model is as it was before. ` +
      `Lower ${phase.coefficients['rate']} (${rate.toPrecision(3)}), or go back to an earlier checkpoint, and go on.`;
    return { step, network, term: name, place, value: data[index]!, message };
  }
  throw new Error(`Nothing of step ${step} is without a number.`);
}

/** Encoder, latents, decoder and the terms of the ELBO for each example, in the step's own precision. */
async function vaeTerms(graphs: Graphs, parameters: Float32Array, feeds: Tensors): Promise<Term[]> {
  const [x, noise] = [feeds['x']!.data as Float32Array, feeds['noise']!.data as Float32Array];
  const shape = feeds['x']!.shape;
  const { mean, log_variance: logVariance } = (await graphs.rows('vae.encoder', parameters, { x })) as Record<
    'mean' | 'log_variance',
    Float32Array
  >;
  const kl = mean.map((value, i) => 0.5 * (Math.fround(value * value) + Math.fround(Math.exp(logVariance[i]!)) - logVariance[i]! - 1));
  const z = mean.map((value, i) => value + Math.fround(Math.exp(0.5 * logVariance[i]!)) * noise[i]!);
  const decoded = await graphs.rows('vae.decoder', parameters, { z });
  const [location, logDeviation] = [decoded['location']!, decoded['log_deviation']!];
  const scale = Math.fround(Math.exp(-logDeviation[0]!));
  const reconstruction = location.map((value, i) => -0.5 * Math.fround(Math.fround((x[i]! - value) * scale) ** 2) - logDeviation[0]!);
  return [
    { name: 'mean', data: mean, shape },
    { name: 'log-variance', data: logVariance, shape },
    { name: 'kl', data: kl, shape },
    { name: 'latent', data: z, shape },
    { name: 'location', data: location, shape },
    { name: 'log-deviation', data: logDeviation, shape: [] },
    { name: 'reconstruction', data: reconstruction, shape },
  ];
}

function placeOf(index: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return place;
}

function wordsOf(place: readonly number[], shape: readonly number[], batch: number): string {
  if (place.length === 0) return '';
  if (shape[0] !== batch) return place.length === 1 && shape[0]! > 2 ? ` at parameter ${place[0]}` : ` in dimension ${place[0]}`;
  return ` of example ${place[0]}${place.length > 1 ? ` in dimension ${place[1]}` : ''}`;
}
