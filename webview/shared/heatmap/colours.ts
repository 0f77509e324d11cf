/**
 * The colours of weights: viridis, its low end blended into the ground so that zero disappears. Those of differences: red and blue,
 * blended into the ground in the middle.
 *
 * A colour is looked up by a weight's half-precision bits in one table of 65,536 entries, so every renderer shows the same colours
 * to the bit, and a change of scale or theme touches no data.
 */

import { interpolateRdBu, interpolateViridis } from 'd3-scale-chromatic';
import { fromHalf } from '../../../src/maths/half.ts';

export type Rgb = readonly [red: number, green: number, blue: number];

/** What a theme says of itself: the ground that the picture lies on and the ink that is written with. */
export interface Palette {
  readonly ground: Rgb;
  readonly ink: Rgb;
}

/** From weights to positions on the colour ramp (0 to 1). `top` is the weight that has the last colour; signed, -`top` has the first. */
export interface ColourScale {
  readonly kind: 'linear' | 'log' | 'signed';
  readonly top: number;
}

/** On the logarithmic scale this and all below it is the ground. */
export const logFloor = 1e-4;

/** Every weight that a tile can hold, by its bits; NaN is a masked cell. */
const weights = fromHalf(Uint16Array.from({ length: 0x10000 }, (_, bits) => bits));
const rampLength = 256;
/** The part of the ramp over which the ground fades out. */
const fade = 0.2;
/** Viridis begins too close to a dark ground to tell a weak weight from none: the ramp joins it a little later. */
const earliest = 0.15;

/** Position of a weight on the ramp: 0 at zero (linear), at the floor (log) or at -top (signed), 1 at the top. */
export function rampPosition({ kind, top }: ColourScale, weight: number): number {
  const position =
    kind === 'linear' ? weight / top : kind === 'signed' ? (weight / top + 1) / 2 : Math.log(weight / logFloor) / Math.log(top / logFloor);
  return position > 0 ? Math.min(1, position) : 0;
}

/** 256 colours from the ground to the strongest weight: brighter on a dark ground, darker on a light one. */
export function weightRamp({ ground, ink }: Palette): readonly Rgb[] {
  const dark = luminance(ground) < luminance(ink);
  const start = nearestBeyond(ground, dark);
  return Array.from({ length: rampLength }, (_, index) => {
    const position = index / (rampLength - 1);
    const along = start + (1 - start) * position;
    const colour = parseRgb(interpolateViridis(dark ? along : 1 - along));
    return mix(ground, colour, Math.min(1, position / fade));
  });
}

/** Of red and blue on a dark ground and on a light one, by their distance from the end: where they begin beside zero, and the strongest. */
const dark = { weakest: 0.04, strongest: 0.32 };
const light = { weakest: 0.46, strongest: 0.06 };

/** 511 colours, from the most negative (blue) over zero, the ground itself, to the most positive (red), alike in brightness. */
export function differenceRamp({ ground, ink }: Palette): readonly Rgb[] {
  const { weakest, strongest } = luminance(ground) < luminance(ink) ? dark : light;
  const side = (colourAt: (along: number) => string): Rgb[] =>
    Array.from({ length: rampLength }, (_, index) => {
      const position = index / (rampLength - 1);
      return mix(ground, parseRgb(colourAt(weakest + (strongest - weakest) * position)), Math.min(1, position / fade));
    });
  const red = side(interpolateRdBu);
  const blue = side((along) => interpolateRdBu(1 - along));
  return [...blue.reverse(), ...red.slice(1)];
}

/** Cells of a token that one of two texts lacks: a tone on no ramp, plain where masked cells are hatched. */
export function absentTone({ ground, ink }: Palette): Rgb {
  return mix(ground, ink, 0.32);
}

/** Cells that the model could not look at: a tone of their own, off the ramp, and the lines that hatch it. */
export function maskedTones({ ground, ink }: Palette): { tone: Rgb; hatch: Rgb } {
  return { tone: mix(ground, ink, 0.07), hatch: mix(ground, ink, 0.2) };
}

/**
 * RGBA bytes by half-precision bits: `table[4 * bits]`. Masked bits have alpha 0, by which a renderer knows them.
 *
 * @param absent of -Infinity, which stands for a cell that is not there
 */
export function colourTable(ramp: readonly Rgb[], scale: ColourScale, absent?: Rgb): Uint8ClampedArray<ArrayBuffer> {
  const table = new Uint8ClampedArray(0x10000 * 4);
  for (let bits = 0; bits < 0x10000; bits++) {
    const weight = weights[bits] ?? NaN;
    if (Number.isNaN(weight)) continue;
    const colour = absent && weight === -Infinity ? absent : rampColour(ramp, rampPosition(scale, weight));
    table[4 * bits] = colour[0];
    table[4 * bits + 1] = colour[1];
    table[4 * bits + 2] = colour[2];
    table[4 * bits + 3] = 255;
  }
  return table;
}

export function rampColour(ramp: readonly Rgb[], position: number): Rgb {
  return ramp[Math.round(position * (ramp.length - 1))] ?? [0, 0, 0];
}

/** Relative luminance as WCAG 2 defines it, 0 to 1. */
export function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((byte) => {
    const part = byte / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function mix(from: Rgb, to: Rgb, amount: number): Rgb {
  const channel = (index: 0 | 1 | 2): number => Math.round(from[index] + (to[index] - from[index]) * amount);
  return [channel(0), channel(1), channel(2)];
}

export function cssColour([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** Where viridis is first further from the ink's side than the ground is: a ramp from there never turns back towards the ground. */
function nearestBeyond(ground: Rgb, dark: boolean): number {
  for (let position = earliest; position < 0.5; position += 0.01) {
    const colour = luminance(parseRgb(interpolateViridis(dark ? position : 1 - position)));
    if (dark ? colour >= luminance(ground) : colour <= luminance(ground)) return position;
  }
  return 0.5;
}

/** Of `#rrggbb` and `rgb(r, g, b)`. */
export function parseRgb(colour: string): Rgb {
  const hex = /^#(..)(..)(..)$/.exec(colour);
  const parts = hex ? hex.slice(1).map((part) => parseInt(part, 16)) : (colour.match(/\d+/g) ?? []).map(Number);
  const [red = 0, green = 0, blue = 0] = parts;
  return [red, green, blue];
}
