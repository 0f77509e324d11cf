/** The place in z that is looked at: a sample, on the way to another, moved along the directions in which its picture changes most. */

import { between } from '../../src/maths/gan/walk.ts';
import { levelsOf } from '../../src/maths/levels.ts';
import type { Directions, DirectionsRequest, Generated, GenerateRequest, LoadedGan } from '../../src/protocol/gan.ts';
import type { GanHost, GanPlace } from '../../src/protocol/ganView.ts';
import { drawnBetween } from '../../src/protocol/pictures.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import { Latest } from '../shared/latest.ts';
import type { GanSession, Samples } from './session.ts';

/** Directions that have a slider. */
export const shownDirections = 6;

/** What is generated there. */
export interface Seen {
  readonly z: Float32Array;
  /** In the model's range. */
  readonly picture: Float32Array;
  readonly levels: Uint8Array;
  /** null without a discriminator. */
  readonly score: number | null;
}

export interface ExploredEvents {
  changed(): void;
  failed(error: unknown): void;
}

export class Explored {
  readonly #session: GanSession;
  readonly #events: ExploredEvents;
  readonly #generating: Latest<GenerateRequest, Generated>;
  readonly #finding: Latest<DirectionsRequest, Directions>;
  #seen: Seen | null = null;
  #directions: Directions | null = null;
  /** What the directions are of, or are asked for. */
  #of: string | null = null;
  #place: GanPlace | null = null;

  constructor(host: Remote<GanHost>, session: GanSession, events: ExploredEvents) {
    this.#session = session;
    this.#events = events;
    const failed = (error: unknown): void => events.failed(error);
    this.#generating = new Latest(
      (request) => host.generate(request),
      ({ pictures, scores }, { z }) => this.#take(z, pictures, scores?.[0] ?? null),
      failed,
    );
    this.#finding = new Latest(
      (request) => host.directions(request),
      (found) => {
        this.#directions = found;
        // What was moved along them before they were known is shown now.
        if (this.#place?.moves.some((move) => move !== 0)) this.look(this.#place);
        else events.changed();
      },
      (error) => {
        // So that they can be asked for again.
        this.#of = null;
        failed(error);
      },
    );
  }

  get seen(): Seen | null {
    return this.#seen;
  }
  get directions(): Directions | null {
    return this.#directions;
  }
  /** They are on their way. */
  get finding(): boolean {
    return this.#of !== null && this.#directions === null;
  }

  clear(): void {
    this.#generating.forget();
    this.#finding.forget();
    [this.#seen, this.#directions, this.#of, this.#place] = [null, null, null, null];
  }

  /** Looks at a place of the samples that are there. */
  look(place: GanPlace): void {
    this.#place = place;
    const { model, samples } = this.#session;
    if (!model || !samples || place.sample >= samples.count) return;
    const isOn = place.moves.some((move) => move !== 0) || (place.walk !== null && place.walk.to < samples.count);
    this.#find(model, samples, place.sample);
    const { latent } = model;
    if (!isOn) {
      const size = samples.pictures.length / samples.settings.count;
      const own = samples.pictures.slice(place.sample * size, (place.sample + 1) * size);
      this.#generating.forget();
      this.#take(samples.z.slice(place.sample * latent, (place.sample + 1) * latent), own, samples.scores[place.sample] ?? null);
      return;
    }
    const z = zAt(samples, latent, place, this.#directions?.directions ?? null);
    this.#generating.ask({ z, classes: Int32Array.from(samples.classes.slice(place.sample, place.sample + 1)) });
  }

  #find(model: LoadedGan, samples: Samples, sample: number): void {
    const z = samples.z.slice(sample * model.latent, (sample + 1) * model.latent);
    const key = `${samples.classes[sample] ?? ''} ${z.join(' ')}`;
    if (this.#of === key) return;
    [this.#of, this.#directions] = [key, null];
    this.#finding.ask({ z, class: samples.classes[sample] ?? 0, count: Math.min(shownDirections, model.latent) });
  }

  #take(z: Float32Array, picture: Float32Array, score: number | null): void {
    const { model } = this.#session;
    if (!model) return;
    this.#seen = { z, picture, levels: levelsOf(picture, drawnBetween(model)), score };
    this.#events.changed();
  }
}

/** [latent]. @param directions [count, latent]; null: not known, nothing is moved along them */
export function zAt(
  { z, count }: Pick<Samples, 'z' | 'count'>,
  latent: number,
  { sample, walk, moves }: GanPlace,
  directions: Float64Array | null,
): Float32Array {
  const of = (index: number): Float32Array => z.subarray(index * latent, (index + 1) * latent);
  const here = Float64Array.from(walk && walk.to < count ? between(of(sample), of(walk.to), walk.at, walk.way) : of(sample));
  if (directions)
    for (const [at, move] of moves.entries())
      for (let j = 0; j < latent && (at + 1) * latent <= directions.length; j++) here[j]! += move * directions[at * latent + j]!;
  return Float32Array.from(here);
}
