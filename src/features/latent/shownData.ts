/** The encoded data that the panel shows. A page that was hidden is made anew when it is shown, and asks for the same again. */

import type { VaeClient } from '../../engine/vaeClient.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { StreamOptions } from '../../protocol/rpc.ts';
import type { DataRequest, EncodedData, EncodedPart } from '../../protocol/vae.ts';
import { log } from '../log/log.ts';

/** Parts that take more are not kept here: the data is encoded again. */
const mostBytes = 64 * 2 ** 20;

type Encoder = Pick<VaeClient, 'encodeDataSet' | 'release'>;

interface Shown {
  readonly client: Encoder;
  readonly path: string;
  readonly summary: EncodedData;
  /** null: too many. */
  readonly parts: readonly EncodedPart[] | null;
}

/** One data set at a time: what is shown no longer is freed. */
export class ShownData {
  #shown: Shown | null = null;

  /** Encodes data, unless it is what is shown. */
  async encode(client: Encoder, request: DataRequest, { onItem, ...options }: StreamOptions<EncodedPart>): Promise<EncodedData> {
    const shown = this.#shown;
    if (shown?.parts && shown.client === client && shown.path === request.path) {
      for (const part of shown.parts) onItem?.(part);
      return shown.summary;
    }
    this.free();
    let bytes = 0;
    const parts: EncodedPart[] = [];
    const summary = await client.encodeDataSet(request, {
      ...options,
      onItem: (part) => {
        bytes += bytesOf(part);
        if (bytes <= mostBytes) parts.push(part);
        onItem?.(part);
      },
    });
    this.#shown = { client, path: request.path, summary, parts: bytes <= mostBytes ? parts : null };
    return summary;
  }

  free(): void {
    const shown = this.#shown;
    this.#shown = null;
    shown?.client.release({ runId: shown.summary.runId }).catch((error: unknown) => log().debug(`Latent space: ${messageOf(error)}`));
  }
}

function bytesOf({ mean, logVariance, reconstruction, kl, error }: EncodedPart): number {
  return [mean, logVariance, reconstruction, kl, error].reduce((sum, values) => sum + (values?.byteLength ?? 0), 0);
}
