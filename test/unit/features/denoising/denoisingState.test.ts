import { describe, expect, it } from 'vitest';
import { parseDenoisingState } from '../../../../src/features/denoising/denoisingState.ts';
import { checkFits, parseDenoisingSettings } from '../../../../src/features/denoising/pastedDenoising.ts';
import { initialDenoising } from '../../../../src/protocol/denoisingView.ts';

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

  it('are those that the panel copies, or settings alone', () => {
    expect(parseDenoisingSettings('{"model": "m", "diffusion": {"seed": 4, "run": {"steps": 9}}}')).toEqual({
      ...{ model: 'm', settings: { seed: 4, run: { steps: 9 } } },
    });
    expect(parseDenoisingSettings('{"guidance": 3}')).toEqual({ settings: { guidance: 3 } });
  });

  it.each([
    ['no json', /^What is on the clipboard is no JSON\. Copy/],
    ['{"seed": -1}', /seed \(-1\) is wrong/],
    ['{"diffusion": {"count": 17}}', /diffusion\.count \(17\) is wrong/],
    ['{"diffusion": {"noise": 1}}', /diffusion\.noise \(1\) is wrong/],
    ['{"gan": {"seed": 1}}', /diffusion \(missing\) is wrong/],
  ])('are refused with what is wrong: %s', (text, message) => {
    expect(() => parseDenoisingSettings(text)).toThrow(message);
    expect(() => parseDenoisingSettings(text)).toThrow(expect.objectContaining({ code: 'setting-invalid' }));
  });

  it('are nothing for a model that is told something else', () => {
    expect(() => checkFits({ condition: { prompt: 'A b' }, guidance: 3 }, 'M', captions)).not.toThrow();
    expect(() => checkFits({ condition: { prompt: 'A b' } }, 'M', classes)).toThrow(
      'condition.prompt ("A b") is nothing that M has: it is told a class (label).',
    );
    expect(() => checkFits({ condition: { label: 1 } }, 'M', captions)).toThrow('condition.label (1) is nothing that M has');
    expect(() => checkFits({ guidance: 2 }, 'M', classes)).toThrow('guidance (2) is nothing that M has: It was trained without. Write 1.');
  });
});
