/** The toolbar of the panel of a diffusion model: model, what it is told, sampler, seed, and what is done with the run. */

import '@vscode-elements/elements/dist/vscode-button/index.js';
import { html, nothing, type TemplateResult } from 'lit';
import { samplers } from '../../src/maths/samplers/list.ts';
import type { Conditioning, LoadedDiffusion } from '../../src/protocol/diffusion.ts';
import { modelSelect } from '../shared/modelSelect.ts';
import { seedField } from '../shared/seedField.ts';
import { iconButton, select } from '../shared/toolbar.ts';
import { wholeField } from '../shared/wholeField.ts';
import type { DenoisingDesk } from './desk.ts';
import { captionHelp, className, conditionName } from './words.ts';

/** More classes are no list: one is told by its number. */
const mostListed = 100;

export function toolbar(panel: DenoisingDesk): TemplateResult {
  const { state, session } = panel;
  const { model } = session;
  return html`<div class="toolbar" role="toolbar" aria-label="Diffusion">
    ${modelSelect(panel.content.models, panel.chosen, panel.content.canAdd, {
      choose: (id) => panel.choose({ model: id }),
      add: () => panel.addModel(),
      remove: (id) => panel.removeModel(id),
      changed: () => panel.changed(),
    })}
    ${model ? html`${conditionField(panel, model.conditioning)} ${samplerSelect(panel, model)}` : nothing}
    ${seedField(state.settings.seed, (seed) => panel.set({ seed }))}
    ${
      model
        ? session.busy
          ? html`<vscode-button secondary @click=${() => panel.stop()}>Stop</vscode-button>`
          : html`<vscode-button @click=${() => panel.run()}>Run</vscode-button>`
        : nothing
    }
    <span class="denoising-stale" role="status">${panel.isChanged && !session.busy ? 'Changed since the run' : ''}</span>
    <span class="spacer"></span>
    ${panel.canUndo ? iconButton('discard', 'Undo', () => panel.undo(), 'Ctrl+Z') : nothing}
    ${panel.canRedo ? iconButton('redo', 'Redo', () => panel.redo(), 'Ctrl+Shift+Z') : nothing}
    ${
      model
        ? html`${
            session.trajectory?.run
              ? html`${iconButton('save', 'Save the strip of all seeds as PNG', () => panel.saveStrip())}
                ${iconButton('device-camera-video', 'Save the film of this seed as an animated PNG', () => panel.saveAnimation())}
                ${iconButton('file-binary', 'Save the trajectory as .npy', () => panel.saveTrajectory())}`
              : nothing
          }
          ${iconButton('copy', 'Copy these settings', () => panel.copySettings())}
          ${iconButton('clippy', 'Paste settings', () => panel.pasteSettings())}`
        : nothing
    }
  </div>`;
}

function samplerSelect(panel: DenoisingDesk, { scheduler }: LoadedDiffusion): TemplateResult {
  const { sampler } = panel.state.settings;
  const titles = samplers.map(({ title }) => title);
  const own = samplers.find(({ name }) => name === scheduler.sampler)?.title ?? scheduler.sampler;
  const at = samplers.findIndex(({ name, className: called }) => sampler === name || sampler === called);
  return select('Sampler', at + 1, [`The model’s own (${own})`, ...titles], (index) =>
    panel.set({ sampler: index === 0 ? null : samplers[index - 1]!.name }),
  );
}

function conditionField(panel: DenoisingDesk, conditioning: Conditioning): TemplateResult | typeof nothing {
  const { condition } = panel.state.settings;
  const name = conditionName(conditioning);
  if (conditioning.kind === 'none') return nothing;
  if (conditioning.kind === 'class') {
    const label = typeof condition.label === 'number' ? condition.label : 0;
    const set = (chosen: number): void => panel.set({ condition: { label: chosen } });
    return conditioning.count > mostListed
      ? wholeField({ label: name, title: className(conditioning, label), value: label, most: conditioning.count - 1 }, set)
      : select(
          name,
          label,
          Array.from({ length: conditioning.count }, (_, at) => className(conditioning, at)),
          set,
        );
  }
  const changed = (target: EventTarget | null): void => {
    if (!(target instanceof HTMLInputElement) || target.value === (panel.state.settings.condition.prompt ?? '')) return;
    panel.set({ condition: { ...panel.state.settings.condition, prompt: target.value } });
  };
  return html`<input
    class="field denoising-prompt"
    type="text"
    aria-label=${name}
    placeholder=${name}
    title=${captionHelp(conditioning)}
    .value=${condition.prompt ?? ''}
    @change=${({ target }: Event) => changed(target)}
    @keydown=${({ key, target }: KeyboardEvent) => {
      if (key !== 'Enter') return;
      changed(target);
      panel.run();
    }}
  />`;
}
