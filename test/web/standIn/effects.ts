/** What masking an edge might do, from the numbers of query and key: most of it by weight, some of it against. */

import type { AttentionRun, EdgeEffects, EdgeEffectsRequest, ValueNorms } from '../../../src/protocol/inference.ts';

export function normsOf(keys: number): ValueNorms {
  return { norms: Float32Array.from({ length: keys }, (_, key) => 1 + ((key * 5) % 7) / 2) };
}

/** @param row the query's weights, NaN where masked */
export function effectsOf(run: AttentionRun | undefined, { query, keys }: EdgeEffectsRequest, row: Float32Array): EdgeEffects {
  const next = run?.tokens?.[query + 1];
  const visible = row.filter((weight) => !Number.isNaN(weight)).length;
  return {
    target: { id: query + 1, text: next?.text ?? ' shape', actual: next !== undefined },
    logProbability: -1.25,
    keys,
    weights: Float32Array.from(keys, (key) => row[key]!),
    changes: Float32Array.from(keys, (key) => {
      if (Number.isNaN(row[key]!)) return 0;
      return visible === 1 ? NaN : row[key]! * (key % 4 === 3 ? 0.5 : -2) + ((key % 3) - 1) / 50;
    }),
  };
}
