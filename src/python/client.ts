/** The extension host's way to the thread that reads Python. */

import type { Span } from '../maths/nesting.ts';
import type { PythonReading } from '../protocol/python.ts';
import type { TermReading } from '../protocol/terms.ts';
import { RestingThread, type RestingThreadOptions } from '../protocol/restingThread.ts';
import type { CallOptions, Disposable } from '../protocol/rpc.ts';

export type PythonReaderOptions = RestingThreadOptions;

/** Reads Python in a thread that is there while it is needed; calls reject as RestingThread says. */
export class PythonReader implements Disposable {
  readonly #thread: RestingThread<PythonReading>;

  constructor(options: PythonReaderOptions) {
    this.#thread = new RestingThread({ id: 'python', thread: 'The thread that reads Python', work: 'Reading Python' }, options);
  }

  readonly outline = (params: { text: string }) => this.#thread.ask((reader) => reader.outline(params));
  readonly formulas = (params: { key: string; text: string; within?: Span; checked?: boolean }, options?: CallOptions) =>
    this.#thread.ask((reader) => reader.formulas(params, options));
  readonly unread = (params: { key: string; checked?: boolean }) => this.#thread.ask((reader) => reader.unread(params));
  readonly latex = (params: { text: string; start: number; end: number }, options?: CallOptions) =>
    this.#thread.ask((reader) => reader.latex(params, options));
  readonly nameLatex = (params: { latex: string }, options?: CallOptions) =>
    this.#thread.ask((reader) => reader.nameLatex(params, options));
  readonly terms = (params: Parameters<TermReading['terms']>[0]) => this.#thread.ask((reader) => reader.terms(params));
  readonly termValues = (params: Parameters<TermReading['termValues']>[0]) => this.#thread.ask((reader) => reader.termValues(params));

  dispose(): void {
    this.#thread.dispose();
  }
}
