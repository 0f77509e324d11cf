/** How much memory a run will take, told before it is made. */

import { RpcError } from '../../protocol/rpc.ts';
import type { RawTensor } from '../../protocol/worker.ts';
import type { SiteSizes } from '../../maps/siteWeights.ts';

/** What a run of `length` tokens took, to tell from it what one of another length will. */
export interface Sample {
  length: number;
  batch: number;
  operands: readonly Pick<RawTensor, 'shape' | 'data'>[];
  sites: readonly SiteSizes[];
}

/** Score-sized tensors that live at once inside the model: the product, it scaled and masked, its softmax, and one on its way between. */
const scoreTensors = 4;

function scaled(size: number, sampled: number, length: number): number {
  return size === sampled ? length : size;
}

/** Bytes of the operands that a run of `length` tokens keeps: dimensions that were the sample's length grow with it. */
export function operandBytes({ length: sampled, operands }: Sample, length: number): number {
  return operands.reduce(
    (sum, { shape, data }) => sum + shape.reduce((product, size) => product * scaled(size, sampled, length), data.BYTES_PER_ELEMENT),
    0,
  );
}

function siteBytes(site: SiteSizes, sampled: number, length: number): number {
  return 4 * site.batch * site.heads * scaled(site.queries, sampled, length) * scaled(site.keys, sampled, length);
}

/** Bytes of all weights as float32. */
export function weightBytes({ length: sampled, sites }: Sample, length: number): number {
  return sites.reduce((sum, site) => sum + siteBytes(site, sampled, length), 0);
}

/** Bytes that a run of `batch` sequences of `length` tokens keeps. */
export function keptBytes(sample: Sample, { length, batch }: Pick<Sample, 'length' | 'batch'>, kind: 'operands' | 'weights'): number {
  return (batch / sample.batch) * (kind === 'operands' ? operandBytes(sample, length) : weightBytes(sample, length));
}

/** Bytes that a run takes at its peak, beside the model itself. */
export function peakBytes(sample: Sample, { length, batch }: Pick<Sample, 'length' | 'batch'>, kind: 'operands' | 'weights'): number {
  const largest = Math.max(0, ...sample.sites.map((site) => siteBytes(site, sample.length, length)));
  // Kept weights leave the graph together with their softmax inputs, which tell what is masked.
  const leaving = kind === 'operands' ? operandBytes(sample, length) : 2 * weightBytes(sample, length);
  return (batch / sample.batch) * (leaving + scoreTensors * largest);
}

/** The largest number of tokens up to `most` whose run stays within `limit` bytes; 0 when none does. */
export function lengthWithin(limit: number, most: number, sample: Sample, kind: 'operands' | 'weights'): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (peakBytes(sample, { length: middle, batch: sample.batch }, kind) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`;
}

/** @throws RpcError 'memory' when a run would take more than the limit */
export function checkMemory(bytes: number, limit: number, what: string): void {
  if (bytes <= limit) return;
  throw new RpcError(
    'memory',
    `${what} would take about ${mebibytes(bytes)}, the limit is ${mebibytes(limit)}. Give a shorter text, or raise the limit.`,
  );
}
