/** What a run has met that nobody asked for, and the ways on from there. */

import { html, nothing, type TemplateResult } from 'lit';
import type { TrainingStatus } from '../../../src/protocol/trainingRun.ts';
import { banner, textButton } from '../notices.ts';

export interface WaysOn {
  /** To the last checkpoint before a step. */
  goBack(step: number): void;
  goOnSlower(): void;
}

export function runNotices(status: TrainingStatus | null, waysOn: WaysOn): TemplateResult {
  const { failure, notice } = status ?? {};
  return html`${failure ? banner('error', failure.message, ways(failure.step, waysOn)) : nothing}
  ${notice ? banner(notice.kind, notice.message, nothing) : nothing}`;
}

/** @param step the one that was not done */
function ways(step: number, waysOn: WaysOn): TemplateResult {
  return html`${textButton('Go on at a tenth of the rate', () => waysOn.goOnSlower())}
  ${textButton('Go back a checkpoint', () => waysOn.goBack(Math.max(0, step - 1)))}`;
}
