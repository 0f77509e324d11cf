/** The panel of a latent space: one, which the editor restores. */

import * as vscode from 'vscode';
import { panels as panelTypes, storageKeys } from '../../contributions.ts';
import type { VaeClient } from '../../engine/vaeClient.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { LatentContent, LatentHost, LatentModel, LatentPage, LatentViewState } from '../../protocol/latent.ts';
import { RpcError, type Handlers } from '../../protocol/rpc.ts';
import { log } from '../log/log.ts';
import { viewPage, viewsFolder } from '../page.ts';
import { openSession, type PageSession } from '../pageSession.ts';
import { readImage } from '../vae/imageFiles.ts';
import type { VaeModels } from '../vae/vaeModels.ts';
import type { LatentDataSets } from './latentData.ts';
import { parseLatentState } from './latentState.ts';
import { ShownData } from './shownData.ts';

/** Draws of z for the reconstruction term of each item of a data set. */
const draws = 1;
const seed = 1;
/** The heading of the labels by which members were chosen. */
const families = 'font';
/** Of the examples that samples are compared with. */
const comparedTests = 1_000;

export interface LatentServices {
  readonly extensionUri: vscode.Uri;
  readonly models: VaeModels;
  readonly data: LatentDataSets;
  readonly memento: vscode.Memento;
}

export class LatentPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #services: LatentServices;
  #panel: vscode.WebviewPanel | null = null;
  #session: PageSession<LatentPage> | null = null;
  #client: VaeClient | null = null;
  /** Whose client it is. */
  #model: string | null = null;
  readonly #shown = new ShownData();
  #state: LatentViewState | null;
  readonly #subscriptions: vscode.Disposable[];

  constructor(services: LatentServices) {
    this.#services = services;
    this.#state = parseLatentState(services.memento.get(storageKeys.latent));
    const changed = (): void => void this.#tellModels().catch((error: unknown) => log().debug(`latent models: ${String(error)}`));
    this.#subscriptions = [services.models.onDidChange(changed), vscode.workspace.onDidGrantWorkspaceTrust(changed)];
  }

  open(): void {
    if (this.#panel) {
      this.#panel.reveal();
      return;
    }
    this.#adopt(vscode.window.createWebviewPanel(panelTypes.latent, 'Latent Space', vscode.ViewColumn.Active, this.#options()));
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    panel.webview.options = this.#options();
    this.#panel?.dispose();
    this.#adopt(panel);
    return Promise.resolve();
  }

  dispose(): void {
    this.#session?.dispose();
    this.#panel?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #models(): Promise<{ models: LatentModel[]; canAdd: boolean }> {
    const listed = await this.#services.models.list();
    return {
      models: listed.map(({ id, title, bundled }) => ({ id, title, hasTraining: bundled, ...(!bundled && { added: true as const }) })),
      canAdd: vscode.workspace.isTrusted,
    };
  }

  async #tellModels(): Promise<void> {
    if (this.#session) await this.#session.page.models(await this.#models());
  }

  #options(): vscode.WebviewOptions {
    return { enableScripts: true, localResourceRoots: [viewsFolder(this.#services.extensionUri)] };
  }

  #adopt(panel: vscode.WebviewPanel): void {
    const { extensionUri } = this.#services;
    this.#panel = panel;
    const begin = (): void => {
      this.#session?.dispose();
      this.#session = openSession<LatentHost, LatentPage>(panel.webview, this.#handlers(), (method, error) =>
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
      }
    });
    panel.onDidDispose(() => {
      // Another may have been restored in its place.
      if (this.#panel !== panel) return;
      this.#session?.dispose();
      [this.#panel, this.#session, this.#client] = [null, null, null];
      this.#shown.free();
    });
    panel.webview.html = viewPage(panel.webview, extensionUri, { title: 'Latent Space', view: 'latent' });
  }

  #handlers(): Handlers<LatentHost> {
    const { models, data, memento } = this.#services;
    const { train, test } = data.training;
    const client = (): VaeClient => {
      if (!this.#client) throw new RpcError('not-loaded', 'No model is loaded yet; choose one.');
      return this.#client;
    };
    return {
      ready: async (): Promise<LatentContent> => ({
        ...(await this.#models()),
        data: data.list(),
        state: this.#state,
      }),
      saveState: async ({ state }) => {
        this.#state = parseLatentState(state);
        await memento.update(storageKeys.latent, this.#state);
      },
      load: async ({ model }, { signal, progress }) => {
        this.#client = await models.client(model);
        this.#model = model;
        return this.#client.load({ signal, onProgress: progress });
      },
      encode: ({ data: id }, { signal, progress, item }) => {
        const path = data.pathOf(id);
        if (path === null) throw new RpcError('data-invalid', `The data “${id}” is not listed any more. Choose other data.`);
        return this.#shown.encode(client(), { path, draws, seed }, { signal, onProgress: progress, onItem: item });
      },
      addData: () => data.add(),
      addModel: async () => (await models.add()) ?? null,
      removeModel: ({ model }) => models.remove(model),
      decode: (params, { signal }) => client().decode(params, { signal }),
      item: (params, { signal }) => client().item(params, { signal }),
      project: (params, { signal, progress }) => client().project(params, { signal, onProgress: progress }),
      examine: (params, { signal }) => client().examine(params, { signal }),
      evidence: (params, { signal, progress }) => client().evidence(params, { signal, onProgress: progress }),
      contours: (params, { signal }) => client().contours(params, { signal }),
      aggregate: (params, { signal, progress }) => client().aggregate(params, { signal, onProgress: progress }),
      neighbours: ({ pictures, k }, { signal }) => client().neighbours({ pictures, k, train }, { signal }),
      copying: ({ samples, seed: own }, { signal, progress }) =>
        client().copying({ train, test, samples, seed: own, tests: comparedTests }, { signal, onProgress: progress }),
      membership: async (_, { signal, progress }) => {
        const twin = this.#model === null ? null : await models.twin(this.#model);
        if (!twin) return null;
        const { runId } = await twin.client.encodeDataSet({ path: train, draws, seed }, { signal, onProgress: progress });
        try {
          return await twin.client.membership({ runId, label: families, members: twin.members, seed });
        } finally {
          await twin.client.release({ runId });
        }
      },
      pickPicture: ({ pick }) => readImage(client(), pick),
      copy: async ({ text, what }) => {
        await vscode.env.clipboard.writeText(text);
        vscode.window.setStatusBarMessage(`$(check) ${what} copied`, 3_000);
      },
    };
  }
}
