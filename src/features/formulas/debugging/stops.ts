/** Where a Python program has stopped: the frame that is chosen in the call stack. */

import * as vscode from 'vscode';
import { messageOf } from '../../../protocol/errors.ts';
import { log } from '../../log/log.ts';

export interface Stop {
  readonly session: vscode.DebugSession;
  readonly frameId: number;
  /** Of the function, as the adapter calls it. */
  readonly name: string;
  readonly uri: vscode.Uri;
  /** Counted from 0. */
  readonly line: number;
  /** Whether it is about to run that line; else it waits within it for what it has called. */
  readonly isInnermost: boolean;
}

export type DebugState =
  | { readonly kind: 'none' | 'running' | 'unsupported' | 'elsewhere' }
  /** Of an adapter that does not say where. */
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'stopped'; readonly stop: Stop };

/** Types of the debug adapters that are debugpy. */
const supported: ReadonlySet<string> = new Set(['python', 'debugpy']);
/** Milliseconds that an answer of a debug adapter may take. */
const patience = 5_000;
/** Frames of a stack that are looked through. */
const mostFrames = 1_000;

/** A request to a debug adapter, which may never answer. */
export async function ask(session: vscode.DebugSession, command: string, args: unknown, ms = patience): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The debug adapter did not answer in ${ms / 1000} s.`)), ms);
  });
  try {
    return await Promise.race([session.customRequest(command, args), late]);
  } finally {
    clearTimeout(timer);
  }
}

export class Stops implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<DebugState>();
  readonly #subscriptions: vscode.Disposable[];
  readonly onDidChange = this.#changed.event;
  #state: DebugState = { kind: 'none' };
  #asked = 0;
  #settled = 0;

  constructor() {
    const follow = (): void => void this.#follow();
    this.#subscriptions = [
      this.#changed,
      vscode.debug.onDidChangeActiveStackItem(follow),
      vscode.debug.onDidStartDebugSession(follow),
      vscode.debug.onDidTerminateDebugSession(follow),
      vscode.window.onDidChangeActiveTextEditor(() => isOfOthers(this.#state) && follow()),
      ...[...supported].map((type) =>
        vscode.debug.registerDebugAdapterTrackerFactory(type, { createDebugAdapterTracker: () => this.#track() }),
      ),
    ];
    follow();
  }

  get state(): DebugState {
    return this.#state;
  }

  /** Whether that is where the program is, and not where it was. */
  get isSettled(): boolean {
    return this.#settled === this.#asked;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #follow(): Promise<void> {
    const asked = ++this.#asked;
    const state = await currentState().catch((error: unknown): DebugState => {
      const why = messageOf(error);
      log().warn(`Where the program has stopped is not known: ${why}`);
      return { kind: 'failed', why };
    });
    if (asked !== this.#asked) return;
    this.#settled = asked;
    this.#state = state;
    this.#changed.fire(state);
  }

  /** Hears of stops before the editor does, and of what the user sets while the program stands still. */
  #track(): vscode.DebugAdapterTracker {
    const setting = new Set<unknown>();
    return {
      onWillReceiveMessage: (message) => {
        const { command, seq, arguments: args } = fieldsOf(message);
        const isSetting = command === 'setVariable' || command === 'setExpression';
        if (isSetting || (command === 'evaluate' && fieldsOf(args)['context'] === 'repl')) setting.add(seq);
      },
      onDidSendMessage: (message) => {
        const { type, event, request_seq: request } = fieldsOf(message);
        if (type === 'response' && setting.delete(request)) void this.#follow();
        // The editor has not heard of it yet: whoever asks from now on means the new stop.
        if (type === 'event' && (event === 'stopped' || event === 'continued')) this.#asked++;
      },
    };
  }
}

const isOfOthers = ({ kind }: DebugState): boolean =>
  kind === 'unsupported' || (kind === 'none' && vscode.debug.activeDebugSession !== undefined);

async function currentState(): Promise<DebugState> {
  const item = vscode.debug.activeStackItem;
  const session = item?.session ?? vscode.debug.activeDebugSession;
  if (!session) return { kind: 'none' };
  if (!supported.has(session.type)) {
    // Who debugs something else is not told of Python.
    return { kind: vscode.window.activeTextEditor?.document.languageId === 'python' ? 'unsupported' : 'none' };
  }
  if (!(item instanceof vscode.DebugStackFrame)) return { kind: 'running' };
  const answer = fieldsOf(await ask(session, 'stackTrace', { threadId: item.threadId, startFrame: 0, levels: mostFrames }));
  const frames = Array.isArray(answer['stackFrames']) ? answer['stackFrames'].map(fieldsOf) : [];
  const frame = frames.find(({ id }) => id === item.frameId);
  if (!frame) return { kind: 'running' };
  const source = fieldsOf(frame['source']);
  const { line, name } = frame;
  if (typeof source['path'] !== 'string' || typeof line !== 'number') return { kind: 'elsewhere' };
  const uri = uriOf(source['path'], () => vscode.debug.asDebugSourceUri(source, session));
  const stop = { session, frameId: item.frameId, name: typeof name === 'string' ? name : '', uri, line: line - 1 };
  return { kind: 'stopped', stop: { ...stop, isInnermost: frame === frames[0] } };
}

/** The editor has made a path into an address already where the program runs on another machine than its window: this one. */
function uriOf(path: string, otherwise: () => vscode.Uri): vscode.Uri {
  if (!/^[a-z][a-z\d+.-]+:\/\//i.test(path)) return otherwise();
  const uri = vscode.Uri.parse(path, true);
  return uri.scheme === 'vscode-remote' ? vscode.Uri.file(uri.path) : uri;
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
