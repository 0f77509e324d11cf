/** The page of a panel in which a model trains: what it says first, its tools, what is under way or went wrong, and its pictures. */

import { html, nothing, type TemplateResult } from 'lit';
import type { RunChoice, RunRecord } from '../../../src/protocol/trainingRun.ts';
import { banner, busyBanner, textButton } from '../notices.ts';
import type { OpenRun } from './openRun.ts';
import { runNotices } from './runNotices.ts';

export interface RunPageParts {
  readonly headline: string;
  readonly toolbar: () => TemplateResult;
  /** Below what went wrong. */
  readonly note?: TemplateResult | typeof nothing;
  readonly parts: () => TemplateResult;
  /** Loads all anew. */
  start(): void;
  goOnSlower(): void;
}

export function runPage<State extends RunChoice, Summary extends RunRecord>(
  open: OpenRun<State, Summary>,
  page: RunPageParts,
): TemplateResult {
  const { problem, waiting, isLoaded, status, summary } = open;
  const leave = isLoaded ? textButton('Close', () => open.dismiss()) : textButton('Try again', () => page.start());
  const waysOn = {
    goBack: (step: number) => {
      if (summary) open.seek(summary.id, step);
    },
    goOnSlower: () => page.goOnSlower(),
  };
  return html`<main class="training">
    <h1 class="headline">${page.headline}</h1>
    ${isLoaded ? page.toolbar() : nothing} ${waiting ? busyBanner(waiting.progress, () => waiting.abort.abort()) : nothing}
    ${problem === null ? nothing : banner('error', problem, leave)} ${runNotices(status, waysOn)} ${page.note ?? nothing}
    ${isLoaded ? page.parts() : nothing}
  </main>`;
}
