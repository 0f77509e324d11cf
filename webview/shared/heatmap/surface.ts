/** A canvas of device pixels that keeps drawing: on WebGL2, without it, and through the loss of its context. */

import { createCanvasRenderer } from './canvasRenderer.ts';
import type { Colours, Picture, Placement, Renderer } from './renderer.ts';
import type { Size } from './viewport.ts';
import { createWebglRenderer } from './webglRenderer.ts';

export interface Surface {
  /** Holds the canvas; its size is the page's business. */
  readonly element: HTMLElement;
  readonly size: Size;
  readonly pixelRatio: number;
  setColours(colours: Colours): void;
  forget(picture: Picture): void;
  /** Draws in the next frame. */
  invalidate(): void;
  dispose(): void;
}

/**
 * `scene` is asked for what to draw whenever a frame is due. `resized` is told when the element's size or the screen's pixel ratio
 * has changed, before the next frame.
 */
export function createSurface(scene: () => readonly Placement[], resized: () => void): Surface {
  const element = document.createElement('div');
  element.className = 'surface';
  element.setAttribute('aria-hidden', 'true');
  let size: Size = { width: 0, height: 0 };
  let pixelRatio = window.devicePixelRatio;
  let colours: Colours | null = null;
  let renderer: Renderer | null = null;
  let canvas: HTMLCanvasElement | null = null;
  let frame = 0;

  const fitCanvas = (): void => {
    if (!canvas) return;
    const width = Math.max(1, Math.round(size.width * pixelRatio));
    const height = Math.max(1, Math.round(size.height * pixelRatio));
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
  };

  const adopt = (next: HTMLCanvasElement, made: Renderer): void => {
    renderer?.dispose();
    canvas?.remove();
    canvas = next;
    renderer = made;
    element.dataset['renderer'] = made.kind;
    element.append(next);
    fitCanvas();
    if (colours) made.setColours(colours);
    invalidate();
  };

  const start2d = (): void => {
    const next = document.createElement('canvas');
    const made = createCanvasRenderer(next);
    if (made) adopt(next, made);
  };

  const startWebgl = (next: HTMLCanvasElement): boolean => {
    const made = tryWebgl(next);
    if (made) adopt(next, made);
    return made !== null;
  };

  const start = (): void => {
    const next = document.createElement('canvas');
    next.addEventListener('webglcontextlost', (event) => {
      // Prevented, or it would never be restored. Until then the 2-D canvas draws.
      event.preventDefault();
      start2d();
    });
    next.addEventListener('webglcontextrestored', () => startWebgl(next));
    if (!startWebgl(next)) start2d();
  };

  const invalidate = (): void => {
    if (frame) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      if (renderer && colours && size.width > 0 && size.height > 0) renderer.draw(scene());
    });
  };

  const measure = (): void => {
    const next = { width: element.clientWidth, height: element.clientHeight };
    if (next.width === size.width && next.height === size.height && pixelRatio === window.devicePixelRatio) return;
    size = next;
    pixelRatio = window.devicePixelRatio;
    fitCanvas();
    resized();
    invalidate();
  };

  const observer = new ResizeObserver(measure);
  observer.observe(element);
  const stopWatching = watchPixelRatio(measure);
  start();

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
      renderer?.setColours(next);
      invalidate();
    },
    forget(picture) {
      renderer?.forget(picture);
    },
    invalidate,
    dispose() {
      cancelAnimationFrame(frame);
      observer.disconnect();
      stopWatching();
      renderer?.dispose();
      element.remove();
    },
  };
}

function tryWebgl(canvas: HTMLCanvasElement): Renderer | null {
  try {
    return createWebglRenderer(canvas);
  } catch (error) {
    console.warn(error);
    return null;
  }
}

/** A media query names one ratio; it has to be asked anew after each change. */
function watchPixelRatio(changed: () => void): () => void {
  let query: MediaQueryList;
  const listen = (): void => {
    query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener('change', heard, { once: true });
  };
  const heard = (): void => {
    listen();
    changed();
  };
  listen();
  return () => query.removeEventListener('change', heard);
}
