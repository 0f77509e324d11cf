/** A canvas of device pixels that fills its element and is drawn once a frame at most. */

import { Renderer, type Colours, type Picture, type Placement } from './renderer.ts';
import type { Size } from './viewport.ts';

export interface Surface {
  /** Holds the canvas; its size is the page's business. */
  readonly element: HTMLElement;
  readonly size: Size;
  readonly pixelRatio: number;
  setColours(colours: Colours): void;
  forget(picture: Picture): void;
  /** Draws in the next frame. */
  invalidate(): void;
}

/**
 * `scene` is asked for what to draw whenever a frame is due. `resized` is told when the element's size or the screen's pixel ratio
 * has changed, before it is drawn anew.
 */
export function createSurface(scene: () => readonly Placement[], resized: () => void): Surface {
  const element = document.createElement('div');
  element.className = 'surface';
  element.setAttribute('aria-hidden', 'true');
  const canvas = document.createElement('canvas');
  element.append(canvas);
  const renderer = new Renderer(canvas);
  let size: Size = { width: 0, height: 0 };
  let pixelRatio = window.devicePixelRatio;
  let colours: Colours | null = null;
  let frame = 0;

  const draw = (): void => {
    cancelAnimationFrame(frame);
    frame = 0;
    if (size.width > 0 && size.height > 0) renderer.draw(scene());
  };
  const invalidate = (): void => {
    frame ||= requestAnimationFrame(draw);
  };
  const colour = (): void => {
    if (colours) renderer.setColours(colours, pixelRatio);
    invalidate();
  };

  const measure = (): void => {
    const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
    if (width === size.width && height === size.height && pixelRatio === window.devicePixelRatio) return;
    size = { width, height };
    if (pixelRatio !== window.devicePixelRatio) {
      pixelRatio = window.devicePixelRatio;
      colour();
    }
    // The element's edges lie on whole device pixels, its size need not: a canvas of another size would be drawn blurred.
    canvas.width = Math.max(1, Math.round(right * pixelRatio) - Math.round(left * pixelRatio));
    canvas.height = Math.max(1, Math.round(bottom * pixelRatio) - Math.round(top * pixelRatio));
    resized();
    // A canvas that was sized is blank, and would be for a frame.
    draw();
  };

  new ResizeObserver(measure).observe(element);
  watchPixelRatio(measure);
  // After the loss of the graphics card's memory, which held what was coloured.
  canvas.addEventListener('contextrestored', colour);

  return {
    element,
    get size() {
      return size;
    },
    get pixelRatio() {
      return pixelRatio;
    },
    setColours(next) {
      colours = next;
      colour();
    },
    forget: (picture) => renderer.forget(picture),
    invalidate,
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
