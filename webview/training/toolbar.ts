/** The toolbar of the training panel: data, what it does, seed and speed; and the sliders that act while it runs. */

import { html, nothing, type TemplateResult } from 'lit';
import { drawnData } from '../../src/protocol/trainingRun.ts';
import { iconButton } from '../shared/toolbar.ts';
import { logarithmic, nearlyLogarithmic, scaledSlider } from '../shared/training/controls.ts';
import { dataSelect, drawingTools, seedField, speedSelect, speedText } from '../shared/training/runTools.ts';
import type { TrainingDesk } from './desk.ts';

const betaScale = nearlyLogarithmic(8);
const rateScale = logarithmic(1e-5, 1);

export function toolbar(panel: TrainingDesk): TemplateResult {
  const { state, pictures } = panel;
  const { mixtures, isRunning, stepsPerSecond } = panel.open;
  return html`<div class="toolbar" role="toolbar" aria-label="Training">
      ${dataSelect(mixtures, state.name, (name) => panel.choose({ name }))}
      ${isRunning ? iconButton('debug-pause', 'Pause', () => panel.pause()) : iconButton('play', 'Run', () => panel.run())}
      ${iconButton('debug-step-over', 'One step', () => panel.stepOnce())}
      ${iconButton('debug-restart', 'Begin again: a new run, the one before is kept', () => panel.begin())}
      ${seedField(state.seed, (seed) => panel.choose({ seed }))}
      ${speedSelect(state.stepsPerSecond, (stepsPerSecond) => panel.set({ stepsPerSecond }))} ${speedText(isRunning, stepsPerSecond)}
      <span class="spacer"></span>
      ${iconButton('screen-full', 'Show all of every picture', () => {
        pictures.fit();
        panel.ratePlane.points.fit();
      })}
    </div>
    <div class="training-sliders">
      ${scaledSlider('Beta', 'Weight of the divergence, from the next step on', state.beta, betaScale, (beta) => panel.set({ beta }))}
      ${scaledSlider('Learning rate', 'Of Adam, from the next step on', state.rate, rateScale, (rate) => panel.set({ rate }))}
    </div>
    ${
      state.name === drawnData
        ? drawingTools(pictures.x, panel.drawing, state.bandwidth, (bandwidth) => panel.choose({ bandwidth }))
        : nothing
    }`;
}
