/** The panel of a diffusion model of pictures: one, which the editor restores. */

import * as vscode from 'vscode';
import { panels as panelTypes, storageKeys } from '../../contributions.ts';
import type { DiffusionClient } from '../../engine/diffusionClient.ts';
import { requestOf } from '../../models/diffusion/request.ts';
import {
  initialDenoising,
  mostSeeds,
  type DenoisingContent,
  type DenoisingHost,
  type DenoisingModel,
  type DenoisingPage,
  type DenoisingViewState,
  type StartImage,
} from '../../protocol/denoisingView.ts';
import type { DiffusionSettings } from '../../protocol/diffusion.ts';
import { RpcError, type Handlers } from '../../protocol/rpc.ts';
import { copyText } from '../clipboard.ts';
import type { DiffusionModels } from '../pipelines/diffusionModels.ts';
import { pastedOnto } from '../sampling/pastedSettings.ts';
import { SinglePanel } from '../singlePanel.ts';
import { chooseImage, ImageFile, type ReadsPictures } from '../vae/imageFiles.ts';
import { parseDenoisingState } from './denoisingState.ts';
import { settingsFor } from './pastedDenoising.ts';
import { saveAs } from './saving.ts';

export interface DenoisingServices {
  readonly extensionUri: vscode.Uri;
  readonly models: DiffusionModels;
  readonly memento: vscode.Memento;
}

export class DenoisingPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #services: DenoisingServices;
  readonly #panel: SinglePanel<DenoisingHost, DenoisingPage>;
  readonly #subscriptions: vscode.Disposable[];
  #client: DiffusionClient | null = null;
  #state: DenoisingViewState | null;

  constructor(services: DenoisingServices) {
    this.#services = services;
    this.#state = parseDenoisingState(services.memento.get(storageKeys.denoising));
    this.#panel = new SinglePanel({
      ...{ extensionUri: services.extensionUri, type: panelTypes.denoising, title: 'Diffusion', view: 'denoising' },
      handlers: () => this.#handlers(),
      closed: () => (this.#client = null),
    });
    const changed = (): void => this.#panel.tell(async (page) => page.models(await this.#models()));
    this.#subscriptions = [services.models.onDidChange(changed), vscode.workspace.onDidGrantWorkspaceTrust(changed)];
  }

  /** @param shown a model with settings; else what was shown last */
  open(shown?: { readonly model: string; readonly settings: DiffusionSettings }): void {
    if (shown) {
      const { model, settings: given } = shown;
      const settings = { ...given, count: Math.min(given.count, mostSeeds) };
      this.#state = { ...initialDenoising, model, settings };
      this.#panel.tell((page) => page.show({ model, settings }));
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

  async #models(): Promise<Pick<DenoisingContent, 'models' | 'canAdd'>> {
    const listed = await this.#services.models.list();
    const models = listed.map(({ id, title, bundled }): DenoisingModel => ({ id, title, ...(!bundled && { added: true as const }) }));
    return { models, canAdd: vscode.workspace.isTrusted };
  }

  #handlers(): Handlers<DenoisingHost> {
    const { models, memento } = this.#services;
    const client = (): DiffusionClient => {
      if (!this.#client) throw new RpcError('not-loaded', 'No model is loaded yet; choose one.');
      return this.#client;
    };
    return {
      ready: async (): Promise<DenoisingContent> => ({ ...(await this.#models()), state: this.#state }),
      saveState: async ({ state }) => {
        this.#state = parseDenoisingState(state);
        await memento.update(storageKeys.denoising, this.#state);
      },
      load: async ({ model }, { signal, progress }) => {
        this.#client = await models.client(model);
        return this.#client.load({ signal, onProgress: progress });
      },
      sample: ({ settings, start, shown }, { signal, item, progress }) =>
        client().sample(
          {
            ...requestOf(settings),
            ...{ shown, keep: 'all' },
            ...(start && { start: { ...start, as: 'picture' } }),
          },
          { signal, onItem: item, onProgress: progress },
        ),
      tensors: (params, { signal }) => client().tensors(params, { signal }),
      recompute: (params, { signal }) => client().recompute(params, { signal }),
      wordMaps: (params, { signal, progress }) => client().wordMaps(params, { signal, onProgress: progress }),
      invert: (params, { signal, progress }) => client().invert(params, { signal, onProgress: progress }),
      release: (params) => client().release(params),
      pickImage: async ({ pick }) => {
        const image = await chooseImage(pick);
        return image && readImage(client(), image);
      },
      readImage: ({ address }) => readImage(client(), ImageFile.at(address)),
      addModel: async () => (await models.add()) ?? null,
      removeModel: ({ model }) => models.remove(model),
      saveTrajectory: ({ runId, name }, { signal }) =>
        saveAs({ title: 'Save the Trajectory', name: `${name}.npy`, filters: { 'NumPy arrays': ['npy'] } }, (place) =>
          client().writeTrajectory({ runId, path: place.fsPath }, { signal }),
        ),
      savePicture: ({ png, name, title }) =>
        saveAs({ title, name: `${name}.png`, filters: { 'PNG pictures': ['png'] } }, (place) => vscode.workspace.fs.writeFile(place, png)),
      copy: ({ text, what }) => copyText(text, what),
      paste: async ({ model }, { signal }) =>
        pastedOnto(models, { json: await vscode.env.clipboard.readText(), kind: 'diffusion', shown: model, signal }, settingsFor),
    };
  }
}

/** An image as the model's pictures are: of a latent model not as x is. */
async function readImage(client: DiffusionClient, image: ImageFile): Promise<StartImage> {
  const pictures: ReadsPictures = {
    load: async (options) => {
      const { item, latent } = await client.load(options);
      return { item: latent?.picture ?? item };
    },
    readPicture: (params, options) => client.readPicture(params, options),
    partOfPicture: (params, options) => client.partOfPicture(params, options),
    forgetPicture: (params, options) => client.forgetPicture(params, options),
  };
  const { picture, values, notices } = await image.read(pictures);
  return { address: image.address, picture, values, notices };
}
