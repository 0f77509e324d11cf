/** Lines above what is shown: work under way, something to know, a failure. */

import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { Progress } from '../../src/protocol/rpc.ts';

export function banner(kind: 'info' | 'warning' | 'error', message: string, actions: TemplateResult | typeof nothing): TemplateResult {
  return html`<div class="banner ${kind}">
    <span class="codicon codicon-${kind}" aria-hidden="true"></span>
    <span class="banner-text" role=${kind === 'error' ? 'alert' : 'status'}>${message}</span>
    ${actions}
  </div>`;
}

export function busyBanner(progress: Progress, cancel: () => void): TemplateResult {
  return html`<div class="banner info busy">
    <span class="codicon codicon-loading spin" aria-hidden="true"></span>
    <span class="banner-text" role="status">${progress.message}</span>
    ${textButton('Cancel', cancel)} ${progressBar(progress)}
  </div>`;
}

export function textButton(label: string, act: () => void): TemplateResult {
  return html`<button class="link" @click=${act}>${label}</button>`;
}

export function progressBar({ message, fraction }: Progress): TemplateResult {
  const paint = (element?: Element): void => {
    if (element instanceof HTMLElement) element.style.width = fraction === undefined ? '' : `${fraction * 100}%`;
  };
  const percent = fraction === undefined ? nothing : Math.round(fraction * 100);
  return html`<div
    class="progress ${fraction === undefined ? 'unknown' : ''}"
    role="progressbar"
    aria-label=${message}
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${percent}
  >
    <div class="progress-done" ${ref(paint)}></div>
  </div>`;
}
