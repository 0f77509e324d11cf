/** What a step of either player computes on the way to its loss, example for example, in the step's own precision. */

import type { RawTensor } from '../../../../protocol/worker.ts';
import type { Graphs } from '../graphs.ts';
import type { Phase } from '../programs.ts';
import type { Term } from '../term.ts';

type Tensors = Readonly<Record<string, RawTensor>>;

/** In the order in which it is computed. */
export async function ganStepTerms(graphs: Graphs, { network }: Phase, before: Tensors, feeds: Tensors): Promise<Term[]> {
  const given = (input: string): Float32Array => feeds[input]!.data as Float32Array;
  const parameters = (player: string): Float32Array => before[`${player}.parameters`]!.data as Float32Array;
  const spectral = feeds['spectral'] ? given('spectral') : new Float32Array(1);
  const [noise] = given('noise') as unknown as [number];
  const seen = (points: Float32Array, draws: Float32Array): Float32Array =>
    points.map((value, i) => value + Math.fround(noise * draws[i]!));
  const at = async (x: Float32Array) =>
    (await graphs.rows('gan.discriminator', parameters('discriminator'), { x, spectral })) as Record<'score' | 'slope', Float32Array>;
  const shape = feeds['z']!.shape;
  const made = (await graphs.rows('gan.generator', parameters('generator'), { z: given('z') }))['x']!;
  const terms: Term[] = [{ name: 'generated points', data: made, shape }];
  const generated = seen(made, given('fake_noise'));
  const atGenerated = { name: 'scores at generated points', data: (await at(generated)).score, shape: shape.slice(0, 1) };
  if (network === 'generator') return [...terms, atGenerated];

  const real = seen(given('real'), given('real_noise'));
  const atReal = await at(real);
  terms.push({ name: 'scores at real points', data: atReal.score, shape: shape.slice(0, 1) }, atGenerated);
  if (!feeds['between']) return terms;
  const share = given('between');
  const between = real.map((value, i) => Math.fround(share[i >> 1]! * value) + Math.fround((1 - share[i >> 1]!) * generated[i]!));
  return [
    ...terms,
    { name: 'slopes at real points', data: atReal.slope, shape },
    { name: 'slopes between real and generated points', data: (await at(between)).slope, shape },
  ];
}
