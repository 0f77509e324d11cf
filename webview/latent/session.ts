/** A model with its data, as the page knows them: loaded, encoded, projected, one after the other. */

import { principalComponents } from '../../src/maths/projection/pca.ts';
import type { LatentHost, LatentViewState } from '../../src/protocol/latent.ts';
import type { Progress, Remote } from '../../src/protocol/rpc.ts';
import type { EncodedPart, LoadedVae } from '../../src/protocol/vae.ts';
import { OneAtATime } from '../shared/oneAtATime.ts';
import { EncodedParts, type WholeData } from './encodedData.ts';
import { planeOfComponents, planeOfDimensions, pointsIn, type Plane } from './plane.ts';

/** Milliseconds between two times that the points which have come are shown. */
const shownEach = 250;
const noPoints = new Float32Array(0);
/** Dimensions, and items, of which the page finds principal components in the time of a frame. */
const mostMeanwhile = 64;
const enoughItems = 2_000;

/** Where the points lie; of none, and of those that have come so far, while there is no whole data. */
export interface Placed {
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** The items that the points are of; null: each of its own. */
  readonly items: Uint32Array | null;
  /** null: of a projection that is not linear, whose places stand for no z. */
  readonly plane: Plane | null;
  readonly names: readonly [string, string];
  /** What was asked for. */
  readonly projection: LatentViewState['projection'];
}

export interface SessionEvents {
  /** Something of it is there, or not any more. */
  changed(): void;
  /** More points are there than before. */
  came(): void;
  busy(progress: Progress | null): void;
  failed(error: unknown): void;
}

export class LatentSession {
  readonly #host: Remote<LatentHost>;
  readonly #events: SessionEvents;
  readonly #work = new OneAtATime();
  model: LoadedVae | null = null;
  data: WholeData | null = null;
  placed: Placed | null = null;
  #asked: LatentViewState['projection'] = { method: 'dimensions', dimensions: [0, 1] };

  constructor(host: Remote<LatentHost>, events: SessionEvents) {
    this.#host = host;
    this.#events = events;
  }

  /** Loads what is chosen; what was under way ends. A model without an encoder is not given the data. */
  open(model: string, data: string | null, projection: LatentViewState['projection']): void {
    this.#asked = projection;
    this.#begin(async (signal) => {
      [this.model, this.data, this.placed] = [null, null, null];
      this.#events.changed();
      const onProgress = (progress: Progress): void => this.#events.busy(progress);
      this.#events.busy({ message: 'Loading the model' });
      this.model = await this.#host.load({ model }, { signal, onProgress });
      // The plane of two dimensions is known before the data is, and can be looked into.
      if (isOfDimensions(this.model, projection)) this.#lieInDimensions(projection, noPoints);
      this.#events.changed();
      if (data === null || !this.takesData) return;
      const parts = new EncodedParts();
      this.#events.busy({ message: 'Encoding the data' });
      let shown = performance.now();
      const take = (part: EncodedPart): void => {
        parts.add(part);
        if (!this.model || performance.now() - shown < shownEach) return;
        this.#lieMeanwhile(this.model, projection, parts);
        shown = performance.now();
        if (this.placed) this.#events.came();
      };
      const summary = await this.#host.encode({ data }, { signal, onProgress, onItem: take });
      this.data = { summary, means: parts.means(this.model.latent), numbers: parts.numbers() };
      await this.#place(projection, signal);
    });
  }

  /** Lays the points out another way. */
  project(projection: LatentViewState['projection']): void {
    this.#begin((signal) => this.#place(projection, signal));
  }

  /** Data can be encoded, as far as is known: the model that is loaded has an encoder. */
  get takesData(): boolean {
    return this.model === null || this.model.encoder !== undefined;
  }

  /** Data is being encoded. */
  get isComing(): boolean {
    return this.#work.busy && this.data === null;
  }

  cancel(): void {
    this.#work.cancel();
  }

  #begin(work: (signal: AbortSignal) => Promise<void>): void {
    this.#work.begin(work, {
      failed: (error) => this.#events.failed(error),
      ended: () => {
        // Without data what can be looked into is the prior's plane.
        if (this.model && !this.data) this.#lieInDimensions({ ...this.#asked, method: 'dimensions' }, noPoints);
        this.#events.busy(null);
        this.#events.changed();
      },
    });
  }

  async #place(projection: LatentViewState['projection'], signal: AbortSignal): Promise<void> {
    const { method, dimensions } = projection;
    const { model, data } = this;
    if (!model || !data) return;
    if (isOfDimensions(model, projection)) {
      this.#lieInDimensions(projection, data.means);
      return;
    }
    this.#events.busy({ message: method === 'umap' ? 'Laying the points out (UMAP)' : 'Finding the principal components' });
    const { points, items, pca } = await this.#host.project(
      { runId: data.summary.runId, method, dimensions },
      { signal, onProgress: (progress) => this.#events.busy(progress) },
    );
    if (pca) {
      this.#lie(planeOfComponents(pca), projection, data.means);
      return;
    }
    const column = (at: number): Float32Array => Float32Array.from({ length: points.length / 2 }, (_, index) => points[2 * index + at]!);
    this.placed = { x: column(0), y: column(1), items, plane: null, names: ['UMAP 1', 'UMAP 2'], projection };
  }

  /** The points that have come, where no layout of all is known yet: along their own principal components, which settle as more come. */
  #lieMeanwhile(model: LoadedVae, projection: LatentViewState['projection'], parts: EncodedParts): void {
    const { latent } = model;
    const means = parts.means(latent);
    if (isOfDimensions(model, projection)) this.#lieInDimensions(projection, means);
    else if (latent <= mostMeanwhile && parts.count > 1) {
      const { components, mean, share } = principalComponents(thinned(means, latent, enoughItems), latent, 2);
      this.#lie(planeOfComponents({ axes: components, mean, share }), { ...projection, method: 'pca' }, means);
    }
  }

  #lieInDimensions(projection: LatentViewState['projection'], means: Float32Array): void {
    const { latent, latentNames } = this.model!;
    const [right, up] = latent <= 2 ? [0, latent - 1] : projection.dimensions.map((dimension) => Math.min(dimension, latent - 1));
    this.#lie(planeOfDimensions(latent, [right!, up!], latentNames), projection, means);
  }

  #lie(plane: Plane, projection: LatentViewState['projection'], means: Float32Array): void {
    this.placed = { ...pointsIn(plane, means), items: null, plane, names: plane.names, projection };
  }
}

/** At most so many rows [latent], evenly spread. */
function thinned(means: Float32Array, latent: number, most: number): Float32Array {
  const count = means.length / latent;
  if (count <= most) return means;
  const kept = new Float32Array(most * latent);
  for (let row = 0; row < most; row++) {
    const at = Math.floor((row * count) / most) * latent;
    kept.set(means.subarray(at, at + latent), row * latent);
  }
  return kept;
}

/** Without a layout that the data decides on. */
function isOfDimensions({ latent }: LoadedVae, { method }: LatentViewState['projection']): boolean {
  return method === 'dimensions' || latent <= 2;
}
