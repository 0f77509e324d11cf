/**
 * What is done to the scores of one query on their way to its softmax, in double precision: a scale, a bias or mask that is added, a
 * condition that replaces masked ones, a soft cap (Gemma 2, arXiv:2408.00118: cap * tanh(x / cap)).
 */
export type LogitStep =
  | { kind: 'scale'; factor: number }
  /** [keys], or one number for all. */
  | { kind: 'add'; values: ArrayLike<number> }
  /** Where not kept, the other value stands in place of the score; each [keys], or one for all. */
  | { kind: 'select'; kept: ArrayLike<number>; other: ArrayLike<number> }
  | { kind: 'tanh' };

/** @param row [keys] */
export function applyLogitStep(row: Float64Array, step: LogitStep): Float64Array {
  switch (step.kind) {
    case 'scale':
      return row.map((score) => score * step.factor);
    case 'add':
      return row.map((score, key) => score + at(step.values, key));
    case 'select':
      return row.map((score, key) => (at(step.kept, key) === 0 ? at(step.other, key) : score));
    case 'tanh':
      return row.map(Math.tanh);
  }
}

const at = (values: ArrayLike<number>, key: number): number => values[values.length === 1 ? 0 : key]!;
