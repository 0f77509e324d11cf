/** The panel in which a VAE trains. */

import { panels, storageKeys } from '../../contributions.ts';
import type { RunSummary, TrainingHost, TrainingPage, TrainingViewState } from '../../protocol/trainingView.ts';
import { RatePlaces } from './ratePlaces.ts';
import { RunPanel, type RunServices } from './runPanel.ts';
import type { RunFamily } from './runSession.ts';
import { parseTrainingState } from './trainingState.ts';
import { densityOf, frameOf, measuresOf } from './vaeMeasures.ts';

export type VaePanel = RunPanel<TrainingViewState, RunSummary, TrainingHost, TrainingPage>;

export function vaePanel(services: RunServices<RunSummary>): VaePanel {
  return new RunPanel<TrainingViewState, RunSummary, TrainingHost, TrainingPage>(services, {
    ...{ family: vaeFamily(), type: panels.training, title: 'VAE in Two Dimensions', view: 'training' },
    ...{ storageKey: storageKeys.training, parse: parseTrainingState },
    handlers: (session, shared) => ({
      ...shared,
      stepOnce: () => session.stepWith({}),
      frame: async (params, { signal }) => frameOf(session.current, params, { signal }),
      measure: async (params, { signal }) => measuresOf(session.current, params, { signal }),
      density: async (params, { signal }) => densityOf(session.current, params, { signal }),
    }),
  });
}

function vaeFamily(): RunFamily<TrainingViewState, RunSummary> {
  const places = new RatePlaces();
  return {
    model: { family: 'vae' },
    coefficients: ({ beta, rate }) => ({ beta, rate }),
    // The entropy is that of the data, which is the same.
    summary: (record, from) => ({ ...record, entropy: from?.summary.entropy ?? null, places: [] }),
    begun: (run) => places.begun(run),
    checkpointed: (run, checkpoint) => places.checkpointed(run, checkpoint),
    stopped: (run) => places.stopped(run),
  };
}
