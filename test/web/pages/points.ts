/** A view of points alone on the page, with points that are made here. */

import '../../../webview/shared/page.css';
import { html, render, svg, type TemplateResult } from 'lit';
import { adoptCodicons } from '../../../webview/shared/codicons.ts';
import { onThemeChanged, readPalette } from '../../../webview/shared/theme.ts';
import { slotColours, unknownColour, type PointColour } from '../../../webview/shared/points/colours.ts';
import type { PointsContent } from '../../../webview/shared/points/content.ts';
import { classesLegend, valuesLegend } from '../../../webview/shared/points/legend.ts';
import { crosshair, curve, ellipse, handle, type Place } from '../../../webview/shared/points/overlay.ts';
import { PointsView } from '../../../webview/shared/points/pointsView.ts';
import { pointsTools } from '../../../webview/shared/points/tools.ts';
import type { Viewport } from '../../../webview/shared/points/viewport.ts';
import './points.css';

/** What a test shows: the places themselves, or so many made from a seed. */
export interface PointsSpec {
  readonly places?: readonly (readonly [x: number, y: number])[];
  /** Normal clusters on a spiral, one a class. */
  readonly made?: { readonly count: number; readonly classes: number };
  readonly colour?: 'classes' | 'values';
  readonly classes?: readonly number[];
  readonly groups?: number | readonly number[];
  readonly values?: readonly number[];
  readonly hidden?: readonly number[];
  readonly equal?: boolean;
  readonly viewport?: Viewport | null;
}

type Event = readonly [name: string, ...values: unknown[]];

const events: Event[] = [];
const told =
  (name: string) =>
  (...values: unknown[]): void => {
    events.push([name, ...values.map((value) => (value instanceof Uint32Array ? Array.from(value) : value))]);
  };

const root = document.getElementById('app');
if (!root) throw new Error('The page has no element "app".');
adoptCodicons();
const bar = document.createElement('div');
bar.className = 'toolbar';
const view = new PointsView({
  viewportChanged: told('viewportChanged'),
  pointed: told('pointed'),
  picked: told('picked'),
  selected: told('selected'),
  probed(place, phase) {
    told('probed')(place, phase);
    shown.probe = place;
    view.overlay(overlay);
  },
  toolChanged(tool) {
    told('toolChanged')(tool);
    drawBar();
  },
});
root.className = 'points-page';
root.setAttribute('role', 'main');
const foot = document.createElement('div');
foot.className = 'points-foot';
root.append(bar, view.element, foot);
const drawBar = (): void =>
  void render(
    html`<h1>Latents</h1>
      <span class="spacer"></span>${pointsTools(view, true)}`,
    bar,
  );
drawBar();
onThemeChanged(() => {
  view.recolour();
  drawLegend();
});

/** What lies over the points. */
const shown: { mean: Place | null; probe: Place | null } = { mean: null, probe: null };
const path = Float64Array.from({ length: 2 * 64 }, (_, at) => (at % 2 === 0 ? at / 32 - 2 : Math.sin(at / 12)));
const overlay = (projection: Parameters<typeof ellipse>[0]): TemplateResult => {
  const { mean, probe } = shown;
  const moveMean = (place: Place, phase: string): void => {
    told('handled')(place, phase);
    shown.mean = place;
    view.overlay(overlay);
  };
  const moveProbe = (place: Place, phase: string): void => {
    told('probed')(place, phase);
    shown.probe = place;
    view.overlay(overlay);
  };
  return svg`${
    mean &&
    svg`${ellipse(projection, { mean, axes: [1, 0.5], angle: Math.PI / 6, tone: 'strong' })}
    ${ellipse(projection, { mean, axes: [2, 1], angle: Math.PI / 6 })} ${curve(projection, { places: path, tone: 'weak' })}
    ${handle(projection, { place: mean, name: 'Mean', moved: moveMean })}`
  }
  ${probe && crosshair(projection, { place: probe, name: 'Place that is decoded', moved: moveProbe })}`;
};

function contentOf(spec: PointsSpec): PointsContent {
  const { places, made, equal = true } = spec;
  const [x, y, classes] = places
    ? [
        Float32Array.from(places, ([px]) => px),
        Float32Array.from(places, ([, py]) => py),
        Uint8Array.from(spec.classes ?? places.map(() => 0)),
      ]
    : clusters(made ?? { count: 1000, classes: 10 });
  const colour: PointColour =
    spec.colour === 'values'
      ? { kind: 'values', values: Float32Array.from(spec.values ?? x), range: spec.values ? [0, 1] : [-6, 6], ramp: 'viridis' }
      : { kind: 'classes', classes, count: spec.groups ?? made?.classes ?? 1 };
  return {
    name: `${x.length} latents`,
    ...{ x, y, colour },
    hidden: spec.hidden ? Uint8Array.from(spec.hidden) : null,
    axes: { x: 'z₁', y: 'z₂', equal },
    spoken: (index) => `point ${index}, class ${classes[index]}`,
  };
}

let colour: PointColour | null = null;
let lit: number | null = null;

function drawLegend(): void {
  if (!colour) return;
  const colours = slotColours(colour, readPalette());
  const light = (index: number | null): void => {
    view.light((lit = index));
    drawLegend();
  };
  render(
    colour.kind === 'classes'
      ? classesLegend({ names: colours.map((_, index) => `${index}`), colours, lit, light })
      : valuesLegend({ name: 'ELBO (nats)', ramp: colours, range: colour.range, unknown: unknownColour(readPalette()) }),
    foot,
  );
}

function show(spec: PointsSpec): string | null {
  const content = contentOf(spec);
  [colour, lit] = [content.colour, null];
  drawLegend();
  return view.show(content, spec.viewport ?? null);
}

function clusters({ count, classes }: { count: number; classes: number }): [Float32Array, Float32Array, Uint8Array] {
  let state = 12345;
  const uniform = (): number => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 2 ** 32;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const [x, y, of] = [new Float32Array(count), new Float32Array(count), new Uint8Array(count)];
  for (let index = 0; index < count; index++) {
    const k = index % classes;
    const [turn, away] = [2.4 * k, (4 * Math.sqrt(k + 0.5)) / Math.sqrt(classes)];
    of[index] = k;
    x[index] = away * Math.cos(turn) + normal() * (0.2 + 0.03 * (k % 7));
    y[index] = away * Math.sin(turn) + normal() * (0.2 + 0.03 * (k % 5));
  }
  return [x, y, of];
}

const page = {
  ...{ view, events, contentOf, show },
  overlay(mean: Place | null, probe: Place | null): void {
    Object.assign(shown, { mean, probe });
    view.overlay(overlay);
  },
};
export type PointsPage = typeof page;
Object.assign(window, { pointsPage: page });
window.standIn.calls.push({ method: 'ready', params: {} });
