import type { CopiesRequest } from '../../src/protocol/latent.ts';

/** Samples that are compared with the training data, how many of them are shown, and the seed of all draws. */
export const copiesRequest: CopiesRequest = { samples: 1_000, shown: 24, seed: 1 };
