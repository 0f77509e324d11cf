import * as vscode from 'vscode';
import { readTraining, writeTraining } from '../../engine/training/file.ts';
import type { KeptTraining } from '../../engine/training/training.ts';
import { messageOf } from '../../protocol/errors.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { RunRecord } from '../../protocol/trainingRun.ts';
import { readAtMost, readList, writeList } from '../keptFiles.ts';
import { log } from '../log/log.ts';

/** So many runs are kept, the newest; of an autoencoder half a megabyte each. */
const mostRuns = 16;
/** Nobody writes more than that: a larger file is not ours. */
const mostBytes = 32 * 2 ** 20;

/** The last runs in files of the workspace's storage, or the user's where there is no workspace: a list of them, and a file a run. */
export class TrainingRuns<Summary extends RunRecord> {
  readonly #folder: vscode.Uri;
  readonly #parse: (value: unknown) => Summary | null;
  #runs: Promise<Summary[]> | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @param parse gives what was kept of a run, or null where it is no such thing */
  constructor(storage: vscode.Uri, folder: string, parse: (value: unknown) => Summary | null) {
    this.#folder = vscode.Uri.joinPath(storage, folder);
    this.#parse = parse;
  }

  /** The newest first. */
  list(): Promise<readonly Summary[]> {
    return (this.#runs ??= readList(this.#list, { what: 'trainings', most: mostRuns, mostBytes, parse: this.#parse }));
  }

  /** It becomes the newest. */
  async keep(summary: Summary, kept: KeptTraining): Promise<void> {
    const all = [summary, ...(await this.list()).filter(({ id }) => id !== summary.id)];
    this.#runs = Promise.resolve(all.slice(0, mostRuns));
    await this.#inTurn(async () => {
      await vscode.workspace.fs.createDirectory(this.#folder);
      await vscode.workspace.fs.writeFile(this.#fileOf(summary.id), writeTraining(kept));
      await writeList(this.#list, await this.list());
      for (const { id } of all.slice(mostRuns)) await vscode.workspace.fs.delete(this.#fileOf(id));
    });
  }

  /** @throws RpcError 'run-missing', 'training-unreadable' */
  async open(id: string): Promise<{ summary: Summary; kept: KeptTraining }> {
    await this.#writing;
    const summary = (await this.list()).find((run) => run.id === id);
    if (!summary) throw new RpcError('run-missing', 'This run is not kept any more. Choose another, or begin a new one.');
    const file = this.#fileOf(id);
    try {
      return { summary, kept: readTraining(await readAtMost(file, mostBytes)) };
    } catch (error) {
      if (error instanceof RpcError) throw error;
      throw new RpcError('run-missing', `The run cannot be read (${messageOf(error)}). Choose another, or begin a new one.`);
    }
  }

  /** @param except the run that stays; null: none does */
  async forget(except: string | null): Promise<void> {
    const all = await this.list();
    this.#runs = Promise.resolve(all.filter(({ id }) => id === except));
    await this.#inTurn(async () => {
      await writeList(this.#list, await this.list());
      for (const { id } of all) if (id !== except) await vscode.workspace.fs.delete(this.#fileOf(id));
    });
  }

  /** One after the other, so that the last is what stays. */
  async #inTurn(write: () => Promise<void>): Promise<void> {
    this.#writing = this.#writing.then(write).catch((error: unknown) => log().warn(`The last trainings are not kept: ${messageOf(error)}`));
    await this.#writing;
  }

  get #list(): vscode.Uri {
    return vscode.Uri.joinPath(this.#folder, 'runs.json');
  }

  #fileOf(id: string): vscode.Uri {
    return vscode.Uri.joinPath(this.#folder, `${id}.run`);
  }
}
