/** What no denoiser of these data has less loss than, at each level and over all of the training. */

import { evenLevels, lossFloor, meanOverLevels } from '../../../../maths/diffusion/floor.ts';
import { trainedLevels } from '../../../../maths/diffusion/planeSchedule.ts';
import type { DenoiserFloor, DenoiserFloorRequest } from '../../../../protocol/denoiser.ts';
import { RpcError } from '../../../../protocol/rpc.ts';
import { rest } from '../../rest.ts';
import { checkWhole } from '../checks.ts';
import { mixtureOfData } from './state.ts';

const MOST_LEVELS = 129;

/** @throws RpcError 'setting-invalid', 'data-invalid' */
export async function denoiserFloor({ data, levels: count }: DenoiserFloorRequest, signal: AbortSignal): Promise<DenoiserFloor> {
  const levels = levelsOf(count);
  const mixture = mixtureOfData(data);
  const [floors, errors] = [new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < count; i++) {
    const { value, error } = lossFloor(mixture, levels[i]!);
    [floors[i], errors[i]] = [value, error];
    await rest(signal);
  }
  return { levels, floors, errors, mean: meanOverLevels(levels, floors) };
}

/** Even in log SNR over those of the training. @throws RpcError 'setting-invalid' */
export function levelsOf(count: number): Float64Array {
  checkWhole('levels', count, 3, MOST_LEVELS);
  if (count % 2 === 0) throw new RpcError('setting-invalid', `levels is ${count}; it must be odd, so that a mean over them can be told.`);
  return evenLevels(trainedLevels.lowest, trainedLevels.highest, count);
}
