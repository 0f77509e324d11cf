/** A report of a run, from the engine that has it to the pieces of a file. */

import type { CallOptions } from '../protocol/rpc.ts';
import type { ReportPage } from './document.ts';
import { gatherReport, gatherSites, type ReportSource, type ReportSubject } from './gather.ts';

export interface ReportRequest extends ReportSubject {
  source: ReportSource;
  page: ReportPage;
  /** Version of Genlens. */
  genlens: string;
  written: Date;
}

/** Rejects as the engine does, where its signal stops it too. */
export async function* reportPieces(
  { source, page, genlens, written, ...subject }: ReportRequest,
  options: CallOptions,
): AsyncGenerator<string> {
  const data = await gatherReport(source, subject, { genlens, written: written.toISOString() }, options);
  // The host reads how a report is written when one is.
  const { reportDocument } = await import('./document.ts');
  yield* reportDocument(page, data, gatherSites(source, subject.result.run, options));
}
