import type { AttentionRun } from '../protocol/inference.ts';

/** The run as a panel or a report gets it: tokens by offsets into the text that was run, which is all the text that it gets. */
export function relativeToWindow(run: AttentionRun, { start }: { start: number }): AttentionRun {
  if (start === 0 || !run.tokens) return run;
  return { ...run, tokens: run.tokens.map((token) => ({ ...token, start: token.start - start, end: token.end - start })) };
}
