/** What starts a run, or stops the one under way. */

import '@vscode-elements/elements/dist/vscode-button/index.js';
import { html, type nothing, type TemplateResult } from 'lit';
import type { Desk } from './desk.ts';

export interface StartRow {
  readonly label: string;
  /** What happens then. */
  readonly title: string;
  readonly ready: boolean;
  readonly seed: TemplateResult | typeof nothing;
}

export function startRow(desk: Desk, { label, title, ready, seed }: StartRow): TemplateResult {
  return html`<div class="start">
    ${
      desk.going
        ? html`<vscode-button secondary icon="debug-stop" title="Stop (Escape)" @click=${() => desk.stop()}>Stop</vscode-button>`
        : html`<vscode-button icon="play" ?disabled=${!ready} title=${`${title} (Ctrl+Enter)`} @click=${() => desk.start()}
            >${label}</vscode-button
          >`
    }
    ${seed}
  </div>`;
}
