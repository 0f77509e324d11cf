/** What something is, beside it: in the top layer, so that nothing clips it. */

import './tooltip.css';
import { render, type TemplateResult } from 'lit';

/** Distance from what it is of and from the edges of the page, in CSS pixels. */
const gap = 4;
const margin = 8;
/** Time to move the pointer from what it is of onto the tooltip. */
const grace = 150;

let made = 0;

export class Tooltip {
  readonly element = document.createElement('div');
  #target: HTMLElement | null = null;
  #closing: ReturnType<typeof setTimeout> | undefined;

  /** @param name a class of its own */
  constructor(name: string) {
    this.element.id = `tooltip-${++made}`;
    this.element.className = `tooltip ${name}`;
    this.element.setAttribute('role', 'tooltip');
    this.element.popover = 'manual';
    this.element.addEventListener('pointerenter', () => clearTimeout(this.#closing));
    this.element.addEventListener('pointerleave', () => this.closeSoon());
  }

  /** What is explained; null while the tooltip is closed. */
  get target(): HTMLElement | null {
    return this.#target;
  }

  show(target: HTMLElement, content: TemplateResult): void {
    this.close();
    this.#target = target;
    target.setAttribute('aria-describedby', this.element.id);
    render(content, this.element);
    this.element.showPopover();
    this.#place();
    document.addEventListener('keydown', this.#pressed, { capture: true });
    window.addEventListener('scroll', this.#place, { capture: true });
  }

  /** Unless the pointer comes onto the tooltip meanwhile. */
  closeSoon(): void {
    clearTimeout(this.#closing);
    this.#closing = setTimeout(() => this.close(), grace);
  }

  close(): void {
    clearTimeout(this.#closing);
    if (!this.#target) return;
    this.#target.removeAttribute('aria-describedby');
    this.#target = null;
    if (this.element.isConnected) this.element.hidePopover();
    document.removeEventListener('keydown', this.#pressed, { capture: true });
    window.removeEventListener('scroll', this.#place, { capture: true });
  }

  /** Below it, above where there is no room, and always within the page. */
  readonly #place = (): void => {
    if (!this.#target) return;
    const target = this.#target.getBoundingClientRect();
    const { width, height } = this.element.getBoundingClientRect();
    const below = target.bottom + gap;
    const top = below + height + margin <= window.innerHeight ? below : Math.max(margin, target.top - gap - height);
    const left = Math.max(margin, Math.min(target.left, window.innerWidth - margin - width));
    this.element.style.left = `${left}px`;
    this.element.style.top = `${top}px`;
  };

  readonly #pressed = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    // Escape closes one thing: the view around it does not hear of it.
    event.preventDefault();
    event.stopPropagation();
    this.close();
  };
}
