/** Gradients of both players' losses, by the steps that they train with. */

import { RpcError } from '../../../../protocol/rpc.ts';
import type { GanState } from '../../../../protocol/training.ts';
import type { RawTensor } from '../../../../protocol/worker.ts';
import { floatTensor } from '../../floatTensor.ts';
import { dataSource } from '../draws.ts';
import type { Graphs } from '../graphs.ts';
import { drawTensors, scalarsOf } from '../plan.ts';
import { programOf } from '../programs.ts';

export type Player = 'generator' | 'discriminator';

/** The gradient of a player's loss by its own parameters, where both players have these. */
export type Gradient = (own: Float32Array, other: Float32Array) => Promise<Float32Array>;

/**
 * With penalties, noise and spectral norms, for the batch of a step's first turn; clipping is no part of it.
 *
 * @throws RpcError 'data-invalid', 'bad-input'
 */
export function gradientsOf(
  graphs: Graphs,
  { parameters, data, seed, ...state }: GanState,
  step: number,
): Readonly<Record<Player, Gradient>> {
  const { phases, mostTimes } = programOf({ family: 'gan' });
  // Both players are asked once, whoever runs how often.
  const coefficients = { ...state.coefficients, 'discriminator.steps': 1, 'generator.steps': 1 };
  const source = dataSource(data);
  const of = (network: Player): Gradient => {
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
    const [otherInput] = Object.keys(phase.others) as [string];
    return async (own, other) => {
      const feeds = { ...fixed, parameters: floatTensor(own, [count]), [otherInput]: floatTensor(other, [other.length]) };
      return (await graphs.run(phase.graph, feeds, ['next_first']))['next_first']!;
    };
  };
  return { generator: of('generator'), discriminator: of('discriminator') };
}
