/** The samplers that can be chosen for a denoiser of points in the plane, and their runs. */

import { ddim } from '../samplers/ddim.ts';
import { ddpm } from '../samplers/ddpm.ts';
import { deis } from '../samplers/deis.ts';
import { dpmSolverMultistep } from '../samplers/dpmSolverMultistep.ts';
import { dpmSolverSinglestep } from '../samplers/dpmSolverSinglestep.ts';
import { euler } from '../samplers/euler.ts';
import { eulerAncestral } from '../samplers/eulerAncestral.ts';
import { heun } from '../samplers/heun.ts';
import { lms } from '../samplers/lms.ts';
import { pndm } from '../samplers/pndm.ts';
import type { Plan, Sampler } from '../samplers/sampler.ts';
import { without, type SamplerSettings } from '../samplers/settings.ts';
import { planned } from '../samplers/trajectory.ts';
import { unipc } from '../samplers/unipc.ts';
import { planeBetas, type PlaneSchedule } from './planeSchedule.ts';

export interface PlaneSampler {
  readonly id: string;
  readonly title: string;
  readonly sampler: Sampler;
  readonly settings: Partial<SamplerSettings>;
  /** Whether noise is drawn on the way, with DDIM's eta at this. */
  readonly isStochastic: (eta: number) => boolean;
  /** The fewest steps that it can take. */
  readonly fewest: number;
}

const MOST_STEPS = 1000;

const never = (): boolean => false;
const always = (): boolean => true;
// Each next level is a stride of the training's timesteps away, which trailing ones fit where the stride is whole.
const trailing = { timestepSpacing: 'trailing', setAlphaToOne: true } as const;
const linspace = { timestepSpacing: 'linspace' } as const;

function entry(
  sampler: Sampler,
  settings: Partial<SamplerSettings>,
  isStochastic: (eta: number) => boolean,
  named: { readonly id?: string; readonly title?: string; readonly fewest?: number } = {},
): PlaneSampler {
  return { id: named.id ?? sampler.name, title: named.title ?? sampler.title, sampler, settings, isStochastic, fewest: named.fewest ?? 1 };
}

/** Flow matching is none of them: the denoiser is trained on another path. */
export const planeSamplers: readonly PlaneSampler[] = [
  entry(ddim, trailing, (eta) => eta > 0),
  entry(ddpm, linspace, always, { fewest: 2 }),
  entry(euler, linspace, never, { fewest: 2 }),
  entry(eulerAncestral, linspace, always, { fewest: 2 }),
  entry(heun, linspace, never, { fewest: 2 }),
  entry(lms, linspace, never, { fewest: 2 }),
  entry(pndm, trailing, never, { fewest: 4 }),
  entry(dpmSolverMultistep, linspace, never, { title: 'DPM-Solver++ (multistep)' }),
  entry(dpmSolverMultistep, { ...linspace, algorithmType: 'sde-dpmsolver++' }, always, {
    id: 'dpm-solver-sde',
    title: 'DPM-Solver++ (SDE)',
  }),
  entry(dpmSolverSinglestep, { lowerOrderFinal: true }, never, { title: 'DPM-Solver++ (singlestep)' }),
  entry(unipc, linspace, never),
  entry(deis, linspace, never),
];

export interface PlaneRunChoice {
  readonly sampler: string;
  readonly steps: number;
  /** DDIM: the share of DDPM's noise. */
  readonly eta: number;
  readonly schedule: PlaneSchedule;
}

/** A run that is ready to begin. */
export interface PlaneRun {
  readonly sampler: Sampler;
  readonly plan: Plan;
  /** alpha-bar of x before each evaluation, and after the last: [evaluations + 1]. */
  readonly levels: Float64Array;
}

/** @throws RangeError of a sampler that there is not, SettingError where it cannot take so many steps */
export function planeRunOf({ sampler: id, steps, eta, schedule }: PlaneRunChoice): PlaneRun {
  const found = planeSamplers.find((each) => each.id === id);
  if (!found) throw new RangeError(`There is no sampler "${id}"; there are ${planeSamplers.map((each) => each.id).join(', ')}.`);
  if (!(Number.isInteger(steps) && steps >= found.fewest && steps <= MOST_STEPS))
    throw new RangeError(`${found.title} takes ${found.fewest} to ${MOST_STEPS} whole steps; ${steps} were asked for.`);
  const { sampler } = found;
  // As many timesteps of the training as make the stride between two evaluations whole.
  const count = steps * Math.max(1, Math.round(1000 / steps));
  const settings: SamplerSettings = {
    ...{ ...without, ...sampler.defaults, ...found.settings },
    ...{ numTrainTimesteps: count, trainedBetas: planeBetas(schedule, count), predictionType: 'epsilon', clipSample: false },
  };
  const plan = planned(sampler, settings, { steps, ...(sampler === ddim && { eta }) });
  const { length } = plan.timesteps;
  const levels = Float64Array.from({ length: length + 1 }, (_, i) => {
    if (i === length) return 1 / (1 + plan.sigmas[length]! ** 2);
    const { alpha, sigma } = sampler.ratesAt(plan, i);
    return alpha ** 2 / (alpha ** 2 + sigma ** 2);
  });
  return { sampler, plan, levels };
}
