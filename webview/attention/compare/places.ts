/** What stands at the places of the common axes. Pure. */

import type { Comparison } from '../../../src/protocol/inference.ts';
import { shortTokenLabel, tokenLabel } from '../../shared/tokenLabel.ts';
import type { AxisLabels } from '../../shared/heatmap/axis.ts';
import { axisTokens } from '../axisTokens.ts';
import type { Pair } from './pair.ts';

export interface Place {
  /** The token's text; its position where tensors were given, or the keys are of another sequence. */
  readonly text: string;
  /** Positions in the sequences of A and of B; null where one lacks the token. */
  readonly a: number | null;
  readonly b: number | null;
}

export class Places {
  readonly #pair: Pair;
  readonly #comparison: Comparison;

  constructor(pair: Pair, comparison: Comparison) {
    this.#pair = pair;
    this.#comparison = comparison;
  }

  at(axis: 'query' | 'key', place: number): Place {
    const { queries, keys } = this.#comparison;
    const alignment = axis === 'query' ? queries : keys;
    const [a, b] = [alignment.a, alignment.b].map((tokens) => tokens[place] ?? -1).map((index) => (index < 0 ? null : index));
    const side = a === null ? 'b' : 'a';
    const index = a ?? b ?? place;
    return { text: axisTokens(this.#pair[side], axis)?.[index]?.text ?? String(index), a: a ?? null, b: b ?? null };
  }

  labels(axis: 'query' | 'key'): AxisLabels {
    return {
      short: (place) => shortTokenLabel(this.at(axis, place).text),
      full: (place) => `${positions(this.at(axis, place))}: ${tokenLabel(this.at(axis, place).text)}`,
      sign: (place) => {
        const { a, b } = this.at(axis, place);
        return a === null ? 'B' : b === null ? 'A' : '';
      },
    };
  }
}

/** "12", "A 12, B 14", "A 12 only". */
export function positions({ a, b }: Place): string {
  if (a === b) return String(a);
  if (a === null) return `B ${b} only`;
  return b === null ? `A ${a} only` : `A ${a}, B ${b}`;
}
