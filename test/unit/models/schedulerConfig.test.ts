import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { samplers } from '../../../src/maths/samplers/list.ts';
import { optionName, SettingError, without } from '../../../src/maths/samplers/settings.ts';
import { planned } from '../../../src/maths/samplers/trajectory.ts';
import { checkSchedulerConfig, parseSchedulerConfig, samplerNamed } from '../../../src/models/schedulerConfig.ts';
import { RpcError } from '../../../src/protocol/rpc.ts';

const file = (options: Record<string, unknown>): string =>
  JSON.stringify({ _class_name: 'DDIMScheduler', _diffusers_version: '0.42.1', ...options });

describe('a scheduler’s file', () => {
  it('gives the sampler of its class, its options, and of others diffusers’ defaults', () => {
    const { sampler, settings, ignored } = parseSchedulerConfig(
      file({ beta_start: 0.00085, beta_schedule: 'scaled_linear', clip_sample: false, skip_prk_steps: true, trained_betas: null }),
      'scheduler_config.json',
    );
    expect(sampler.className).toBe('DDIMScheduler');
    expect(settings).toMatchObject({
      betaStart: 0.00085,
      betaEnd: 0.02,
      betaSchedule: 'scaled_linear',
      clipSample: false,
      setAlphaToOne: true,
    });
    // An option of another sampler is told, and has no part.
    expect(ignored).toEqual(['skip_prk_steps']);
    expect(settings.skipPrkSteps).toBe(false);
  });

  it('of one class serves another sampler, with that one’s defaults', () => {
    const { sampler, settings, ignored } = parseSchedulerConfig(file({ clip_sample: false, beta_end: 0.012 }), 'file', 'heun');
    expect(sampler.className).toBe('HeunDiscreteScheduler');
    expect(settings).toMatchObject({ betaEnd: 0.012, betaStart: 0.00085, clipSample: false, timestepSpacing: 'linspace' });
    expect(ignored).toEqual([]);
    expect(parseSchedulerConfig(file({}), 'file', 'EulerDiscreteScheduler').sampler.name).toBe('euler');
  });

  it('takes words of other solvers for its own, as diffusers does', () => {
    const read = (name: string): unknown => parseSchedulerConfig(file({ solver_type: 'logrho' }), 'file', name).settings.solverType;
    expect([read('dpm-solver-multistep'), read('unipc'), read('deis')]).toEqual(['midpoint', 'bh2', 'logrho']);
  });

  it('may hold the infinities that Python writes, outside of texts', () => {
    const text = '{"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity, "_name_or_path": "a \\"-Infinity\\" b"}';
    expect(parseSchedulerConfig(text, 'file').settings.lambdaMinClipped).toBe(-Infinity);
    expect(() => parseSchedulerConfig(text.replace('-Infinity', 'Infinity'), 'file')).toThrow(
      'lambda_min_clipped (Infinity) must be a number, or -Infinity',
    );
  });

  it.each<[Record<string, unknown>, string]>([
    [{ _class_name: 'SASolverScheduler' }, '_class_name ("SASolverScheduler") is no scheduler that is known here. Known are DDPMScheduler'],
    [{ _class_name: 3 }, '_class_name (3) is no scheduler'],
    [{ s_noise: 1 }, 's_noise (1) is no option of DDIMScheduler or another sampler. It has num_train_timesteps, '],
    [{ toString: 1 }, 'toString (1) is no option'],
    [{ beta_schedule: 'sigmoid' }, 'beta_schedule ("sigmoid") must be "linear", "scaled_linear" or "squaredcos_cap_v2" in DDIMScheduler'],
    [{ prediction_type: 'flow_prediction' }, 'prediction_type ("flow_prediction") must be "epsilon", "sample" or "v_prediction"'],
    [{ prediction_type: null }, 'prediction_type (null) must be'],
    [{ num_train_timesteps: 0 }, 'num_train_timesteps (0) must be a whole number from 1 to 100000'],
    [{ num_train_timesteps: 10.5 }, 'num_train_timesteps (10.5)'],
    [{ num_train_timesteps: '1000' }, 'num_train_timesteps ("1000")'],
    [{ beta_start: -1 }, 'beta_start (-1) must be a number from 0 to 1'],
    [{ beta_end: null }, 'beta_end (null)'],
    [{ trained_betas: [0.1, 'x'] }, 'trained_betas ([0.1,"x"]) must be a list of numbers from 0 to 1, or null'],
    [{ trained_betas: [2] }, 'trained_betas ([2])'],
    [{ clip_sample: 1 }, 'clip_sample (1) must be true or false'],
    [{ clip_sample_range: 0 }, 'clip_sample_range (0) must be a number above 0'],
    [{ timestep_spacing: 'even' }, 'timestep_spacing ("even") must be "leading", "linspace" or "trailing"'],
    [{ steps_offset: -1 }, 'steps_offset (-1)'],
    [{ dynamic_thresholding_ratio: 1.5 }, 'dynamic_thresholding_ratio (1.5)'],
    [{ sample_max_value: 0.5 }, 'sample_max_value (0.5) must be a number of 1 or more'],
  ])('with %j is refused, by option and value', (options, message) => {
    expect(() => parseSchedulerConfig(file(options), 'x/scheduler_config.json')).toThrow(message);
    expect(() => parseSchedulerConfig(file(options), 'x/scheduler_config.json')).toThrow(/^x\/scheduler_config.json: /);
  });

  it.each<[string, string, Record<string, unknown>, string]>([
    ['dpm-solver-multistep', 'the algorithm', { algorithm_type: 'ddim' }, 'algorithm_type ("ddim") must be'],
    ['unipc', 'another solver', { solver_p: {} }, 'solver_p ({}) must be null'],
    ['unipc', 'no list', { disable_corrector: 1 }, 'disable_corrector (1)'],
    ['deis', 'the order', { solver_order: 0 }, 'solver_order (0)'],
    ['ddpm', 'a variance that gives no number', { variance_type: 'fixed_large_log' }, 'variance_type ("fixed_large_log")'],
    ['flow-match-euler', 'the shift', { shift: 0 }, 'shift (0) must be a number above 0'],
    ['euler-ancestral', 'the prediction', { prediction_type: 'sample' }, 'prediction_type ("sample") must be "epsilon" or "v_prediction"'],
  ])('of %s is refused for %s', (name, _, options, message) => {
    expect(() => checkSchedulerConfig(options, 'file', name)).toThrow(message);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['ddim', { trained_betas: [0.1, 0.2] }, /trained_betas has 2 numbers; num_train_timesteps is 1000/],
    ['ddim', { steps_offset: 999 }, /Timestep 1899 is none of the 1000/],
    ['euler', { sigma_min: 2, sigma_max: 1 }, /sigma_min \(2\) must be below sigma_max \(1\)/],
    ['pndm', { num_train_timesteps: 3 }, /num_inference_steps \(10\)/],
    ['dpm-solver-multistep', { algorithm_type: 'dpmsolver' }, /final_sigmas_type \("zero"\)/],
    ['dpm-solver-multistep', { algorithm_type: 'sde-dpmsolver', solver_order: 3, final_sigmas_type: 'sigma_min' }, /solver_order \(3\)/],
    ['dpm-solver-singlestep', { solver_order: 4 }, /solver_order \(4\) must be 1, 2 or 3/],
    ['unipc', { predict_x0: false }, /final_sigmas_type \("zero"\)/],
    ['unipc', { shift_terminal: 0.1 }, /shift_terminal \(0.1\) needs use_flow_sigmas/],
    ['flow-match-euler', { use_dynamic_shifting: true }, /mu is not given/],
    [
      'heun',
      { use_karras_sigmas: true, use_exponential_sigmas: true },
      /use_karras_sigmas, use_exponential_sigmas and use_beta_sigmas 2 are true/,
    ],
  ])('of %s with %j is refused when a run is planned', (name, options, message) => {
    const { sampler, settings } = checkSchedulerConfig(options, 'file', name);
    expect(() => planned(sampler, settings, { steps: 10 })).toThrow(message);
    expect(() => planned(sampler, settings, { steps: 10 })).toThrow(SettingError);
  });

  it.each([['{'], ['NaN'], ['{"beta_end": NaN}'], ['[]'], ['null'], ['3'], ['']])('that is %j is refused', (text) => {
    expect(() => parseSchedulerConfig(text, 'file')).toThrow(RpcError);
    expect(() => parseSchedulerConfig(text, 'file')).toThrow(/^file /);
  });

  it('gives settings that can be planned, or an error that names what is wrong, whatever it holds', () => {
    const names = Object.keys(without).map(optionName);
    const words = [null, true, false, 0, 1, 2, 3, 0.5, -1, NaN, Infinity, 1e9, '', 'linear', 'zero', 'sigma_min', 'sample', [], [1], {}];
    fc.assert(
      fc.property(
        fc.constantFrom(...samplers.map(({ className }) => className)),
        fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.constantFrom(...words), fc.anything()), { maxKeys: 4 }),
        fc.integer({ min: -1, max: 40 }),
        (className, options, steps) => {
          try {
            const { sampler, settings } = checkSchedulerConfig({ ...options, _class_name: className }, 'file');
            planned(sampler, { ...settings, numTrainTimesteps: Math.min(settings.numTrainTimesteps, 50) }, { steps });
          } catch (error) {
            expect(error instanceof RpcError || error instanceof SettingError, String(error)).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('names the samplers where one is asked for that is not there', () => {
    expect(() => samplerNamed('ancestral')).toThrow('There is no sampler "ancestral". The samplers are ddpm, ddim, euler, euler-ancestral');
    expect(new Set(samplers.map(({ name }) => name)).size).toBe(samplers.length);
  });
});
