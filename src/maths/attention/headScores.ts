import { checkStripe, type Stripe } from '../pooling.ts';
import type { Targets } from './targetLists.ts';

/** One weight of a map. */
export interface ScoredCell {
  query: number;
  key: number;
  weight: number;
}

/** How far a head attends as a pattern says. */
export interface PatternScore {
  /** Mean over the eligible queries of the sum of the weights on their targets, in [0, 1]; null without such queries. */
  score: number | null;
  /** What weights that are even over the visible keys would score on the same queries; null likewise. */
  chance: number | null;
  /** Queries with at least one target that they may attend to. */
  eligible: number;
  /** The largest weights on targets, largest first; of equal ones, the earlier. */
  examples: ScoredCell[];
}

/** How evenly a head spreads its attention: means over the rows that may attend to two keys or more. */
export interface RowEntropy {
  /** Mean of H_i / log(visible keys), in [0, 1]; null without such rows. */
  relative: number | null;
  /** Mean of H_i in nats; null likewise. */
  nats: number | null;
  rows: number;
}

export interface HeadScores {
  /** In the order of the patterns. */
  patterns: PatternScore[];
  entropy: RowEntropy;
  /** With `withoutFirst`: mean weight of key 0 over the rows that have it and another key; null otherwise or without such rows. */
  removed: number | null;
}

export interface HeadScorer {
  /** Takes rows of the map, NaN in masked cells; each row once, in any order. */
  add(stripe: Stripe): void;
  /** The scores of the rows so far. */
  result(): HeadScores;
}

export interface HeadScorerOptions {
  queries: number;
  keys: number;
  targets: readonly Targets[];
  /** How many cells to keep of each pattern. */
  examples?: number;
  /** Leaves out the weights of key 0 and scales the others of the row to sum to 1. Rows that have no other weight are not defined. */
  withoutFirst?: boolean;
}

/**
 * Scores one head's map [queries, keys], fed in stripes. With V_i the keys that query i may attend to and T_i its targets among them:
 *
 *   score = mean of sum_{j in T_i} alpha_ij,   chance = mean of |T_i| / |V_i|,   over the i with T_i not empty
 *
 * (score of prefix matching: Olsson et al. 2022, arXiv:2209.11895). Under a causal mask one target has chance 1 / (i + 1).
 * The entropy H_i = -sum_j p_j log p_j is of the row's weights over their sum, which is 1 but where a sink was cut off.
 *
 * @throws RangeError on a stripe that does not fit
 */
export function createHeadScorer({ queries, keys, targets, examples = 0, withoutFirst = false }: HeadScorerOptions): HeadScorer {
  const sums = targets.map(() => ({ score: 0, chance: 0, eligible: 0, best: new Strongest(examples) }));
  const entropy = { relative: 0, nats: 0, rows: 0 };
  const removed = { mass: 0, rows: 0 };
  const firstKey = withoutFirst ? 1 : 0;

  function addRow(values: Float32Array, start: number, query: number): void {
    let visible = 0;
    let mass = 0;
    let weightedLog = 0;
    for (let key = firstKey; key < keys; key++) {
      const weight = values[start + key]!;
      if (weight !== weight) continue;
      visible++;
      if (weight > 0) {
        mass += weight;
        weightedLog += weight * Math.log(weight);
      }
    }
    if (withoutFirst) {
      const first = values[start]!;
      if (visible > 0 && first === first) {
        removed.mass += first;
        removed.rows++;
      }
      if (mass === 0) return;
    }
    if (visible >= 2 && mass > 0) {
      const nats = Math.max(0, Math.log(mass) - weightedLog / mass);
      entropy.nats += nats;
      // Even weights can come out above by a rounding.
      entropy.relative += Math.min(1, nats / Math.log(visible));
      entropy.rows++;
    }
    const scale = withoutFirst ? 1 / mass : 1;
    targets.forEach((pattern, index) => {
      const sum = sums[index]!;
      let seen = 0;
      let onTargets = 0;
      for (let at = pattern.start[query]!, end = pattern.end[query]!; at < end; at++) {
        const key = pattern.keys[at]!;
        if (key < firstKey) continue;
        const weight = values[start + key]!;
        if (weight !== weight) continue;
        seen++;
        onTargets += weight;
        sum.best.offer(query, key, weight * scale);
      }
      if (seen === 0) return;
      sum.score += onTargets * scale;
      sum.chance += seen / visible;
      sum.eligible++;
    });
  }

  return {
    add(stripe) {
      checkStripe(stripe, queries, keys);
      const { values, offset, stride, firstRow, rowCount } = stripe;
      for (let row = 0; row < rowCount; row++) addRow(values, offset + row * stride, firstRow + row);
    },
    result: () => ({
      patterns: sums.map(({ score, chance, eligible, best }) => ({
        score: mean(score, eligible),
        chance: mean(chance, eligible),
        eligible,
        examples: [...best.cells],
      })),
      entropy: { relative: mean(entropy.relative, entropy.rows), nats: mean(entropy.nats, entropy.rows), rows: entropy.rows },
      removed: mean(removed.mass, removed.rows),
    }),
  };
}

const mean = (sum: number, count: number): number | null => (count === 0 ? null : sum / count);

/** The largest few of many cells, in order. */
class Strongest {
  readonly cells: ScoredCell[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  offer(query: number, key: number, weight: number): void {
    const { cells } = this;
    if (!(weight > 0) || this.#most === 0) return;
    const cell = { query, key, weight };
    if (cells.length === this.#most && !isBefore(cell, cells[cells.length - 1]!)) return;
    let place = cells.length;
    while (place > 0 && isBefore(cell, cells[place - 1]!)) place--;
    cells.splice(place, 0, cell);
    if (cells.length > this.#most) cells.pop();
  }
}

function isBefore(a: ScoredCell, b: ScoredCell): boolean {
  if (a.weight !== b.weight) return a.weight > b.weight;
  return a.query !== b.query ? a.query < b.query : a.key < b.key;
}
