/** The colours of points: of classes, and of values along a ramp. Every one of them stands out from the ground, the lowest too. */

import { interpolateCividis, interpolateRdBu, interpolateViridis } from 'd3-scale-chromatic';
import { luminance, mix, parseRgb, type Palette, type Rgb } from '../heatmap/colours.ts';

/** What a point's colour tells. */
export type PointColour =
  | {
      readonly kind: 'classes';
      /** Class of each point, [n]. */
      readonly classes: Uint8Array | Uint16Array;
      /** How many there are, or how many in each of the groups that they follow each other in: digits, capitals, small letters. */
      readonly count: number | readonly number[];
    }
  | {
      readonly kind: 'values';
      /** [n]; NaN where it is not known. */
      readonly values: Float32Array;
      /** Values that have the first and the last colour; what lies beyond has these too. */
      readonly range: readonly [low: number, high: number];
      readonly ramp: RampName;
    };

/** viridis and cividis for amounts; `signed` is blue below the middle of the range, red above. */
export type RampName = 'viridis' | 'cividis' | 'signed';

/** The entry of a colour table for points whose value is not known. */
export const unknownSlot = 0xffff;
export const rampLength = 256;

/** So many classes are told by hue alone. */
const mostHues = 8;
/** Contrast that the lowest of a ramp keeps (WCAG 2 asks 3:1 of what must be seen; where the ramp ends below it, so do all its low values). */
const leastContrast = 2;
/** Radians: the red of a signal rather than pink. */
const firstHue = 0.5;
/** Lightness (OKLab) of up to three groups, on a dark ground and on a light one, and the chroma that is asked for. */
const dark = { lightness: [0.76, 0.64, 0.87], chroma: 0.15 } as const;
const light = { lightness: [0.54, 0.64, 0.42], chroma: 0.17 } as const;

/**
 * A colour a class: evenly spaced hues of one lightness in OKLCh (Ottosson 2020). Where classes come in groups, each group has a
 * lightness of its own and goes around the whole circle, so that `a` and `A` share their hue. More than 8 classes without groups take
 * three lightnesses by turns: neighbours on the circle differ in both. All have a contrast of 3:1 to an editor's ground.
 */
export function categoryColours(classes: number | readonly number[], { ground, ink }: Palette): readonly Rgb[] {
  const { lightness, chroma } = luminance(ground) < luminance(ink) ? dark : light;
  const colour = (turn: number, level: number): Rgb => oklch(lightness[level % 3] ?? lightness[0], chroma, 2 * Math.PI * turn + firstHue);
  if (typeof classes !== 'number')
    return classes.flatMap((count, group) => Array.from({ length: count }, (_, index) => colour(index / count, group)));
  const levels = classes > mostHues ? 3 : 1;
  return Array.from({ length: classes }, (_, index) => colour(index / classes, index % levels));
}

/** 256 colours from the lowest value to the highest. */
export function pointRamp(name: RampName, { ground, ink }: Palette): readonly Rgb[] {
  const isDark = luminance(ground) < luminance(ink);
  if (name === 'signed') return signedRamp(isDark, mix(ground, ink, 0.4));
  const interpolate = name === 'viridis' ? interpolateViridis : interpolateCividis;
  const at = (along: number): Rgb => parseRgb(interpolate(isDark ? along : 1 - along));
  let start = 0;
  while (start < 0.5 && contrast(at(start), ground) < leastContrast) start += 0.01;
  return ramp((along) => at(start + (1 - start) * along));
}

/** Colours of points whose value is not known. */
export function unknownColour({ ground, ink }: Palette): Rgb {
  return mix(ground, ink, 0.45);
}

/** RGB by slot. */
export function slotColours(colour: PointColour, palette: Palette): readonly Rgb[] {
  return colour.kind === 'classes' ? categoryColours(colour.count, palette) : pointRamp(colour.ramp, palette);
}

/** Each point's entry in the colour table, [n]. */
export function slotsOf(colour: PointColour): Uint8Array | Uint16Array {
  if (colour.kind === 'classes') return colour.classes;
  const [low, high] = colour.range;
  const factor = high > low ? (rampLength - 1) / (high - low) : 0;
  return Uint16Array.from(colour.values, (value) =>
    Number.isNaN(value) ? unknownSlot : Math.max(0, Math.min(rampLength - 1, Math.round((value - low) * factor))),
  );
}

/** Contrast of two colours as WCAG 2 defines it, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [first, second] = [luminance(a), luminance(b)];
  return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
}

/** Blue, the tone of the middle, red. */
function signedRamp(isDark: boolean, middle: Rgb): readonly Rgb[] {
  const [end, near] = isDark ? [0.22, 0.4] : [0.06, 0.22];
  return ramp((along) => {
    const side = Math.abs(2 * along - 1);
    const from = near + (end - near) * side;
    return mix(middle, parseRgb(interpolateRdBu(along > 0.5 ? from : 1 - from)), Math.min(1, side * 2));
  });
}

function ramp(at: (along: number) => Rgb): readonly Rgb[] {
  return Array.from({ length: rampLength }, (_, index) => at(index / (rampLength - 1)));
}

/** The colour of a lightness and a hue with as much of the chroma as sRGB has. */
function oklch(lightness: number, chroma: number, hue: number): Rgb {
  let [low, high] = [0, chroma];
  for (let step = 0; step < 12; step++) {
    const tried = linearRgb(lightness, high * Math.cos(hue), high * Math.sin(hue));
    if (step === 0 && tried.every(isShown)) break;
    const half = (low + high) / 2;
    if (linearRgb(lightness, half * Math.cos(hue), half * Math.sin(hue)).every(isShown)) low = half;
    else high = half;
  }
  const [red, green, blue] = linearRgb(lightness, high * Math.cos(hue), high * Math.sin(hue)).map((part) => {
    const kept = Math.max(0, Math.min(1, part));
    return Math.round(255 * (kept <= 0.0031308 ? 12.92 * kept : 1.055 * kept ** (1 / 2.4) - 0.055));
  }) as [number, number, number];
  return [red, green, blue];
}

/** OKLab to linear sRGB (Ottosson 2020, "A perceptual color space for image processing"). */
function linearRgb(lightness: number, a: number, b: number): readonly [red: number, green: number, blue: number] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function isShown(part: number): boolean {
  return part >= 0 && part <= 1;
}
