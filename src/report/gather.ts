/** Asks the engine for what a report holds. */

import type { AttentionResult, AttentionViewState, TextSymbols } from '../protocol/attention.ts';
import type { AttentionRun, InferenceService, PortableSite } from '../protocol/inference.ts';
import type { ReportData } from '../protocol/report.ts';
import { RpcError, type CallOptions, type Remote } from '../protocol/rpc.ts';

export type ReportSource = Pick<Remote<InferenceService>, 'portable' | 'headScores' | 'predictions' | 'likelyTokens'>;

export interface ReportSubject {
  /** The run as the panel shows it: offsets of tokens are into the text that was run. */
  result: AttentionResult;
  view: AttentionViewState | null;
  symbols: TextSymbols;
}

/** Tokens that are named of each row. */
const likely = 20;
/** Bytes that thumbnails may take together, and the sides that they then have. */
const thumbnailBytes = 2 * 2 ** 20;
const [smallestThumbnail, largestThumbnail, thumbnailStep] = [32, 128, 32];
/** Errors that say that there is no next token to tell of. */
const withoutNext: ReadonlySet<string> = new Set(['no-logits', 'not-autoregressive', 'memory']);

/** All but the sites' weights, which are asked for one after the other: together they may be large. */
export async function gatherReport(
  source: ReportSource,
  { result, view, symbols }: ReportSubject,
  { genlens, written }: Pick<ReportData, 'genlens' | 'written'>,
  options: CallOptions,
): Promise<Omit<ReportData, 'sites'>> {
  const { run } = result;
  const { signal } = options;
  const { runId } = run;
  const calls = signal ? { signal } : {};
  const scores: ReportData['scores'][number][] = [];
  for (const { index } of run.sites) {
    options.onProgress?.({ message: 'Scoring the heads', fraction: (sharedOut.scores * index) / run.sites.length });
    const [all, withoutFirst] = [
      await source.headScores({ runId, site: index, withoutFirst: false }, calls),
      await source.headScores({ runId, site: index, withoutFirst: true }, calls),
    ];
    scores.push({ all, withoutFirst });
  }
  options.onProgress?.({ message: 'Asking for the next tokens', fraction: sharedOut.scores });
  const next = run.tokens ? await nextOf(source, runId, calls) : null;
  return { genlens, written, result: { ...result, run: withoutPlaces(run) }, view, scores, symbols, next };
}

/** The sites one by one, as they can be carried away. */
export async function* gatherSites(source: ReportSource, run: AttentionRun, options: CallOptions): AsyncGenerator<PortableSite> {
  const { signal } = options;
  const thumbnails = thumbnailSide(run.sites.reduce((sum, { heads }) => sum + heads, 0));
  for (const [place, { index }] of run.sites.entries()) {
    const done = sharedOut.scores + ((1 - sharedOut.scores) * place) / run.sites.length;
    options.onProgress?.({ message: `Taking along attention ${place + 1} of ${run.sites.length}`, fraction: done });
    yield await source.portable({ runId: run.runId, site: index, thumbnails }, signal ? { signal } : {});
  }
}

/** Part of the work that the scores are. */
const sharedOut = { scores: 0.3 };

/** Side of the thumbnails of so many heads. */
export function thumbnailSide(heads: number): number {
  const side = Math.sqrt(thumbnailBytes / 2 / Math.max(1, heads));
  return Math.max(smallestThumbnail, Math.min(largestThumbnail, Math.floor(side / thumbnailStep) * thumbnailStep));
}

async function nextOf(source: ReportSource, runId: string, options: CallOptions): Promise<ReportData['next']> {
  try {
    const predictions = await source.predictions({ runId }, options);
    return { predictions, likely: await source.likelyTokens({ runId, count: likely }, options) };
  } catch (error) {
    if (error instanceof RpcError && withoutNext.has(error.code)) return null;
    throw error;
  }
}

/** A report is handed on: it names no folder of the machine that it was written on, and holds no more of the text than it shows. */
function withoutPlaces(run: AttentionRun): AttentionRun {
  const { recipe, provider: ran } = run;
  const { provider, threads, memoryLimit } = recipe.settings;
  const files = Object.fromEntries(Object.entries(recipe.files).map(([path, digest]) => [lastOf(path), digest]));
  // Why another provider was not used is of that machine.
  const used = { requested: ran.used, used: ran.used, engineVersion: ran.engineVersion };
  return {
    ...run,
    provider: used,
    recipe: { ...recipe, model: lastOf(recipe.model), files, request: {}, settings: { provider, threads, memoryLimit } },
  };
}

const lastOf = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
