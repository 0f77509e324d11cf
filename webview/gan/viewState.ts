/** What is chosen in the panel before anything is. */

import type { GanPlace, GanViewState } from '../../src/protocol/ganView.ts';
import { defaultGan } from '../../src/protocol/sampling.ts';

export const firstPlace: GanPlace = { sample: 0, walk: null, moves: [] };

export const initialState: GanViewState = {
  model: null,
  settings: { ...defaultGan, count: 62 },
  place: firstPlace,
  data: null,
  train: null,
};
