/** How far the heads of a site attend as patterns of the text say. */

import { createHeadScorer } from '../maths/attention/headScores.ts';
import { patterns } from '../maths/attention/patterns.ts';
import type { Targets } from '../maths/attention/targetLists.ts';
import type { AttentionRun, SiteScores } from '../protocol/inference.ts';
import { RpcError } from '../protocol/rpc.ts';
import { stripes, type SiteWeights } from './siteWeights.ts';

/** Strongest cells that are told of each pattern. */
const examples = 5;

/** A run's tokens in their text, and what the patterns say of them: found once, when it is first asked for. */
export class RunText {
  readonly length: number;
  readonly #run: AttentionRun;
  #targets: readonly Targets[] | undefined;

  private constructor(run: AttentionRun, length: number) {
    this.#run = run;
    this.length = length;
  }

  /** undefined where tensors were given. */
  static of(run: AttentionRun): RunText | undefined {
    return run.tokens && new RunText(run, run.tokens.length);
  }

  /** Of each pattern. What stands before the window counts: a string literal may begin there. */
  get targets(): readonly Targets[] {
    const { tokens = [], window, recipe } = this.#run;
    const text = (recipe.request.text ?? '').slice(0, window?.end);
    return (this.#targets ??= patterns.map(({ targetsOf }) => targetsOf(tokens, text)));
  }
}

/**
 * Scores all heads of a site, stripe by stripe. Patterns are of one sequence's tokens: without those, and where the keys are of another
 * sequence, there is only entropy.
 */
export async function readScores(
  site: SiteWeights,
  kind: 'self' | 'cross',
  text: RunText | undefined,
  { batch, withoutFirst }: { batch: number; withoutFirst: boolean },
  signal: AbortSignal,
): Promise<SiteScores> {
  const { heads, queries, keys } = site.sizes;
  const known = text !== undefined && kind === 'self' && text.length === queries && text.length === keys;
  const targets = known ? text.targets : [];
  const scorers = Array.from({ length: heads }, () => createHeadScorer({ queries, keys, targets, examples, withoutFirst }));
  for (const { queryStart, queryEnd } of stripes(0, queries, heads * keys)) {
    signal.throwIfAborted();
    const values = await site.read({ batch, head: null, queryStart, queryEnd }, 'nan', signal);
    const rowCount = queryEnd - queryStart;
    for (const [head, scorer] of scorers.entries()) {
      scorer.add({ values, offset: head * rowCount * keys, stride: keys, firstRow: queryStart, rowCount });
      // Between two heads other calls are heard, one that cancels this among them.
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) throw new RpcError('cancelled', 'Cancelled.');
    }
  }
  return { patterns: known ? patterns.map(({ id }) => id) : [], heads: scorers.map((scorer) => scorer.result()) };
}
