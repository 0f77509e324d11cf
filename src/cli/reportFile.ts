/** What `--html` writes: a report of the run. */

import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { EngineClient } from '../engine/client.ts';
import { isSystemError } from '../engine/systemError.ts';
import type { AttentionResult, AttentionSubject } from '../protocol/attention.ts';
import type { AttentionRequest, AttentionRun, ModelSource } from '../protocol/inference.ts';
import { moveInto, temporaryFor, writePieces } from '../report/file.ts';
import { readReportPage } from '../report/page.ts';
import { reportPieces } from '../report/report.ts';
import { relativeToWindow } from '../report/shownRun.ts';
import type { AttentionArguments } from './arguments.ts';
import { about } from './fileErrors.ts';
import { lineRange } from './lines.ts';
import type { Terminal } from './terminal.ts';

/** A report that is written whole, under a name of its own beside its place. */
export interface PreparedReport {
  /** For people. */
  summary: string;
  /** Puts it in its place. */
  finish(): Promise<void>;
  /** Removes it, unless it is in its place. */
  discard(): void;
}

export async function prepareReport(
  client: EngineClient,
  source: ModelSource,
  run: AttentionRun,
  request: AttentionRequest,
  input: AttentionArguments['input'],
  path: string,
  terminal: Terminal,
): Promise<PreparedReport> {
  const temporary = temporaryFor(path);
  const discard = (): void => rmSync(temporary, { force: true, maxRetries: 5, retryDelay: 20 });
  const forget = terminal.onInterrupt(discard);
  const failed = (error: unknown): unknown => (isSystemError(error) ? about('write', path, error) : error);
  try {
    const pieces = reportPieces(
      {
        source: client,
        page: await readReportPage(terminal.viewsFolder),
        genlens: terminal.version,
        written: new Date(),
        result: resultOf(run, request, subjectOf(run, request, input, source.name)),
        view: null,
        symbols: { source: 'none', symbols: [] },
      },
      { signal: terminal.signal, onProgress: (progress) => terminal.progress(progress) },
    );
    const bytes = await writePieces(temporary, pieces);
    return {
      summary: `Report written to ${path} (${(bytes / 1e6).toFixed(1)} MB)\n`,
      finish: () =>
        moveInto(temporary, path).catch((error: unknown) => {
          throw failed(error);
        }),
      discard: () => {
        forget();
        discard();
      },
    };
  } catch (error) {
    forget();
    discard();
    throw failed(error);
  }
}

function resultOf(run: AttentionRun, { text = '' }: AttentionRequest, subject: AttentionSubject): AttentionResult {
  const { window } = run;
  return { run: window ? relativeToWindow(run, window) : run, subject, text: window ? text.slice(window.start, window.end) : '' };
}

function subjectOf(
  { window }: AttentionRun,
  { text = '' }: AttentionRequest,
  input: AttentionArguments['input'],
  modelName: string,
): AttentionSubject {
  const windowed = window !== undefined && (window.start > 0 || window.end < text.length);
  const shared = { windowed, cut: false, modelName };
  if ('inputs' in input) return { ...shared, kind: 'prompt', title: basename(input.inputs) };
  if ('text' in input || input.file === '-') return { ...shared, kind: 'prompt', title: 'prompt' };
  return { ...shared, kind: 'editor', title: basename(input.file), ...(window && { lines: lineRange(text, window.start, window.end) }) };
}
