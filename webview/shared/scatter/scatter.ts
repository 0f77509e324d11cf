/** Points in a plane whose vertical axis has a zero: each can be pointed at, reached by the arrow keys, and chosen. */

import './scatter.css';
import { html, svg, type TemplateResult } from 'lit';
import { minus } from '../numbers.ts';
import type { ScatterAxis } from './axis.ts';

export interface ScatterPoint {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  /** What it is, as it is heard. */
  readonly spoken: string;
}

export interface ScatterContent {
  /** What is shown, for who cannot see it. */
  readonly name: string;
  readonly points: readonly ScatterPoint[];
  readonly x: ScatterAxis & { readonly label: string | TemplateResult };
  readonly y: ScatterAxis & { readonly label: string | TemplateResult };
  /** Pointed at, wherever. */
  readonly lit: number | null;
  readonly chosen: number | null;
  /** null: none any more. */
  readonly pointed: (id: number | null) => void;
  readonly picked: (id: number) => void;
}

const percent = (share: number): string => `${(100 * share).toFixed(3)}%`;

export function scatter(content: ScatterContent): TemplateResult {
  const { name, points, x, y, pointed } = content;
  const zero = percent(1 - y.place(0));
  return html`<div class="scatter">
    <div class="scatter-label">${y.label}</div>
    <svg class="scatter-y" aria-hidden="true">
      ${y.ticks.map(({ at, label }) => svg`<text x="100%" dx="-6" y=${percent(1 - at)} dy="4">${minus(label)}</text>`)}
    </svg>
    <svg class="scatter-plot" role="group" aria-label=${name} @keydown=${(event: KeyboardEvent) => step(content, event)}>
      ${x.ticks.map(({ at }) => svg`<line class="scatter-grid" x1=${percent(at)} x2=${percent(at)} y1="0" y2="100%"></line>`)}
      ${y.ticks.map(({ at }) => svg`<line class="scatter-grid" y1=${percent(1 - at)} y2=${percent(1 - at)} x1="0" x2="100%"></line>`)}
      ${svg`<line class="scatter-zero" x1="0" x2="100%" y1=${zero} y2=${zero}></line>`} ${points.map((point) => mark(content, point))}
    </svg>
    <svg class="scatter-x" aria-hidden="true" @pointerenter=${() => pointed(null)}>
      ${x.ticks.map(({ at, label }) => svg`<text x=${percent(at)} y="14">${minus(label)}</text>`)}
    </svg>
    <div class="scatter-label scatter-x-label">${x.label}</div>
  </div>`;
}

function mark({ points, x, y, lit, chosen, pointed, picked }: ScatterContent, point: ScatterPoint): TemplateResult {
  const at = { cx: percent(x.place(point.x)), cy: percent(1 - y.place(point.y)) };
  const known = points.some(({ id }) => id === (lit ?? chosen));
  const first = known ? point.id === (lit ?? chosen) : point === points[0];
  const states = ['scatter-point', point.id === lit ? 'lit' : '', point.id === chosen ? 'chosen' : ''].join(' ');
  return svg`<g
    class=${states}
    role="button"
    tabindex=${first ? 0 : -1}
    data-point=${point.id}
    aria-label=${point.spoken}
    aria-pressed=${String(point.id === chosen)}
    @pointerenter=${() => pointed(point.id)}
    @pointerleave=${() => pointed(null)}
    @focus=${() => pointed(point.id)}
    @blur=${() => pointed(null)}
    @click=${() => picked(point.id)}
  >
    <circle class="scatter-target" cx=${at.cx} cy=${at.cy} r="9"></circle>
    <circle class="scatter-dot" cx=${at.cx} cy=${at.cy} r="4"></circle>
  </g>`;
}

/** Left and right along the horizontal axis, up and down along the vertical one; Home and End to its ends. */
function step({ points, picked }: ScatterContent, event: KeyboardEvent): void {
  const plot = event.currentTarget as SVGElement;
  const from = event.target instanceof SVGElement ? Number(event.target.dataset['point'] ?? NaN) : NaN;
  const along = event.key === 'ArrowUp' || event.key === 'ArrowDown' ? 'y' : 'x';
  const order = points.toSorted((a, b) => a[along] - b[along] || a.id - b.id);
  const at = order.findIndex(({ id }) => id === from);
  if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Enter' || event.key === ' ') picked(from);
  else {
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowDown: at - 1, ArrowUp: at + 1, Home: 0, End: order.length - 1 }[event.key];
    if (next === undefined) return;
    const point = order[next];
    if (point) plot.querySelector<SVGElement>(`[data-point="${point.id}"]`)?.focus();
  }
  event.preventDefault();
  event.stopPropagation();
}
