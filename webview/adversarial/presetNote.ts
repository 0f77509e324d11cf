import { html, nothing, type TemplateResult } from 'lit';
import { textButton } from '../shared/notices.ts';
import type { AdversarialDesk } from './desk.ts';

/** What a preset shows, and what cures it. */
export function presetNote(panel: AdversarialDesk): TemplateResult | typeof nothing {
  const { preset, state } = panel;
  if (!preset) return nothing;
  const { fix } = preset;
  const isFixed = Object.entries(fix.coefficients).every(([name, value]) => state.coefficients[name] === value);
  return html`<p class="adversarial-preset" role="note">
    <span>${isFixed ? fix.sentence : preset.sentence}</span>
    ${isFixed ? textButton('Without it, from the beginning', () => panel.choosePreset(preset)) : textButton(`${fix.name}, from here on`, () => panel.applyFix(preset, false))}
    ${isFixed ? nothing : textButton(`${fix.name}, from the beginning`, () => panel.applyFix(preset, true))}
  </p>`;
}
