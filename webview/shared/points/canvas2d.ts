/** Draws points on a 2-D canvas, where the page has no WebGL2: fewer of them. */

import { mix, type Rgb } from '../heatmap/colours.ts';
import type { PointStyle } from './density.ts';
import { looks, wash, type Cloud, type Frame, type PointRenderer } from './renderer.ts';

/** So many are drawn in about the time of a frame. */
const most = 50_000;

/** Throws where the canvas has no 2-D context. */
export function createCanvasRenderer(canvas: HTMLCanvasElement): PointRenderer {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This page has neither WebGL2 nor a 2-D canvas.');
  let cloud: Cloud | null = null;
  let table: { colours: readonly Rgb[]; unknown: Rgb } | null = null;
  return {
    most,
    isReady: true,
    setCloud: (next) => (cloud = next),
    setLooks: (next) => (cloud = next),
    setColours: (colours, unknown) => (table = { colours, unknown }),
    draw(frame) {
      const { width, height } = context.canvas;
      context.clearRect(0, 0, width, height);
      if (!cloud || !table) return;
      const { colours, unknown } = table;
      const layer = new Layer(width, height);
      const colourOf = (slot: number): Rgb => colours[slot] ?? unknown;
      if (frame.faded) layer.lay(cloud, looks.faded, (slot) => mix(colourOf(slot), unknown, wash), frame.faded, frame);
      layer.lay(cloud, looks.full, colourOf, frame.style, frame);
      context.putImageData(layer.image(), 0, 0);
    },
    dispose: () => (cloud = null),
  };
}

/** Colours times their opacity, and opacities, of each pixel. */
class Layer {
  readonly #width: number;
  readonly #height: number;
  readonly #sums: Float32Array;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.#sums = new Float32Array(4 * width * height);
  }

  /** Lays discs over what is there. */
  lay(cloud: Cloud, look: number, colourOf: (slot: number) => Rgb, { radius, opacity }: PointStyle, frame: Frame): void {
    const { viewport, pixelRatio, count } = frame;
    const [width, height, sums] = [this.#width, this.#height, this.#sums];
    const [scaleX, scaleY] = [viewport.scale[0] * pixelRatio, viewport.scale[1] * pixelRatio];
    const discRadius = radius * pixelRatio;
    const reach = discRadius + 0.5;
    for (let point = 0; point < Math.min(count, most); point++) {
      if (cloud.looks[2 * point + 1] !== look) continue;
      const x = width / 2 + (cloud.places[2 * point]! - viewport.centre[0]) * scaleX;
      const y = height / 2 - (cloud.places[2 * point + 1]! - viewport.centre[1]) * scaleY;
      if (x < -reach || y < -reach || x > width + reach || y > height + reach) continue;
      const [red, green, blue] = colourOf(cloud.looks[2 * point]!);
      const right = Math.min(width - 1, Math.floor(x + reach));
      const bottom = Math.min(height - 1, Math.floor(y + reach));
      for (let row = Math.max(0, Math.floor(y - reach)); row <= bottom; row++) {
        for (let column = Math.max(0, Math.floor(x - reach)); column <= right; column++) {
          const away = Math.hypot(column + 0.5 - x, row + 0.5 - y);
          const cover = opacity * Math.max(0, Math.min(1, discRadius - away + 0.5));
          if (cover === 0) continue;
          const at = 4 * (row * width + column);
          sums[at] = red * cover + sums[at]! * (1 - cover);
          sums[at + 1] = green * cover + sums[at + 1]! * (1 - cover);
          sums[at + 2] = blue * cover + sums[at + 2]! * (1 - cover);
          sums[at + 3] = cover + sums[at + 3]! * (1 - cover);
        }
      }
    }
  }

  image(): ImageData {
    const image = new ImageData(this.#width, this.#height);
    const sums = this.#sums;
    for (let at = 0; at < sums.length; at += 4) {
      const opacity = sums[at + 3]!;
      if (opacity === 0) continue;
      for (let channel = 0; channel < 3; channel++) image.data[at + channel] = sums[at + channel]! / opacity;
      image.data[at + 3] = 255 * opacity;
    }
    return image;
  }
}
