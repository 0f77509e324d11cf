import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NpyArray } from '../../../../src/formats/npy.ts';
import { elementsOf } from '../../../../src/formats/elements.ts';
import { readBundledModel } from '../../../../src/models/registry.ts';
import type { AttentionRun, EdgeEffects } from '../../../../src/protocol/inference.ts';
import {
  fixtures,
  fixtureArrays,
  fixtureSource,
  floats,
  largestDifference,
  settings,
  startService,
  type TestService,
} from './support/service.ts';

const root = join(import.meta.dirname, '../../../..');
const folder = join(fixtures, '../effect');
const text = 'def area(width, height):\n    return width * height  # é 😀\n';

/** Absolute, of norms up to 20 and of log-probabilities in nats: float32 against float64; half precision has 11 bits. */
const models = [
  ['grouped-dynamo-18', 1e-4],
  ['grouped-ts-12', 1e-4],
  ['folded-dynamo-18', 1e-4],
  ['folded-ts-13', 1e-4],
  ['sink-dynamo-20', 1e-4],
  ['sink-ts-17', 1e-4],
  ['where-ts-11', 1e-4],
  ['half-dynamo-18', 0.03],
] as const;

const numbers = (array: NpyArray | undefined): number[] => Array.from(elementsOf('int64', array!.data) as BigInt64Array, Number);

interface Expected {
  arrays: Map<string, NpyArray>;
  places: { site: number; batch: number; head: number; query: number }[];
  /** Row of the place: [length]. */
  changes: (place: number) => Float32Array;
  /** [length] */
  norms: (place: { site: number; batch: number; head: number }) => Float32Array;
  length: number;
}

async function readExpected(name: string): Promise<Expected> {
  const arrays = await fixtureArrays(`../effect/${name}.npz`);
  const norms = floats(arrays.get('norms'));
  const [, batches, heads, length] = arrays.get('norms')!.shape as [number, number, number, number];
  const flat = numbers(arrays.get('places'));
  return {
    arrays,
    length,
    places: Array.from({ length: flat.length / 4 }, (_, i) => {
      const [site, batch, head, query] = flat.slice(4 * i, 4 * i + 4) as [number, number, number, number];
      return { site, batch, head, query };
    }),
    changes: (place) => floats(arrays.get('changes')).slice(place * length, (place + 1) * length),
    norms: ({ site, batch, head }) => norms.slice(((site * batches + batch) * heads + head) * length).slice(0, length),
  };
}

/** Largest difference of cells that are numbers in both; infinite where only one is. */
function difference(actual: Float32Array, expected: Float32Array): number {
  const masked = (values: Float32Array): string => values.map(Number.isNaN).join();
  if (masked(actual) !== masked(expected)) return Infinity;
  return largestDifference(
    actual.filter((value) => !Number.isNaN(value)),
    expected.filter((value) => !Number.isNaN(value)),
  );
}

describe.each(models)('%s', (name, tolerance) => {
  let service: TestService;
  let run: AttentionRun;
  let expected: Expected;
  beforeAll(async () => {
    service = startService();
    await service.load({ source: { id: name, name, path: join(folder, `${name}.onnx`) }, settings });
    expected = await readExpected(name);
    run = await service.attention({ feeds: { ids: expected.arrays.get('ids')! } });
  });

  it('has the norms of W_O v_j that PyTorch has, for every head', async () => {
    for (const { index: site, heads, batch: batches } of run.sites) {
      for (let batch = 0; batch < batches; batch++) {
        for (let head = 0; head < heads; head++) {
          const { norms } = await service.valueNorms({ runId: run.runId, site, batch, head });
          expect(largestDifference(norms, expected.norms({ site, batch, head }))).toBeLessThanOrEqual(tolerance);
        }
      }
    }
  });

  it('has the change of the log-probability that PyTorch has, for every edge', async () => {
    const keys = Array.from({ length: expected.length }, (_, key) => key);
    for (const [i, place] of expected.places.entries()) {
      const effects = await service.edgeEffects({ runId: run.runId, ...place, keys });
      expect(effects.target).toMatchObject({ id: numbers(expected.arrays.get('target'))[i], actual: place.query + 1 < expected.length });
      expect(Math.abs(effects.logProbability - floats(expected.arrays.get('logp'))[i]!)).toBeLessThanOrEqual(tolerance);
      expect(difference(effects.changes, expected.changes(i)), JSON.stringify(place)).toBeLessThanOrEqual(tolerance);
      const row = await service.row({ runId: run.runId, ...place });
      expect(effects.weights).toEqual(row);
    }
  });
});
