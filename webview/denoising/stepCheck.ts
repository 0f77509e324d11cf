/** The update of the evaluation that is looked at, computed again in double precision by the engine. */

import type { DenoisingHost } from '../../src/protocol/denoisingView.ts';
import type { RecomputedStep } from '../../src/protocol/diffusion.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import { Latest } from '../shared/latest.ts';

interface Request {
  readonly runId: string;
  readonly evaluation: number;
}

export class StepCheck {
  readonly #latest: Latest<Request, RecomputedStep>;
  #asked: Request | null = null;
  #found: RecomputedStep | null = null;
  #failed = false;

  constructor(host: Remote<DenoisingHost>, events: { changed(): void; failed(error: unknown): void }) {
    this.#latest = new Latest(
      (request) => host.recompute(request),
      (found) => {
        [this.#found, this.#failed] = [found, false];
        events.changed();
      },
      (error) => {
        this.#failed = true;
        events.failed(error);
      },
    );
  }

  /** It was asked for, and did not come. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Largest difference of x after the step, over max(1, max |x|); null: it is not known yet. */
  residual(evaluation: number, item: number): number | null {
    return this.#found?.evaluation === evaluation ? (this.#found.residuals[item] ?? null) : null;
  }

  show(runId: string, evaluation: number): void {
    if (this.#asked?.runId === runId && this.#asked.evaluation === evaluation) return;
    this.#asked = { runId, evaluation };
    this.#latest.ask(this.#asked);
  }

  clear(): void {
    this.#latest.forget();
    [this.#asked, this.#found, this.#failed] = [null, null, false];
  }
}
