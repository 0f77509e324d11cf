import { describe, expect, it } from 'vitest';
import { toHalf } from '../../../../src/maths/half.ts';
import {
  absentTone,
  colourTable,
  differenceRamp,
  luminance,
  maskedTones,
  rampColour,
  rampPosition,
  weightRamp,
  type Palette,
} from '../../../../webview/shared/heatmap/colours.ts';
import { legendTicks } from '../../../../webview/shared/heatmap/ticks.ts';

const palettes: Record<string, Palette> = {
  'Dark Modern': { ground: [31, 31, 31], ink: [204, 204, 204] },
  'Light Modern': { ground: [255, 255, 255], ink: [59, 59, 59] },
  'High Contrast': { ground: [0, 0, 0], ink: [255, 255, 255] },
  'Solarized Dark': { ground: [0, 43, 54], ink: [131, 148, 150] },
  'Solarized Light': { ground: [253, 246, 227], ink: [101, 123, 131] },
};

describe.each(Object.entries(palettes))('colours on %s', (_, palette) => {
  const ramp = weightRamp(palette);
  const dark = luminance(palette.ground) < luminance(palette.ink);

  it('begins in the ground, so that zero disappears', () => {
    expect(ramp).toHaveLength(256);
    expect(ramp[0]).toEqual(palette.ground);
  });

  it('goes one way in brightness, away from the ground', () => {
    const steps = ramp.slice(1).map((colour, index) => luminance(colour) - luminance(ramp[index] ?? [0, 0, 0]));
    // A byte's rounding may turn a step by this much.
    for (const step of steps) expect(dark ? step : -step).toBeGreaterThan(-0.006);
    expect(Math.abs(luminance(ramp[255] ?? palette.ground) - luminance(palette.ground))).toBeGreaterThan(0.4);
  });

  it('of differences go one way in brightness on both sides of zero, which is the ground', () => {
    const signed = differenceRamp(palette);
    expect(signed).toHaveLength(511);
    expect(signed[255]).toEqual(palette.ground);
    const [blue, red] = [signed.slice(0, 256).reverse(), signed.slice(255)];
    for (const side of [blue, red]) {
      const steps = side.slice(1).map((colour, index) => luminance(colour) - luminance(side[index] ?? [0, 0, 0]));
      for (const step of steps) expect(dark ? step : -step).toBeGreaterThan(-0.006);
      expect(Math.abs(luminance(side[255] ?? palette.ground) - luminance(palette.ground))).toBeGreaterThan(0.2);
    }
    // Equal differences are as strong to the eye whichever sign they have.
    blue.forEach((colour, index) => expect(Math.abs(luminance(colour) - luminance(red[index] ?? colour))).toBeLessThan(0.1));
    for (const [red, , blue] of signed.slice(300)) expect(red).toBeGreaterThan(blue);
    for (const [red, , blue] of signed.slice(0, 210)) expect(blue).toBeGreaterThan(red);
  });

  it('shows cells that are not there in a tone on no ramp', () => {
    const tone = absentTone(palette);
    for (const colour of [palette.ground, ramp[255], maskedTones(palette).tone, maskedTones(palette).hatch])
      expect(tone).not.toEqual(colour);
    const table = colourTable(ramp, { kind: 'linear', top: 1 }, tone);
    const [bits] = toHalf(Float32Array.of(-Infinity));
    expect([...table.subarray(4 * bits!, 4 * bits! + 4)]).toEqual([...tone, 255]);
  });

  it('shows masked cells in tones that are on neither end of the ramp', () => {
    const { tone, hatch } = maskedTones(palette);
    for (const colour of [tone, hatch]) {
      expect(colour).not.toEqual(palette.ground);
      expect(colour).not.toEqual(ramp[255]);
    }
  });
});

describe('scales', () => {
  it('is linear from zero to the top', () => {
    expect([0, 0.25, 0.5, 2].map((weight) => rampPosition({ kind: 'linear', top: 0.5 }, weight))).toEqual([0, 0.5, 1, 1]);
  });

  it('is signed from -top over zero to the top', () => {
    expect([-2, -0.5, 0, 0.25, 0.5].map((weight) => rampPosition({ kind: 'signed', top: 0.5 }, weight))).toEqual([0, 0, 0.5, 0.75, 1]);
  });

  it('is logarithmic from 1e-4 to the top', () => {
    const at = (weight: number) => rampPosition({ kind: 'log', top: 1 }, weight);
    expect([0, 1e-6, 1e-4].map(at)).toEqual([0, 0, 0]);
    expect(at(0.01)).toBeCloseTo(0.5, 12);
    expect(at(1)).toBe(1);
  });

  it('looks a weight up by its bits, and leaves masked ones transparent', () => {
    const ramp = weightRamp(palettes['Dark Modern']!);
    const table = colourTable(ramp, { kind: 'linear', top: 1 });
    const [zero, half, one, masked] = toHalf(Float32Array.of(0, 0.5, 1, NaN));
    const colour = (bits: number | undefined) => [...table.subarray(4 * (bits ?? 0), 4 * (bits ?? 0) + 4)];
    expect(colour(zero)).toEqual([31, 31, 31, 255]);
    expect(colour(half)).toEqual([...rampColour(ramp, 0.5), 255]);
    expect(colour(one)).toEqual([...(ramp[255] ?? []), 255]);
    expect(colour(masked)[3]).toBe(0);
  });

  it('states its ticks, none upon another', () => {
    expect(legendTicks({ kind: 'linear', top: 1 }).map((tick) => tick.label)).toEqual(['0', '0.5', '1']);
    expect(legendTicks({ kind: 'signed', top: 0.93 })).toEqual([
      { position: 0, label: '−0.93' },
      { position: 0.5, label: '0' },
      { position: 1, label: '+0.93' },
    ]);
    expect(legendTicks({ kind: 'log', top: 1 }).map((tick) => tick.label)).toEqual(['≤1e-4', '0.01', '1']);
    for (const top of [1, 0.31, 0.04, 0.001]) {
      const positions = legendTicks({ kind: 'log', top }).map((tick) => tick.position);
      for (let i = 1; i < positions.length; i++) expect((positions[i] ?? 0) - (positions[i - 1] ?? 0)).toBeGreaterThanOrEqual(0.3 - 1e-9);
    }
  });
});
