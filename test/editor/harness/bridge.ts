import { readFile, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type * as vscode from 'vscode';
import { until } from './until.ts';

export type VSCode = typeof vscode;

/**
 * A function that runs in the extension host. It travels as source text: it can use its arguments and nothing else of the file
 * it stands in. Arguments and result travel as JSON.
 */
export type HostFunction<A extends unknown[], R> = (api: VSCode, ...args: A) => R | PromiseLike<R>;

/** The tests' end of the extension in `bridge/`, which evaluates functions inside the extension host. */
export class Bridge {
  readonly #file: string;
  readonly #token = randomBytes(16).toString('hex');

  constructor(folder: string) {
    this.#file = path.join(folder, 'bridge.json');
  }

  /** What the extension host's environment needs. */
  get env(): Record<string, string> {
    return { GENLENS_BRIDGE: this.#file, GENLENS_BRIDGE_TOKEN: this.#token };
  }

  /** Forgets the extension host that answered until now: the next call waits for a new one. */
  async forget(): Promise<void> {
    await rm(this.#file, { force: true });
  }

  /** The process id of the extension host, once it is up. */
  async hostProcess(): Promise<number> {
    return (await this.#end()).pid;
  }

  /** @throws what the function throws, with its stack. */
  async call<A extends unknown[], R>(fn: HostFunction<A, R>, ...args: A): Promise<Awaited<R>> {
    const { port } = await this.#end();
    const response = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers: { authorization: this.#token },
      body: JSON.stringify({ source: fn.toString(), args }),
    });
    const reply = (await response.json()) as { value?: Awaited<R>; error?: string };
    if (reply.error !== undefined) throw new Error(`In the extension host: ${reply.error}`);
    return reply.value as Awaited<R>;
  }

  #end(): Promise<{ port: number; pid: number }> {
    return until('the extension host is up', async () => {
      const text = await readFile(this.#file, 'utf8').catch(() => undefined);
      return text === undefined ? undefined : (JSON.parse(text) as { port: number; pid: number });
    });
  }
}
