import { beforeAll, describe, expect, it } from 'vitest';
import { sampleMixture } from '../../../../src/maths/mixtures/sample.ts';
import { noised } from '../../../../src/maths/mixtures/mixture.ts';
import { ddim } from '../../../../src/maths/samplers/ddim.ts';
import { deis } from '../../../../src/maths/samplers/deis.ts';
import { dpmSolverMultistep } from '../../../../src/maths/samplers/dpmSolverMultistep.ts';
import { dpmSolverSinglestep } from '../../../../src/maths/samplers/dpmSolverSinglestep.ts';
import { euler } from '../../../../src/maths/samplers/euler.ts';
import { flowMatchEuler } from '../../../../src/maths/samplers/flowMatchEuler.ts';
import { heun } from '../../../../src/maths/samplers/heun.ts';
import { lms } from '../../../../src/maths/samplers/lms.ts';
import { pndm } from '../../../../src/maths/samplers/pndm.ts';
import type { Plan, Sampler } from '../../../../src/maths/samplers/sampler.ts';
import type { SamplerSettings } from '../../../../src/maths/samplers/settings.ts';
import { unipc } from '../../../../src/maths/samplers/unipc.ts';
import { data, exactNoise, geometric, planOfLevels, planOfSigmas, sampled } from './exact.ts';

// One smooth exact score, one end above 0, one set of starts, double precision, no clipping and no integer timesteps: the RMS error to a
// fine reference, against the number of evaluations. Starts are samples of the noised mixture, of x0 + sigma noise.
const [largest, smallest, points] = [8, 0.1, 24];
const starts = sampleMixture(noised(data, 1, largest), { seed: 5, stream: 0 }, points).points;
let reference: Float64Array;

/** Runge and Kutta's fourth order on dx / d log sigma = sigma noise. */
beforeAll(() => {
  const steps = 2000;
  const h = Math.log(smallest / largest) / steps;
  const slope = (x: Float64Array, log: number): Float64Array => exactNoise(data, x, 1, Math.exp(log)).map((noise) => Math.exp(log) * noise);
  const moved = (x: Float64Array, by: number, along: Float64Array): Float64Array => x.map((value, i) => value + by * along[i]!);
  let x: Float64Array = starts;
  for (let i = 0; i < steps; i++) {
    const at = Math.log(largest) + i * h;
    const k1 = slope(x, at);
    const k2 = slope(moved(x, h / 2, k1), at + h / 2);
    const k3 = slope(moved(x, h / 2, k2), at + h / 2);
    const k4 = slope(moved(x, h, k3), at + h);
    x = x.map((value, j) => value + (h / 6) * (k1[j]! + 2 * k2[j]! + 2 * k3[j]! + k4[j]!));
  }
  reference = x;
});

/** How x0 + sigma noise is held by a sampler at a noise level: times this. */
function scaleAt(plan: Plan, sigma: number): number {
  if (plan.space === 'exploding') return 1;
  return plan.space === 'straight' ? 1 / (1 + sigma) : 1 / Math.sqrt(1 + sigma ** 2);
}

async function errorOf(sampler: Sampler, planned: (sigmas: Float64Array) => Plan, steps: number): Promise<number> {
  const plan = planned(geometric(largest, smallest, steps));
  const end = await sampled(
    sampler,
    plan,
    starts.map((value) => value * scaleAt(plan, largest)),
  );
  const scale = scaleAt(plan, smallest);
  return Math.sqrt(reference.reduce((sum, value, i) => sum + (value - end[i]! / scale) ** 2, 0) / reference.length);
}

/** Minus the slope of log error by log steps, between the two finest. */
async function orderOf(sampler: Sampler, planned: (sigmas: Float64Array) => Plan, fine = 240): Promise<number> {
  const [coarse, finer] = [await errorOf(sampler, planned, fine / 2), await errorOf(sampler, planned, fine)];
  expect(finer).toBeGreaterThan(1e-11);
  return Math.log2(coarse / finer);
}

const toTheEnd: Partial<SamplerSettings> = { finalSigmasType: 'sigma_min', lowerOrderFinal: false };

// Multistep solvers begin with a step of first order, whose error of second order stays: with ever more steps it is all that is left, before
// that their own order is seen, so that what is found lies between both. UniPC's corrector makes up for one order of either.
const cases: [string, number | [number, number], Sampler, (sigmas: Float64Array) => Plan][] = [
  ['Euler', 1, euler, (sigmas) => planOfSigmas(euler, sigmas, {})],
  ['DDIM without noise', 1, ddim, (sigmas) => planOfLevels(planOfSigmas(ddim, sigmas, {}))],
  [
    'flow-matching Euler',
    1,
    flowMatchEuler,
    (sigmas) =>
      planOfSigmas(
        flowMatchEuler,
        sigmas.map((s) => s / (1 + s)),
        { predictionType: 'flow_prediction' },
      ),
  ],
  ['Heun', 2, heun, (sigmas) => planOfSigmas(heun, twice(sigmas), {})],
  ...[1, 2, 3, 4].map((order): (typeof cases)[number] => [
    `linear multistep of ${order}`,
    [Math.min(2, order), order],
    lms,
    (sigmas) => planOfSigmas(lms, sigmas, {}, { order }),
  ]),
  ...[1, 2, 3].flatMap((solverOrder): typeof cases => [
    [
      `DPM-Solver++, multistep, of ${solverOrder}`,
      [Math.min(2, solverOrder), solverOrder],
      dpmSolverMultistep,
      (sigmas) => planOfSigmas(dpmSolverMultistep, sigmas, { ...toTheEnd, solverOrder }),
    ],
    [
      `DPM-Solver, multistep, of ${solverOrder}`,
      [Math.min(2, solverOrder), solverOrder],
      dpmSolverMultistep,
      (sigmas) => planOfSigmas(dpmSolverMultistep, sigmas, { ...toTheEnd, solverOrder, algorithmType: 'dpmsolver', solverType: 'heun' }),
    ],
    [`DPM-Solver++, singlestep, of ${solverOrder}`, solverOrder, dpmSolverSinglestep, (sigmas) => grouped(sigmas, solverOrder, 'midpoint')],
    [
      `DPM-Solver++, singlestep by Heun, of ${solverOrder}`,
      solverOrder,
      dpmSolverSinglestep,
      (sigmas) => grouped(sigmas, solverOrder, 'heun'),
    ],
    [
      `DEIS of ${solverOrder}`,
      [Math.min(2, solverOrder), solverOrder],
      deis,
      (sigmas) => planOfSigmas(deis, sigmas, { ...toTheEnd, solverOrder }),
    ],
    [
      `UniPC of ${solverOrder}`,
      [Math.min(3, solverOrder + 1), solverOrder + 1],
      unipc,
      (sigmas) => planOfSigmas(unipc, sigmas, { ...toTheEnd, solverOrder }),
    ],
    [
      `UniPC without corrections, of ${solverOrder}`,
      [Math.min(2, solverOrder), solverOrder],
      unipc,
      (sigmas) => planOfSigmas(unipc, sigmas, { ...toTheEnd, solverOrder, disableCorrector: [...sigmas.keys()] }),
    ],
  ]),
];

describe('the order of convergence on the exact score', () => {
  it.each(cases)('of %s is %j', async (name, order, sampler, planned) => {
    const found = await orderOf(sampler, planned);
    if (process.env['GENLENS_DIFFERENCES']) console.log(`ORDER ${name} ${found}`);
    const [least, most] = typeof order === 'number' ? [order, order] : order;
    expect(found).toBeGreaterThan(least - 0.2);
    expect(found).toBeLessThan(most + 0.2);
  });

  it('of PNDM with Runge-Kutta steps is 2 or more, on steps even in time', async () => {
    const error = async (steps: number): Promise<number> => {
      const plan = pndmPlan(steps);
      const end = await sampled(
        pndm,
        plan,
        starts.map((value) => value * scaleAt(plan, largest)),
      );
      const scale = scaleAt(plan, smallest);
      return Math.sqrt(reference.reduce((sum, value, i) => sum + (value - end[i]! / scale) ** 2, 0) / reference.length);
    };
    const found = Math.log2((await error(120)) / (await error(240)));
    if (process.env['GENLENS_DIFFERENCES']) console.log(`ORDER PNDM 2 ${found}`);
    expect(found).toBeGreaterThan(1.8);
  });

  it('does not come out where the model is wrong', async () => {
    const wrong = (sigmas: Float64Array): Plan => ({ ...planOfSigmas(euler, sigmas, {}), sigmas: sigmas.map((sigma) => sigma * 1.01) });
    expect(await orderOf(euler, wrong)).toBeLessThan(0.7);
  });
});

/** Noise levels of a sampler that evaluates each but the ends two times. */
function twice(sigmas: Float64Array): Float64Array {
  return Float64Array.from([sigmas[0]!, ...[...sigmas.slice(1, -1)].flatMap((sigma) => [sigma, sigma]), sigmas.at(-1)!]);
}

function grouped(sigmas: Float64Array, solverOrder: number, solverType: 'midpoint' | 'heun'): Plan {
  const orders = [...sigmas.keys()].slice(0, -1).map((i) => (i % solverOrder) + 1);
  return { ...planOfSigmas(dpmSolverSinglestep, sigmas, { ...toTheEnd, solverOrder, solverType }), ...{ orders } };
}

/** Time 0 to 1 with a smooth noise level, in steps that PNDM takes: three in four evaluations each, then one each. */
function pndmPlan(steps: number): Plan {
  const sigmaAt = (time: number): number => smallest * (largest / smallest) ** time;
  const levelAt = (time: number): number => 1 / (1 + sigmaAt(time) ** 2);
  const time = (step: number): number => 1 - step / steps;
  const visits = [0, 1, 2].flatMap((i) =>
    [
      [0, 0, 0.5],
      [0.5, 0, 0.5],
      [0.5, 0, 1],
      [1, 0, 1],
    ].map((places) => places.map((place) => time(i + place))),
  );
  for (let i = 3; i < steps; i++) visits.push([time(i), time(i), time(i + 1)]);
  const base = planOfSigmas(pndm, Float64Array.from([...visits.map(([at]) => sigmaAt(at!)), smallest]), {});
  const levels = (column: number): Float64Array => Float64Array.from(visits, (visit) => levelAt(visit[column]!));
  return { ...base, ...{ levels: levels(0), fromLevels: levels(1), nextLevels: levels(2), starting: 12 } };
}
