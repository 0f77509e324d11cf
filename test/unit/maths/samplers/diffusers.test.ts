import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guided } from '../../../../src/maths/samplers/guidance.ts';
import { samplers } from '../../../../src/maths/samplers/list.ts';
import type { Evaluation, NoiseSource, Plan, Sampler } from '../../../../src/maths/samplers/sampler.ts';
import { SettingError, type RunSettings } from '../../../../src/maths/samplers/settings.ts';
import { begin, planned, trajectory } from '../../../../src/maths/samplers/trajectory.ts';
import { checkSchedulerConfig } from '../../../../src/models/schedulerConfig.ts';
import { parsePythonJson } from '../../../../src/models/pythonJson.ts';
import { RpcError } from '../../../../src/protocol/rpc.ts';
import { decoded, predicted } from './models.ts';

interface Case {
  config: Record<string, unknown> & { _class_name: string };
  steps: number;
  model: string;
  run?: Record<string, number | boolean>;
  timesteps?: string;
  trajectory?: string;
  draws?: number;
  refused?: string;
  broken?: string;
  finite?: false;
  elsewhere?: { timesteps: string; trajectory: string };
}
interface Common {
  batch: number;
  size: number;
  init: string;
  noise: string;
  guidance: Record<'unconditional' | 'conditional' | 'plain' | 'rescaled', string> & Record<'batch' | 'scale' | 'rescale', number>;
}

const folder = join(import.meta.dirname, '../../../fixtures/samplers');
const common = JSON.parse(readFileSync(join(folder, 'common.json'), 'utf8')) as Common;
const init = decoded(common.init);
const noise = decoded(common.noise);
const recorded: NoiseSource = (draw, count) => noise.subarray(draw * count, (draw + 1) * count);

function runOf({ steps, run = {} }: Case): RunSettings {
  const { eta, use_clipped_model_output, order, mu, s_churn, s_tmin, s_tmax, s_noise } = run as Record<string, never>;
  return {
    steps,
    ...(eta === undefined ? {} : { eta }),
    ...(use_clipped_model_output === undefined ? {} : { useClippedModelOutput: use_clipped_model_output }),
    ...(order === undefined ? {} : { order }),
    ...(mu === undefined ? {} : { mu }),
    ...(s_churn === undefined
      ? {}
      : {
          churn: {
            amount: s_churn,
            ...(s_tmin === undefined ? {} : { smallest: s_tmin }),
            ...(s_tmax === undefined ? {} : { largest: s_tmax }),
            ...(s_noise === undefined ? {} : { scale: s_noise }),
          },
        }),
  };
}

function planOf(one: Case): { sampler: Sampler; plan: Plan } {
  const { sampler, settings } = checkSchedulerConfig(one.config, 'case');
  return { sampler, plan: planned(sampler, settings, runOf(one)) };
}

async function run(one: Case): Promise<{ plan: Plan; evaluations: Evaluation[]; all: number[] }> {
  const { sampler, plan } = planOf(one);
  const { predictionType, varianceType } = plan.settings;
  const learned = sampler.className === 'DDPMScheduler' ? varianceType : null;
  const from = begin(plan, init, common.batch);
  const evaluations: Evaluation[] = [];
  for await (const each of trajectory(sampler, plan, from, (x, t) => predicted(one.model, predictionType, learned, x, t), recorded))
    evaluations.push(each);
  return { plan, evaluations, all: [from.x, ...evaluations.map(({ state }) => state.x)].flatMap((x) => [...x]) };
}

const largest = (values: Float32Array): number => Math.max(...values.map(Math.abs));

/** The largest difference at a step over max(1, the largest |x| there). @param size numbers of a step */
function difference(all: readonly number[], expected: Float32Array, size: number): number {
  let most = 0;
  for (let i = 0; i < expected.length; i += size) {
    const theirs = expected.subarray(i, i + size);
    const apart = largest(theirs.map((value, j) => value - all[i + j]!));
    most = Math.max(most, Number.isNaN(apart) ? Infinity : apart / Math.max(1, largest(theirs)));
  }
  return most;
}

describe.each(samplers.map((sampler) => sampler.className))('%s, as diffusers has it', (className) => {
  const cases = parsePythonJson(readFileSync(join(folder, `${className}.json`), 'utf8')) as Case[];
  const followed = cases.filter((one) => one.trajectory !== undefined);

  it('has enough cases', () => expect(followed.length).toBeGreaterThan(40));

  it.each(followed.map((one) => ({ ...one, words: JSON.stringify([one.config, one.steps, one.model, one.run]) })))(
    '$words',
    async (one) => {
      const { plan, evaluations, all } = await run(one);
      // Where PyTorch's root is not the nearest number, and it matters, either may be met.
      const theirs = [{ timesteps: one.timesteps!, trajectory: one.trajectory! }, ...(one.elsewhere ? [one.elsewhere] : [])];
      const met = theirs
        .map(({ timesteps, trajectory }) => ({
          late: difference([...plan.timesteps], decoded(timesteps), 1),
          most: difference(all, decoded(trajectory), init.length),
        }))
        .sort((a, b) => a.most - b.most)[0]!;
      if (process.env['GENLENS_DIFFERENCES'])
        console.log(`DIFF ${className} ${met.most} ${JSON.stringify([one.config, one.steps, one.run])}`);
      expect(all.length).toBe(decoded(one.trajectory!).length);
      expect(met.late).toBeLessThan(1e-3);
      expect(met.most).toBeLessThan(1e-4);
      expect(evaluations.at(-1)!.state.draws).toBe(one.draws);
    },
  );

  const refused = cases.filter((one) => one.refused !== undefined);
  it.skipIf(refused.length === 0)('refuses what diffusers refuses', () => {
    for (const one of refused) {
      let error: unknown;
      try {
        planOf(one);
      } catch (thrown) {
        error = thrown;
      }
      expect(error instanceof SettingError || error instanceof RpcError, `${JSON.stringify(one)}: ${String(error)}`).toBe(true);
    }
  });
});

describe('guidance, as the pipeline of Stable Diffusion has it', () => {
  const { batch, scale, rescale, unconditional, conditional, plain, rescaled } = common.guidance;
  it.each([
    [0, plain],
    [rescale, rescaled],
  ])('with rescale %d', (share, expected) => {
    const theirs = decoded(expected);
    const ours = guided(decoded(unconditional), decoded(conditional), batch, scale, share);
    theirs.forEach((value, i) => expect(ours[i]).toBeCloseTo(value, 4));
  });
});
