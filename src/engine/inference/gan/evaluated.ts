/** What an evaluation is made of. */

import type { CallContext } from '../../../protocol/rpc.ts';
import type { Judge } from './judging.ts';
import type { HeldGan } from './model.ts';
import type { GanParts } from './parts.ts';

/** Pictures with what is known of them, in the order of the arrays. */
export interface Pictures {
  readonly count: number;
  /** [count, ...item] in the model's range. */
  readonly items: Float32Array;
  /** [count]; null: not known. */
  readonly classes: Int32Array | null;
  /** The classes are those that the classifier reads: nothing else is known of them. */
  readonly read?: true;
}

/** What an evaluation works with. */
export interface Evaluating {
  readonly model: HeldGan;
  readonly parts: GanParts;
  readonly judge: Judge;
  readonly seed: number;
  readonly context: CallContext;
}
