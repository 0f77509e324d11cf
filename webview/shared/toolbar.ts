/** Toolbar parts that have no state of their own. */

import '@vscode-elements/elements/dist/vscode-toolbar-button/index.js';
import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';

/** A button that is an icon; `keys` is told in its tooltip. */
export function iconButton(icon: string, label: string, act: () => void, keys?: string): TemplateResult {
  const title = keys === undefined ? label : `${label} (${keys})`;
  return html`<vscode-toolbar-button icon=${icon} label=${label} title=${title} @click=${act}></vscode-toolbar-button>`;
}

/** An icon that stays pressed. */
export function toggleButton(icon: string, label: string, on: boolean, act: () => void, keys?: string): TemplateResult {
  const title = keys === undefined ? label : `${label} (${keys})`;
  return html`<vscode-toolbar-button
    icon=${icon}
    label=${label}
    title=${title}
    toggleable
    .checked=${on}
    @click=${act}
  ></vscode-toolbar-button>`;
}

/** The platform's own select, which brings its keys and its list, in the editor's colours. */
export function select(label: string, chosen: number, options: readonly string[], choose: (index: number) => void): TemplateResult {
  const changed = (event: Event): void => {
    if (event.target instanceof HTMLSelectElement) choose(event.target.selectedIndex);
  };
  return html`<select class="select" aria-label=${label} title=${label} .selectedIndex=${live(chosen)} @change=${changed}>
    ${options.map((option, index) => html`<option ?selected=${index === chosen}>${option}</option>`)}
  </select>`;
}
