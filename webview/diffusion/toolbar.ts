/** The toolbars of the diffusion panel: what trains and how fast; which sampler makes points flow; and where in its run the pictures stand. */

import { html, nothing, type TemplateResult } from 'lit';
import { planeSamplers, type PlaneRunChoice } from '../../src/maths/diffusion/planeSamplers.ts';
import { planeSchedules } from '../../src/maths/diffusion/planeSchedule.ts';
import { drawnData } from '../../src/protocol/trainingRun.ts';
import { iconButton, select, toggleButton } from '../shared/toolbar.ts';
import { logarithmic, numberField, scaledSlider } from '../shared/training/controls.ts';
import { dataSelect, drawingTools, seedField, speedSelect, speedText } from '../shared/training/runTools.ts';
import type { DiffusionDesk } from './desk.ts';

const rateScale = logarithmic(1e-5, 1);
const stepCounts = [5, 10, 20, 30, 50, 100, 200] as const;
const counts = [500, 2_000, 10_000] as const;
const scheduleNames: Readonly<Record<(typeof planeSchedules)[number], string>> = {
  linear: 'Linear betas',
  cosine: 'Cosine',
  even: 'Even log SNR',
};

export function toolbar(panel: DiffusionDesk): TemplateResult {
  const { state, pictures } = panel;
  const { mixtures, isRunning, stepsPerSecond } = panel.open;
  return html`<div class="toolbar" role="toolbar" aria-label="Training">
      ${dataSelect(mixtures, state.name, (name) => panel.choose({ name }))}
      ${isRunning ? iconButton('debug-pause', 'Pause', () => panel.pause(), 'Space') : iconButton('play', 'Run', () => panel.run(), 'Space')}
      ${iconButton('debug-step-over', 'One step', () => panel.stepOnce())}
      ${iconButton('debug-restart', 'Begin again: a new run, the one before is kept', () => panel.begin())}
      ${seedField(state.seed, (seed) => panel.choose({ seed }))} ${speedSelect(state.stepsPerSecond, (value) => panel.speed(value))}
      ${speedText(isRunning, stepsPerSecond)}
      <span class="spacer"></span>
      ${toggleButton('git-branch', 'Show paths of some points, with and without noise', state.paths, () => panel.look({ paths: !state.paths }))}
      ${iconButton('screen-full', 'Show all of every picture', () => pictures.fit())}
    </div>
    <div class="training-sliders">
      ${scaledSlider('Learning rate', 'Of Adam, from the next step on', state.rate, rateScale, (rate) => panel.setRate(rate))}
    </div>
    ${samplerBar(panel)}
    ${
      state.name === drawnData
        ? drawingTools(pictures.left, panel.drawing, state.bandwidth, (bandwidth) => panel.choose({ bandwidth }))
        : nothing
    }`;
}

function samplerBar(panel: DiffusionDesk): TemplateResult {
  const { run, count, memory, half, guidance, left, right } = panel.state;
  const isGuided = left === 'guided' || right === 'guided';
  const set = (change: Partial<PlaneRunChoice>): void => {
    const next = { ...run, ...change };
    const fewest = planeSamplers.find(({ id }) => id === next.sampler)?.fewest ?? 1;
    panel.look({ run: { ...next, steps: Math.max(fewest, next.steps) } });
  };
  const steps = stepCounts.some((each) => each === run.steps) ? [...stepCounts] : [...stepCounts, run.steps].sort((a, b) => a - b);
  return html`<div class="toolbar" role="toolbar" aria-label="Sampler">
    ${select(
      'Sampler',
      planeSamplers.findIndex(({ id }) => id === run.sampler),
      planeSamplers.map(({ title }) => title),
      (index) => set({ sampler: planeSamplers[index]?.id ?? run.sampler }),
    )}
    ${select(
      'Steps of the sampler',
      steps.indexOf(run.steps),
      steps.map((each) => `${each} steps`),
      (index) => set({ steps: steps[index] ?? run.steps }),
    )}
    ${run.sampler === 'ddim' ? numberField({ label: 'Eta', value: run.eta, minimum: 0 }, (eta) => set({ eta: Math.min(1, eta) })) : nothing}
    ${select(
      'Schedule',
      planeSchedules.indexOf(run.schedule),
      planeSchedules.map((each) => scheduleNames[each]),
      (index) => set({ schedule: planeSchedules[index] ?? run.schedule }),
    )}
    ${select(
      'Points that flow',
      counts.findIndex((each) => each === count),
      counts.map((each) => `${each.toLocaleString('en-US')} points`),
      (index) => panel.look({ count: counts[index] ?? count }),
    )}
    ${numberField({ label: 'Training points', value: memory, minimum: 1, whole: true }, (value) => panel.look({ memory: Math.min(4096, value) }))}
    ${
      isGuided
        ? html`${select('Class', half, ['Class: first half', 'Class: second half'], (index) => panel.look({ half: index === 0 ? 0 : 1 }))}
          ${numberField({ label: 'Guidance', value: guidance, minimum: 0 }, (scale) => panel.look({ guidance: Math.min(100, scale) }))}`
        : nothing
    }
  </div>`;
}
