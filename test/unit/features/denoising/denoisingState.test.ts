import { describe, expect, it } from 'vitest';
import { parseDenoisingState } from '../../../../src/features/denoising/denoisingState.ts';
import { settingsFor } from '../../../../src/features/denoising/pastedDenoising.ts';
import { initialDenoising } from '../../../../src/protocol/denoisingView.ts';
import type { PastedSettings } from '../../../../src/protocol/sampling.ts';

describe('what is kept', () => {
  it('comes back as it was', () => {
    expect(parseDenoisingState(JSON.parse(JSON.stringify(initialDenoising)))).toEqual(initialDenoising);
    const state = {
      ...initialDenoising,
      ...{ model: '/own', place: { item: 2, evaluation: 7 }, image: { address: 'file:///a.png', from: 3 }, openSteps: ['clean'] },
      settings: { ...initialDenoising.settings, run: { steps: 9, eta: 0.5 }, condition: { prompt: 'A b' } },
    };
    expect(parseDenoisingState(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  it.each([
    null,
    undefined,
    {},
    { ...initialDenoising, settings: { ...initialDenoising.settings, count: 17 } },
    { ...initialDenoising, settings: { ...initialDenoising.settings, run: { steps: 0 } } },
    { ...initialDenoising, place: { item: -1, evaluation: null } },
    { ...initialDenoising, strip: 'noise' },
    { ...initialDenoising, image: { address: 'x' } },
  ])('is none where it is another version’s, or damaged: %#', (value) => {
    expect(parseDenoisingState(value)).toBeNull();
  });
});

describe('settings that are pasted', () => {
  const captions = { conditioning: { kind: 'caption', characters: [...'Ab'], styles: [] }, withoutGuidance: null } as const;
  const classes = { conditioning: { kind: 'class', count: 3, names: {}, none: null }, withoutGuidance: 'It was trained without.' } as const;

  it('are those that the model has', () => {
    const diffusion = { condition: { prompt: 'A b' }, guidance: 3, count: 16 };
    expect(settingsFor({ model: 'm', diffusion }, 'M', captions)).toBe(diffusion);
    expect(settingsFor({ diffusion: { condition: { label: 2 }, guidance: 1 } }, 'M', classes)).toEqual({
      condition: { label: 2 },
      guidance: 1,
    });
  });

  it.each<[PastedSettings, typeof captions | typeof classes, string]>([
    [
      { diffusion: { condition: { prompt: 'A b' } } },
      classes,
      'condition.prompt ("A b") is nothing that M has: it is told a class (label).',
    ],
    [{ diffusion: { condition: { label: 1 } } }, captions, 'condition.label (1) is nothing that M has: it is told a text (prompt).'],
    [{ diffusion: { guidance: 2 } }, classes, 'guidance (2) is nothing that M has: It was trained without. Write 1.'],
    [{ diffusion: { count: 17 } }, captions, 'count (17) is more than this panel shows: at most 16.'],
    [{ gan: { seed: 1 } }, captions, 'none of a diffusion model'],
  ])('are refused with the value that is nothing for it: %j', (pasted, model, message) => {
    expect(() => settingsFor(pasted, 'M', model)).toThrow(message);
    expect(() => settingsFor(pasted, 'M', model)).toThrow(expect.objectContaining({ code: 'setting-invalid' }));
  });
});
