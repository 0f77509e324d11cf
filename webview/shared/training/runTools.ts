/** Parts of a training panel's toolbar that every family has: data, seed, speed, what is drawn, and where the run stands. */

import { html, type TemplateResult } from 'lit';
import { drawnData, type TrainingStatus } from '../../../src/protocol/trainingRun.ts';
import { counted, formatCount } from '../numbers.ts';
import type { PointsView } from '../points/pointsView.ts';
import { iconButton, select, toggleButton } from '../toolbar.ts';
import { numberField } from './controls.ts';
import type { Drawing } from './drawing.ts';

const speeds = [null, 200, 50, 10, 2] as const;
const mostSeed = 2 ** 32 - 1;

export function dataSelect(mixtures: readonly string[], chosen: string, choose: (name: string) => void): TemplateResult {
  const names = [...mixtures, drawnData];
  return select(
    'Data',
    names.indexOf(chosen),
    [...mixtures.map((name) => name.charAt(0).toUpperCase() + name.slice(1)), 'Drawn points'],
    (index) => choose(names[index] ?? chosen),
  );
}

export function seedField(seed: number, set: (seed: number) => void): TemplateResult {
  return numberField({ label: 'Seed', value: seed, minimum: 0, whole: true }, (value) => set(Math.min(value, mostSeed)));
}

export function speedSelect(stepsPerSecond: number | null, set: (stepsPerSecond: number | null) => void): TemplateResult {
  return select(
    'Speed',
    Math.max(
      0,
      speeds.findIndex((each) => each === stepsPerSecond),
    ),
    speeds.map((each) => (each === null ? 'As fast as it can' : `${each} steps/s`)),
    (index) => set(speeds[index] ?? null),
  );
}

export function speedText(isRunning: boolean, stepsPerSecond: number): TemplateResult {
  const text = isRunning && stepsPerSecond > 0 ? `${formatCount(Math.round(stepsPerSecond))} steps/s` : '';
  return html`<span class="toolbar-text training-speed">${text}</span>`;
}

/** @param plane where points are drawn */
export function drawingTools(
  plane: PointsView,
  drawing: Drawing,
  bandwidth: number,
  setBandwidth: (value: number) => void,
): TemplateResult {
  const drags = plane.tool === 'probe';
  return html`<div class="toolbar training-drawing" role="toolbar" aria-label="Drawing">
    ${toggleButton('edit', 'Draw points by dragging on the plane of x', drags, () => (plane.tool = drags ? 'pan' : 'probe'))}
    ${iconButton('add', 'Add a point at the cross-hair, which the arrow keys move', () => drawing.add(), 'Enter on it')}
    ${iconButton('discard', 'Take the last point away', () => drawing.removeLast())}
    ${iconButton('clear-all', 'Take all points away', () => drawing.clear())}
    ${numberField({ label: 'Bandwidth', value: bandwidth, minimum: 0.01 }, setBandwidth)}
    <span class="toolbar-text">${counted(drawing.points.length, 'point')}, a Gaussian on each</span>
  </div>`;
}

/**
 * Goes back to a checkpoint, and forward to those that are still there.
 *
 * @param live follows the hand, not only its end
 */
export function seekSlider(
  { step, lastStep, running }: Pick<TrainingStatus, 'step' | 'lastStep' | 'running'>,
  seek: (step: number) => void,
  live = false,
): TemplateResult {
  const moved = (event: Event): void => {
    if (event.target instanceof HTMLInputElement) seek(event.target.valueAsNumber);
  };
  return html`<label class="slider" title="Goes back to the last checkpoint before, once it is paused; running on from there is a new run">
    <span class="slider-label">Stands at</span>
    <input
      type="range"
      min="0"
      max=${Math.max(lastStep, 1)}
      ?disabled=${running}
      step="1"
      .value=${String(step)}
      aria-valuetext=${`step ${step}`}
      @input=${(event: Event) => live && moved(event)}
      @change=${moved}
    />
    <span class="slider-value" aria-hidden="true">step ${formatCount(step)}</span>
  </label>`;
}
