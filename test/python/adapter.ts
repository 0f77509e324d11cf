/** A debug adapter of Python, spoken to without an editor. */

import { spawn, type ChildProcess } from 'node:child_process';

interface Message {
  readonly type: string;
  readonly seq: number;
  readonly event?: string;
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
  readonly body?: Record<string, unknown>;
}

/** The Python that has debugpy and what the tests debug. */
export function debugPython(): string {
  const python = process.env['GENLENS_DEBUG_PYTHON'];
  if (python === undefined) throw new Error('These tests need a Python with debugpy: run `npm run test:python`.');
  return python;
}

export class Adapter {
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, (message: Message) => void>();
  readonly #events: Message[] = [];
  readonly #waiting = new Set<() => void>();
  #seq = 0;
  #rest = Buffer.alloc(0);

  constructor() {
    this.#child = spawn(debugPython(), ['-m', 'debugpy.adapter'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout!.on('data', (chunk: Buffer) => this.#received(chunk));
  }

  /** Runs a program until it stops at a line; the frame that it stopped in. */
  async stopAt(program: string, line: number): Promise<{ frameId: number; threadId: number }> {
    await this.ask('initialize', { adapterID: 'debugpy', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path' });
    const launched = this.ask('launch', { program, console: 'internalConsole', justMyCode: true, python: [debugPython()] });
    await this.#event('initialized');
    await this.ask('setBreakpoints', { source: { path: program }, breakpoints: [{ line }] });
    await this.ask('configurationDone', {});
    await launched;
    const { body } = await this.#event('stopped');
    const threadId = Number(body?.['threadId']);
    const { stackFrames } = (await this.ask('stackTrace', { threadId })) as { stackFrames: { id: number }[] };
    return { frameId: stackFrames[0]!.id, threadId };
  }

  ask(command: string, args: unknown): Promise<Record<string, unknown>> {
    const seq = ++this.#seq;
    const text = Buffer.from(JSON.stringify({ seq, type: 'request', command, arguments: args }));
    this.#child.stdin!.write(Buffer.concat([Buffer.from(`Content-Length: ${text.length}\r\n\r\n`), text]));
    return new Promise((resolve, reject) => {
      this.#pending.set(seq, ({ success, message, body }) => (success ? resolve(body ?? {}) : reject(new Error(`${command}: ${message}`))));
    });
  }

  /** What the program wrote. */
  async outputUntil(pattern: RegExp): Promise<string> {
    for (;;) {
      const text = this.#events
        .filter(({ event }) => event === 'output')
        .map(({ body }) => String(body?.['output']))
        .join('');
      if (pattern.test(text)) return text;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async end(): Promise<void> {
    await this.ask('disconnect', { terminateDebuggee: true }).catch(() => undefined);
    this.#child.kill();
  }

  async #event(name: string): Promise<Message> {
    for (;;) {
      const found = this.#events.find(({ event }) => event === name);
      if (found) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #received(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const end = this.#rest.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/.exec(this.#rest.subarray(0, Math.max(end, 0)).toString())?.[1]);
      if (end < 0 || this.#rest.length < end + 4 + length) return;
      const message = JSON.parse(this.#rest.subarray(end + 4, end + 4 + length).toString()) as Message;
      this.#rest = this.#rest.subarray(end + 4 + length);
      if (message.type === 'response') {
        this.#pending.get(message.request_seq!)?.(message);
        this.#pending.delete(message.request_seq!);
      } else if (message.type === 'event') {
        this.#events.push(message);
        for (const wake of this.#waiting) wake();
        this.#waiting.clear();
      }
    }
  }
}
