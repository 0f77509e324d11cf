/** What a run has met that nobody asked for, and the ways on from there. */

import { html, nothing, type TemplateResult } from 'lit';
import { banner, textButton } from '../shared/notices.ts';
import type { TrainingDesk } from './desk.ts';

export function runNotices(panel: TrainingDesk): TemplateResult {
  const { failure, notice } = panel.status ?? {};
  return html`${failure ? banner('error', failure.message, waysOn(panel, failure.step)) : nothing}
  ${notice ? banner(notice.kind, notice.message, nothing) : nothing}`;
}

/** @param step the one that was not done */
function waysOn(panel: TrainingDesk, step: number): TemplateResult {
  const back = (): void => {
    if (panel.summary) panel.seek(panel.summary.id, Math.max(0, step - 1));
  };
  return html`${textButton('Go on at a tenth of the rate', () => panel.goOnSlower())} ${textButton('Go back a checkpoint', back)}`;
}
