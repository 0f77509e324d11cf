/** Maps on a 2-D canvas, where WebGL2 is missing or has been lost: the same pixels through the same table. */

import { cssColour } from './colours.ts';
import type { Colours, Picture, Placement, Renderer } from './renderer.ts';
import { hatchWidth } from './renderer.ts';

/** Returns null where the canvas has no 2-D context. */
export function createCanvasRenderer(canvas: HTMLCanvasElement): Renderer | null {
  const found = canvas.getContext('2d', { alpha: false });
  if (!found) return null;
  const context = found;
  const coloured = new Map<Picture, (HTMLCanvasElement | undefined)[]>();
  let colours: Colours | null = null;
  let maskedFill: CanvasPattern | string = 'transparent';

  const layerOf = (picture: Picture, layer: number, table: Uint32Array): HTMLCanvasElement => {
    const layers = coloured.get(picture) ?? [];
    coloured.set(picture, layers);
    return (layers[layer] ??= paint(picture, layer, table));
  };

  return {
    kind: '2d',
    setColours(next: Colours): void {
      colours = next;
      coloured.clear();
      maskedFill = context.createPattern(hatchTile(next), 'repeat') ?? cssColour(next.masked.tone);
    },
    draw(placements: readonly Placement[]): void {
      if (!colours) return;
      const table = new Uint32Array(colours.table.buffer);
      context.imageSmoothingEnabled = false;
      context.fillStyle = cssColour(colours.ground);
      context.fillRect(0, 0, canvas.width, canvas.height);
      for (const { picture, layer, target } of placements) {
        // Masked texels are transparent: what shows through is the hatch, which so lies still while the map moves.
        context.fillStyle = maskedFill;
        context.fillRect(target.x, target.y, target.width, target.height);
        context.drawImage(layerOf(picture, layer, table), target.x, target.y, target.width, target.height);
      }
    },
    forget(picture: Picture): void {
      coloured.delete(picture);
    },
    dispose(): void {
      coloured.clear();
    },
  };
}

function paint(picture: Picture, layer: number, table: Uint32Array): HTMLCanvasElement {
  const { rows, columns, values } = picture;
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const start = layer * rows * columns;
  for (let index = 0; index < pixels.length; index++) pixels[index] = table[values[start + index] ?? 0] ?? 0;
  const canvas = sized(columns, rows);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas;
}

/** One period of the hatch, pixel for pixel what the shader draws. */
function hatchTile({ masked, hatchPeriod }: Colours): HTMLCanvasElement {
  const side = Math.max(1, hatchPeriod);
  const canvas = sized(side, side);
  const context = canvas.getContext('2d');
  if (!context) return canvas;
  context.fillStyle = cssColour(masked.tone);
  context.fillRect(0, 0, side, side);
  if (hatchPeriod === 0) return canvas;
  context.fillStyle = cssColour(masked.hatch);
  const width = hatchWidth(hatchPeriod);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) if ((x + y) % side < width) context.fillRect(x, y, 1, 1);
  }
  return canvas;
}

function sized(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}
