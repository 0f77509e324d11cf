import * as vscode from 'vscode';
import { messageOf } from '../../protocol/errors.ts';
import type { SamplingRun } from '../../protocol/sampling.ts';
import { readList, writeList } from '../keptFiles.ts';
import { log } from '../log/log.ts';
import { parseRun, storedRun } from './kept.ts';

/** So many runs are kept, the newest. */
const kept = 20;
/** Nobody writes more than that: a larger file is not ours. */
const maximumBytes = 64 * 2 ** 20;

/** The last runs, in a file of the workspace's storage, or the user's where there is no workspace. */
export class RunStore {
  readonly #folder: vscode.Uri;
  #runs: Promise<SamplingRun[]> | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: vscode.Uri) {
    this.#folder = folder;
  }

  /** The newest first. */
  list(): Promise<readonly SamplingRun[]> {
    return (this.#runs ??= readList(this.#file, { what: 'runs', most: kept, mostBytes: maximumBytes, parse: parseRun }));
  }

  async keep(run: SamplingRun): Promise<void> {
    const runs = await this.list();
    const known = runs.some(({ id }) => id === run.id);
    await this.#set(known ? runs.map((other) => (other.id === run.id ? run : other)) : [run, ...runs].slice(0, kept));
  }

  async forget(ids: readonly string[]): Promise<void> {
    await this.#set((await this.list()).filter(({ id }) => !ids.includes(id)));
  }

  async #set(runs: readonly SamplingRun[]): Promise<void> {
    this.#runs = Promise.resolve([...runs]);
    // One after the other, so that the last is what stays.
    this.#writing = this.#writing.then(() => this.#write(runs));
    await this.#writing;
  }

  async #write(runs: readonly SamplingRun[]): Promise<void> {
    try {
      await vscode.workspace.fs.createDirectory(this.#folder);
      await writeList(this.#file, runs.map(storedRun));
    } catch (error) {
      log().warn(`The last runs are not kept: ${messageOf(error)}`);
    }
  }

  get #file(): vscode.Uri {
    return vscode.Uri.joinPath(this.#folder, 'sampling.json');
  }
}
