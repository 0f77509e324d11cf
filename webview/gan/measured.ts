/** The samples measured against data, when it is asked for. */

import type { GanEvaluation } from '../../src/protocol/gan.ts';
import type { GanHost, MeasureRequest } from '../../src/protocol/ganView.ts';
import type { Progress, Remote } from '../../src/protocol/rpc.ts';
import { OneAtATime } from '../shared/oneAtATime.ts';

export interface MeasuredEvents {
  changed(): void;
  failed(error: unknown): void;
}

export class Measured {
  readonly #host: Remote<GanHost>;
  readonly #events: MeasuredEvents;
  readonly #work = new OneAtATime();
  #found: { readonly request: MeasureRequest; readonly evaluation: GanEvaluation } | null = null;
  #progress: Progress | null = null;

  constructor(host: Remote<GanHost>, events: MeasuredEvents) {
    this.#host = host;
    this.#events = events;
  }

  get found(): { readonly request: MeasureRequest; readonly evaluation: GanEvaluation } | null {
    return this.#found;
  }
  /** null: nothing is measured at the moment. */
  get progress(): Progress | null {
    return this.#progress;
  }

  begin(request: MeasureRequest): void {
    this.#progress = { message: 'Sampling' };
    this.#work.begin(
      async (signal) => {
        const onProgress = (progress: Progress): void => {
          this.#progress = progress;
          this.#events.changed();
        };
        this.#found = { request, evaluation: await this.#host.measure(request, { signal, onProgress }) };
      },
      {
        failed: (error) => this.#events.failed(error),
        ended: () => {
          this.#progress = null;
          this.#events.changed();
        },
      },
    );
    this.#events.changed();
  }

  cancel(): void {
    this.#work.cancel();
  }

  clear(): void {
    this.#work.drop();
    [this.#found, this.#progress] = [null, null];
  }
}
