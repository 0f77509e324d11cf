/** Places of a VAE's runs in the rate-distortion plane: measured one after the other, on the way and when a run stops. */

import { messageOf } from '../../protocol/errors.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { Checkpoint } from '../../protocol/training.ts';
import type { RatePlace, RunSummary } from '../../protocol/trainingView.ts';
import { log } from '../log/log.ts';
import { parametersOf, type LiveRun } from './liveRun.ts';

/** Points that a place is measured over. */
const placePoints = 2_000;
/** While it runs, a place is measured when so many more steps are done than at the last: early ones lie far apart, late ones do not. */
const growth = 1.25;
/** Told by the training itself when they meet it. */
const lost: ReadonlySet<string> = new Set(['crashed', 'out-of-memory', 'unresponsive', 'closed', 'cancelled']);

type VaeRun = LiveRun<RunSummary>;

export class RatePlaces {
  #measuring: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** The entropy of the data: a run that has done no step has no place. */
  begun(run: VaeRun): void {
    this.#measure(run, run.parameters.step, run.parameters.of);
  }

  checkpointed(run: VaeRun, checkpoint: Checkpoint): void {
    const { step } = checkpoint;
    const last = run.summary.places.at(-1)?.step ?? 0;
    // The last waits for the pause.
    if (run.training.running && step > 0 && step >= growth * last && this.#waiting === 0)
      this.#measure(run, step, parametersOf(checkpoint));
  }

  stopped(run: VaeRun): void {
    const { step, of } = run.parameters;
    if (step > 0) this.#measure(run, step, of);
  }

  /** One after the other. */
  #measure(run: VaeRun, step: number, parameters: Readonly<Record<string, Float32Array>>): void {
    this.#waiting++;
    this.#measuring = this.#measuring.then(() => measureNow(run, step, parameters['vae']!)).finally(() => void this.#waiting--);
  }
}

async function measureNow(run: VaeRun, step: number, parameters: Float32Array): Promise<void> {
  if (run.isClosed || run.summary.places.some((place) => place.step === step)) return;
  const { data, seed } = run.training.setup;
  try {
    const { rate, distortion, slack, entropy } = await run.client.rateDistortion({ parameters, data, seed, count: placePoints });
    const place: RatePlace = { step, beta: run.coefficientsBefore(step)['beta']!, rate, distortion, slack };
    const { summary } = run;
    const places = [...summary.places, ...(step > 0 && isFinitePlace(place) ? [place] : [])].sort((a, b) => a.step - b.step);
    run.record({ ...summary, entropy: entropy?.value ?? null, places });
  } catch (error) {
    const message = messageOf(error);
    log().debug(`Place of step ${step} in the rate-distortion plane: ${message}`);
    if (!(error instanceof RpcError && lost.has(error.code)) && !run.isClosed)
      run.notify({ kind: 'warning', message: `Step ${step} has no place in the rate-distortion plane: ${message}` });
  }
}

function isFinitePlace({ rate, distortion, slack }: RatePlace): boolean {
  return [rate, distortion, ...(slack ? [slack] : [])].every(
    ({ value, standardError }) => Number.isFinite(value) && Number.isFinite(standardError),
  );
}
