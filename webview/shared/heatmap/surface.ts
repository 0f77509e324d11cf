/** The canvas that maps are drawn on, in colours that follow the theme and the screen. */

import { createFillingCanvas } from '../canvas.ts';
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
  let colours: Colours | null = null;
  const surface = createFillingCanvas(
    () => renderer.draw(scene()),
    (ratioChanged) => {
      if (ratioChanged) colour();
      resized();
    },
  );
  const renderer = new Renderer(surface.canvas);
  const colour = (): void => {
    if (colours) renderer.setColours(colours, surface.pixelRatio);
    surface.invalidate();
  };
  // After the loss of the graphics card's memory, which held what was coloured.
  surface.canvas.addEventListener('contextrestored', colour);

  return {
    element: surface.element,
    get size() {
      return surface.size;
    },
    get pixelRatio() {
      return surface.pixelRatio;
    },
    setColours(next) {
      colours = next;
      colour();
    },
    forget: (picture) => renderer.forget(picture),
    invalidate: () => surface.invalidate(),
  };
}
