import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EncodedPart } from '../../../../src/protocol/vae.ts';
import { EncodedParts } from '../../../../webview/latent/encodedData.ts';

const latent = 3;
const mean = (item: number, dimension: number): number => item + dimension / 8;

function partOf(first: number, count: number, without: 'nothing' | 'nats' | 'spread' = 'nothing'): EncodedPart {
  const of = (value: (item: number) => number): Float64Array => Float64Array.from({ length: count }, (_, at) => value(first + at));
  const means = Float32Array.from({ length: count * latent }, (_, at) => mean(first + Math.floor(at / latent), at % latent));
  return {
    ...{ first, count, mean: means, logVariance: without === 'spread' ? null : new Float32Array(count * latent) },
    reconstruction: without === 'nothing' ? of((item) => -2 * item) : null,
    kl: without === 'spread' ? null : of((item) => item / 4),
    error: of((item) => item / 1024),
  };
}

describe('EncodedParts', () => {
  it('puts parts of any size together', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 }), (sizes) => {
        const parts = new EncodedParts();
        let count = 0;
        for (const size of sizes) {
          parts.add(partOf(count, size));
          count += size;
        }
        expect(parts.count).toBe(count);
        expect([...parts.means(latent)]).toEqual(
          Array.from({ length: count * latent }, (_, at) => mean(Math.floor(at / latent), at % latent)),
        );
        const { elbo, reconstruction, kl, error } = parts.numbers();
        const items = Array.from({ length: count }, (_, item) => item);
        expect([...reconstruction!]).toEqual(items.map((item) => -2 * item));
        expect([...kl!]).toEqual(items.map((item) => item / 4));
        expect([...elbo!]).toEqual(items.map((item) => -2.25 * item));
        expect([...error]).toEqual(items.map((item) => item / 1024));
      }),
    );
  });

  it('has no ELBO without its terms', () => {
    const parts = new EncodedParts();
    parts.add(partOf(0, 4, 'nats'));
    parts.add(partOf(4, 2, 'nats'));
    expect(parts.numbers()).toMatchObject({ elbo: null, reconstruction: null, kl: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) });
    const points = new EncodedParts();
    points.add(partOf(0, 2, 'spread'));
    expect(points.numbers()).toMatchObject({ elbo: null, reconstruction: null, kl: null, error: Float32Array.of(0, 1 / 1024) });
  });

  it('takes a term that one part lacks as lacking', () => {
    const parts = new EncodedParts();
    parts.add(partOf(0, 2));
    parts.add(partOf(2, 2, 'nats'));
    expect(parts.numbers()).toMatchObject({ elbo: null, reconstruction: null });
  });
});
