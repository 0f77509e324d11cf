/** Every rule of steps, drifts, guidance and paths. */

import { weightsOfNoise } from '../noising/weights.ts';
import { exchangedHalves } from './chunks.ts';
import { driftsOfFlows } from './drifts.ts';
import { guidanceTurned } from './guidance.ts';
import { wholeSteps } from './halves.ts';
import { levelsOfRoots } from './levels.ts';
import { rateOfScores } from './rates.ts';
import { noiseOfSteps } from './roots.ts';
import { stepsAway } from './slopes.ts';
import { volumesTurned } from './volumes.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';

export const samplingRules: readonly ((checked: Checked, told: readonly Fault[]) => Iterable<Fault>)[] = [
  noiseOfSteps,
  rateOfScores,
  wholeSteps,
  stepsAway,
  weightsOfNoise,
  driftsOfFlows,
  exchangedHalves,
  guidanceTurned,
  levelsOfRoots,
  volumesTurned,
];
