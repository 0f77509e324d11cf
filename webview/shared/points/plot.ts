/** The parts of a view of points, one over the other: field, grid, points, marks, the owner's things; axes with their names around them. */

import { nothing, render, svg, type TemplateResult } from 'lit';
import type { Point } from '../heatmap/viewport.ts';
import { gridLines, ticksOf, xLabels, yLabels } from './axes.ts';
import type { PointsContent } from './content.ts';
import { FieldLayer, type Field } from './field.ts';
import type { Projection } from './projection.ts';
import type { Box } from './viewport.ts';

/** What is drawn over points, as the plane lies now. */
export type Overlay = (projection: Projection) => TemplateResult | typeof nothing;

/** Marks of the view's own. */
export interface Marks {
  /** CSS pixels. */
  readonly radius: number;
  readonly pointed: Point | null;
  readonly picked: Point | null;
  /** Corners of the lasso that is being drawn. */
  readonly lasso: readonly Point[];
}

/** Room around the longest label of the vertical axis, in CSS pixels. */
const labelRoom = 12;
const leastAxis = 48;

export class Plot {
  readonly element = document.createElement('div');
  /** The part that takes focus, pointer and keys. */
  readonly plot = document.createElement('div');
  readonly #field = new FieldLayer();
  readonly #grid = layer('points-grid points-layer');
  readonly #marks = layer('points-marks points-layer');
  readonly #overlays = layer('points-overlay points-layer');
  readonly #x = layer('points-x');
  readonly #y = layer('points-y');
  readonly #xName = block('points-x-name');
  readonly #yName = block('points-y-name');
  readonly #live = block('points-live');
  #axisWidth = '';

  /** @param surface holds the points */
  constructor(surface: HTMLElement) {
    this.plot.className = 'plot';
    this.plot.tabIndex = 0;
    this.plot.setAttribute('role', 'application');
    this.plot.setAttribute('aria-roledescription', 'scatter plot');
    for (const silent of [this.#grid, this.#marks, this.#x, this.#y]) silent.setAttribute('aria-hidden', 'true');
    this.#live.setAttribute('role', 'status');
    this.plot.append(this.#grid, surface, this.#marks, this.#overlays);
    this.element.className = 'points';
    this.element.append(this.#yName, this.#y, this.plot, this.#x, this.#xName, this.#live);
  }

  entitle({ name, axes }: PointsContent): void {
    this.plot.setAttribute('aria-label', name);
    render(axes.x, this.#xName);
    render(axes.y, this.#yName);
  }

  /** Below all else, from the first that there is on. */
  showField(field: Field | null): void {
    this.#field.show(field);
    if (field && !this.#field.element.parentElement) this.plot.prepend(this.#field.element);
  }

  /** Tells who cannot see it. */
  say(text: string): void {
    this.#live.textContent = text;
  }

  /** Field, grid and axes. @param visible the part of the plane that shows */
  drawGround(projection: Projection, visible: Box, pixelRatio: number): void {
    if (this.#field.element.parentElement) this.#field.draw(projection, pixelRatio);
    const ticks = ticksOf(visible, projection.size);
    const longest = Math.max(...ticks.y.map(({ label }) => label.length));
    const width = `max(${leastAxis}px, ${longest}ch + ${labelRoom}px)`;
    if (width !== this.#axisWidth) this.element.style.setProperty('--y-axis', (this.#axisWidth = width));
    render(gridLines(ticks, projection, pixelRatio), this.#grid);
    render(xLabels(ticks, projection), this.#x);
    render(yLabels(ticks, projection), this.#y);
  }

  drawMarks({ radius, pointed, picked, lasso }: Marks): void {
    const ring = (at: Point | null, name: string): TemplateResult | typeof nothing =>
      at
        ? svg`<circle class="points-ring under" cx=${at.x} cy=${at.y} r=${radius + 4}></circle>
            <circle class="points-ring ${name}" cx=${at.x} cy=${at.y} r=${radius + 4}></circle>`
        : nothing;
    const path = lasso.map(({ x, y }, corner) => `${corner === 0 ? 'M' : 'L'}${x} ${y}`).join('');
    render(
      svg`${path === '' ? nothing : svg`<path class="points-lasso" d="${path}Z"></path>`}
        ${ring(picked, 'picked')} ${ring(pointed, 'pointed')}`,
      this.#marks,
    );
  }

  drawOverlay(overlay: Overlay, projection: Projection): void {
    render(overlay(projection), this.#overlays);
  }
}

function layer(className: string): SVGSVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  element.setAttribute('class', className);
  return element;
}

function block(className: string): HTMLElement {
  const element = document.createElement('div');
  element.className = className;
  return element;
}
