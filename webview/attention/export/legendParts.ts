/** The legend of a figure's colours. */

import type { Figure, FigureText, Measure } from '../../shared/figure/figure.ts';
import { mix, weightRamp, type ColourScale, type Palette } from '../../shared/heatmap/colours.ts';
import { legendTicks } from '../../shared/heatmap/ticks.ts';

/** What every figure is made with. */
export interface FigureStyle {
  readonly palette: Palette;
  readonly scale: ColourScale;
  readonly colours: Figure['colours'];
  readonly fonts: Figure['fonts'];
  readonly measure: Measure;
}

export const textSize = 12;
export const smallSize = 11;
export const titleSize = 14;
export const margin = 16;
const rampWidth = 168;
export const legendHeight = 32;

/** Ink for what is not read first. */
export const secondInk = ({ ground, ink }: Palette): Palette['ink'] => mix(ground, ink, 0.8);

/** @param note what a dot stands for; null where every cell is its own */
export function legendParts(
  { palette, scale, fonts, measure }: FigureStyle,
  x: number,
  y: number,
  note: string | null,
): Pick<Figure, 'texts' | 'ramps' | 'swatches'> & { width: number } {
  const colour = secondInk(palette);
  const small = { size: smallSize, colour, font: 'sans' } as const;
  const wide = (text: string): number => measure(text, smallSize, fonts.sans);
  const start = x + wide('weight') + 12;
  const ticks = legendTicks(scale);
  const swatch = start + rampWidth + 16;
  const masked = swatch + 16;
  const noteAt = masked + wide('masked') + 16;
  return {
    texts: [
      { ...small, text: 'weight', x, y: y + 6, anchor: 'start' },
      ...ticks.map(({ label, position }, index): FigureText => ({
        ...small,
        font: 'mono',
        text: label,
        x: start + position * rampWidth,
        y: y + 20,
        anchor: index === 0 ? 'start' : index === ticks.length - 1 ? 'end' : 'middle',
      })),
      { ...small, text: 'masked', x: masked, y: y + 6, anchor: 'start' },
      ...(note === null ? [] : [{ ...small, text: note, x: noteAt, y: y + 6, anchor: 'start' } as const]),
    ],
    ramps: [{ x: start, y: y + 2, width: rampWidth, height: 8, stops: weightRamp(palette).filter((_, index) => index % 15 === 0) }],
    swatches: [{ x: swatch, y, width: 12, height: 12 }],
    width: (note === null ? masked + wide('masked') : noteAt + wide(note)) - x,
  };
}
