/** The panel in which a VAE trains: one, which the editor restores. */

import * as vscode from 'vscode';
import { panels as panelTypes, storageKeys } from '../../contributions.ts';
import type { TrainingClient } from '../../engine/trainingClient.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { Handlers, Remote } from '../../protocol/rpc.ts';
import type { TrainingHost, TrainingPage, TrainingViewState } from '../../protocol/trainingView.ts';
import { log } from '../log/log.ts';
import { viewPage, viewsFolder } from '../page.ts';
import { openSession, type PageSession } from '../pageSession.ts';
import type { TrainingRuns } from './trainingRuns.ts';
import { TrainingSession } from './trainingSession.ts';
import { parseTrainingState } from './trainingState.ts';

const title = 'VAE in Two Dimensions';

export interface TrainingServices {
  readonly extensionUri: vscode.Uri;
  /** Of the folder of training graphs; starts nothing by itself. */
  readonly client: () => TrainingClient;
  readonly runs: TrainingRuns;
  readonly memento: vscode.Memento;
}

export class TrainingPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #services: TrainingServices;
  readonly #training: TrainingSession;
  #panel: vscode.WebviewPanel | null = null;
  #session: PageSession<TrainingPage> | null = null;
  #state: TrainingViewState | null;

  constructor(services: TrainingServices) {
    this.#services = services;
    this.#state = parseTrainingState(services.memento.get(storageKeys.training));
    this.#training = new TrainingSession({ client: services.client, runs: services.runs, tell: (call) => this.#tell(call) });
  }

  open(): void {
    if (this.#panel) {
      this.#panel.reveal();
      return;
    }
    this.#adopt(vscode.window.createWebviewPanel(panelTypes.training, title, vscode.ViewColumn.Active, this.#options()));
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    panel.webview.options = this.#options();
    this.#panel?.dispose();
    this.#adopt(panel);
    return Promise.resolve();
  }

  dispose(): void {
    this.#session?.dispose();
    this.#training.dispose();
    this.#panel?.dispose();
  }

  #options(): vscode.WebviewOptions {
    return { enableScripts: true, localResourceRoots: [viewsFolder(this.#services.extensionUri)] };
  }

  #adopt(panel: vscode.WebviewPanel): void {
    const { extensionUri } = this.#services;
    this.#panel = panel;
    const begin = (): void => {
      this.#session?.dispose();
      this.#session = openSession<TrainingHost, TrainingPage>(panel.webview, this.#handlers(), (method, error) =>
        log().debug(`${method}: ${messageOf(error)}`),
      );
    };
    begin();
    // A page that was hidden is thrown away, and is made anew when it is shown.
    panel.onDidChangeViewState(() => {
      if (panel.visible && !this.#session) begin();
      else if (!panel.visible) {
        this.#session?.dispose();
        this.#session = null;
        // It would take a processor's time for a picture that nobody sees, and nothing would say so.
        this.#quietly(this.#training.pause({ kind: 'info', message: 'It was paused while its panel was hidden. Run it, and it goes on.' }));
      }
    });
    panel.onDidDispose(() => {
      this.#session?.dispose();
      [this.#panel, this.#session] = [null, null];
      this.#quietly(this.#training.close());
    });
    panel.webview.html = viewPage(panel.webview, extensionUri, { title, view: 'training' });
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
      run: () => training.run(),
      pause: () => training.pause(),
      stepOnce: () => training.run((step) => step + 1),
      change: ({ coefficients }) => training.change(coefficients),
      speed: ({ stepsPerSecond }) => training.speed(stepsPerSecond),
      seek: ({ run, step }) => training.seek(run, step),
      frame: ({ points, latents }, { signal }) => training.frame(points, latents, { signal }),
      measure: (params, { signal }) => training.measure(params, { signal }),
      density: (params, { signal }) => training.density(params, { signal }),
      forget: () => training.forget(),
      copy: async ({ text, what }) => {
        await vscode.env.clipboard.writeText(text);
        vscode.window.setStatusBarMessage(`$(check) ${what} copied`, 3_000);
      },
    };
  }

  #tell(call: (page: Remote<TrainingPage>) => Promise<unknown>): void {
    if (this.#session) this.#quietly(call(this.#session.page));
  }

  #quietly(work: Promise<unknown>): void {
    work.catch((error: unknown) => log().debug(`Training: ${messageOf(error)}`));
  }
}
