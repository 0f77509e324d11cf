/** A panel in which a model trains: one of its kind, which the editor restores. */

import type * as vscode from 'vscode';
import type { TrainingClient } from '../../engine/trainingClient.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { CallContext, Handlers } from '../../protocol/rpc.ts';
import type { Coefficients, LossPoint } from '../../protocol/training.ts';
import type { RunChoice, RunContent, RunRecord, RunsContent, TrainingStatus } from '../../protocol/trainingRun.ts';
import { copyText } from '../clipboard.ts';
import { log } from '../log/log.ts';
import { SinglePanel } from '../singlePanel.ts';
import { RunSession, type RunFamily } from './runSession.ts';
import type { TrainingRuns } from './trainingRuns.ts';

export interface RunServices<Summary extends RunRecord> {
  readonly extensionUri: vscode.Uri;
  /** Of the folder of training graphs; starts nothing by itself. */
  readonly client: () => TrainingClient;
  readonly runs: TrainingRuns<Summary>;
  readonly memento: vscode.Memento;
}

/** What `RunHost` asks, answered alike whatever trains. */
export interface RunHandlers<State extends RunChoice, Summary extends RunRecord> {
  readonly ready: (params: Record<never, never>, context: CallContext) => Promise<RunsContent<State, Summary>>;
  readonly saveState: (params: { state: State }) => Promise<void>;
  readonly begin: (state: State, context: CallContext) => Promise<RunContent<Summary>>;
  readonly run: (params: { until?: number }) => Promise<void>;
  readonly pause: () => Promise<void>;
  readonly change: (params: { coefficients: Coefficients }) => Promise<void>;
  readonly speed: (params: { stepsPerSecond: number | null }) => Promise<void>;
  readonly seek: (params: { run: string; step: number }) => Promise<RunContent<Summary>>;
  readonly forget: () => Promise<void>;
  readonly copy: (params: { text: string; what: string }) => Promise<void>;
}

export interface RunPanelOptions<State extends RunChoice, Summary extends RunRecord, Host> {
  readonly family: RunFamily<State, Summary>;
  /** What the editor restores it by. */
  readonly type: string;
  readonly title: string;
  /** The name of the view's bundle. */
  readonly view: string;
  readonly storageKey: string;
  /** null where it is none. */
  readonly parse: (value: unknown) => State | null;
  readonly handlers: (session: RunSession<State, Summary>, shared: RunHandlers<State, Summary>) => Handlers<Host>;
}

/** `RunPage`, as it is called. */
interface PageCalls<Summary extends RunRecord> {
  show(params: { run: RunContent<Summary>; runs: readonly Summary[] }): Promise<void>;
  status(params: { status: TrainingStatus }): Promise<void>;
  losses(params: { run: string; points: readonly LossPoint[] }): Promise<void>;
  picture(params: { run: string; step: number; stepsPerSecond: number }): Promise<void>;
  summary(params: { summary: Summary }): Promise<void>;
}

export class RunPanel<State extends RunChoice, Summary extends RunRecord, Host, Page>
  implements vscode.WebviewPanelSerializer, vscode.Disposable
{
  readonly #memento: vscode.Memento;
  readonly #options: RunPanelOptions<State, Summary, Host>;
  readonly #session: RunSession<State, Summary>;
  readonly #panel: SinglePanel<Host, Page>;
  #state: State | null;

  constructor({ extensionUri, client, runs, memento }: RunServices<Summary>, options: RunPanelOptions<State, Summary, Host>) {
    const { family, type, title, view, storageKey, parse, handlers } = options;
    this.#memento = memento;
    this.#options = options;
    this.#state = parse(memento.get(storageKey));
    // Its page is a `RunPage`, which a type parameter hides.
    const tell = (call: (page: PageCalls<Summary>) => Promise<unknown>): void =>
      this.#panel.tell((page) => call(page as unknown as PageCalls<Summary>));
    this.#session = new RunSession({
      ...{ family, client, runs },
      listener: {
        show: (run, all) => tell((page) => page.show({ run, runs: all })),
        status: (status) => tell((page) => page.status({ status })),
        losses: (run, points) => tell((page) => page.losses({ run, points })),
        picture: (run, step, stepsPerSecond) => tell((page) => page.picture({ run, step, stepsPerSecond })),
        summary: (summary) => tell((page) => page.summary({ summary })),
      },
    });
    this.#panel = new SinglePanel({
      ...{ extensionUri, type, title, view },
      handlers: () => handlers(this.#session, this.#shared),
      // It would take a processor's time for a picture that nobody sees, and nothing would say so.
      hidden: () =>
        this.#quietly(this.#session.pause({ kind: 'info', message: 'It was paused while its panel was hidden. Run it, and it goes on.' })),
      closed: () => this.#quietly(this.#session.close()),
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
    this.#session.dispose();
    this.#panel.dispose();
  }

  get #shared(): RunHandlers<State, Summary> {
    const session = this.#session;
    const { parse, storageKey } = this.#options;
    return {
      ready: (_, { signal, progress }) => session.open(this.#state, { signal, onProgress: progress }),
      saveState: async ({ state }) => {
        this.#state = parse(state);
        await this.#memento.update(storageKey, this.#state);
      },
      begin: (state, { signal, progress }) => session.begin(state, { signal, onProgress: progress }),
      run: ({ until }) => session.run(until),
      pause: () => session.pause(),
      change: ({ coefficients }) => session.change(coefficients),
      speed: ({ stepsPerSecond }) => session.speed(stepsPerSecond),
      seek: ({ run, step }) => session.seek(run, step),
      forget: () => session.forget(),
      copy: ({ text, what }) => copyText(text, what),
    };
  }

  #quietly(work: Promise<unknown>): void {
    const { title } = this.#options;
    work.catch((error: unknown) => log().debug(`${title}: ${messageOf(error)}`));
  }
}
