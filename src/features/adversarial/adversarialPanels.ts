/** The panel in which a GAN trains: one, which the editor restores. */

import type * as vscode from 'vscode';
import { panels as panelTypes, storageKeys } from '../../contributions.ts';
import type { TrainingClient } from '../../engine/trainingClient.ts';
import type { AdversarialHost, AdversarialPage, AdversarialViewState, GanRunSummary, Player } from '../../protocol/adversarialView.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { Handlers } from '../../protocol/rpc.ts';
import type { Coefficients } from '../../protocol/training.ts';
import { copyText } from '../clipboard.ts';
import { log } from '../log/log.ts';
import { SinglePanel } from '../singlePanel.ts';
import { RunSession, type RunFamily } from '../training/runSession.ts';
import type { TrainingRuns } from '../training/trainingRuns.ts';
import { keptState, parseAdversarialState } from './adversarialState.ts';
import { frameOf, rotationOf, truthOf } from './ganMeasures.ts';

export interface AdversarialServices {
  readonly extensionUri: vscode.Uri;
  /** Of the folder of training graphs; starts nothing by itself. */
  readonly client: () => TrainingClient;
  readonly runs: TrainingRuns<GanRunSummary>;
  readonly memento: vscode.Memento;
}

/** Pictures follow the screen; checkpoints, which its history is gone through by, come often. */
const reporting = { picturesPerSecond: 30, checkpointsEvery: 50 } as const;

const family: RunFamily<AdversarialViewState, GanRunSummary> = {
  model: { family: 'gan' },
  reporting,
  coefficients: ({ coefficients }) => coefficients,
  summary: (record, from) => ({ ...record, places: from ? from.summary.places.filter(({ step }) => step <= from.step) : [] }),
};

/** What is other in a single step. */
const players: Readonly<Record<Player, Coefficients>> = {
  both: {},
  discriminator: { 'discriminator.steps': 1, 'generator.steps': 0 },
  generator: { 'discriminator.steps': 0, 'generator.steps': 1 },
};

export class AdversarialPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #memento: vscode.Memento;
  readonly #training: RunSession<AdversarialViewState, GanRunSummary>;
  readonly #panel: SinglePanel<AdversarialHost, AdversarialPage>;
  #state: AdversarialViewState | null;

  constructor({ extensionUri, client, runs, memento }: AdversarialServices) {
    this.#memento = memento;
    this.#state = parseAdversarialState(memento.get(storageKeys.adversarial));
    this.#training = new RunSession({
      ...{ family, client, runs },
      listener: {
        show: (run, all) => this.#panel.tell((page) => page.show({ run, runs: all })),
        status: (status) => this.#panel.tell((page) => page.status({ status })),
        losses: (run, points) => this.#panel.tell((page) => page.losses({ run, points })),
        picture: (run, step, stepsPerSecond) => this.#panel.tell((page) => page.picture({ run, step, stepsPerSecond })),
        summary: (summary) => this.#panel.tell((page) => page.summary({ summary })),
      },
    });
    this.#panel = new SinglePanel({
      ...{ extensionUri, type: panelTypes.adversarial, title: 'GAN in Two Dimensions', view: 'adversarial' },
      handlers: () => this.#handlers(),
      // It would take a processor's time for a picture that nobody sees, and nothing would say so.
      hidden: () =>
        this.#quietly(this.#training.pause({ kind: 'info', message: 'It was paused while its panel was hidden. Run it, and it goes on.' })),
      closed: () => this.#quietly(this.#training.close()),
    });
  }

  open(): void {
    this.#panel.show();
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.#panel.restore(panel);
    return Promise.resolve();
  }

  dispose(): void {
    this.#training.dispose();
    this.#panel.dispose();
  }

  #handlers(): Handlers<AdversarialHost> {
    const training = this.#training;
    return {
      ready: (_, { signal, progress }) => training.open(this.#state, { signal, onProgress: progress }),
      saveState: async ({ state }) => {
        this.#state = parseAdversarialState(keptState(state));
        await this.#memento.update(storageKeys.adversarial, this.#state);
      },
      begin: (state, { signal, progress }) => training.begin(state, { signal, onProgress: progress }),
      run: ({ until }) => training.run(until),
      pause: () => training.pause(),
      step: ({ player }) => training.stepWith(players[player]),
      change: ({ coefficients }) => training.change(coefficients),
      speed: ({ stepsPerSecond }) => training.speed(stepsPerSecond),
      seek: ({ run, step }) => training.seek(run, step),
      frame: async (params, { signal }) => frameOf(training.current, params, { signal }),
      truth: async (params, { signal }) => truthOf(training.current, params, { signal }),
      rotation: async (params, { signal }) => rotationOf(training.current, params, { signal }),
      forget: () => training.forget(),
      copy: ({ text, what }) => copyText(text, what),
    };
  }

  #quietly(work: Promise<unknown>): void {
    work.catch((error: unknown) => log().debug(`GAN: ${messageOf(error)}`));
  }
}
