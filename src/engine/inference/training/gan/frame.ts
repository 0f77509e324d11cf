/** What is drawn of a small GAN while it trains, in one run of the engine. */

import { generatorPull } from '../../../../maths/adversarial/optimum.ts';
import { middlesOf } from '../../../../maths/adversarial/pushforward.ts';
import { RpcError } from '../../../../protocol/rpc.ts';
import type { GanFrame, GanFrameRequest } from '../../../../protocol/training.ts';
import { floatTensor } from '../../floatTensor.ts';
import { checkWhole } from '../checks.ts';
import type { Graphs } from '../graphs.ts';
import { checkRaster, checkState, lossOf } from './state.ts';

const MOST_POINTS = 100_000;

/** @throws RpcError 'coefficient-invalid', 'setting-invalid', 'bad-input' */
export async function ganFrame(graphs: Graphs, request: GanFrameRequest): Promise<GanFrame> {
  const { parameters, coefficients, z, grid, raster } = request;
  checkState(request);
  checkRaster(raster);
  for (const [name, places] of Object.entries({ z, grid })) {
    if (places.length % 2 !== 0) throw new RpcError('bad-input', `${name} has ${places.length} numbers; a place in the plane has two.`);
    checkWhole(`The number of places in ${name}`, places.length / 2, 0, MOST_POINTS);
  }
  graphs.checkParameters('gan.frame', parameters);
  const middles = middlesOf(raster);
  const feeds = {
    generator: floatTensor(parameters.generator, [parameters.generator.length]),
    discriminator: floatTensor(parameters.discriminator, [parameters.discriminator.length]),
    spectral: floatTensor(Float32Array.of(coefficients['spectral']!), []),
    ...Object.fromEntries(
      Object.entries({ z, grid, middles }).map(([name, places]) => [name, floatTensor(places, [places.length / 2, 2])]),
    ),
  };
  const found = await graphs.run('gan.frame', feeds, ['x', 'score', 'slope', 'places', 'surface']);
  const {
    x: points,
    score: scores,
    slope,
    places,
    surface,
  } = found as Record<'x' | 'score' | 'slope' | 'places' | 'surface', Float32Array>;
  const loss = lossOf(coefficients);
  const pulls = slope.map((value, i) => generatorPull(loss, scores[i >> 1]!) * value);
  return { points, scores, pulls, places, surface };
}
