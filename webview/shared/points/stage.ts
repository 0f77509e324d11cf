/** Brings a scene onto a canvas. */

import type { Palette } from '../heatmap/colours.ts';
import { formatCount } from '../numbers.ts';
import { createCanvasRenderer } from './canvas2d.ts';
import { slotColours, unknownColour, type RampName } from './colours.ts';
import { Pace } from './pace.ts';
import type { PointRenderer } from './renderer.ts';
import type { Scene } from './scene.ts';
import type { Viewport } from './viewport.ts';
import { createWebglRenderer } from './webgl.ts';

export class Stage {
  readonly #renderer: PointRenderer;
  readonly #pace = new Pace();
  #scene: Scene | null = null;
  #palette: Palette | null = null;

  /** @param restored told when what was lost with the graphics card is there again */
  constructor(canvas: HTMLCanvasElement, restored: () => void) {
    this.#renderer =
      createWebglRenderer(canvas, () => {
        this.#setUp();
        restored();
      }) ?? createCanvasRenderer(canvas);
  }

  /** What is not as it should be, in words; null: nothing. */
  get notice(): string | null {
    const { most } = this.#renderer;
    const count = this.#scene?.count ?? 0;
    return count > most
      ? `${formatCount(most)} of ${formatCount(count)} points are drawn, taken at random: this page has no WebGL2, which draws more. All can be pointed at.`
      : null;
  }

  show(scene: Scene, palette: Palette): void {
    const hasTable = palette === this.#palette && this.#scene !== null && tableOf(this.#scene) === tableOf(scene);
    this.#scene = scene;
    this.#palette = palette;
    if (hasTable) this.#renderer.setCloud(scene.cloud);
    else this.#setUp();
  }

  setPalette(palette: Palette): void {
    this.#palette = palette;
    if (this.#scene) this.#renderer.setColours(slotColours(this.#scene.content.colour, palette), unknownColour(palette));
  }

  /** Looks of the scene have changed. */
  restyle(): void {
    if (this.#scene) this.#renderer.setLooks(this.#scene.cloud);
  }

  draw(viewport: Viewport, pixelRatio: number, moving: boolean): void {
    const scene = this.#scene;
    if (!scene || !this.#renderer.isReady) return;
    const all = Math.min(scene.count, this.#renderer.most);
    const count = moving ? Math.min(all, Math.floor(this.#pace.budget)) : all;
    if (moving) this.#pace.drawn(performance.now(), all);
    const drawn = scene.count === 0 ? 1 : count / scene.count;
    this.#renderer.draw({ viewport, pixelRatio, count, ...scene.styles(viewport, drawn) });
  }

  dispose(): void {
    this.#renderer.dispose();
    this.#scene = null;
  }

  #setUp(): void {
    if (!this.#scene || !this.#palette) return;
    this.#renderer.setCloud(this.#scene.cloud);
    this.setPalette(this.#palette);
  }
}

/** What a scene's colour table depends on besides the palette. */
function tableOf({ content: { colour } }: Scene): RampName | number | readonly number[] {
  return colour.kind === 'classes' ? colour.count : colour.ramp;
}
