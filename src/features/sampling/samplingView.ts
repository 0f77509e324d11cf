/** The view *Sampling* in the side bar: what models generate, from settings and a seed. */

import * as vscode from 'vscode';
import { storageKeys, views } from '../../contributions.ts';
import { messageOf } from '../../protocol/errors.ts';
import { RpcError, type Handlers } from '../../protocol/rpc.ts';
import type { GanSettings, SamplingChoices, SamplingContent, SamplingHost, SamplingPage } from '../../protocol/sampling.ts';
import type { Engine } from '../engine/engine.ts';
import { copyText } from '../clipboard.ts';
import type { GanModels } from '../gan/ganModels.ts';
import { log } from '../log/log.ts';
import { viewPage, webviewOptions } from '../page.ts';
import { openSession, type PageSession } from '../pageSession.ts';
import { chooseImage } from '../vae/imageFiles.ts';
import type { VaeModels } from '../vae/vaeModels.ts';
import type { DiffusionModels } from '../pipelines/diffusionModels.ts';
import { diffusionFacts, diffusionNumbers, sampleDiffusion } from './diffusionSampling.ts';
import { parseChoices, parsePicture, parseRun } from './kept.ts';
import { parseSettings } from './pastedSettings.ts';
import { ganFacts, ganNumbers, sampleGan, zOfSample } from './ganSampling.ts';
import { pictureNumbers, samplePictures, savePictures } from './pictureSampling.ts';
import type { Models } from '../models/models.ts';
import type { RunStore } from './runStore.ts';
import type { SamplingModels } from './samplingModels.ts';
import type { TextPlaces } from './textPlaces.ts';

/** What is explained: the end of a text and the tokens behind it. */
export interface ExplainedTokens {
  readonly model: string;
  readonly prompt: string;
  readonly tokens: readonly number[];
}

export interface SamplingServices {
  readonly extensionUri: vscode.Uri;
  readonly engine: Engine;
  readonly models: SamplingModels;
  readonly transformers: Models;
  readonly vaes: VaeModels;
  readonly gans: GanModels;
  readonly diffusions: DiffusionModels;
  readonly places: TextPlaces;
  readonly runs: RunStore;
  readonly memento: vscode.Memento;
  readonly explain: (what: ExplainedTokens) => Promise<void>;
  /** Opens the panel on a GAN. */
  readonly exploreGan: (model: string, settings: GanSettings) => void;
  /** Lets the user add a model; its id, or undefined if none was added. */
  readonly addModel: () => Promise<string | undefined>;
}

export class SamplingView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #services: SamplingServices;
  readonly #subscriptions: vscode.Disposable[];
  #view: vscode.WebviewView | null = null;
  #session: PageSession<SamplingPage> | null = null;
  #ready = false;
  /** A text is to be continued as soon as the page is there. */
  #starts = false;

  constructor(services: SamplingServices) {
    this.#services = services;
    this.#subscriptions = [
      services.places.onDidChange(() => this.#tell((page) => page.target({ target: services.places.target }))),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#refresh()),
      services.transformers.added.onDidChange(() => this.#refresh()),
      services.vaes.onDidChange(() => this.#refresh()),
      services.gans.onDidChange(() => this.#refresh()),
      services.diffusions.onDidChange(() => this.#refresh()),
      vscode.window.registerWebviewViewProvider(views.sampling, this),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { extensionUri } = this.#services;
    view.webview.options = webviewOptions(extensionUri);
    this.#session?.dispose();
    this.#ready = false;
    const session = openSession<SamplingHost, SamplingPage>(view.webview, this.#handlers());
    [this.#session, this.#view] = [session, view];
    // Its page is gone while it is hidden, and says anew that it is ready.
    view.onDidChangeVisibility(() => {
      if (!view.visible) this.#ready = false;
    });
    view.onDidDispose(() => {
      session.dispose();
      if (this.#session === session) [this.#session, this.#view] = [null, null];
    });
    view.webview.html = viewPage(view.webview, extensionUri, { title: 'Sampling', view: 'sampling' });
  }

  /** Continues the text at the cursor, with what is chosen. */
  async continueText(): Promise<void> {
    this.#starts = true;
    if (this.#view?.visible) this.#view.show(true);
    else await vscode.commands.executeCommand(`${views.sampling}.focus`);
    this.#start();
  }

  /** The models have changed. */
  #refresh(): void {
    void this.#services.models.list().then((models) => this.#tell((page) => page.models({ models, canAdd: vscode.workspace.isTrusted })));
  }

  dispose(): void {
    this.#session?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #handlers(): Handlers<SamplingHost> {
    const { engine, models, transformers, vaes, gans, diffusions, places, runs, memento } = this.#services;
    return {
      ready: async () => {
        const content: SamplingContent = {
          models: await models.list(),
          canAdd: vscode.workspace.isTrusted,
          choices: parseChoices(memento.get(storageKeys.sampling)),
          runs: await runs.list(),
          target: places.target,
        };
        this.#ready = true;
        // Once the page has drawn what it gets here.
        setTimeout(() => this.#start(), 0);
        return content;
      },
      choose: async ({ choices }) => {
        const kept: SamplingChoices = parseChoices(choices);
        await memento.update(storageKeys.sampling, kept);
      },
      keep: async ({ run }) => {
        const parsed = parseRun(run);
        if (parsed) await runs.keep(parsed);
      },
      forget: async ({ runs: ids }) => runs.forget(ids),
      take: () => places.take(),
      continueText: async ({ model, request }, { signal, item }) => {
        const client = engine.client(await transformers.source(model));
        return client.generate(request, { signal, onItem: item });
      },
      samplePictures: ({ model, settings, around }, { signal, item }) => {
        const picture = around && parsePicture(around);
        if (around && !picture)
          throw new RpcError('data-invalid', 'The picture to sample around has not as many numbers as its size says.');
        return samplePictures(vaes, { model, settings, around: picture }, { signal }, item);
      },
      sampleGan: (asked, { signal, item }) => sampleGan(gans, asked, { signal }, item),
      ganFacts: ({ model }, { signal }) => ganFacts(gans, model, { signal }),
      sampleDiffusion: (asked, { signal, item, progress }) => sampleDiffusion(diffusions, asked, { signal, onProgress: progress }, item),
      diffusionFacts: ({ model }, { signal, progress }) => diffusionFacts(diffusions, model, { signal, onProgress: progress }),
      exploreGan: ({ model, settings }) => this.#services.exploreGan(model, settings),
      zOf: ({ index, ...asked }, { signal }) => zOfSample(gans, asked, index, { signal }),
      pickPicture: async ({ model, pick }) => {
        const file = await chooseImage(pick);
        const found = file && (await file.read(await vaes.client(model)));
        if (found && found.notices.length > 0) vscode.window.setStatusBarMessage(`$(info) ${found.notices.join(' ')}`, 8_000);
        return found?.picture ?? null;
      },
      save: async ({ run, png }) => {
        const parsed = parseRun(run);
        const file = png instanceof Uint8Array ? { png } : null;
        if (parsed?.kind === 'pictures') await savePictures(parsed, file, () => pictureNumbers(vaes, parsed));
        if (parsed?.kind === 'gan') await savePictures(parsed, file, () => ganNumbers(gans, parsed));
        if (parsed?.kind === 'diffusion') await savePictures(parsed, file, () => diffusionNumbers(diffusions, parsed));
      },
      insert: ({ from, text }) => places.insert(from, text),
      copy: ({ text, what }) => copyText(text, what),
      paste: async () => parseSettings(await vscode.env.clipboard.readText()),
      explain: ({ model, from, tokens }) => this.#services.explain({ model, prompt: from.text, tokens }),
      addModel: async () => (await this.#services.addModel()) ?? null,
      removeModel: ({ model }) => models.remove(model),
      openCard: async ({ model }) => {
        const card = await models.cardOf(model);
        if (card) await vscode.commands.executeCommand('markdown.showPreview', card);
      },
    };
  }

  #start(): void {
    if (!this.#starts || !this.#ready) return;
    this.#starts = false;
    this.#tell((page) => page.start({}));
  }

  #tell(call: (page: PageSession<SamplingPage>['page']) => Promise<unknown>): void {
    if (!this.#session || !this.#ready) return;
    call(this.#session.page).catch((error: unknown) => log().debug(`Sampling: ${messageOf(error)}`));
  }
}
