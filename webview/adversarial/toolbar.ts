/** The toolbar of the GAN panel: what is trained how, what it does, seed and speed; and the sliders that act while it runs. */

import { html, nothing, type TemplateResult } from 'lit';
import { ganLosses } from '../../src/maths/adversarial/optimum.ts';
import { ganPresets } from '../../src/maths/adversarial/presets.ts';
import { drawnData } from '../../src/protocol/trainingRun.ts';
import { iconButton, select, toggleButton } from '../shared/toolbar.ts';
import { logarithmic, nearlyLogarithmic, numberField, scaledSlider, type SliderScale } from '../shared/training/controls.ts';
import { dataSelect, drawingTools, seedField, speedSelect, speedText } from '../shared/training/runTools.ts';
import type { AdversarialDesk } from './desk.ts';
import { lossNames } from './words.ts';

const rateScale = logarithmic(1e-5, 0.1);
const mostSteps = 100;
const batches = [4, 16, 64, 256] as const;

interface Slider {
  readonly name: string;
  readonly label: string;
  readonly title: string;
  readonly scale: SliderScale;
}

const sliders: readonly Slider[] = [
  { name: 'discriminator.rate', label: 'D rate', title: 'Adam’s learning rate of the discriminator', scale: rateScale },
  { name: 'generator.rate', label: 'G rate', title: 'Adam’s learning rate of the generator', scale: rateScale },
  {
    name: 'r1',
    label: 'R1',
    title: 'γ: half of it times the mean squared slope of D at real points; 0 is none',
    scale: nearlyLogarithmic(20),
  },
  {
    name: 'gp',
    label: 'GP',
    title: 'Gradient penalty λ, of the slope’s distance from 1 between real and generated points; 0 is none',
    scale: nearlyLogarithmic(20),
  },
  { name: 'clip', label: 'Clipping', title: 'Every parameter of D is kept within ± this; 0 is none', scale: nearlyLogarithmic(1) },
  { name: 'noise', label: 'Input noise', title: 'Deviation of the noise on all that D sees; 0 is none', scale: nearlyLogarithmic(1) },
  {
    name: 'spectral',
    label: 'Spectral',
    title: 'Every weight matrix of D is scaled to this norm; 0 leaves them as they are',
    scale: nearlyLogarithmic(4),
  },
  {
    name: 'beta1',
    label: 'Momentum',
    title: 'Adam’s β₁ of both players',
    scale: { value: (place) => 0.99 * place, place: (value) => value / 0.99 },
  },
];

export function toolbar(panel: AdversarialDesk): TemplateResult {
  const { state, pictures } = panel;
  const { mixtures, isRunning, stepsPerSecond } = panel.open;
  const { coefficients } = state;
  const preset = ganPresets.findIndex(({ id }) => id === state.preset);
  return html`<div class="toolbar" role="toolbar" aria-label="Training">
      ${select('Preset', preset + 1, ['No preset', ...ganPresets.map(({ name }) => name)], (index) => panel.choosePreset(ganPresets[index - 1] ?? null))}
      ${dataSelect(mixtures, state.name, (name) => panel.choose({ name }))}
      ${select('Loss', coefficients['loss'] ?? 0, lossNames, (loss) => panel.set({ loss: Math.min(loss, ganLosses.length - 1) }))}
      ${isRunning ? iconButton('debug-pause', 'Pause', () => panel.pause(), 'Space') : iconButton('play', 'Run', () => panel.run(), 'Space')}
      ${iconButton('debug-step-over', 'One step of both', () => panel.step('both'))}
      <button class="adversarial-step" title="One step of the discriminator alone" @click=${() => panel.step('discriminator')}>+1 D</button>
      <button class="adversarial-step" title="One step of the generator alone" @click=${() => panel.step('generator')}>+1 G</button>
      ${iconButton('debug-restart', 'Begin again: a new run, the one before is kept', () => panel.begin())}
      ${seedField(state.seed, (seed) => panel.choose({ seed }))}
      ${select(
        'Batch',
        batches.findIndex((batch) => batch === coefficients['batch']),
        batches.map((batch) => `Batch ${batch}`),
        (index) => panel.set({ batch: batches[index] ?? 256 }),
      )}
      ${stepsField('D steps', 'discriminator.steps', panel)} ${stepsField('G steps', 'generator.steps', panel)}
      ${speedSelect(state.stepsPerSecond, (value) => panel.speed(value))} ${speedText(isRunning, stepsPerSecond)}
      <span class="spacer"></span>
      ${toggleButton('circle-filled', 'Show real points', state.realPoints, () => panel.look({ realPoints: !state.realPoints }))}
      ${toggleButton('arrow-up', 'Show where each generated point is pulled', state.arrows, () => panel.look({ arrows: !state.arrows }))}
      ${toggleButton('symbol-numeric', 'Show the grid of z, as the generator warps it', state.grid, () => panel.look({ grid: !state.grid }))}
      ${iconButton('screen-full', 'Show all of every picture', () => {
        pictures.fit();
        panel.rotationPlane.points.fit();
      })}
    </div>
    <div class="training-sliders adversarial-sliders">${sliders.map((slider) => sliderOf(slider, panel))}</div>
    ${
      state.name === drawnData
        ? drawingTools(pictures.learned, panel.drawing, state.bandwidth, (bandwidth) => panel.choose({ bandwidth }))
        : nothing
    }`;
}

/** No clipping is infinite, and stands at 0. Momentum is both players'. */
function sliderOf({ name, label, title, scale }: Slider, panel: AdversarialDesk): TemplateResult {
  const { coefficients } = panel.state;
  if (name === 'beta1')
    return scaledSlider(label, title, coefficients['discriminator.beta1'] ?? 0, scale, (value) => {
      const beta1 = Math.min(0.999, value);
      panel.set({ 'discriminator.beta1': beta1, 'generator.beta1': beta1 });
    });
  const value = coefficients[name] ?? 0;
  if (name === 'clip')
    return scaledSlider(label, title, Number.isFinite(value) ? value : 0, scale, (clip) => panel.set({ clip: clip > 0 ? clip : Infinity }));
  return scaledSlider(label, title, value, scale, (set) => panel.set({ [name]: set }));
}

function stepsField(label: string, name: string, panel: AdversarialDesk): TemplateResult {
  const other = name === 'discriminator.steps' ? 'generator.steps' : 'discriminator.steps';
  // One of them has to move.
  const minimum = (panel.state.coefficients[other] ?? 1) > 0 ? 0 : 1;
  return numberField({ label, value: panel.state.coefficients[name] ?? 1, minimum, whole: true }, (value) =>
    panel.set({ [name]: Math.min(value, mostSteps) }),
  );
}
