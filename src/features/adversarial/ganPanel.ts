/** The panel in which a GAN trains. */

import { panels, storageKeys } from '../../contributions.ts';
import type { AdversarialHost, AdversarialPage, AdversarialViewState, GanRunSummary, Player } from '../../protocol/adversarialView.ts';
import type { Coefficients } from '../../protocol/training.ts';
import { RunPanel, type RunServices } from '../training/runPanel.ts';
import type { RunFamily } from '../training/runSession.ts';
import { keptState, parseAdversarialState } from './adversarialState.ts';
import { frameOf, rotationOf, truthOf } from './ganMeasures.ts';

const family: RunFamily<AdversarialViewState, GanRunSummary> = {
  model: { family: 'gan' },
  // Pictures follow the screen; checkpoints, which its history is gone through by, come often.
  reporting: { picturesPerSecond: 30, checkpointsEvery: 50 },
  coefficients: ({ coefficients }) => coefficients,
  summary: (record, from) => ({ ...record, places: from ? from.summary.places.filter(({ step }) => step <= from.step) : [] }),
};

/** What is other in a single step. */
const players: Readonly<Record<Player, Coefficients>> = {
  both: {},
  discriminator: { 'discriminator.steps': 1, 'generator.steps': 0 },
  generator: { 'discriminator.steps': 0, 'generator.steps': 1 },
};

export type GanPanel = RunPanel<AdversarialViewState, GanRunSummary, AdversarialHost, AdversarialPage>;

export function ganPanel(services: RunServices<GanRunSummary>): GanPanel {
  return new RunPanel<AdversarialViewState, GanRunSummary, AdversarialHost, AdversarialPage>(services, {
    ...{ family, type: panels.adversarial, title: 'GAN in Two Dimensions', view: 'adversarial' },
    ...{ storageKey: storageKeys.adversarial, parse: parseAdversarialState },
    handlers: (session, shared) => ({
      ...shared,
      saveState: ({ state }) => shared.saveState({ state: keptState(state) }),
      step: ({ player }) => session.stepWith(players[player]),
      frame: async (params, { signal }) => frameOf(session.current, params, { signal }),
      truth: async (params, { signal }) => truthOf(session.current, params, { signal }),
      rotation: async (params, { signal }) => rotationOf(session.current, params, { signal }),
    }),
  });
}
