/** From wheel, pointer and keys to what is meant by them. */

import type { Point } from './viewport.ts';

export interface Gestures {
  zoom(factor: number, at: Point | null): void;
  fit(): void;
  pan(x: number, y: number): void;
  hover(at: Point | null): void;
  click(at: Point, count: number): void;
  doubleClick(at: Point): void;
  /** Moves the pinned cell. */
  step(queries: number, keys: number): void;
  /** Pins where the keyboard is. */
  pin(): void;
  /** What a press that begins here does in place of panning or clicking; null: nothing else. */
  grab?(at: Point, event: PointerEvent): Grab | null;
  /** False where there was nothing to leave. */
  leave?(): boolean;
}

/** A press that was taken over. */
export interface Grab {
  move(at: Point): void;
  /** null: it was broken off. */
  end(at: Point | null): void;
}

/** CSS pixels that a pointer may stray in a click. */
const clickSlop = 4;
const panStep = 64;
export const zoomStep = 1.25;

/** Which way an arrow key points, down being positive. */
export const arrows: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Listens on `element`; points are relative to it. */
export function listenForGestures(element: HTMLElement, gestures: Gestures): void {
  const pointOf = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  let press: { from: Point; last: Point; dragging: boolean; grab: Grab | null } | null = null;

  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    const from = pointOf(event);
    press = { from, last: from, dragging: false, grab: gestures.grab?.(from, event) ?? null };
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener('pointermove', (event) => {
    const at = pointOf(event);
    if (press?.grab) press.grab.move(at);
    else if (press) {
      press.dragging ||= Math.hypot(at.x - press.from.x, at.y - press.from.y) > clickSlop;
      if (press.dragging) {
        element.classList.add('dragging');
        gestures.pan(at.x - press.last.x, at.y - press.last.y);
        press.last = at;
      }
    }
    gestures.hover(at);
  });
  const release = (): void => {
    press = null;
    element.classList.remove('dragging');
  };
  element.addEventListener('pointerup', (event) => {
    const [wasClick, grab] = [press !== null && !press.dragging && !press.grab, press?.grab];
    release();
    grab?.end(pointOf(event));
    if (wasClick) gestures.click(pointOf(event), event.detail);
  });
  element.addEventListener('pointercancel', () => {
    press?.grab?.end(null);
    release();
  });
  element.addEventListener('pointerleave', () => gestures.hover(null));
  element.addEventListener('dblclick', (event) => gestures.doubleClick(pointOf(event)));
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      gestures.zoom(wheelFactor(event), pointOf(event));
    },
    { passive: false },
  );
  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!pressKey(event, gestures)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

/** True where the key means something here. */
function pressKey(event: KeyboardEvent, gestures: Gestures): boolean {
  const arrow = arrows[event.key];
  if (arrow) {
    const [x, y] = arrow;
    if (event.shiftKey) gestures.step(y, x);
    else gestures.pan(-x * panStep, -y * panStep);
    return true;
  }
  if (event.key === '+' || event.key === '=') gestures.zoom(zoomStep, null);
  else if (event.key === '-') gestures.zoom(1 / zoomStep, null);
  else if (event.key === '0') gestures.fit();
  else if (event.key === 'Enter' || event.key === ' ') gestures.pin();
  else if (event.key === 'Escape') return gestures.leave?.() ?? false;
  else return false;
  return true;
}

/** A notch of a wheel and a trackpad's pinch (which comes as a wheel with ctrl) feel alike. */
function wheelFactor(event: WheelEvent): number {
  const pixels =
    event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? 400 : 1);
  return Math.exp(-Math.max(-240, Math.min(240, pixels)) * (event.ctrlKey ? 0.01 : 0.002));
}
