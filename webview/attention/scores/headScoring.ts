/** The scores of a run's heads, for all that shows them: which are wanted, and what is said and listed of them. */

import { siteLabel } from '../../../src/maps/names.ts';
import { headOrders, type AttentionResult, type HeadOrder, type ScoreChoices } from '../../../src/protocol/attention.ts';
import type { CaptionedHead } from '../arrangement.ts';
import type { HeadPlace } from '../gridLayout.ts';
import type { ViewContext } from '../view.ts';
import { bestPattern, rankHeads, type BestPattern, type RankingProgress } from './ranking.ts';
import { ScoreStore } from './scoreStore.ts';
import { bestPhrase, formatScore, orderName, suchHeads } from './scoreWords.ts';

export class HeadScoring {
  readonly #context: ViewContext;
  #result: AttentionResult | null = null;
  #store: ScoreStore | null = null;
  #ranking: { key: string; heads: readonly CaptionedHead[] } | null = null;

  constructor(context: ViewContext) {
    this.#context = context;
  }

  show(result: AttentionResult): void {
    this.clear();
    this.#result = result;
    this.#store = new ScoreStore(result.run, {
      fetch: (request, options) => this.#context.host.headScores(request, options),
      arrived: () => this.#context.changed(),
      failed: (error) => this.#context.report(error),
    });
  }

  clear(): void {
    this.#store?.clear();
    this.#store = null;
    this.#ranking = null;
  }

  retry(): void {
    this.#store?.retry();
  }

  get choices(): ScoreChoices {
    return this.#context.state.scores;
  }

  choose(change: Partial<ScoreChoices>): void {
    const { state } = this.#context;
    this.#context.clearProblem();
    this.#context.setState({ ...state, scores: { ...state.scores, ...change } });
  }

  /** Orders that have a meaning for the run: patterns are of a text's tokens among themselves. */
  get orders(): readonly HeadOrder[] {
    const { run } = this.#result ?? {};
    if (run?.tokens && run.sites.some(({ kind }) => kind === 'self')) return headOrders;
    return ['layer', 'entropy'];
  }

  get order(): HeadOrder {
    const { order } = this.choices;
    return this.orders.includes(order) ? order : 'layer';
  }

  /** Asks for what is shown: of the head that is open, else of all heads where they are in the order of a score, else of the one pointed at. */
  want(chosen: HeadPlace | null, pointed: HeadPlace | null): void {
    const { withoutFirst } = this.choices;
    const all = this.order === 'layer' || chosen ? [] : (this.#result?.run.sites ?? []).map((_, row) => row);
    const first = chosen ?? pointed;
    this.#store?.want([...new Set([...(first ? [first.row] : []), ...all])], withoutFirst);
  }

  /** The heads in the order of the score that is chosen; null in the order of layers. The same list as long as nothing has changed. */
  get ranking(): readonly CaptionedHead[] | null {
    const { order } = this;
    const store = this.#store;
    const sites = this.#result?.run.sites ?? [];
    if (order === 'layer' || !store) return null;
    const { least, withoutFirst } = this.choices;
    const key = `${order} ${least} ${String(withoutFirst)} ${store.count}`;
    if (this.#ranking?.key === key) return this.#ranking.heads;
    const ranked = rankHeads(
      sites.map((_, row) => store.of(row)),
      order,
      least,
    );
    const heads = ranked.flatMap(({ row, head, score }) => {
      const site = sites[row];
      const share = formatScore(score);
      if (!site) return [];
      return [{ row, head, caption: `${siteLabel(site, sites)}H${head} ${share}`, spoken: `${orderName(order).toLowerCase()} ${share}` }];
    });
    this.#ranking = { key, heads };
    return heads;
  }

  get progress(): RankingProgress {
    const sites = this.#result?.run.sites ?? [];
    return {
      shown: this.ranking?.length ?? 0,
      heads: sites.reduce((sum, site) => sum + site.heads, 0),
      layersDone: this.#store?.count ?? 0,
      layers: sites.length,
    };
  }

  /** Of one head; null until it has come. */
  of(place: HeadPlace): ReturnType<ScoreStore['of']> {
    return this.#store?.of(place.row) ?? null;
  }

  /** "induction 0.94 (chance 0.02, 212 queries)"; null where no pattern can be told. */
  best(place: HeadPlace): string | null {
    const best = this.#best(place);
    return best && bestPhrase(best, this.choices.withoutFirst);
  }

  /** What such heads attend to, to end the first line with; empty where no pattern stands out. */
  suchHeads(place: HeadPlace): string {
    return suchHeads(this.#best(place), this.choices.withoutFirst) ?? '';
  }

  #best(place: HeadPlace): BestPattern | null {
    const scores = this.of(place);
    return scores && bestPattern(scores, place.head);
  }
}
