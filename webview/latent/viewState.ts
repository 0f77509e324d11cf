/** What is chosen in the panel before anything is. */

import type { LatentViewState } from '../../src/protocol/latent.ts';

export const initialState: LatentViewState = {
  ...{ model: null, data: null, projection: { method: 'pca', dimensions: [0, 1] }, colouring: null, lit: null, viewport: null },
  ...{ place: null, item: null, path: null, spherical: false, manifold: false, part: null },
};
