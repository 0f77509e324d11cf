/** What a page shows, as pixels. */

import type { Page } from 'playwright-core';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Colour at a device pixel. */
  at(x: number, y: number): readonly [red: number, green: number, blue: number];
}

export interface Clip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Takes a picture of a part of the page, given in CSS pixels. */
export async function pixelsOf(page: Page, clip: Clip): Promise<Pixels> {
  const png = await page.screenshot({ clip });
  const { width, height, data } = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    context?.drawImage(image, 0, 0);
    const pixels = context?.getImageData(0, 0, image.width, image.height).data ?? new Uint8ClampedArray();
    let text = '';
    for (let start = 0; start < pixels.length; start += 8192) text += String.fromCharCode(...pixels.subarray(start, start + 8192));
    return { width: image.width, height: image.height, data: btoa(text) };
  }, png.toString('base64'));
  const bytes = Buffer.from(data, 'base64');
  return {
    width,
    height,
    at(x, y) {
      const start = 4 * (y * width + x);
      return [bytes[start] ?? 0, bytes[start + 1] ?? 0, bytes[start + 2] ?? 0];
    },
  };
}

/** Where the map's plot lies on the page. */
export async function plotBox(page: Page): Promise<Clip> {
  const box = await page.locator('.plot').boundingBox();
  if (!box) throw new Error('The plot is not shown.');
  return box;
}

/** Largest difference of a channel. */
export function difference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? 0))));
}
