/** The panel in which a VAE trains: one, which the editor restores. */

import type * as vscode from 'vscode';
import { panels as panelTypes, storageKeys } from '../../contributions.ts';
import type { TrainingClient } from '../../engine/trainingClient.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { Handlers } from '../../protocol/rpc.ts';
import type { RunSummary, TrainingHost, TrainingPage, TrainingViewState } from '../../protocol/trainingView.ts';
import { copyText } from '../clipboard.ts';
import { log } from '../log/log.ts';
import { SinglePanel } from '../singlePanel.ts';
import { RatePlaces } from './ratePlaces.ts';
import { RunSession, type RunFamily } from './runSession.ts';
import type { TrainingRuns } from './trainingRuns.ts';
import { parseTrainingState } from './trainingState.ts';
import { densityOf, frameOf, measuresOf } from './vaeMeasures.ts';

export interface TrainingServices {
  readonly extensionUri: vscode.Uri;
  /** Of the folder of training graphs; starts nothing by itself. */
  readonly client: () => TrainingClient;
  readonly runs: TrainingRuns<RunSummary>;
  readonly memento: vscode.Memento;
}

export class TrainingPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #services: TrainingServices;
  readonly #training: RunSession<TrainingViewState, RunSummary>;
  readonly #panel: SinglePanel<TrainingHost, TrainingPage>;
  #state: TrainingViewState | null;

  constructor(services: TrainingServices) {
    this.#services = services;
    this.#state = parseTrainingState(services.memento.get(storageKeys.training));
    this.#training = new RunSession({
      ...{ family: vaeFamily(), client: services.client, runs: services.runs },
      listener: {
        show: (run, runs) => this.#panel.tell((page) => page.show({ run, runs })),
        status: (status) => this.#panel.tell((page) => page.status({ status })),
        losses: (run, points) => this.#panel.tell((page) => page.losses({ run, points })),
        picture: (run, step, stepsPerSecond) => this.#panel.tell((page) => page.picture({ run, step, stepsPerSecond })),
        summary: (summary) => this.#panel.tell((page) => page.summary({ summary })),
      },
    });
    this.#panel = new SinglePanel({
      ...{ extensionUri: services.extensionUri, type: panelTypes.training, title: 'VAE in Two Dimensions', view: 'training' },
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

  #handlers(): Handlers<TrainingHost> {
    const { memento } = this.#services;
    const training = this.#training;
    return {
      ready: (_, { signal, progress }) => training.open(this.#state, { signal, onProgress: progress }),
      saveState: async ({ state }) => {
        this.#state = parseTrainingState(state);
        await memento.update(storageKeys.training, this.#state);
      },
      begin: (state, { signal, progress }) => training.begin(state, { signal, onProgress: progress }),
      run: ({ until }) => training.run(until),
      pause: () => training.pause(),
      stepOnce: () => training.stepWith({}),
      change: ({ coefficients }) => training.change(coefficients),
      speed: ({ stepsPerSecond }) => training.speed(stepsPerSecond),
      seek: ({ run, step }) => training.seek(run, step),
      frame: async (params, { signal }) => frameOf(training.current, params, { signal }),
      measure: async (params, { signal }) => measuresOf(training.current, params, { signal }),
      density: async (params, { signal }) => densityOf(training.current, params, { signal }),
      forget: () => training.forget(),
      copy: ({ text, what }) => copyText(text, what),
    };
  }

  #quietly(work: Promise<unknown>): void {
    work.catch((error: unknown) => log().debug(`Training: ${messageOf(error)}`));
  }
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
