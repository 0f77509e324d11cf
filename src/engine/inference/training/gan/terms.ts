/** The numbers under the terms of both players' losses, for the batch of one step, beside what they would be with the best discriminator. */

import { discriminatorLoss, generatorLoss, isLogLoss, logSigmoid, sigmoid, type GanLoss } from '../../../../maths/adversarial/optimum.ts';
import { blurred } from '../../../../maths/adversarial/blur.ts';
import { FLAT, flatMass, pushForward, type Raster } from '../../../../maths/adversarial/pushforward.ts';
import { meanAndError } from '../../../../maths/vae/importance.ts';
import type { Estimate, GanSide, GanTerm, GanTerms, GanTermsRequest } from '../../../../protocol/training.ts';
import { rest } from '../../rest.ts';
import { checkWhole } from '../checks.ts';
import { batchOf, dataSource, drawInputs } from '../draws.ts';
import type { Graphs } from '../graphs.ts';
import { programOf, type Phase } from '../programs.ts';
import { bestScores, byMesh, byRaster, densitiesOf, whyNoOptimum, withNoise, type FakeDensity } from './densities.ts';
import { gradientsOf } from './gradients.ts';
import { checkMesh, meshOf, type GeneratorMesh } from './mesh.ts';
import { checkState, lossOf, playersOf } from './state.ts';

/** Cells along each side of the raster in which the generator's density is told where there is input noise. */
const CELLS = 160;

/** @throws RpcError 'coefficient-invalid', 'setting-invalid', 'data-invalid', 'not-finite', 'bad-input' */
export async function ganTerms(graphs: Graphs, request: GanTermsRequest, signal: AbortSignal): Promise<GanTerms> {
  const { parameters, data, coefficients, seed, step } = request;
  checkState(request);
  checkWhole('step', step, 0, Number.MAX_SAFE_INTEGER);
  const side = checkMesh(request.mesh);
  const source = dataSource(data);
  const { phases, mostTimes } = programOf({ family: 'gan' });
  const drawsOf = (phase: Phase): Record<string, Float32Array> => {
    const shapes = graphs.shapesOf(phase.graph);
    const drawn = drawInputs(phase, { shapes, source, seed, coefficients }, step * mostTimes);
    // Each example once.
    const share = ([input, numbers]: [string, Float32Array]): [string, Float32Array] => {
      const [rows] = shapes[input]!;
      return [input, numbers.subarray(0, (numbers.length / rows!) * batchOf(coefficients, rows!))];
    };
    return Object.fromEntries(Object.entries(drawn).map(share));
  };
  // The graph with penalties has all draws that the other one has.
  const ofDiscriminator = drawsOf(phases.find(({ draws }) => 'between' in draws)!);
  const ofGenerator = drawsOf(phases.find(({ network }) => network === 'generator')!);
  const noise = coefficients['noise']!;
  const seen = (points: Float32Array, draws: Float32Array): Float32Array => withNoise(points, noise, Float64Array.from(draws));
  const players = playersOf(graphs, request);
  const real = seen(ofDiscriminator['real']!, ofDiscriminator['real_noise']!);
  const generated = seen(await players.generate(ofDiscriminator['z']!), ofDiscriminator['fake_noise']!);
  const own = seen(await players.generate(ofGenerator['z']!), ofGenerator['fake_noise']!);
  const share = ofDiscriminator['between']!;
  const between = real.map((value, i) => share[i >> 1]! * value + (1 - share[i >> 1]!) * generated[i]!);
  const [atReal, atGenerated, atOwn, atBetween] = [
    await players.score(real),
    await players.score(generated),
    await players.score(own),
    await players.score(between),
  ];
  await rest(signal);

  const known = densityOf(await meshOf(graphs, request, side), rasterAround([real, generated, own], noise), noise);
  const densities = densitiesOf(data, source, known, noise);
  await rest(signal);
  const loss = lossOf(coefficients);
  const noOptimum = whyNoOptimum(loss, coefficients, densities);
  const best = (points: Float32Array, z?: Float32Array): Float64Array | null =>
    noOptimum === null ? bestScores(loss, densities!, points, z) : null;
  const squares = (slopes: Float32Array): Float64Array =>
    Float64Array.from({ length: slopes.length / 2 }, (_, i) => slopes[2 * i]! ** 2 + slopes[2 * i + 1]! ** 2);
  const squaredSlope = estimateOf(squares(atReal.slopes));
  const slopeExcess = estimateOf(squares(atBetween.slopes).map((square) => (Math.sqrt(square) - 1) ** 2));
  const { generator, discriminator } = gradientsOf(graphs, request, step);
  const ofOwn = termsOf(atOwn.scores, best(own, ofGenerator['z']));
  return {
    real: sideOf(loss, 'real', atReal.scores, best(real)),
    generated: sideOf(loss, 'fake', atGenerated.scores, best(generated, ofDiscriminator['z'])),
    generator: {
      score: ofOwn((score) => score),
      logarithm: isLogLoss(loss) ? ofOwn(logSigmoid) : null,
      loss: ofOwn((score) => generatorLoss(loss, score)),
    },
    squaredSlope,
    slopeExcess,
    gradients: {
      generator: Math.hypot(...(await generator(parameters.generator, parameters.discriminator))),
      discriminator: Math.hypot(...(await discriminator(parameters.discriminator, parameters.generator))),
    },
    penalty: { r1: (coefficients['r1']! / 2) * squaredSlope.value, gp: coefficients['gp']! * slopeExcess.value },
    noOptimum,
  };
}

function sideOf(loss: GanLoss, side: 'real' | 'fake', scores: Float32Array, best: Float64Array | null): GanSide {
  const term = termsOf(scores, best);
  const isLog = isLogLoss(loss);
  return {
    score: term((score) => score),
    probability: isLog ? term(sigmoid) : null,
    logarithm: isLog ? term((score) => logSigmoid(side === 'real' ? score : -score)) : null,
    loss: term((score) => discriminatorLoss(loss, score)[side]),
  };
}

/** A term by what it is of a score. */
function termsOf(scores: Float32Array, best: Float64Array | null): (value: (score: number) => number) => GanTerm {
  return (value) => ({ own: estimateOf(Float64Array.from(scores, value)), best: best && estimateOf(best.map(value)) });
}

/** By the mesh's triangles; with input noise in cells, over which noise spreads what is finer. */
function densityOf(mesh: GeneratorMesh, raster: Raster, noise: number): { flat: number; fake: FakeDensity } {
  if (noise > 0) {
    const { density, flat } = pushForward(mesh, mesh.places, raster);
    return { flat, fake: byRaster(blurred(density, raster, noise), raster) };
  }
  const cell = ((raster.right - raster.left) / raster.columns) * ((raster.top - raster.bottom) / raster.rows);
  return { flat: flatMass(mesh, mesh.places, FLAT * cell), fake: byMesh(mesh) };
}

/** Where all points lie, with room for the noise; a generator that gives one point alone still has a raster. */
function rasterAround(all: readonly Float32Array[], noise: number): Raster {
  const ends = [Infinity, -Infinity, Infinity, -Infinity];
  for (const points of all)
    for (let i = 0; i < points.length; i++) {
      const axis = 2 * (i % 2);
      ends[axis] = Math.min(ends[axis]!, points[i]!);
      ends[axis + 1] = Math.max(ends[axis + 1]!, points[i]!);
    }
  const [left, right, bottom, top] = ends as [number, number, number, number];
  const room = 0.05 * Math.max(right - left, top - bottom, 1e-3) + 3 * noise;
  return { left: left - room, right: right + room, bottom: bottom - room, top: top + room, columns: CELLS, rows: CELLS };
}

function estimateOf(values: Float64Array): Estimate {
  const { mean, standardError } = meanAndError(values);
  return { value: mean, standardError: standardError ?? NaN };
}
