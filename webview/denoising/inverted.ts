/** The noise that DDIM makes the image of, and how near to it. */

import type { DenoisingHost } from '../../src/protocol/denoisingView.ts';
import type { Inversion, InversionRequest } from '../../src/protocol/diffusion.ts';
import type { Progress, Remote } from '../../src/protocol/rpc.ts';
import { OneAtATime } from '../shared/oneAtATime.ts';

export class Inverted {
  readonly #host: Remote<DenoisingHost>;
  readonly #events: { changed(): void; failed(error: unknown): void };
  readonly #work = new OneAtATime();
  #found: Inversion | null = null;
  #progress: Progress | null = null;

  constructor(host: Remote<DenoisingHost>, events: { changed(): void; failed(error: unknown): void }) {
    [this.#host, this.#events] = [host, events];
  }

  get found(): Inversion | null {
    return this.#found;
  }
  get progress(): Progress | null {
    return this.#progress;
  }

  begin(request: InversionRequest): void {
    this.#found = null;
    this.#tell({ message: 'Inverting' });
    this.#work.begin(
      async (signal) => {
        this.#found = await this.#host.invert(request, { signal, onProgress: (progress) => this.#tell(progress) });
      },
      { failed: (error) => this.#events.failed(error), ended: () => this.#tell(null) },
    );
  }

  cancel(): void {
    this.#work.cancel();
  }

  clear(): void {
    this.#work.drop();
    [this.#found, this.#progress] = [null, null];
  }

  #tell(progress: Progress | null): void {
    this.#progress = progress;
    this.#events.changed();
  }
}
