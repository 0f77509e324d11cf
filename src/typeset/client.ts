/** The extension host's way to the thread that sets formulas. */

import { RestingThread, type RestingThreadOptions } from '../protocol/restingThread.ts';
import type { CallOptions, Disposable } from '../protocol/rpc.ts';
import type { FormulaCard, MathCard, MathSpan, Typesetting } from '../protocol/typesetting.ts';

type Params<Method extends keyof Typesetting> = Parameters<Typesetting[Method]>[0];

/** Long enough that who reads on finds the thread still there: it starts in a fifth of a second. */
const idle = 600_000;

/** Sets formulas in a thread that is there while it is needed; calls reject as RestingThread says. */
export class Typesetter implements Disposable {
  readonly #thread: RestingThread<Typesetting>;

  constructor(options: RestingThreadOptions) {
    this.#thread = new RestingThread(
      { id: 'typeset', thread: 'The thread that sets formulas', work: 'Setting a formula' },
      { idle, ...options },
    );
  }

  readonly mathAt = (params: Params<'mathAt'>, options?: CallOptions): Promise<MathSpan | null> =>
    this.#thread.ask((typesetting) => typesetting.mathAt(params, options));
  readonly formula = (params: Params<'formula'>, options?: CallOptions): Promise<FormulaCard> =>
    this.#thread.ask((typesetting) => typesetting.formula(params, options));
  readonly math = (params: Params<'math'>, options?: CallOptions): Promise<MathCard> =>
    this.#thread.ask((typesetting) => typesetting.math(params, options));
  readonly names = (params: Params<'names'>, options?: CallOptions): Promise<ReturnType<Typesetting['names']>> =>
    this.#thread.ask((typesetting) => typesetting.names(params, options));

  dispose(): void {
    this.#thread.dispose();
  }
}
