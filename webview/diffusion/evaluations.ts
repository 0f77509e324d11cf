/** What the newest parameters make of the plane: flows and fields as fast as they come, the truth now and then, what is known of the data once. */

import type { Raster } from '../../src/maths/adversarial/pushforward.ts';
import type { NoiseSource } from '../../src/protocol/denoiser.ts';
import type {
  DenoiserFacts,
  DenoiserField,
  DenoiserFlow,
  DenoiserGuided,
  DenoiserHost,
  DenoiserMeasures,
} from '../../src/protocol/denoiserView.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import type { PlaneRunChoice } from '../../src/maths/diffusion/planeSamplers.ts';
import { Latest } from '../shared/latest.ts';
import { Paced } from '../shared/training/paced.ts';
import { whereLost } from '../shared/training/whereLost.ts';

/** Draws for each level, samples that are compared, and points whose likelihood is told. */
const effort = {
  moving: { count: 200, samples: 300, likelihoods: 0 },
  resting: { count: 1_500, samples: 1_000, likelihoods: 300 },
} as const;

/** Which picture a flow is for. */
export type FlowPlace = 'left' | 'right' | 'ode' | 'sde';

export interface FlowRequest {
  readonly source: NoiseSource;
  readonly run: PlaneRunChoice;
  readonly count: number;
}

type GuidedRequest = Parameters<DenoiserHost['guided']>[0];
type TruthRequest = Parameters<DenoiserHost['truth']>[0];

export interface EvaluationEvents {
  flowed(place: FlowPlace, flow: DenoiserFlow, request: FlowRequest): void;
  fielded(field: DenoiserField): void;
  measured(measures: DenoiserMeasures): void;
  known(facts: DenoiserFacts): void;
  guided(guided: DenoiserGuided): void;
  failed(error: unknown): void;
}

export class Evaluations {
  readonly #host: Remote<DenoiserHost>;
  readonly #events: EvaluationEvents;
  readonly #flows: Readonly<Record<FlowPlace, Paced<FlowRequest, DenoiserFlow>>>;
  readonly #fields: Latest<{ level: number; raster: Raster }, DenoiserField>;
  readonly #truths: Paced<TruthRequest, DenoiserMeasures>;
  readonly #guided: Paced<GuidedRequest, DenoiserGuided>;

  constructor(host: Remote<DenoiserHost>, events: EvaluationEvents) {
    this.#host = host;
    this.#events = events;
    const failed = (error: unknown): void => events.failed(error);
    const flow = (place: FlowPlace): Paced<FlowRequest, DenoiserFlow> =>
      new Paced(
        (request, options) => whereLost(() => host.flow(request, options), options),
        (found, request) => events.flowed(place, found, request),
        failed,
        { resting: 1 },
      );
    this.#flows = { left: flow('left'), right: flow('right'), ode: flow('ode'), sde: flow('sde') };
    this.#fields = new Latest(
      (request) => whereLost(() => host.field(request)),
      (field) => events.fielded(field),
      failed,
    );
    this.#guided = new Paced(
      (request, options) => whereLost(() => host.guided(request, options), options),
      (guided) => events.guided(guided),
      failed,
    );
    this.#truths = new Paced(
      (request, options) => whereLost(() => host.truth(request, options), options),
      (measures) => events.measured(measures),
      failed,
    );
  }

  /** In place of what is under way: it takes seconds. */
  guided(request: GuidedRequest): void {
    this.#guided.ask(request, true);
  }

  /** @param urgent in place of what is under way */
  flow(place: FlowPlace, request: FlowRequest, urgent: boolean): void {
    this.#flows[place].ask(request, urgent);
  }

  field(level: number, raster: Raster): void {
    this.#fields.ask({ level, raster });
  }

  measure(run: PlaneRunChoice, memory: number, rests: boolean): void {
    this.#truths.ask({ run, memory, ...(rests ? effort.resting : effort.moving) }, rests);
  }

  /** Once a run: it does not depend on what is learned. */
  facts(): void {
    whereLost(() => this.#host.facts({})).then(
      (facts) => this.#events.known(facts),
      (error: unknown) => this.#events.failed(error),
    );
  }
}
