/** Pseudo numerical methods for diffusion models on manifolds: Liu et al. 2022, arXiv:2202.09778. */

import { combined, filled } from './arrays.ts';
import { levelAt, levelPlan, levelRates, wholeTimesteps, type LevelPlan } from './levelPlan.ts';
import { levelsOf } from './noiseLevels.ts';
import { predictionOf } from './prediction.ts';
import { roundingOf, type Floats, type Move, type Plan, type Sampler, type State } from './sampler.ts';
import { ofBetas, SettingError, type RunSettings, type SamplerSettings } from './settings.ts';

/** Predictions that the multistep part uses at once; the Runge-Kutta part makes those before the first, in four evaluations each. */
const ORDER = 4;

interface PndmPlan extends LevelPlan {
  /** alpha-bar that x is moved from at each evaluation: mostly, but not always, the one that the model is told. */
  readonly fromLevels: Float64Array;
  /** Evaluations of the Runge-Kutta part. */
  readonly starting: number;
}

/**
 * Runge-Kutta steps (equation 13) or, with `skip_prk_steps`, lower orders to begin with, then Adams-Bashforth of fourth order (equation 12).
 * A step is the transfer of equation 11. Without Runge-Kutta steps the second timestep is told twice: once for the slope at the end of the
 * first step, which is then made again with the mean of both.
 */
export const pndm = {
  className: 'PNDMScheduler',
  name: 'pndm',
  title: 'PNDM',
  defaults: { ...ofBetas, skipPrkSteps: false, setAlphaToOne: false, timestepSpacing: 'leading', stepsOffset: 0 },
  choices: { betaSchedule: ['linear', 'scaled_linear', 'squaredcos_cap_v2'], predictionType: ['epsilon', 'v_prediction'] },

  plan(settings, run): PndmPlan {
    const table = levelsOf(settings, false);
    const visits = settings.skipPrkSteps ? multistepVisits(settings, run) : startedVisits(settings, run);
    const last = settings.setAlphaToOne ? 1 : table[0]!;
    const levelsAt = (timesteps: number[]): Float64Array => Float64Array.from(timesteps, (timestep) => levelAt(table, timestep, last));
    const [at, from, to] = [visits.map((one) => one.at), visits.map((one) => one.from), visits.map((one) => one.to)];
    const plan = levelPlan(settings, run, Float64Array.from(at), levelsAt(at), levelsAt(to));
    return { ...plan, fromLevels: levelsAt(from), starting: settings.skipPrkSteps ? 0 : 4 * (ORDER - 1) };
  },

  startsAt: (_, evaluation) => evaluation === 0,
  ratesAt: levelRates,

  move(plan, state, output): Move {
    const { starting, fromLevels, nextLevels } = plan as PndmPlan;
    const { evaluations } = state;
    const prediction = predictionOf(plan, state, output, levelRates(plan, evaluations), plan.sigmas[evaluations]!);
    const { from, slope, ...kept } = evaluations < starting ? rungeKutta(state, output) : multistep(state, output, starting > 0);
    const next = transferred(plan, from, slope, fromLevels[evaluations]!, nextLevels[evaluations]!);
    return { ...prediction, ...kept, next };
  },
} as const satisfies Sampler;

/** Timesteps of an evaluation: what the model is told, and the step's ends. */
interface Visit {
  at: number;
  from: number;
  to: number;
}

function multistepVisits(settings: SamplerSettings, run: RunSettings): Visit[] {
  const timesteps = wholeTimesteps(settings, run);
  const stride = Math.floor(settings.numTrainTimesteps / run.steps);
  return [...timesteps].flatMap((at, i) => {
    const visit = { at, from: at, to: at - stride };
    return i === 1 ? [{ at, from: at + stride, to: at }, visit] : [visit];
  });
}

function startedVisits(settings: SamplerSettings, run: RunSettings): Visit[] {
  if (run.steps < ORDER)
    throw new SettingError(
      `num_inference_steps (${run.steps}) must be ${ORDER} or more with Runge-Kutta steps; or set skip_prk_steps to true.`,
    );
  const timesteps = wholeTimesteps(settings, run);
  const stride = Math.floor(settings.numTrainTimesteps / run.steps);
  const half = Math.floor(stride / 2);
  const started = [0, 1, 2].flatMap((i) => {
    const [from, next] = [timesteps[i]!, timesteps[i + 1]!];
    const middle = next + half;
    return [
      { at: from, from, to: from - half },
      { at: middle, from, to: middle },
      { at: middle, from, to: middle - half },
      { at: next, from, to: next },
    ];
  });
  return [...started, ...Array.from(timesteps.slice(ORDER - 1), (at) => ({ at, from: at, to: at - stride }))];
}

interface Slope extends Pick<Move, 'history' | 'held'> {
  /** x that is moved. */
  from: Floats;
  slope: Floats;
}

/** `held` is x at the step's beginning and the weighted sum of slopes until now. */
function rungeKutta({ x, evaluations, history, held }: State, output: Floats): Slope {
  const [begun, sum] = held as [Floats, Floats];
  switch (evaluations % 4) {
    case 0:
      return { from: x, slope: output, history: [...history, output], held: [x, combined([1 / 6, output])] };
    case 3:
      return { from: begun, slope: combined([1, sum], [1 / 6, output]), held: [] };
    default:
      return { from: begun, slope: output, held: [begun, combined([1, sum], [1 / 3, output])] };
  }
}

/** Adams-Bashforth of as many predictions as there are, up to four. */
function multistep({ x, evaluations, history, held }: State, output: Floats, started: boolean): Slope {
  if (!started && evaluations === 1) return { from: held[0]!, slope: combined([0.5, output], [0.5, history.at(-1)!]), held: [] };
  const kept = [...history.slice(1 - ORDER), output];
  const [e1, e2, e3, e4] = [...kept].reverse() as [Floats, Floats, Floats, Floats];
  const slopes = [
    (): Floats => e1,
    () => combined([3 / 2, e1], [-1 / 2, e2]),
    () => combined([23 / 12, e1], [-16 / 12, e2], [5 / 12, e3]),
    () => combined([55 / 24, e1], [-59 / 24, e2], [37 / 24, e3], [-9 / 24, e4]),
  ];
  return { from: x, slope: slopes[kept.length - 1]!(), history: kept, held: !started && evaluations === 0 ? [x] : [] };
}

/** Equation 11: x at another alpha-bar, by the noise that is predicted. Each product is rounded where diffusers rounds it. */
function transferred(plan: Plan, x: Floats, output: Floats, level: number, next: number): Floats {
  const r = roundingOf(plan);
  const [noisy, nextNoisy] = [r(1 - level), r(1 - next)];
  const noise =
    plan.settings.predictionType === 'v_prediction' ? combined([r(Math.sqrt(level)), output], [r(Math.sqrt(noisy)), x]) : output;
  const below = r(r(level * r(Math.sqrt(nextNoisy))) + r(Math.sqrt(r(r(level * noisy) * next))));
  const moved = combined([r(next - level), noise]);
  return combined([r(Math.sqrt(r(next / level))), x], [-1, filled(moved, (i) => moved[i]! / below)]);
}
