/** A canvas of device pixels that fills its element and is drawn once a frame at most. */

import type { Size } from './heatmap/viewport.ts';

export interface FillingCanvas {
  /** Holds the canvas; its size is the page's business. */
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly size: Size;
  readonly pixelRatio: number;
  /** Draws in the next frame. */
  invalidate(): void;
}

/**
 * `draw` is called whenever a frame is due. `resized` is told when the element's size or the screen's pixel ratio has changed, before
 * it is drawn anew.
 */
export function createFillingCanvas(draw: () => void, resized: (ratioChanged: boolean) => void): FillingCanvas {
  const element = document.createElement('div');
  element.className = 'surface';
  element.setAttribute('aria-hidden', 'true');
  const canvas = document.createElement('canvas');
  element.append(canvas);
  let size: Size = { width: 0, height: 0 };
  let pixelRatio = window.devicePixelRatio;
  let frame = 0;

  const drawNow = (): void => {
    cancelAnimationFrame(frame);
    frame = 0;
    if (size.width > 0 && size.height > 0) draw();
  };

  const measure = (): void => {
    const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
    if (width === size.width && height === size.height && pixelRatio === window.devicePixelRatio) return;
    size = { width, height };
    const ratioChanged = pixelRatio !== window.devicePixelRatio;
    pixelRatio = window.devicePixelRatio;
    // The element's edges lie on whole device pixels, its size need not: a canvas of another size would be drawn blurred.
    canvas.width = Math.max(1, Math.round(right * pixelRatio) - Math.round(left * pixelRatio));
    canvas.height = Math.max(1, Math.round(bottom * pixelRatio) - Math.round(top * pixelRatio));
    resized(ratioChanged);
    // A canvas that was sized is blank, and would be for a frame.
    drawNow();
  };

  new ResizeObserver(measure).observe(element);
  watchPixelRatio(measure);

  return {
    element,
    canvas,
    get size() {
      return size;
    },
    get pixelRatio() {
      return pixelRatio;
    },
    invalidate() {
      frame ||= requestAnimationFrame(drawNow);
    },
  };
}

/** A media query names one ratio; it has to be asked anew after each change. */
function watchPixelRatio(changed: () => void): void {
  const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
  const heard = (): void => {
    watchPixelRatio(changed);
    changed();
  };
  query.addEventListener('change', heard, { once: true });
}
