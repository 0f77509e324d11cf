import type { AttentionViewName } from '../../src/protocol/attention.ts';
import type { Packed, ReportData } from '../../src/protocol/report.ts';

/** The ways of looking at a run that work without the engine, on what a report holds. */
export function reportViews({ next }: Packed<ReportData>): readonly AttentionViewName[] {
  return next ? ['heads', 'text', 'next'] : ['heads', 'text'];
}
