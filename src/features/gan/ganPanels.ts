/** The panel of a GAN: one, which the editor restores. */

import * as vscode from 'vscode';
import { panels as panelTypes, storageKeys } from '../../contributions.ts';
import type { GanClient } from '../../engine/ganClient.ts';
import type { GanContent, GanHost, GanModel, GanPage, GanViewState, ScoredPicture } from '../../protocol/ganView.ts';
import { RpcError, type Handlers } from '../../protocol/rpc.ts';
import type { GanSettings } from '../../protocol/sampling.ts';
import { copyText } from '../clipboard.ts';
import type { LatentDataSets } from '../latent/latentData.ts';
import { ganNumbers } from '../sampling/ganSampling.ts';
import { parseRun } from '../sampling/kept.ts';
import { pastedOnto } from '../sampling/pastedSettings.ts';
import { savePictures } from '../sampling/pictureSampling.ts';
import { SinglePanel } from '../singlePanel.ts';
import { chooseImage } from '../vae/imageFiles.ts';
import type { GanModels } from './ganModels.ts';
import { auditOf, parseGanState } from './ganState.ts';
import { settingsFor } from './pastedGan.ts';

/** Items of each data set that samples are measured against. */
const most = 1_000;
/** The bundled data that the bundled models were trained on, and that they were not. */
const bundledData = { data: 'held out', train: 'train' };

export interface GanServices {
  readonly extensionUri: vscode.Uri;
  readonly models: GanModels;
  readonly data: LatentDataSets;
  readonly memento: vscode.Memento;
}

export class GanPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #services: GanServices;
  readonly #panel: SinglePanel<GanHost, GanPage>;
  readonly #subscriptions: vscode.Disposable[];
  #client: GanClient | null = null;
  #state: GanViewState | null;

  constructor(services: GanServices) {
    this.#services = services;
    this.#state = parseGanState(services.memento.get(storageKeys.gan));
    this.#panel = new SinglePanel({
      ...{ extensionUri: services.extensionUri, type: panelTypes.gan, title: 'GAN', view: 'gan' },
      handlers: () => this.#handlers(),
      closed: () => (this.#client = null),
    });
    const changed = (): void => this.#panel.tell(async (page) => page.models(await this.#models()));
    this.#subscriptions = [services.models.onDidChange(changed), vscode.workspace.onDidGrantWorkspaceTrust(changed)];
  }

  /** @param shown a model with settings; else what was shown last */
  open(shown?: { readonly model: string; readonly settings: GanSettings }): void {
    if (shown) {
      const before = this.#state;
      const own = before?.model === shown.model ? before : null;
      this.#state = {
        ...{ model: shown.model, settings: { ...shown.settings, from: 'prior', count: Math.min(shown.settings.count, 1_000) } },
        ...{ place: { sample: 0, walk: null, moves: [] }, data: own?.data ?? null, train: own?.train ?? null },
      };
      const { settings } = this.#state;
      this.#panel.tell((page) => page.show({ model: shown.model, settings }));
    }
    this.#panel.show();
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.#panel.restore(panel);
    return Promise.resolve();
  }

  dispose(): void {
    this.#panel.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #models(): Promise<Pick<GanContent, 'models' | 'canAdd'>> {
    const [listed, bundled] = [await this.#services.models.list(), await this.#services.models.bundled()];
    const models = listed.map(({ id, title, bundled: isBundled }): GanModel => {
      const own = bundled.find(({ source }) => source.id === id);
      return {
        ...{ id, title, known: isBundled ? bundledData : null, audit: own ? auditOf(own.manifest.metrics) : null },
        ...(!isBundled && { added: true as const }),
      };
    });
    return { models, canAdd: vscode.workspace.isTrusted };
  }

  #handlers(): Handlers<GanHost> {
    const { models, data, memento } = this.#services;
    const client = (): GanClient => {
      if (!this.#client) throw new RpcError('not-loaded', 'No model is loaded yet; choose one.');
      return this.#client;
    };
    const pathOf = (id: string): string => {
      const path = data.pathOf(id);
      if (path === null) throw new RpcError('data-invalid', `The data “${id}” is not listed any more. Choose other data.`);
      return path;
    };
    return {
      ready: async (): Promise<GanContent> => ({ ...(await this.#models()), data: data.list(), state: this.#state }),
      saveState: async ({ state }) => {
        this.#state = parseGanState(state);
        await memento.update(storageKeys.gan, this.#state);
      },
      load: async ({ model }, { signal, progress }) => {
        this.#client = await models.client(model);
        return this.#client.load({ signal, onProgress: progress });
      },
      sample: (params, { signal, item }) => client().sample(params, { signal, onItem: item }),
      generate: (params, { signal }) => client().generate(params, { signal }),
      directions: (params, { signal, progress }) => client().directions(params, { signal, onProgress: progress }),
      measure: ({ data: id, train, ...rest }, { signal, progress }) =>
        client().evaluate(
          { ...rest, data: pathOf(id), ...(train !== null && { train: pathOf(train) }), most },
          { signal, onProgress: progress },
        ),
      neighbours: ({ pictures, train, k }, { signal, progress }) =>
        client().neighbours({ pictures, train: pathOf(train), k, shown: k }, { signal, onProgress: progress }),
      pickPicture: ({ pick }, { signal }) => scoredPicture(client(), pick, signal),
      addData: () => data.add(client()),
      addModel: async () => (await models.add()) ?? null,
      removeModel: ({ model }) => models.remove(model),
      save: async ({ run, png }) => {
        const parsed = parseRun(run);
        if (parsed?.kind === 'gan')
          await savePictures(parsed, png instanceof Uint8Array ? { png } : null, () => ganNumbers(models, parsed));
      },
      copy: ({ text, what }) => copyText(text, what),
      paste: async ({ model }, { signal }) =>
        pastedOnto(models, { json: await vscode.env.clipboard.readText(), kind: 'gan', shown: model, signal }, settingsFor),
    };
  }
}

async function scoredPicture(client: GanClient, pick: boolean, signal: AbortSignal): Promise<ScoredPicture | null> {
  const image = await chooseImage(pick);
  if (!image) return null;
  const { picture, values, notices } = await image.read(client);
  const { discriminator } = await client.load();
  if (!discriminator) return { picture, score: null, class: null, notices };
  const { scores, classes } = await client.score({ pictures: values }, { signal });
  return { picture, score: scores[0]!, class: classes[0] ?? null, notices };
}
