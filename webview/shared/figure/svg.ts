/** A figure as SVG: its texts as text, its maps as rectangles where those are not too many. */

import { cssColour } from '../heatmap/colours.ts';
import { paintLayer } from '../heatmap/renderer.ts';
import type { Figure, FigureBox, FigureMap, FigureRamp, FigureText } from './figure.ts';
import { colouredRuns, type ColouredRuns, type Run } from './runs.ts';

/** Rectangles of a figure: more of them make a file that viewers draw slowly and editors of drawings hardly open. */
const mostRuns = 20_000;

/** Beyond `mostRuns` rectangles the maps are embedded as PNG, one pixel a cell; all else stays as it is. */
export function figureSvg(figure: Figure): string {
  const { width, height, name, colours, ramps, texts, swatches, maps } = figure;
  const runs = maps.map((map) => colouredRuns(map.picture, map.layer, colours));
  const vector = runs.reduce((sum, { count }) => sum + count, 0) <= mostRuns;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}" role="img">`,
    `<title>${escaped(name)}</title>`,
    `<defs>${hatch(figure)}${ramps.map(gradient).join('')}</defs>`,
    `<rect width="${n(width)}" height="${n(height)}" fill="${cssColour(colours.ground)}"/>`,
    ...maps.map((map, index) => (vector ? mapRuns(map, runs[index]!) : mapImage(map, figure))),
    ...ramps.map((ramp, index) => `<rect ${box(ramp)} fill="url(#ramp-${index})"/>`),
    ...swatches.map((swatch) => `<rect ${box(swatch)} fill="url(#masked)"/>`),
    ...texts.map((text) => textElement(text, figure)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

/** To a hundredth of a pixel. */
const n = (value: number): string => String(Math.round(value * 100) / 100);
const box = ({ x, y, width, height }: FigureBox): string => `x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}"`;

function hatch({ colours: { masked, hatchPeriod } }: Figure): string {
  const side = hatchPeriod === 0 ? 8 : hatchPeriod;
  const line =
    hatchPeriod === 0
      ? ''
      : `<path d="M-1 1L1 -1M0 ${side}L${side} 0M${side - 1} ${side + 1}L${side + 1} ${side - 1}" stroke="${cssColour(masked.hatch)}"/>`;
  return `<pattern id="masked" width="${side}" height="${side}" patternUnits="userSpaceOnUse"><rect width="${side}" height="${side}" fill="${cssColour(masked.tone)}"/>${line}</pattern>`;
}

function gradient({ stops }: FigureRamp, index: number): string {
  const last = stops.length - 1;
  const each = stops.map((stop, at) => `<stop offset="${n((100 * at) / last)}%" stop-color="${cssColour(stop)}"/>`);
  return `<linearGradient id="ramp-${index}">${each.join('')}</linearGradient>`;
}

function mapRuns({ x, y, width, height, picture }: FigureMap, { coloured, masked }: ColouredRuns): string {
  const [across, down] = [width / picture.columns, height / picture.rows];
  const path = (runs: readonly Run[], fill: string): string =>
    `<path fill="${fill}" d="${runs.map(({ row, column, length }) => `M${column} ${row}h${length}v1h-${length}z`).join('')}"/>`;
  const colours = [...coloured].map(([colour, runs]) => path(runs, `#${colour.toString(16).padStart(6, '0')}`));
  // The hatch is not stretched with the cells: it lies in the figure's own pixels.
  const hatched = masked
    .map(
      ({ row, column, length }) =>
        `M${n(x + column * across)} ${n(y + row * down)}h${n(length * across)}v${n(down)}h${n(-length * across)}z`,
    )
    .join('');
  return `<g shape-rendering="crispEdges">${hatched && `<path fill="url(#masked)" d="${hatched}"/>`}<g transform="translate(${n(x)} ${n(y)}) scale(${across} ${down})">${colours.join('')}</g></g>`;
}

function mapImage(map: FigureMap, { colours }: Figure): string {
  const png = paintLayer(map.picture, map.layer, colours).toDataURL('image/png');
  return `<rect ${box(map)} fill="url(#masked)"/><image ${box(map)} preserveAspectRatio="none" style="image-rendering:pixelated" href="${png}"/>`;
}

function textElement({ text, x, y, size, font, bold, colour, anchor, upright }: FigureText, { fonts }: Figure): string {
  const place = upright ? `transform="translate(${n(x)} ${n(y)}) rotate(-90)"` : `x="${n(x)}" y="${n(y)}"`;
  const weight = bold ? ' font-weight="600"' : '';
  // The middle of the letters is a third of their size above the line that they stand on, in any viewer.
  return `<text ${place} dy="${n(size * 0.35)}" text-anchor="${anchor}" font-family="${escaped(fonts[font])}" font-size="${size}"${weight} fill="${cssColour(colour)}" xml:space="preserve">${escaped(text)}</text>`;
}

/** What XML cannot hold at all is left away. */
const escaped = (text: string): string =>
  text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
