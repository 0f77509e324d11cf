/** log p(x|z) of a loaded model: whether it is one, and how it is asked for. */

import { joint } from '../../../maths/vae/bestGaussian.ts';
import { addLogLikelihoods, needsSpread, notCovered, pixelDensity, type PixelDensity } from '../../../maths/vae/likelihood.ts';
import { NotANumberError, type LogJoint } from '../../../maths/vae/logJoint.ts';
import { scanPoints } from '../../../maths/vae/scan.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { HeldVae } from './model.ts';
import type { DecodedBatch, VaeParts } from './parts.ts';

/** Bytes that the decoded scan may take. */
const MOST_SCANNED = 64 * 2 ** 20;

export class Nats {
  private readonly model: HeldVae;
  private readonly parts: VaeParts;
  private scanned: Promise<readonly DecodedBatch[]> | undefined;

  constructor(model: HeldVae, parts: VaeParts) {
    this.model = model;
    this.parts = parts;
  }

  /**
   * Why there are no nats, of any picture or of these; null where there are.
   *
   * @param pictures called where they have to be looked at
   */
  missing(pictures: () => Float32Array): string | null {
    const { likelihood, decoder, range } = this.model.loaded;
    if (!likelihood)
      return 'It is not said which distribution the decoder gives, so there is no log p(x|z). State the likelihood when the model is added.';
    if (needsSpread(likelihood) && decoder.spread === undefined)
      return 'The likelihood needs a spread of each value, and the decoder gives none. State another likelihood.';
    // A density has any values.
    if (likelihood.kind === 'gaussian') return null;
    return notCovered(likelihood, range, pictures()) ?? null;
  }

  /** @throws RpcError 'no-likelihood' with the reason */
  density(pictures: Float32Array): PixelDensity {
    const missing = this.missing(() => pictures);
    if (missing !== null) throw new RpcError('no-likelihood', missing);
    return pixelDensity(this.model.loaded.likelihood!, this.model.loaded.range);
  }

  logLikelihood(picture: Float32Array, signal: AbortSignal): LogJoint {
    const density = this.density(picture);
    return async (z, count) => {
      const values = new Float64Array(count);
      await this.parts.decode(z, signal, (batch) =>
        addLogLikelihoods(density, picture, batch, values.subarray(batch.first, batch.first + batch.count)),
      );
      return values;
    };
  }

  /** log p(x, z). */
  logJoint(picture: Float32Array, signal: AbortSignal): LogJoint {
    return joint(this.logLikelihood(picture, signal), this.model.latent);
  }

  /** log p(x, z) at the places of the scan; they are decoded once for all pictures. */
  async scan(picture: Float32Array, signal: AbortSignal): Promise<Float64Array | undefined> {
    const points = scanPoints();
    if ((points.length / 2) * this.model.size * 12 > MOST_SCANNED) return undefined;
    const density = this.density(picture);
    const decoded = await this.decodedScan(points, signal);
    const atPoints: LogJoint = (_, count) => {
      const values = new Float64Array(count);
      for (const batch of decoded) addLogLikelihoods(density, picture, batch, values.subarray(batch.first, batch.first + batch.count));
      return Promise.resolve(values);
    };
    return joint(atPoints, 2)(points, points.length / 2);
  }

  private async decodedScan(points: Float32Array, signal: AbortSignal): Promise<readonly DecodedBatch[]> {
    for (;;) {
      signal.throwIfAborted();
      try {
        return await (this.scanned ??= this.decodeScan(points, signal));
      } catch (error) {
        this.scanned = undefined;
        // It ended with another call that was cancelled.
        if (!(error instanceof RpcError && error.code === 'cancelled') && !(error instanceof Error && error.name === 'AbortError'))
          throw error;
      }
    }
  }

  private async decodeScan(points: Float32Array, signal: AbortSignal): Promise<readonly DecodedBatch[]> {
    const batches: DecodedBatch[] = [];
    await this.parts.decode(points, signal, (batch) => void batches.push(batch));
    return batches;
  }
}

/** @throws RpcError 'not-a-number' with the item, where a sum over its pixels is none */
export function checkNumbers(logs: Float64Array, what: (at: number) => string): void {
  const wrong = logs.findIndex((value) => Number.isNaN(value) || value === Infinity);
  if (wrong >= 0)
    throw new RpcError(
      'not-a-number',
      `log p(x|z) is ${logs[wrong]} ${what(wrong)}: the decoder gives numbers that are none there, or a spread of 0.`,
    );
}

/** An error of the mathematics as the caller is told it. */
export function asRpcError(error: unknown): unknown {
  if (error instanceof NotANumberError)
    return new RpcError(
      'not-a-number',
      `${error.message} The decoder gives numbers that are none there, or a spread of 0; the model is damaged or was exported wrongly.`,
    );
  if (error instanceof RangeError) return new RpcError('bad-input', error.message);
  return error;
}
