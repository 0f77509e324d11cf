/** Tells evaluations as they come. */

import type { EvaluationOfRun } from '../../../protocol/diffusion.ts';
import type { StreamContext } from '../../../protocol/rpc.ts';

/** Milliseconds between two messages at least, a frame of most screens: each wakes two processes, which takes its time from the model. */
const MESSAGE_EVERY = 16;

export class Telling {
  private readonly context: StreamContext<readonly EvaluationOfRun[]>;
  private readonly from: number;
  private readonly count: number;
  private untold: EvaluationOfRun[] = [];
  private toldAt = -Infinity;

  /** @param from the first evaluation @param count where evaluations end */
  constructor(context: StreamContext<readonly EvaluationOfRun[]>, from: number, count: number) {
    this.context = context;
    this.from = from;
    this.count = count;
  }

  add(evaluation: EvaluationOfRun): void {
    this.untold.push(evaluation);
    if (performance.now() - this.toldAt >= MESSAGE_EVERY) this.flush();
  }

  /** Tells what is not told yet; nothing where nobody hears it any more. */
  flush(): void {
    const last = this.untold.at(-1);
    if (!last || this.context.signal.aborted) return;
    this.context.item(this.untold);
    const done = last.index + 1;
    this.context.progress({ message: `Evaluation ${done} of ${this.count}`, fraction: (done - this.from) / (this.count - this.from) });
    this.untold = [];
    this.toldAt = performance.now();
  }
}
