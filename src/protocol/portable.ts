/** What a site's weights are computed from, as it is carried away from the engine, to where there is none. */

/**
 * A number for every cell of a map [queries, keys], and no more of them than it takes: one for all cells, one a key, one a query, one
 * a diagonal (from key - query = 1 - queries on; a causal mask is of this kind), else one a cell.
 */
export interface Plane {
  along: 'all' | 'keys' | 'queries' | 'diagonals' | 'cells';
  values: Float32Array;
}

/** As `LogitStep` of src/maths/attention, for all cells of a head; numbers are the places of planes in a list. */
export type PortableStep =
  | { kind: 'scale'; factor: number }
  | { kind: 'add'; plane: number }
  /** Where `kept` is 0, `other` stands in place of the score. */
  | { kind: 'select'; kept: number; other: number }
  | { kind: 'tanh' };

/** What a site's softmax is computed from, for one sequence. */
export interface PortableOperands {
  headDim: number;
  /** Halves [heads, queries, headDim], as they enter the score product. */
  queryVectors: Uint16Array;
  /** Halves [key heads, keys, headDim], likewise; heads that share their keys share them here. */
  keyVectors: Uint16Array;
  /** Each head's place among the key heads, and among the lists of steps. */
  keysOf: readonly number[];
  stepsOf: readonly number[];
  steps: readonly (readonly PortableStep[])[];
  planes: readonly Plane[];
}
