import { describe, expect, it } from 'vitest';
import type { Conditioning } from '../../../../src/protocol/diffusion.ts';
import { firstDiffusion, type DiffusionFacts, type DiffusionPictureRun, type SamplingModel } from '../../../../src/protocol/sampling.ts';
import { conditionFor, hasStyle, settingsFor, withStyle } from '../../../../webview/sampling/diffusion/condition.ts';
import {
  diffusionRunSentence,
  diffusionSettingsSummary,
  diffusionStartSentence,
  reachedSentence,
  samplerTitle,
} from '../../../../webview/sampling/diffusion/diffusionWords.ts';
import { differences } from '../../../../webview/sampling/words.ts';

const caption: Conditioning = { kind: 'caption', characters: [...'xyz'], styles: ['bold', 'serif'] };
const classes: Conditioning = { kind: 'class', count: 5, names: { 2: ['cat'] }, none: 5 };
const facts: DiffusionFacts = {
  ...{ conditioning: caption, withoutGuidance: null, sampler: 'ddim', mostSteps: 1_000 },
  picture: { channels: 1, height: 2, width: 2 },
};
const model: SamplingModel = { id: 'm', family: 'diffusion', title: 'M', description: '', bytes: 1, bundled: true };
const run: DiffusionPictureRun = {
  ...{ kind: 'diffusion', id: 'a', at: 0, model: 'm', settings: firstDiffusion, shape: null, levels: new Uint8Array(0) },
  ...{ reached: null, outcome: null },
};

describe('what a diffusion model is told', () => {
  it('is what it is told by, of what was chosen for any', () => {
    const chosen = { prompt: 'p', negative: 'n', label: 2 };
    expect(conditionFor({ kind: 'none' }, chosen)).toEqual({});
    expect(conditionFor(classes, chosen)).toEqual({ label: 2 });
    expect(conditionFor(classes, {})).toEqual({ label: 0 });
    expect(conditionFor(caption, chosen)).toEqual({ prompt: 'p' });
    expect(conditionFor(caption, {})).toEqual({ prompt: 'x y' });
    expect(conditionFor(caption, { prompt: '' })).toEqual({ prompt: '' });
    expect(conditionFor({ kind: 'text', tokens: 77 }, chosen)).toEqual({ prompt: 'p', negative: 'n' });
    expect(conditionFor({ kind: 'text', tokens: 77 }, { negative: '' })).toEqual({ prompt: '' });
  });

  it('goes with no more steps than it has, and no guidance where there is none', () => {
    const chosen = { ...firstDiffusion, run: { steps: 50, eta: 0.5 }, guidance: 4, rescale: 0.7 };
    expect(settingsFor(facts, chosen)).toMatchObject({ run: { steps: 50, eta: 0.5 }, guidance: 4, rescale: 0.7 });
    expect(settingsFor({ ...facts, withoutGuidance: 'none', mostSteps: 20 }, chosen)).toMatchObject({
      ...{ run: { steps: 20, eta: 0.5 }, guidance: 1, rescale: 0 },
    });
  });

  it('has words of style behind its characters', () => {
    expect(withStyle('x  y', 'bold', true)).toBe('x y bold');
    expect(withStyle('x y bold serif', 'bold', false)).toBe('x y serif');
    expect(withStyle('x y bold', 'bold', true)).toBe('x y bold');
    expect(hasStyle('x y bold', 'bold')).toBe(true);
    expect(hasStyle('bold y', 'bold')).toBe(false);
  });
});

describe('what is said of a diffusion model', () => {
  it('names samplers as the list does, by name or class', () => {
    expect(samplerTitle('ddim')).toBe('DDIM');
    expect(samplerTitle('UniPCMultistepScheduler')).toBe('UniPC');
    expect(samplerTitle('Other')).toBe('Other');
  });

  it('of what will happen', () => {
    expect(diffusionStartSentence(model, firstDiffusion, facts)).toBe(
      'M denoises 12 samples in 25 steps of its own sampler, DDIM, told “x y”.',
    );
    expect(diffusionStartSentence(model, { ...firstDiffusion, sampler: 'heun', count: 1, guidance: 3 }, null)).toBe(
      'M denoises 1 sample in 25 steps of Heun, guidance 3.',
    );
    const told = { ...firstDiffusion, condition: { label: 2 } };
    expect(diffusionStartSentence(model, told, { ...facts, conditioning: classes })).toContain('told class 2: cat');
  });

  it('of what is seen, at the end and before', () => {
    const outcome = { took: 9, sha256: '', engineVersion: '1', exact: true, evaluations: 49, sampler: 'heun', notices: [] };
    expect(diffusionRunSentence({ ...run, outcome }, model, null)).toBe('12 samples of M, 25 steps of Heun, seeds 1 to 12.');
    const reached = { evaluations: 3, timestep: 812.5, latents: false };
    expect(diffusionRunSentence({ ...run, reached }, model, facts)).toBe(
      'What M predicts 12 samples to become, after 3 evaluations, 25 steps of DDIM, seeds 1 to 12.',
    );
    expect(reachedSentence({ reached })).toBe('Shown: the clean samples predicted at t = 812.5.');
    expect(reachedSentence({ reached: { ...reached, latents: true } })).toContain('latents');
    expect(reachedSentence({ reached: null })).toBeNull();
  });

  it('of settings in few words, and of what two runs differ in by each', () => {
    const settings = { ...firstDiffusion, condition: { prompt: 'x y' }, sampler: 'lms', guidance: 2, rescale: 0.5 };
    expect(diffusionSettingsSummary(settings)).toBe('“x y” · Linear multistep · 25 steps · guidance 2 · rescale 0.5 · 12 samples · seed 1');
    const other = { ...settings, run: { steps: 50 }, options: { use_karras_sigmas: true } };
    expect(differences({ ...run, settings }, { ...run, settings: other })).toEqual([
      { name: 'steps', a: '25', b: '50' },
      { name: 'use_karras_sigmas', a: '', b: 'true' },
    ]);
  });
});
