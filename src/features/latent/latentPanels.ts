/** The panel of a latent space: one, which the editor restores. */

import * as vscode from 'vscode';
import { panels as panelTypes, storageKeys } from '../../contributions.ts';
import type { VaeClient } from '../../engine/vaeClient.ts';
import type { LatentContent, LatentHost, LatentModel, LatentPage, LatentViewState, ReopenedPicture } from '../../protocol/latent.ts';
import { wholeOf } from '../../protocol/pictures.ts';
import { RpcError, type Handlers } from '../../protocol/rpc.ts';
import type { PicturePart } from '../../protocol/vae.ts';
import { copyText } from '../clipboard.ts';
import { SinglePanel } from '../singlePanel.ts';
import { chooseImage, ImageFile } from '../vae/imageFiles.ts';
import type { VaeModels } from '../vae/vaeModels.ts';
import { compareData } from './comparedData.ts';
import type { LatentDataSets } from './latentData.ts';
import { parseLatentState } from './latentState.ts';
import { ShownData } from './shownData.ts';

/** Draws of z for the reconstruction term of each item of a data set. */
const draws = 1;
const seed = 1;
/** The heading of the labels by which members were chosen. */
const families = 'font';
/** Pixels of the longer side of what is shown of an image file. */
const preview = 320;
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
  readonly #panel: SinglePanel<LatentHost, LatentPage>;
  #client: VaeClient | null = null;
  readonly #shown = new ShownData();
  /** The image file that was picked last. */
  #image: ImageFile | null = null;
  #state: LatentViewState | null;
  readonly #subscriptions: vscode.Disposable[];

  constructor(services: LatentServices) {
    this.#services = services;
    this.#state = parseLatentState(services.memento.get(storageKeys.latent));
    this.#panel = new SinglePanel({
      ...{ extensionUri: services.extensionUri, type: panelTypes.latent, title: 'Latent Space', view: 'latent' },
      handlers: () => this.#handlers(),
      closed: () => {
        this.#client = null;
        this.#shown.free();
        this.#image?.free();
      },
    });
    const changed = (): void => this.#panel.tell(async (page) => page.models(await this.#models()));
    this.#subscriptions = [services.models.onDidChange(changed), vscode.workspace.onDidGrantWorkspaceTrust(changed)];
  }

  open(): void {
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

  async #models(): Promise<{ models: LatentModel[]; canAdd: boolean }> {
    const listed = await this.#services.models.list();
    return {
      models: listed.map(({ id, title, bundled }) => ({ id, title, hasTraining: bundled, ...(!bundled && { added: true as const }) })),
      canAdd: vscode.workspace.isTrusted,
    };
  }

  #look(image: ImageFile): void {
    this.#image?.free();
    this.#image = image;
    void this.#services.memento.update(storageKeys.latentPicture, image.address);
  }

  /** The image file that was picked last, also before the window was made anew. */
  #lastImage(): ImageFile | null {
    const address = this.#services.memento.get<unknown>(storageKeys.latentPicture);
    // In a workspace that is not trusted nothing is opened but what is picked.
    if (this.#image === null && typeof address === 'string' && vscode.workspace.isTrusted) this.#image = ImageFile.at(address);
    return this.#image;
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
        const before = this.#client;
        this.#client = await models.client(model);
        if (this.#client !== before) this.#image?.free();
        return this.#client.load({ signal, onProgress: progress });
      },
      encode: ({ data: id }, { signal, progress, item }) => {
        const path = data.pathOf(id);
        if (path === null) throw new RpcError('data-invalid', `The data “${id}” is not listed any more. Choose other data.`);
        return this.#shown.encode(client(), { path, draws, seed }, { signal, onProgress: progress, onItem: item });
      },
      addData: () => data.add(client()),
      addModel: async () => (await models.add()) ?? null,
      removeModel: ({ model }) => models.remove(model),
      decode: (params, { signal }) => client().decode(params, { signal }),
      // Where the data was lost with its process it is encoded again first, which takes a while.
      item: (params, { signal, progress }) => client().item(params, { signal, onProgress: progress }),
      project: (params, { signal, progress }) => client().project(params, { signal, onProgress: progress }),
      examine: (params, { signal }) => client().examine(params, { signal }),
      evidence: (params, { signal, progress }) => client().evidence(params, { signal, onProgress: progress }),
      contours: (params, { signal }) => client().contours(params, { signal }),
      aggregate: (params, { signal, progress }) => client().aggregate(params, { signal, onProgress: progress }),
      neighbours: ({ pictures, k }, { signal }) => client().neighbours({ pictures, k, train }, { signal }),
      copying: ({ samples, seed: own, shown }, { signal, progress }) =>
        client().copying({ train, test, samples, seed: own, shown, tests: comparedTests }, { signal, onProgress: progress }),
      membership: async (_, { signal, progress }) => {
        const twin = this.#client && (await models.twin(this.#client.source.id));
        if (!twin) return null;
        const { runId } = await twin.client.encodeDataSet({ path: train, draws, seed }, { signal, onProgress: progress });
        try {
          return await twin.client.membership({ runId, label: families, members: twin.members, seed }, { signal, onProgress: progress });
        } finally {
          await twin.client.release({ runId });
        }
      },
      compareData: (params, context) => compareData(client(), params, context),
      pickPicture: async ({ pick }) => {
        const image = await chooseImage(pick);
        if (!image) return null;
        const opened = await image.open(client(), preview);
        this.#look(image);
        return opened;
      },
      reopenPicture: async ({ part }, { signal }) => {
        const image = this.#lastImage();
        return image && reopened(image, client(), part, signal);
      },
      encodePicturePart: async ({ part }, { signal }) => {
        if (!this.#image) throw new RpcError('unknown-picture', 'No image file is looked at; encode one first.');
        const asked = client();
        const { values, notices } = await this.#image.part(asked, part, { signal });
        const { mean, logVariance } = await asked.encode({ pictures: values }, { signal });
        return { values, notices, encoding: { mean, logVariance } };
      },
      copy: ({ text, what }) => copyText(text, what),
    };
  }
}

async function reopened(image: ImageFile, client: VaeClient, part: PicturePart, signal: AbortSignal): Promise<ReopenedPicture> {
  const { file, values, notices } = await image.open(client, preview);
  const whole = wholeOf(file);
  const isInside = part.x + part.width <= file.width && part.y + part.height <= file.height;
  if (!isInside || (part.width === whole.width && part.height === whole.height)) return { file, values, notices, part: whole };
  return { file, part, ...(await image.part(client, part, { signal })) };
}
