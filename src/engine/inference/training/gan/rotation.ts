/** How a small GAN's game moves where it is: the field of both players' gradients, and its Jacobian's leading eigenvalues. */

import { comesNearer, jacobianProduct, leadingEigenvalues, type Field } from '../../../../maths/adversarial/game.ts';
import { RpcError } from '../../../../protocol/rpc.ts';
import type { GameRotation, GameRotationRequest } from '../../../../protocol/training.ts';
import type { RawTensor } from '../../../../protocol/worker.ts';
import { floatTensor } from '../../floatTensor.ts';
import { rest } from '../../rest.ts';
import { checkWhole } from '../checks.ts';
import { dataSource } from '../draws.ts';
import type { Graphs } from '../graphs.ts';
import { drawTensors, scalarsOf } from '../plan.ts';
import { programOf, type Phase } from '../programs.ts';
import { checkState } from './state.ts';

/** Of the parameters' length: so far ahead and behind gradients are compared, which single precision tells apart to five digits. */
const STEP = 1e-3;
const MOST_TRIES = 200;

/** @throws RpcError 'setting-invalid', 'coefficient-invalid', 'data-invalid', 'not-finite', 'bad-input' */
export async function gameRotation(graphs: Graphs, request: GameRotationRequest, signal: AbortSignal): Promise<GameRotation> {
  const { tries = 30, seed, parameters, coefficients } = request;
  checkWhole('tries', tries, 1, MOST_TRIES);
  const field = await gameField(graphs, request);
  const at = Float64Array.from([...parameters.generator, ...parameters.discriminator]);
  const speed = Math.hypot(...(await field(at)));
  const length = STEP * Math.hypot(...at);
  const rates = [coefficients['generator.rate']!, coefficients['discriminator.rate']!] as const;
  const product: Field = async (vector) => {
    await rest(signal);
    return jacobianProduct(field, at, vector, length);
  };
  const stepped: Field = async (vector) =>
    (await product(vector)).map((value, i) => rates[i < parameters.generator.length ? 0 : 1] * value);
  try {
    const eigenvalues = await leadingEigenvalues(product, at.length, { tries, seed });
    const [rate] = rates;
    // With one rate for both they are the same, as long as its step.
    const scaled =
      rate === rates[1]
        ? eigenvalues.map(({ real, imaginary, residual }) => ({
            real: rate * real,
            imaginary: rate * imaginary,
            residual: rate * residual,
          }))
        : await leadingEigenvalues(stepped, at.length, { tries, seed });
    return { eigenvalues, speed, steps: scaled.map((each) => ({ ...each, comesNearer: comesNearer(each, 1) })) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RpcError('not-finite', `The gradients around this place are no numbers: ${error.message} Go back to an earlier checkpoint.`);
  }
}

/**
 * v = (-grad_theta L_G, -grad_psi L_D) of the batch of one step, the generator's parameters first. With penalties, noise and spectral norms;
 * clipping is no part of it.
 *
 * @throws RpcError 'setting-invalid', 'coefficient-invalid', 'data-invalid', 'bad-input'
 */
export async function gameField(graphs: Graphs, request: GameRotationRequest): Promise<Field> {
  const { parameters, data, seed, step } = request;
  checkState(request);
  checkWhole('step', step, 0, Number.MAX_SAFE_INTEGER);
  const { phases, mostTimes } = programOf({ family: 'gan' });
  // Both players are asked once, whoever runs how often.
  const coefficients = { ...request.coefficients, 'discriminator.steps': 1, 'generator.steps': 1 };
  const source = dataSource(data);
  const size = parameters.generator.length;
  const slopeOf = (network: 'generator' | 'discriminator'): ((own: Float32Array, other: Float32Array) => Promise<Float32Array>) => {
    const phase = phases.find((each) => each.network === network && each.times(coefficients) > 0)!;
    const shapes = graphs.shapesOf(phase.graph);
    const count = shapes['parameters']![0]!;
    const given = parameters[network];
    if (given.length !== count) throw new RpcError('bad-input', `The ${network} has ${count} parameters; ${given.length} were given.`);
    const nothing = floatTensor(new Float32Array(count), [count]);
    const fixed: Record<string, RawTensor> = {
      ...drawTensors(phase, { shapes, source, seed, coefficients }, step * mostTimes),
      // Without a past, the first moment that a step leaves is its gradient.
      ...scalarsOf(phase, { ...coefficients, [phase.coefficients['beta1']!]: 0 }),
      ...{ first: nothing, second: nothing, step: floatTensor(new Float32Array(1), []) },
    };
    const otherInput = otherOf(phase);
    return async (own, other) => {
      const feeds = { ...fixed, parameters: floatTensor(own, [count]), [otherInput]: floatTensor(other, [other.length]) };
      return (await graphs.run(phase.graph, feeds, ['next_first']))['next_first']!;
    };
  };
  const [discriminator, generator] = [slopeOf('discriminator'), slopeOf('generator')];
  return async (at) => {
    const [theta, psi] = [new Float32Array(at.subarray(0, size)), new Float32Array(at.subarray(size))];
    const [ofGenerator, ofDiscriminator] = [await generator(theta, psi), await discriminator(psi, theta)];
    return Float64Array.from(at, (_, i) => -(i < size ? ofGenerator[i]! : ofDiscriminator[i - size]!));
  };
}

/** The input that takes the other player's parameters. */
function otherOf({ others }: Phase): string {
  return Object.keys(others)[0]!;
}
