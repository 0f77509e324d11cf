import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { StreamOptions } from '../../../../src/protocol/rpc.ts';
import type { DataRequest, EncodedData, EncodedPart } from '../../../../src/protocol/vae.ts';

vi.mock('vscode', () => ({}));
const { ShownData } = await import('../../../../src/features/latent/shownData.ts');

const partOf = (first: number, count: number): EncodedPart => ({
  ...{ first, count, mean: new Float32Array(2 * count).fill(first), logVariance: null, reconstruction: null, kl: null },
  error: new Float64Array(count),
});

class Encoder {
  readonly encoded: string[] = [];
  readonly released: string[] = [];
  failure: Error | null = null;
  parts: readonly EncodedPart[] = [partOf(0, 3), partOf(3, 2)];

  encodeDataSet({ path }: DataRequest, { onItem }: StreamOptions<EncodedPart> = {}): Promise<EncodedData> {
    this.encoded.push(path);
    if (this.failure) return Promise.reject(this.failure);
    for (const part of this.parts) onItem?.(part);
    return Promise.resolve({ runId: `run ${this.encoded.length}` } as EncodedData);
  }

  release({ runId }: { runId: string }): Promise<void> {
    this.released.push(runId);
    return Promise.resolve();
  }
}

describe('ShownData', () => {
  let encoder: Encoder;
  let shown: InstanceType<typeof ShownData>;
  beforeEach(() => {
    encoder = new Encoder();
    shown = new ShownData();
  });
  const encode = async (path: string, of = encoder): Promise<{ runId: string; parts: EncodedPart[] }> => {
    const parts: EncodedPart[] = [];
    const { runId } = await shown.encode(of, { path, draws: 1, seed: 1 }, { onItem: (part) => void parts.push(part) });
    return { runId, parts };
  };

  it('encodes what is shown once, and tells its parts whenever they are asked for', async () => {
    const first = await encode('/a');
    expect(first.parts).toEqual(encoder.parts);
    expect(await encode('/a')).toEqual(first);
    expect(encoder.encoded).toEqual(['/a']);
    expect(encoder.released).toEqual([]);
  });

  it('frees what is shown no longer, of its own model', async () => {
    await encode('/a');
    await encode('/b');
    expect(encoder.released).toEqual(['run 1']);
    const other = new Encoder();
    await encode('/b', other);
    expect(encoder.released).toEqual(['run 1', 'run 2']);
    expect(other.encoded).toEqual(['/b']);
    shown.free();
    shown.free();
    expect(other.released).toEqual(['run 1']);
    await encode('/b', other);
    expect(other.encoded).toEqual(['/b', '/b']);
  });

  it('keeps nothing of what failed', async () => {
    encoder.failure = new Error('ended');
    await expect(encode('/a')).rejects.toThrow('ended');
    encoder.failure = null;
    expect((await encode('/a')).parts).toHaveLength(2);
    expect(encoder.released).toEqual([]);
  });

  it('encodes again what is too much to be kept here', async () => {
    encoder.parts = [partOf(0, 3_000_000), partOf(3_000_000, 3_000_000)];
    const first = await encode('/large');
    expect(first.parts).toHaveLength(2);
    expect((await encode('/large')).parts).toHaveLength(2);
    expect(encoder.encoded).toHaveLength(2);
    expect(encoder.released).toEqual([first.runId]);
  });
});
