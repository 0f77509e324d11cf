/** Exports what a panel shows: asks as what and to where, and writes it. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFile, rm } from 'node:fs/promises';
import * as vscode from 'vscode';
import { siteOfMap } from '../../../maps/choice.ts';
import type { AttentionPanel, AttentionResult, AttentionViewState, TextSymbols } from '../../../protocol/attention.ts';
import type { InferenceService } from '../../../protocol/inference.ts';
import type { Remote } from '../../../protocol/rpc.ts';
import { readReportPage } from '../../../report/page.ts';
import { temporaryFor } from '../../../report/file.ts';
import { reportPieces } from '../../../report/report.ts';
import { withLateNotification, type Work } from '../../progress.ts';
import { isCancelled } from '../failure.ts';
import { mapCsv, mapNpy, type OpenMap } from './contents.ts';
import { exportName, type ExportFormat } from './names.ts';
import { askPlace, tellSaved, writeTo } from './place.ts';

export type ExportReads = Remote<
  Pick<InferenceService, 'row' | 'portable' | 'headScores' | 'predictions' | 'likelyTokens' | 'writeWeights'>
>;

/** What there is to export of a panel. */
export interface Exportable {
  result: AttentionResult;
  view: AttentionViewState | null;
  /** The text's address; null for a prompt. */
  document: vscode.Uri | null;
  symbols: () => Promise<TextSymbols>;
  reads: ExportReads;
  /** The panel's page, which draws. */
  page: Pick<Remote<AttentionPanel>, 'picture' | 'markdown'>;
  /** Where the views were built to. */
  viewsFolder: vscode.Uri;
  /** Of the extension. */
  version: string;
}

interface Choice extends vscode.QuickPickItem {
  format: ExportFormat;
}

/** What can be made of what is shown: a picture of the heads' view, numbers of an open map, a report of everything. */
function choicesOf({ view }: Exportable, open: OpenMap | null): Choice[] {
  const heads = view === null || view.view === 'heads';
  const map = heads && open !== null;
  return [
    ...(heads
      ? ([
          { format: 'png', label: '$(file-media) PNG', detail: 'The picture as it is shown, twice as fine as the screen' },
          { format: 'svg', label: '$(symbol-ruler) SVG', detail: 'The picture as it is shown, as a drawing with its text as text' },
        ] as const)
      : []),
    ...(map
      ? ([
          { format: 'csv', label: '$(table) CSV', detail: 'The weights of this map, with the tokens in the first line and column' },
          { format: 'npy', label: '$(symbol-array) NumPy (.npy)', detail: 'The weights of this map, float32' },
        ] as const)
      : []),
    {
      format: 'html',
      label: '$(preview) HTML report',
      detail: 'One page with every head, to look at without Genlens: opens in a browser, needs no network',
    },
    ...(map
      ? ([
          { format: 'markdown', label: '$(markdown) Copy as Markdown', detail: 'What this map is, and its strongest pairs as a table' },
        ] as const)
      : []),
  ];
}

export async function exportAttention(exportable: Exportable): Promise<void> {
  const open = openMapOf(exportable);
  const choice = await vscode.window.showQuickPick(choicesOf(exportable, open), {
    title: 'Export Attention',
    placeHolder: 'What to make of what is shown',
  });
  if (!choice) return;
  const { format } = choice;
  if (format === 'markdown') {
    await vscode.env.clipboard.writeText(await exportable.page.markdown({}));
    void vscode.window.showInformationMessage('Copied as Markdown.');
    return;
  }
  const place = await askPlace(exportable.document, exportName(exportable.result, open?.map ?? null, format), format);
  if (!place) return;
  const abort = new AbortController();
  try {
    await withLateNotification('Exporting attention', abort, (work) => write(exportable, open, format, place, work));
  } catch (error) {
    if (isCancelled(error) || abort.signal.aborted) return;
    throw error;
  }
  void tellSaved(place, format);
}

function openMapOf({ result, view }: Exportable): OpenMap | null {
  const map = view?.chosen;
  const site = map && siteOfMap(result.run, map);
  return site ? { result, map, site } : null;
}

async function write(
  exportable: Exportable,
  open: OpenMap | null,
  format: Exclude<ExportFormat, 'markdown'>,
  place: vscode.Uri,
  work: Work,
): Promise<void> {
  const { reads } = exportable;
  if (format === 'png' || format === 'svg') await writeTo(place, one(await exportable.page.picture({ format })));
  else if (format === 'html') await writeTo(place, await report(exportable, work));
  else if (!open) throw new Error('No map is open.');
  else if (format === 'csv') await writeTo(place, mapCsv(open, reads.row, work));
  else if (open.map.kind === 'head' && open.map.withoutFirst !== true) await writeHead(exportable, open.map, place, work);
  else await writeTo(place, mapNpy(open, reads.row, work));
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function report({ result, view, symbols, reads, viewsFolder, version }: Exportable, work: Work): Promise<AsyncIterable<string>> {
  const page = await readReportPage(viewsFolder.fsPath);
  const request = { source: reads, page, genlens: version, written: new Date(), result, view, symbols: await symbols() };
  return reportPieces(request, work);
}

/** The engine writes a head itself, float32 [batch, 1, queries, keys]. */
async function writeHead(
  { reads, result }: Exportable,
  { site, head }: { site: number; head: number },
  place: vscode.Uri,
  { signal, onProgress }: Work,
): Promise<void> {
  const to = (path: string): Promise<void> => reads.writeWeights({ runId: result.run.runId, site, head, path }, { signal, onProgress });
  if (place.scheme === 'file') return to(place.fsPath);
  const temporary = temporaryFor(join(tmpdir(), 'weights.npy'));
  try {
    await to(temporary);
    await writeTo(place, one(await readFile(temporary)));
  } finally {
    await rm(temporary, { force: true });
  }
}
