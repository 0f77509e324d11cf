/** The toolbar of the training panel: data, what it does, seed and speed; and the sliders that act while it runs. */

import { html, nothing, type TemplateResult } from 'lit';
import { drawnData } from '../../src/protocol/trainingView.ts';
import { counted, formatCount } from '../shared/numbers.ts';
import { iconButton, select, toggleButton } from '../shared/toolbar.ts';
import { logarithmic, nearlyLogarithmic, numberField, scaledSlider } from './controls.ts';
import type { TrainingDesk } from './desk.ts';

const speeds = [null, 200, 50, 10, 2] as const;
const betaScale = nearlyLogarithmic(8);
const rateScale = logarithmic(1e-5, 1);
const mostSeed = 2 ** 32 - 1;

export function toolbar(panel: TrainingDesk): TemplateResult {
  const { mixtures, state, status, stepsPerSecond } = panel;
  const names = [...mixtures, drawnData];
  const running = status?.running ?? false;
  const speed = speeds.findIndex((each) => each === state.stepsPerSecond);
  return html`<div class="toolbar" role="toolbar" aria-label="Training">
      ${select(
        'Data',
        names.indexOf(state.name),
        [...mixtures.map((name) => name.charAt(0).toUpperCase() + name.slice(1)), 'Drawn points'],
        (index) => panel.choose({ name: names[index] ?? state.name }),
      )}
      ${running ? iconButton('debug-pause', 'Pause', () => panel.pause()) : iconButton('play', 'Run', () => panel.run())}
      ${iconButton('debug-step-over', 'One step', () => panel.stepOnce())}
      ${iconButton('debug-restart', 'Begin again: a new run, the one before is kept', () => panel.begin())}
      ${numberField({ label: 'Seed', value: state.seed, minimum: 0, whole: true }, (seed) => panel.choose({ seed: Math.min(seed, mostSeed) }))}
      ${select(
        'Speed',
        Math.max(0, speed),
        speeds.map((each) => (each === null ? 'As fast as it can' : `${each} steps/s`)),
        (index) => panel.set({ stepsPerSecond: speeds[index] ?? null }),
      )}
      <span class="toolbar-text training-speed"
        >${running && stepsPerSecond > 0 ? `${formatCount(Math.round(stepsPerSecond))} steps/s` : ''}</span
      >
      <span class="spacer"></span>
      ${iconButton('screen-full', 'Show all of every picture', () => {
        panel.pictures.fit();
        panel.ratePlane.points.fit();
      })}
    </div>
    <div class="training-sliders">
      ${scaledSlider('Beta', 'Weight of the divergence, from the next step on', state.beta, betaScale, (beta) => panel.set({ beta }))}
      ${scaledSlider('Learning rate', 'Of Adam, from the next step on', state.rate, rateScale, (rate) => panel.set({ rate }))}
    </div>
    ${state.name === drawnData ? drawingTools(panel) : nothing}`;
}

function drawingTools(panel: TrainingDesk): TemplateResult {
  const { pictures, drawing, state } = panel;
  const drags = pictures.x.tool === 'probe';
  return html`<div class="toolbar training-drawing" role="toolbar" aria-label="Drawing">
    ${toggleButton('edit', 'Draw points by dragging on the plane of x', drags, () => (pictures.x.tool = drags ? 'pan' : 'probe'))}
    ${iconButton('add', 'Add a point at the cross-hair, which the arrow keys move', () => drawing.add(), 'Enter on it')}
    ${iconButton('discard', 'Take the last point away', () => drawing.removeLast())}
    ${iconButton('clear-all', 'Take all points away', () => drawing.clear())}
    ${numberField({ label: 'Bandwidth', value: state.bandwidth, minimum: 0.01 }, (bandwidth) => panel.choose({ bandwidth }))}
    <span class="toolbar-text">${counted(drawing.points.length, 'point')}, a Gaussian on each</span>
  </div>`;
}
