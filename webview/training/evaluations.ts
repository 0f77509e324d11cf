/** What the newest parameters make of the points that are shown: asked for as fast as the answers come, never more than one at a time. */

import { RpcError, type Remote } from '../../src/protocol/rpc.ts';
import type { TrainingFrame, TrainingHost, TrainingMeasures } from '../../src/protocol/trainingView.ts';
import { Latest } from '../shared/latest.ts';
import type { RunData } from './runData.ts';

/** Milliseconds between two times that what takes longer is asked for while it trains. */
const measuredEach = 400;
/** The process is lost: the training goes on in another, and so does this. */
const lost: ReadonlySet<string> = new Set(['crashed', 'out-of-memory', 'unresponsive']);
const triesAfterLoss = 3;
const waitAfterLoss = 500;

export interface EvaluationEvents {
  framed(frame: TrainingFrame): void;
  measured(measures: TrainingMeasures): void;
  /** Of what takes longer: what the picture is without, in words. */
  unmeasured(error: unknown): void;
  failed(error: unknown): void;
}

export class Evaluations {
  readonly #frames: Latest<RunData, TrainingFrame>;
  readonly #measures: Latest<RunData, TrainingMeasures>;
  #measuredAt = 0;

  constructor(host: Remote<TrainingHost>, events: EvaluationEvents) {
    this.#frames = new Latest(
      ({ points, latents }) => whereLost(() => host.frame({ points, latents })),
      (frame) => events.framed(frame),
      (error) => events.failed(error),
    );
    this.#measures = new Latest(
      ({ points, places, latentPlaces }) => whereLost(() => host.measure({ points, places, latents: latentPlaces })),
      (measures) => {
        this.#measuredAt = performance.now();
        events.measured(measures);
      },
      (error) => events.unmeasured(error),
    );
  }

  /** @param whole what takes longer too, however lately it was asked for */
  ask(data: RunData, whole: boolean): void {
    this.#frames.ask(data);
    if (whole || performance.now() - this.#measuredAt >= measuredEach) this.#measures.ask(data);
  }
}

async function whereLost<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RpcError && lost.has(error.code)) || tries === triesAfterLoss) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitAfterLoss));
    }
  }
}
