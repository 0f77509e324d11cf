/** How a small GAN's game moves where it is: the field of both players' gradients, and its Jacobian's leading eigenvalues. */

import { comesNearer, jacobianProduct, leadingEigenvalues, type Field } from '../../../../maths/adversarial/game.ts';
import { RpcError } from '../../../../protocol/rpc.ts';
import type { GameRotation, GameRotationRequest } from '../../../../protocol/training.ts';
import { rest } from '../../rest.ts';
import { checkWhole } from '../checks.ts';
import type { Graphs } from '../graphs.ts';
import { gradientsOf } from './gradients.ts';
import { checkState } from './state.ts';

/** Of the parameters' length: so far ahead and behind gradients are compared, which single precision tells apart to five digits. */
const STEP = 1e-3;
const MOST_TRIES = 200;

/** @throws RpcError 'setting-invalid', 'coefficient-invalid', 'data-invalid', 'not-finite', 'bad-input' */
export async function gameRotation(graphs: Graphs, request: GameRotationRequest, signal: AbortSignal): Promise<GameRotation> {
  const { tries = 30, seed, parameters, coefficients } = request;
  checkWhole('tries', tries, 1, MOST_TRIES);
  const field = gameField(graphs, request);
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
 * v = (-grad_theta L_G, -grad_psi L_D) of the batch of one step, the generator's parameters first.
 *
 * @throws RpcError 'setting-invalid', 'coefficient-invalid', 'data-invalid', 'bad-input'
 */
export function gameField(graphs: Graphs, request: GameRotationRequest): Field {
  const { parameters, step } = request;
  checkState(request);
  checkWhole('step', step, 0, Number.MAX_SAFE_INTEGER);
  const size = parameters.generator.length;
  const { generator, discriminator } = gradientsOf(graphs, request, step);
  return async (at) => {
    const [theta, psi] = [new Float32Array(at.subarray(0, size)), new Float32Array(at.subarray(size))];
    const [ofGenerator, ofDiscriminator] = [await generator(theta, psi), await discriminator(psi, theta)];
    return Float64Array.from(at, (_, i) => -(i < size ? ofGenerator[i]! : ofDiscriminator[i - size]!));
  };
}
