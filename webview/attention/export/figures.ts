/** The figures of an open map and of the overview, laid out. Pure but for the measure of texts. */

import type { Figure, FigureMap, FigureText } from '../../shared/figure/figure.ts';
import { labelPitch } from '../../shared/heatmap/axis.ts';
import type { Picture } from '../../shared/heatmap/renderer.ts';
import { placeLabels } from '../../shared/heatmap/thinning.ts';
import type { CellRange } from '../../shared/heatmap/viewport.ts';
import type { GridLayout, HeadPlace } from '../gridLayout.ts';
import { legendHeight, legendParts, margin, secondInk, smallSize, textSize, titleSize, type FigureStyle } from './legendParts.ts';

export interface Titles {
  /** "Layer 3, head 0". */
  readonly title: string;
  /** Of what text, by which model. */
  readonly subtitle: string;
}

const titlesHeight = 48;
const gap = 8;

export interface MapContent extends Titles {
  /** Whole cells. */
  readonly range: CellRange;
  /** Of the range. */
  readonly picture: Picture;
  /** CSS pixels a cell. */
  readonly cell: number;
  readonly query: (index: number) => string;
  readonly key: (index: number) => string;
}

/** A map with its axes. */
export function mapFigure(content: MapContent, style: FigureStyle): Figure {
  const { range, picture, cell } = content;
  const { fonts, measure, palette } = style;
  const [queries, keys] = [range.queryEnd - range.queryStart, range.keyEnd - range.keyStart];
  const [width, height] = [keys * cell, queries * cell];
  const labels = (first: number, count: number, name: (index: number) => string) =>
    placeLabels({ first: 0, scale: cell, count, length: count * cell }, labelPitch, []).map(({ index, centre }) => ({
      text: name(first + index),
      centre,
    }));
  const rows = labels(range.queryStart, queries, content.query);
  const columns = labels(range.keyStart, keys, content.key);
  const longest = (all: readonly { text: string }[]): number =>
    Math.ceil(Math.max(0, ...all.map(({ text }) => measure(text, textSize, fonts.mono))));
  const corner = Math.ceil(measure('query ↓', smallSize, fonts.sans));
  const left = margin + Math.max(longest(rows), corner) + gap;
  const top = margin + titlesHeight + longest(columns) + gap;
  const label = { size: textSize, font: 'mono', colour: palette.ink } as const;
  const small = { size: smallSize, font: 'sans', colour: secondInk(palette), anchor: 'end' } as const;
  const pooled = [Math.ceil(queries / picture.rows), Math.ceil(keys / picture.columns)] as const;
  const note = pooled[0] * pooled[1] > 1 ? `each dot: the largest of up to ${pooled[0]} × ${pooled[1]} weights` : null;
  return framed(content, style, { x: left, y: top, width, height }, note, {
    maps: [{ x: left, y: top, width, height, picture, layer: 0 }],
    texts: [
      { ...small, text: 'key →', x: left - gap, y: top - 28 },
      { ...small, text: 'query ↓', x: left - gap, y: top - 14 },
      ...rows.map(({ text, centre }): FigureText => ({ ...label, text, x: left - gap, y: top + centre, anchor: 'end' })),
      ...columns.map(({ text, centre }): FigureText => ({
        ...label,
        text,
        x: left + centre,
        y: top - gap,
        anchor: 'start',
        upright: true,
      })),
    ],
  });
}

export interface HeadsContent extends Titles {
  readonly layout: GridLayout;
  /** Heads by line and column of the layout. */
  readonly lines: readonly (readonly (HeadPlace & { readonly caption: string | null })[])[];
  /** Of a line, where each is a layer's; null where heads stand in the order of a score. */
  readonly label: ((line: number) => string) | null;
  readonly picture: (row: number) => Picture;
  readonly note: string | null;
}

/** All heads of the overview, a thumbnail each. */
export function headsFigure(content: HeadsContent, style: FigureStyle): Figure {
  const { layout, lines, label } = content;
  const [left, top] = [margin, margin + titlesHeight];
  const small = { size: smallSize, font: 'sans', colour: secondInk(style.palette) } as const;
  const maps: FigureMap[] = [];
  const texts: FigureText[] = [];
  const columns = lines.reduce((most, line) => Math.max(most, line.length), 0);
  if (label)
    for (let head = 0; head < columns; head++)
      texts.push({
        ...small,
        text: `H${head}`,
        x: left + layout.left + head * layout.pitch + layout.side / 2,
        y: top + layout.top / 2,
        anchor: 'middle',
      });
  lines.forEach((line, row) => {
    const y = top + layout.top + row * layout.linePitch;
    if (label) texts.push({ ...small, text: label(row), x: left, y: y + layout.side / 2, anchor: 'start' });
    line.forEach(({ row: site, head, caption }, column) => {
      const picture = content.picture(site);
      const x = left + layout.left + column * layout.pitch;
      const scale = layout.side / Math.max(picture.rows, picture.columns);
      maps.push({ x, y, width: scale * picture.columns, height: scale * picture.rows, picture, layer: head });
      if (caption !== null) texts.push({ ...small, text: caption, x: x + layout.side / 2, y: y + layout.side + 10, anchor: 'middle' });
    });
  });
  const box = { x: left, y: top, width: layout.left + columns * layout.pitch, height: layout.top + lines.length * layout.linePitch };
  return framed(content, style, box, content.note, { maps, texts });
}

/** Titles above, the legend below, and room around. */
function framed(
  { title, subtitle }: Titles,
  style: FigureStyle,
  box: { x: number; y: number; width: number; height: number },
  note: string | null,
  { maps, texts }: Pick<Figure, 'maps' | 'texts'>,
): Figure {
  const { palette, colours, fonts, measure } = style;
  const legend = legendParts(style, margin, box.y + box.height + margin, note);
  const head: readonly FigureText[] = [
    { text: title, x: margin, y: margin + 8, size: titleSize, font: 'sans', bold: true, colour: palette.ink, anchor: 'start' },
    { text: subtitle, x: margin, y: margin + 28, size: smallSize, font: 'sans', colour: secondInk(palette), anchor: 'start' },
  ];
  const widest = Math.max(
    box.x + box.width,
    margin + legend.width,
    margin + measure(title, titleSize, `600 ${fonts.sans}`),
    margin + measure(subtitle, smallSize, fonts.sans),
  );
  return {
    width: Math.ceil(widest + margin),
    height: Math.ceil(box.y + box.height + margin + legendHeight),
    name: `${title}. ${subtitle}`,
    colours,
    fonts,
    maps,
    texts: [...head, ...texts, ...legend.texts],
    ramps: legend.ramps,
    swatches: legend.swatches,
  };
}
