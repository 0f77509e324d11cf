/** The toolbar of the panel of a GAN: model, class, seed, and what is done with the samples. */

import { html, nothing, type TemplateResult } from 'lit';
import { seedField } from '../shared/seedField.ts';
import { modelSelect } from '../shared/modelSelect.ts';
import { iconButton, select } from '../shared/toolbar.ts';
import type { GanDesk } from './desk.ts';

export function toolbar(panel: GanDesk): TemplateResult {
  const { state, session } = panel;
  const { model } = session;
  return html`<div class="toolbar" role="toolbar" aria-label="GAN">
    ${modelSelect(panel.content.models, panel.chosen, panel.content.canAdd, {
      choose: (model) => panel.choose({ model }),
      add: () => panel.addModel(),
      remove: (id) => panel.removeModel(id),
      changed: () => panel.changed(),
    })}
    ${model && model.classes.length > 0 ? classSelect(panel, model.classes) : nothing}
    ${seedField(state.settings.seed, (seed) => panel.set({ seed }))}
    <span class="spacer"></span>
    ${panel.canUndo ? iconButton('discard', 'Undo', () => panel.undo(), 'Ctrl+Z') : nothing}
    ${panel.canRedo ? iconButton('redo', 'Redo', () => panel.redo(), 'Ctrl+Shift+Z') : nothing}
    ${
      model
        ? html`${
            model.discriminator && model.item.kind === 'image'
              ? html`${iconButton('file-media', 'Score the image that is open', () => panel.pickPicture(false))}
                ${iconButton('folder-opened', 'Score an image file…', () => panel.pickPicture(true))}`
              : nothing
          }
          ${iconButton('save', 'Save the pictures as PNG', () => panel.save('png'))}
          ${iconButton('file-binary', 'Save the numbers as .npy', () => panel.save('npy'))}
          ${iconButton('copy', 'Copy the settings of these samples', () => panel.copySettings())}
          ${iconButton('clippy', 'Paste settings', () => panel.pasteSettings())}`
        : nothing
    }
  </div>`;
}

function classSelect(panel: GanDesk, classes: readonly string[]): TemplateResult {
  const { class: chosen } = panel.state.settings;
  return select('Class', chosen === 'each' || chosen >= classes.length ? 0 : chosen + 1, ['Each class in turn', ...classes], (index) =>
    panel.set({ class: index === 0 ? 'each' : index - 1 }),
  );
}
