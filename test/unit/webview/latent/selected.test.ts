import { describe, expect, it } from 'vitest';
import type { EncodedData } from '../../../../src/protocol/vae.ts';
import type { ItemNumbers } from '../../../../webview/latent/encodedData.ts';
import { summaryOf } from '../../../../webview/latent/selected.ts';

const count = 70;
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const summary: EncodedData = {
  ...{ runId: 'r', name: 'd', count, notices: [], elbo: null, reconstruction: null, kl: null, withoutNats: null },
  labels: [{ name: 'letter', names, values: Uint8Array.from({ length: count }, (_, at) => at % 7) }],
  ...{ dimensions: null, active: null, collapsed: null, sensitivity: new Float64Array(2), runMs: 1 },
  recipe: { sha256: {}, request: { path: '/d', draws: 1, seed: 1 }, data: '' },
};
const numbers: ItemNumbers = {
  ...{ elbo: null, reconstruction: null, kl: Float32Array.from({ length: count }, (_, at) => at) },
  error: new Float32Array(count).fill(0.5),
};

describe('summaryOf', () => {
  it('counts classes, the commonest first, and leaves numbers out that the model does not give', () => {
    const found = summaryOf({ summary, numbers }, [0, 8, 15, 1]);
    expect(found.count).toBe(4);
    expect(found.labels).toEqual([
      {
        name: 'letter',
        classes: [
          { name: 'b', count: 3, of: 10 },
          { name: 'a', count: 1, of: 10 },
        ],
        more: 0,
      },
    ]);
    expect(found.numbers).toEqual([
      { name: 'KL to the prior (nats)', mean: 6, meanOfAll: 34.5 },
      { name: 'squared error of the reconstruction', mean: 0.5, meanOfAll: 0.5 },
    ]);
  });

  it('of all is all: every class whole, each mean the mean of all, and what is not named is counted', () => {
    const found = summaryOf(
      { summary, numbers },
      Uint32Array.from({ length: count }, (_, at) => at),
    );
    expect(found.labels[0]!.classes).toHaveLength(5);
    expect(found.labels[0]!.more).toBe(2);
    expect(found.labels[0]!.classes.every(({ count: own, of }) => own === of)).toBe(true);
    for (const { mean, meanOfAll } of found.numbers) expect(mean).toBe(meanOfAll);
  });
});
