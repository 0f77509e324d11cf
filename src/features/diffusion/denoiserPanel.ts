/** The panel in which a denoiser trains. */

import { panels, storageKeys } from '../../contributions.ts';
import type { DenoiserHost, DenoiserPage, DenoiserRunSummary, DenoiserViewState } from '../../protocol/denoiserView.ts';
import { RunPanel, type RunServices } from '../training/runPanel.ts';
import type { RunFamily } from '../training/runSession.ts';
import { factsOf, fieldOf, flowOf, guidedOf, truthOf } from './denoiserMeasures.ts';
import { parseDenoiserState } from './denoiserState.ts';

const family: RunFamily<DenoiserViewState, DenoiserRunSummary> = {
  model: { family: 'denoiser' },
  // Checkpoints, which its history is gone through by, come often.
  reporting: { picturesPerSecond: 15, checkpointsEvery: 50 },
  coefficients: ({ rate }) => ({ rate }),
  summary: (record, from) => ({ ...record, places: from ? from.summary.places.filter(({ step }) => step <= from.step) : [] }),
};

export type DenoiserPanel = RunPanel<DenoiserViewState, DenoiserRunSummary, DenoiserHost, DenoiserPage>;

export function denoiserPanel(services: RunServices<DenoiserRunSummary>): DenoiserPanel {
  return new RunPanel<DenoiserViewState, DenoiserRunSummary, DenoiserHost, DenoiserPage>(services, {
    ...{ family, type: panels.denoiser, title: 'Diffusion Model in Two Dimensions', view: 'diffusion' },
    ...{ storageKey: storageKeys.denoiser, parse: parseDenoiserState },
    handlers: (session, shared) => ({
      ...shared,
      stepOnce: () => session.stepWith({}),
      flow: async (params, { signal }) => flowOf(session.current, params, { signal }),
      field: async (params, { signal }) => fieldOf(session.current, params, { signal }),
      truth: async (params, { signal }) => truthOf(session.current, params, { signal }),
      facts: async (_, { signal }) => factsOf(session.current, { signal }),
      guided: async (params, { signal }) => guidedOf(session.current, params, { signal }),
    }),
  });
}
