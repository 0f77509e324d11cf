/** What `genlens evaluate` finds. */

import type { CopyingOf, EncodedData, EvidenceItem, LoadedVae, TwoSetsOf } from '../../protocol/vae.ts';

export interface EvaluatedItem {
  /** Nats; null where there are none. */
  elbo: number | null;
  reconstruction: number | null;
  kl: number | null;
  klByDimension: readonly number[] | null;
  /** Mean squared error of the picture decoded from the mean, in shares of the range. */
  error: number;
  /** Null of items that it was not asked of. */
  logEvidence: {
    value: number;
    method: EvidenceItem['method'];
    effectiveSize: number;
    paretoShape: number;
    standardError: number | null;
    /** Of quadrature: what two resolutions differ by. */
    difference: number | null;
  } | null;
}

export interface Evaluation {
  loaded: LoadedVae;
  data: EncodedData;
  items: readonly EvaluatedItem[];
  rate: { rate: number; information: number; divergence: number } | null;
  copying: (Omit<CopyingOf, 'pairs'> & { train: string }) | null;
  /** The training data against the data, and the members that are found where these are not told apart. */
  twoSets: TwoSetsOf | null;
  /** Why they are not compared, where both are given. */
  withoutTwoSets: string | null;
}
