/** Something that a step computes on the way, to be looked at where a value is no number. */
export interface Term {
  /** In words. */
  name: string;
  data: Float32Array;
  shape: readonly number[];
}
