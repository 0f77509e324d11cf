import { describe, expect, it } from 'vitest';
import { settingsFor } from '../../../../src/features/gan/pastedGan.ts';
import type { PastedSettings } from '../../../../src/protocol/sampling.ts';

const glyphs = { classes: [...'ABC'], prior: 'normal' } as const;
const plain = { classes: [], prior: 'symmetric' } as const;

describe('settings that are pasted', () => {
  it('are those that the model has', () => {
    expect(settingsFor({ gan: { seed: 5, class: 2, truncation: 0.5 } }, 'glyphs', glyphs)).toEqual({ seed: 5, class: 2, truncation: 0.5 });
    expect(settingsFor({ model: 'x', gan: { from: 'prior', class: 'each', truncation: null } }, 'plain', plain)).toEqual({
      ...{ from: 'prior', class: 'each', truncation: null },
    });
    expect(settingsFor({ gan: {} }, 'plain', plain)).toEqual({});
  });

  it.each<[PastedSettings, typeof glyphs | typeof plain, RegExp]>([
    [{ gan: { class: 3 } }, glyphs, /^class \(3\) is nothing that M has: its 3 classes are 0 to 2, or "each"\.$/],
    [{ gan: { class: 0 } }, plain, /^class \(0\) is nothing that M has: it is told no class\./],
    [{ gan: { truncation: 0.5 } }, plain, /^truncation \(0\.5\) is nothing that M has: its z is drawn evenly between two ends\./],
    [{ gan: { from: 'walk' } }, glyphs, /^from \("walk"\) is nothing that this panel draws/],
    [{ decoding: { seed: 1 } }, glyphs, /are a text’s \(decoding\)/],
    [{ pictures: { seed: 1 } }, glyphs, /are an autoencoder’s \(pictures\)/],
    [{ diffusion: { seed: 1 } }, glyphs, /are a diffusion model’s \(diffusion\)/],
    [{ model: 'x' }, glyphs, /are of no kind/],
  ])('are refused with the value that is nothing for it: %j', (pasted, model, message) => {
    expect(() => settingsFor(pasted, 'M', model)).toThrow(message);
    expect(() => settingsFor(pasted, 'M', model)).toThrow(expect.objectContaining({ code: 'setting-invalid' }));
  });
});
