/** One inference process, from its fork to its end. */

import { fork, type ChildProcess } from 'node:child_process';
import { childChannel } from '../protocol/channels.ts';
import { Emitter, type Event } from '../protocol/emitter.ts';
import type { InferenceLife, InferenceOwner, ModelFamily } from '../protocol/life.ts';
import { duplex } from '../protocol/peer.ts';
import type { Disposable, Remote } from '../protocol/rpc.ts';
import { describeExit, unresponsiveEnd, type ProcessEnd } from './exit.ts';

export interface ProcessOptions {
  /** What it runs; the inference process's bundle serves each family by its own service. */
  family: ModelFamily;
  /** The path of the inference process's bundle. */
  entry: string;
  /** The Node (or Electron) to run it with; the running one when absent. */
  execPath?: string;
  /** Added to the environment that the process inherits. */
  env?: Readonly<Record<string, string>>;
  log: (line: string) => void;
  /** Milliseconds between two looks at the process's main thread. */
  pingInterval: number;
  /** Looks in a row without an answer after which the process counts as hung and is killed. */
  pingsMissed: number;
}

/** Enough of its last words to find the cause in. */
const KEPT_STDERR = 4000;

/** A process that serves `Service`, which its family chooses. */
export class InferenceProcess<Service> {
  readonly remote: Remote<Service>;
  /** Fires once, when the process has ended or was told to. */
  readonly onEnd: Event<ProcessEnd>;

  private readonly life: Remote<InferenceLife>;
  private readonly child: ChildProcess;
  private readonly connection: Disposable;
  private readonly ended = new Emitter<ProcessEnd>();
  private readonly watch: NodeJS.Timeout;
  private readonly options: ProcessOptions;
  private stderr = '';
  private failure: string | undefined;
  private resident = 0;
  private unanswered = 0;
  private result: ProcessEnd | undefined;

  constructor(options: ProcessOptions) {
    this.options = options;
    this.onEnd = this.ended.event;
    const env: NodeJS.ProcessEnv = { ...process.env, ...options.env, ELECTRON_RUN_AS_NODE: '1' };
    // Options meant for the owner (a debugger's port, say) would stop the child.
    delete env.NODE_OPTIONS;
    this.child = fork(options.entry, [options.family], {
      serialization: 'advanced',
      execArgv: [],
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      ...(options.execPath !== undefined && { execPath: options.execPath }),
    });
    this.child.on('error', (error) => {
      this.failure ??= error.message;
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.logLines(text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-KEPT_STDERR);
      this.logLines(text);
    });

    const channel = childChannel(this.child, () => this.finish(this.exit()).message);
    const remote = duplex<InferenceOwner, InferenceLife>(channel, {
      failed: ({ message }) => {
        if (typeof message === 'string') this.failure ??= message;
      },
    });
    this.life = remote;
    // Methods are made as they are asked for: the same caller reaches the service.
    this.remote = remote as unknown as Remote<Service>;
    this.connection = remote;
    this.watch = setInterval(() => this.look(), options.pingInterval);
    this.watch.unref();
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Bytes that the process held when last asked. */
  get residentBytes(): number {
    return this.resident;
  }

  /** How it ended; undefined while it runs. */
  get end(): ProcessEnd | undefined {
    return this.result;
  }

  /** Asks for the memory that the process holds now. */
  async measure(): Promise<void> {
    const { residentBytes } = await this.life.ping({});
    this.unanswered = 0;
    this.resident = residentBytes;
  }

  /** Ends the process at once. Calls under way reject with code `closed`; `end` says what was given here. */
  kill(end: ProcessEnd): void {
    if (this.result) return;
    this.finish(end);
    this.connection.dispose();
    this.child.kill('SIGKILL');
  }

  // Counts looks, not time: a machine that slept has made none.
  private look(): void {
    if (this.unanswered >= this.options.pingsMissed) {
      const seconds = Math.round((this.options.pingInterval * this.options.pingsMissed) / 1000);
      this.kill(unresponsiveEnd(seconds));
      return;
    }
    this.unanswered++;
    this.measure().catch(() => undefined);
  }

  private exit(): ProcessEnd {
    return describeExit({
      code: this.child.exitCode,
      signal: this.child.signalCode,
      stderr: this.stderr,
      failure: this.failure,
      residentBytes: this.resident,
    });
  }

  private finish(end: ProcessEnd): ProcessEnd {
    if (this.result) return this.result;
    this.result = end;
    clearInterval(this.watch);
    if (end.code !== 'asked') this.options.log(end.message);
    this.ended.fire(end);
    return end;
  }

  private logLines(text: string): void {
    for (const line of text.split('\n')) if (line.trim()) this.options.log(line.trimEnd());
  }
}
