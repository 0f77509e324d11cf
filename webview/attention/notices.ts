/** What stands in the picture's way or above it: work under way, failures, a stale text, nothing to show. */

import '@vscode-elements/elements/dist/vscode-button/index.js';
import { html, type TemplateResult } from 'lit';
import type { Failure } from '../../src/protocol/attention.ts';
import type { Progress } from '../../src/protocol/rpc.ts';
import { banner, progressBar, textButton } from '../shared/notices.ts';

const actionNames: Readonly<Record<Failure['actions'][number], string>> = {
  retry: 'Try again',
  chooseModel: 'Choose model',
  openSettings: 'Open settings',
  showLog: 'Show log',
};

export function staleBanner(again: () => void): TemplateResult {
  return banner('warning', 'The text was edited since.', textButton('Run again', again));
}

export function failureBanner(failure: Failure, act: (action: Failure['actions'][number]) => void): TemplateResult {
  return banner('error', failure.message, html`${failure.actions.map((action) => textButton(actionNames[action], () => act(action)))}`);
}

/** In place of a picture. */
export function busyPage(progress: Progress, cancel: () => void): TemplateResult {
  return html`<div class="page">
    <div role="status"><h1 class="page-title">${progress.message}</h1></div>
    ${progressBar(progress)}
    <div class="page-actions"><vscode-button secondary @click=${cancel}>Cancel</vscode-button></div>
  </div>`;
}

export function failurePage(
  failure: Failure,
  act: (action: Failure['actions'][number]) => void,
  title = 'Attention could not be shown',
): TemplateResult {
  return html`<div class="page">
    <span class="codicon codicon-error page-icon" aria-hidden="true"></span>
    <h1 class="page-title">${title}</h1>
    <p role="alert">${failure.message}</p>
    <div class="page-actions">
      ${failure.actions.map(
        (action, index) => html`<vscode-button ?secondary=${index > 0} @click=${() => act(action)}>${actionNames[action]}</vscode-button>`,
      )}
    </div>
  </div>`;
}

export function emptyPage(): TemplateResult {
  return html`<div class="page">
    <h1 class="page-title">No attention to show yet</h1>
    <p>
      Run <strong>Genlens: Explain Attention</strong> from the command palette, or from the menu of an editor. A selection is explained by
      itself; with no editor open, a prompt is asked for.
    </p>
  </div>`;
}

/** In place of a view that the run has nothing for. */
export function viewPage(title: string, message: string): TemplateResult {
  return html`<div class="page">
    <h2 class="page-title">${title}</h2>
    <p role="status">${message}</p>
  </div>`;
}

export function noSitesPage(modelName: string): TemplateResult {
  return html`<div class="page">
    <h2 class="page-title">No attention was found in ${modelName}</h2>
    <p>Attention is found where a graph computes it as MatMul, Softmax, MatMul. Fused attention operators are not covered yet.</p>
  </div>`;
}
