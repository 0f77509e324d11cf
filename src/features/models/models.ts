import { basename, isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import { settings } from '../../contributions.ts';
import { listBundledModels, resolveModel, type BundledModel } from '../../models/registry.ts';
import type { ModelSource } from '../../protocol/inference.ts';
import { RpcError } from '../../protocol/rpc.ts';
import { log } from '../log/log.ts';
import { setting, settingDefault } from '../settings.ts';
import type { AddedModels } from './added.ts';

/** The model that explains, and what there is to say of it when it is another than the one chosen. */
export interface CurrentModel {
  source: ModelSource;
  notice?: string;
}

/** The models that a user can choose from, and the one chosen. */
export class Models {
  readonly added: AddedModels;
  readonly #folder: string;

  /** @param folder where the bundled models are, a folder each */
  constructor(folder: string, added: AddedModels) {
    this.#folder = folder;
    this.added = added;
  }

  /** Those of some families; without one named, those that attend. */
  async bundled(...families: readonly BundledModel['manifest']['family'][]): Promise<BundledModel[]> {
    const wanted = families.length > 0 ? families : ['transformer'];
    const { models, problems } = await listBundledModels(this.#folder);
    for (const problem of problems) log().warn(problem);
    return models.filter(({ manifest }) => wanted.includes(manifest.family));
  }

  get chosen(): string {
    // A setting that was emptied means the default too.
    return setting(settings.model).trim() || settingDefault(settings.model);
  }

  /** @param id undefined: the one that is chosen without a choice */
  async choose(id: string | undefined): Promise<void> {
    await vscode.workspace.getConfiguration().update(settings.model, id, vscode.ConfigurationTarget.Global);
  }

  /** Takes an added model off the list. When it was the chosen one, the default is chosen. */
  async remove(path: string): Promise<void> {
    await this.added.remove(path);
    if (path === this.chosen) await this.choose(undefined);
  }

  /** A model that is listed. @throws RpcError 'model-missing', 'untrusted' */
  async source(id: string): Promise<ModelSource> {
    const bundled = (await this.bundled()).find(({ source }) => source.id === id);
    if (bundled) return bundled.source;
    if (!this.added.list().some(({ path }) => path === id)) throw notFound(`There is no model “${id}” here any more. Choose another.`);
    if (vscode.workspace.isTrusted) return resolveModel(id, this.#folder);
    throw new RpcError(
      'untrusted',
      `${basename(id)} is not run in an untrusted workspace. Trust the workspace, or choose a bundled model.`,
    );
  }

  /**
   * The chosen model. In an untrusted workspace the first bundled one stands in for a model from elsewhere.
   *
   * @throws RpcError 'model-missing', 'manifest-invalid'
   */
  async current(): Promise<CurrentModel> {
    const { chosen } = this;
    if (!isAbsolute(chosen)) {
      // A bundled model's name and nothing else: a relative path would be one of wherever the editor was started.
      const found = (await this.bundled()).find(({ manifest }) => manifest.name === chosen);
      if (!found) throw notFound(`genlens.model is “${chosen}”, which is neither a bundled model’s name nor an absolute path.`);
      return { source: found.source };
    }
    if (vscode.workspace.isTrusted) return { source: await resolveModel(chosen, this.#folder) };
    const [first] = await this.bundled();
    if (!first)
      throw notFound(
        `${chosen} is not run in an untrusted workspace, and no bundled model was found in ${this.#folder}. Reinstall Genlens.`,
      );
    log().warn(`${chosen} is not run in an untrusted workspace: ${first.source.name} is used instead.`);
    const notice = `${first.source.name} stands in for ${basename(chosen)}: models of your own run in trusted workspaces only.`;
    return { source: first.source, notice };
  }
}

const notFound = (message: string): RpcError => new RpcError('model-missing', message);
