/** How a small GAN's game moves where it is: the field of both players' gradients, and its Jacobian's leading eigenvalues. */

import { jacobianProduct, leadingEigenvalues, type Field } from '../../../maths/adversarial/game.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { GameRotation, GameRotationRequest } from '../../../protocol/training.ts';
import type { RawTensor } from '../../../protocol/worker.ts';
import type { Runtime } from '../../worker/client.ts';
import { floatTensor } from '../floatTensor.ts';
import { rest } from '../rest.ts';
import { checkCoefficients, checkLoss, checkSeed, checkWhole } from './checks.ts';
import { dataSource } from './draws.ts';
import type { Graphs } from './graphs.ts';
import { drawTensors, scalarsOf, shapesOf } from './plan.ts';
import { programOf, type Phase } from './programs.ts';

/** Of the parameters' length: so far ahead and behind gradients are compared, which single precision tells apart to five digits. */
const STEP = 1e-3;
const MOST_TRIES = 200;

/** @throws RpcError 'setting-invalid', 'coefficient-invalid', 'data-invalid', 'not-finite', 'bad-input' */
export async function gameRotation(
  runtime: Runtime,
  graphs: Graphs,
  request: GameRotationRequest,
  signal: AbortSignal,
): Promise<GameRotation> {
  const { tries = 30, seed } = request;
  checkWhole('tries', tries, 1, MOST_TRIES);
  const field = await gameField(runtime, graphs, request);
  const at = Float64Array.from([...request.parameters.generator, ...request.parameters.discriminator]);
  const speed = Math.hypot(...(await field(at)));
  const length = STEP * Math.hypot(...at);
  const product: Field = async (vector) => {
    await rest(signal);
    return jacobianProduct(field, at, vector, length);
  };
  try {
    return { eigenvalues: await leadingEigenvalues(product, at.length, { tries, seed }), speed };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RpcError('not-finite', `The gradients around this place are no numbers: ${error.message} Go back to an earlier checkpoint.`);
  }
}

/**
 * v = (-grad_theta L_G, -grad_psi L_D) of the batch of one step, the generator's parameters first. With penalties; clipping is no part of it.
 *
 * @throws RpcError 'setting-invalid', 'coefficient-invalid', 'data-invalid', 'bad-input'
 */
export async function gameField(
  runtime: Runtime,
  graphs: Graphs,
  { parameters, data, loss, coefficients, seed, step }: GameRotationRequest,
): Promise<Field> {
  checkLoss(loss);
  checkSeed(seed);
  checkWhole('step', step, 0, Number.MAX_SAFE_INTEGER);
  const program = programOf({ family: 'gan', loss, discriminatorSteps: 1 });
  checkCoefficients(program, coefficients);
  const source = dataSource(data);
  const size = parameters.generator.length;
  const slopeOf = async (phase: Phase): Promise<(own: Float32Array, other: Float32Array) => Promise<Float32Array>> => {
    const shapes = shapesOf(graphs, phase);
    const count = shapes['parameters']![0]!;
    const given = parameters[phase.network as keyof typeof parameters];
    if (given.length !== count)
      throw new RpcError('bad-input', `The ${phase.network} has ${count} parameters; ${given.length} were given.`);
    const { session } = await graphs.open(phase.graph);
    const nothing = floatTensor(new Float32Array(count), [count]);
    const fixed: Record<string, RawTensor> = {
      ...drawTensors(phase, shapes, source, seed, step),
      // Without a past, the first moment that a step leaves is its gradient.
      ...scalarsOf(phase, { ...coefficients, [phase.coefficients['beta1']!]: 0 }),
      ...{ first: nothing, second: nothing, step: floatTensor(new Float32Array(1), []) },
    };
    const [otherInput] = Object.keys(phase.others);
    return async (own, other) => {
      const feeds = { ...fixed, parameters: floatTensor(own, [count]), [otherInput!]: floatTensor(other, [other.length]) };
      const [result] = await runtime.runEach({ session, feeds: [feeds], fetches: ['next_first'] });
      return result!['next_first']!.data as Float32Array;
    };
  };
  const [discriminator, generator] = [await slopeOf(program.phases[0]!), await slopeOf(program.phases[1]!)];
  return async (at) => {
    const [theta, psi] = [new Float32Array(at.subarray(0, size)), new Float32Array(at.subarray(size))];
    const [ofGenerator, ofDiscriminator] = [await generator(theta, psi), await discriminator(psi, theta)];
    return Float64Array.from(at, (_, i) => -(i < size ? ofGenerator[i]! : ofDiscriminator[i - size]!));
  };
}
