/** The training examples that lie nearest to what is looked at. */

import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { levelsOf } from '../../src/maths/levels.ts';
import type { LoadedGan } from '../../src/protocol/gan.ts';
import type { GanHost } from '../../src/protocol/ganView.ts';
import { distanceUnit, drawnBetween, shapeOfItem } from '../../src/protocol/pictures.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import type { NeighboursOf } from '../../src/protocol/vae.ts';
import { Latest } from '../shared/latest.ts';
import { formatCount } from '../shared/numbers.ts';
import { paint } from '../shared/pictures/drawing.ts';

const shown = 6;

interface Request {
  readonly picture: Float32Array;
  readonly train: string;
}

export class NearestExamples {
  readonly #latest: Latest<Request, NeighboursOf>;
  #asked: Request | null = null;
  #found: NeighboursOf | null = null;

  constructor(host: Remote<GanHost>, events: { changed(): void; failed(error: unknown): void }) {
    this.#latest = new Latest(
      ({ picture, train }) => host.neighbours({ pictures: picture, train, k: shown }),
      (found) => {
        this.#found = found;
        events.changed();
      },
      (error) => {
        this.#found = null;
        events.failed(error);
      },
    );
  }

  /** Asks anew where the picture, or the training data, is another. */
  show(picture: Float32Array | null, train: string | null): void {
    if (!picture || train === null) return this.clear();
    if (this.#asked?.picture === picture && this.#asked.train === train) return;
    if (this.#asked?.train !== train) this.#found = null;
    this.#asked = { picture, train };
    this.#latest.ask(this.#asked);
  }

  clear(): void {
    this.#latest.forget();
    [this.#asked, this.#found] = [null, null];
  }

  content(model: LoadedGan): TemplateResult | typeof nothing {
    const found = this.#found;
    if (!found) return nothing;
    const { index, distance, ratio, nearest, trainCount } = found;
    const between = drawnBetween(model);
    const shape = shapeOfItem(model.item, between);
    const size = nearest.length / index.length;
    const width = (model.range.high - model.range.low) * Math.sqrt(size);
    return html`<ol class="gan-nearest" aria-label="Nearest training examples">
        ${Array.from(index, (place, at) => {
          const levels = levelsOf(nearest.subarray(at * size, (at + 1) * size), between);
          const apart = (distance[at]! / width).toFixed(3);
          const painted = (element?: Element): void => {
            if (element instanceof HTMLCanvasElement) paint(element, levels, shape);
          };
          return html`<li title=${`Training example ${formatCount(place + 1)} of ${formatCount(trainCount)}`}>
            <canvas role="img" aria-label=${`Training example ${place + 1}, ${apart} away`} ${ref(painted)}></canvas>
            <span>${apart}</span>
          </li>`;
        })}
      </ol>
      <p class="gan-note">
        Root mean square distances, in ${distanceUnit(model)}. The nearest is ${ratio[0]!.toFixed(2)} of the mean of the next
        ${index.length - 1}: near 1 it is like any other, near 0 a copy.
      </p>`;
  }
}
