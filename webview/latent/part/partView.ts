/** An image file with a rectangle over it: the part that is taken, by pointer or keyboard. */

import { html, render, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { wholeOf, type PictureFile } from '../../../src/protocol/pictures.ts';
import type { PicturePart } from '../../../src/protocol/vae.ts';
import { arrows } from '../../shared/heatmap/gestures.ts';
import { paint } from '../../shared/pictures/drawing.ts';
import { gripAt, handles, isSame, isWhole, moved, resized, spanning, stretched, type Handle, type Point } from './rectangle.ts';
import { fileSentence, howSentence, keysSentence, partSentence } from './words.ts';

/** Pixels of the screen: how far from an edge it is taken, and how far a pointer goes before it draws. */
const reach = { mouse: 7, touch: 16 };
const least = 3;
/** An image is shown at most so many times as wide as high, or as high as wide: what is thinner is stretched to be seen. */
const mostRatio = 8;
const longest = 320;
const highest = 240;

export interface PartViewEvents {
  /** While it is dragged, too. */
  changed(part: PicturePart): void;
  /** It is not dragged any more. */
  ended(): void;
}

interface Drag {
  readonly pointer: number;
  readonly from: Point;
  /** The part that there was. */
  readonly part: PicturePart;
  readonly grip: Handle | 'inside' | 'new';
  moves: boolean;
}

export class PartView {
  readonly element = document.createElement('div');
  readonly #events: PartViewEvents;
  #file: PictureFile | null = null;
  #part: PicturePart = { x: 0, y: 0, width: 1, height: 1 };
  #drag: Drag | null = null;
  #painted: { readonly element: Element; readonly levels: Uint8Array } | null = null;
  #frame: HTMLElement | null = null;
  #rectangle: HTMLElement | null = null;

  constructor(events: PartViewEvents) {
    this.#events = events;
    this.element.className = 'latent-part';
  }

  get part(): PicturePart {
    return this.#part;
  }

  get dragged(): boolean {
    return this.#drag?.moves ?? false;
  }

  show(file: PictureFile, part: PicturePart): void {
    [this.#file, this.#part, this.#drag] = [file, part, null];
    this.#draw();
  }

  #change(part: PicturePart): void {
    if (isSame(part, this.#part)) return;
    this.#part = part;
    this.#draw();
    this.#events.changed(part);
  }

  #takeWhole(): void {
    if (!this.#file) return;
    this.#end();
    this.#change(wholeOf(this.#file));
    this.#rectangle?.focus({ preventScroll: true });
  }

  /** A place on the screen, in the file's pixels. */
  #placeOf({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width, height } = this.#frame!.getBoundingClientRect();
    return { x: ((clientX - left) / width) * this.#file!.width, y: ((clientY - top) / height) * this.#file!.height };
  }

  #gripAt(event: PointerEvent): Drag['grip'] {
    const { left, top, width, height } = this.#frame!.getBoundingClientRect();
    const [across, down] = [width / this.#file!.width, height / this.#file!.height];
    const { x, y, width: wide, height: tall } = this.#part;
    const onScreen = { x: x * across, y: y * down, width: wide * across, height: tall * down };
    const grip = gripAt(
      { x: event.clientX - left, y: event.clientY - top },
      onScreen,
      reach[event.pointerType === 'touch' ? 'touch' : 'mouse'],
    );
    // All of it has nowhere to go: inside, a part is drawn.
    return grip === null || (grip === 'inside' && isWhole(this.#part, this.#file!)) ? 'new' : grip;
  }

  #pressed(event: PointerEvent): void {
    if (event.button !== 0 || this.#drag || !this.#file) return;
    event.preventDefault();
    this.#rectangle?.focus({ preventScroll: true });
    this.#frame!.setPointerCapture(event.pointerId);
    const from = { x: event.clientX, y: event.clientY };
    this.#drag = { pointer: event.pointerId, from, part: this.#part, grip: this.#gripAt(event), moves: false };
  }

  #went(event: PointerEvent): void {
    const drag = this.#drag;
    if (!this.#file || !this.#frame) return;
    if (!drag) {
      this.#frame.dataset['grip'] = this.#gripAt(event);
      return;
    }
    if (event.pointerId !== drag.pointer) return;
    drag.moves ||= Math.hypot(event.clientX - drag.from.x, event.clientY - drag.from.y) >= least;
    if (drag.moves) this.#change(this.#draggedTo(drag, event));
  }

  #draggedTo({ from, part, grip }: Drag, event: PointerEvent): PicturePart {
    const file = this.#file!;
    const to = this.#placeOf(event);
    const { width, height } = this.#frame!.getBoundingClientRect();
    const by = { x: ((event.clientX - from.x) / width) * file.width, y: ((event.clientY - from.y) / height) * file.height };
    if (grip === 'new') return spanning({ x: to.x - by.x, y: to.y - by.y }, to, file, event.shiftKey);
    if (grip === 'inside') return moved(part, { x: Math.round(by.x), y: Math.round(by.y) }, file);
    // From where the edge was, not from where the pointer took it: nothing jumps.
    const edge = {
      x: (grip.includes('w') ? part.x : part.x + part.width) + by.x,
      y: (grip.includes('n') ? part.y : part.y + part.height) + by.y,
    };
    return resized(part, grip, edge, file, event.shiftKey);
  }

  #released({ pointerId }: PointerEvent): void {
    if (pointerId === this.#drag?.pointer) this.#end();
  }

  #end(): void {
    const drag = this.#drag;
    this.#drag = null;
    if (drag?.moves) this.#events.ended();
  }

  #key(event: KeyboardEvent): void {
    const arrow = arrows[event.key];
    if (!this.#file || !(arrow || event.key === 'Escape')) return;
    event.preventDefault();
    // The editor has commands on some of these keys, and hears what a page leaves.
    event.stopPropagation();
    if (!arrow) {
      this.#takeWhole();
      return;
    }
    const step = event.ctrlKey || event.metaKey ? 1 : Math.max(1, Math.round(Math.max(this.#file.width, this.#file.height) / 100));
    const by = { x: arrow[0] * step, y: arrow[1] * step };
    if (event.shiftKey || event.altKey) this.#change(stretched(this.#part, by, this.#file, event.shiftKey ? 'far' : 'near'));
    else this.#change(moved(this.#part, by, this.#file));
  }

  #draw(): void {
    if (this.#file) render(this.#content(this.#file), this.element);
  }

  #content(file: PictureFile): TemplateResult {
    const { name, levels, shape } = file.preview;
    const { x, y, width, height } = this.#part;
    const framed = (element?: Element): void => {
      if (!(element instanceof HTMLElement)) return;
      this.#frame = element;
      const ratio = Math.max(1 / mostRatio, Math.min(mostRatio, file.width / file.height));
      element.style.aspectRatio = String(ratio);
      element.style.width = `min(100%, ${Math.min(longest, highest * ratio)}px)`;
    };
    // A style of the template's own would be refused by the page's policy.
    const placed = (element?: Element): void => {
      if (!(element instanceof HTMLElement)) return;
      const percent = (share: number): string => `${100 * share}%`;
      Object.assign(element.style, { left: percent(x / file.width), top: percent(y / file.height) });
      Object.assign(element.style, { width: percent(width / file.width), height: percent(height / file.height) });
    };
    const whole = isWhole(this.#part, file);
    return html`<section aria-label="Part of ${name}">
      <header>
        <h2>Part of ${name}</h2>
        <button class="link" ?disabled=${whole} @click=${() => this.#takeWhole()}>Whole image</button>
      </header>
      <div
        class="part-frame"
        ${ref(framed)}
        @pointerdown=${(event: PointerEvent) => this.#pressed(event)}
        @pointermove=${(event: PointerEvent) => this.#went(event)}
        @pointerup=${(event: PointerEvent) => this.#released(event)}
        @pointercancel=${(event: PointerEvent) => this.#released(event)}
        @lostpointercapture=${(event: PointerEvent) => this.#released(event)}
        @dblclick=${() => this.#takeWhole()}
      >
        <canvas
          role="img"
          aria-label=${name}
          class=${2 * shape.width <= longest && 2 * shape.height <= highest ? 'enlarged' : ''}
          ${ref((element) => this.#paint(element, levels, shape))}
        ></canvas>
        <div class="part-shade"><div ${ref(placed)}></div></div>
        <div
          class="part-rectangle"
          tabindex="0"
          role="application"
          aria-roledescription="selection"
          aria-label="Selection of ${name}"
          aria-describedby="part-place part-file part-keys"
          ${ref((element) => {
            this.#rectangle = element instanceof HTMLElement ? element : null;
            placed(element);
          })}
          @keydown=${(event: KeyboardEvent) => this.#key(event)}
        >
          ${handles.map((handle) => html`<span class="part-handle ${handle}"></span>`)}
        </div>
      </div>
      <p class="part-place">
        <span id="part-place" role="status">${partSentence(this.#part)}</span> <span id="part-file">${fileSentence(file)}</span>
      </p>
      <p class="latent-note" aria-hidden="true">${howSentence}</p>
      <p class="visually-hidden" id="part-keys">${keysSentence}</p>
    </section>`;
  }

  /** Once for each file: the rectangle is drawn many times over it. */
  #paint(element: Element | undefined, levels: Uint8Array, shape: PictureFile['preview']['shape']): void {
    if (!(element instanceof HTMLCanvasElement) || (this.#painted?.element === element && this.#painted.levels === levels)) return;
    paint(element, levels, shape);
    this.#painted = { element, levels };
  }
}
