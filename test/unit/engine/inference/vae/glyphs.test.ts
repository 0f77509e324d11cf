import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readBundledModel } from '../../../../../src/models/registry.ts';
import { sourceOfBundled } from '../../../../../src/models/vae/source.ts';
import type { Remote } from '../../../../../src/protocol/rpc.ts';
import type { LoadedVae, VaeService } from '../../../../../src/protocol/vae.ts';
import { settings } from '../support/service.ts';
import { root, startVae } from './support.ts';

interface Item {
  mean: number[];
  logVariance: number[];
  z: number[];
  kl: number[];
  atMean: number;
  atZ: number;
  elbo: number;
  error: number;
  evidence?: { logEvidence: number };
}
const expected = JSON.parse(readFileSync(join(root, 'test/fixtures/vae/glyphs.json'), 'utf8')) as {
  places: number[];
  levels: number[][];
  models: Record<'vae-glyphs' | 'vae-glyphs-2', { items: Item[] }>;
};
const pictures = expected.levels.map((levels) => Float32Array.from(levels, (level) => level / 255));

async function loadedGlyphs(name: keyof typeof expected.models): Promise<{ service: Remote<VaeService>; loaded: LoadedVae }> {
  const service = startVae();
  const folder = join(root, 'models', name);
  return { service, loaded: await service.load({ source: sourceOfBundled(await readBundledModel(folder), folder), settings }) };
}

describe.each(['vae-glyphs', 'vae-glyphs-2'] as const)('%s, as models/train measures it in Python', (name) => {
  const { items } = expected.models[name];
  let service: Remote<VaeService>;
  let loaded: LoadedVae;
  beforeAll(async () => {
    ({ service, loaded } = await loadedGlyphs(name));
  });

  it('is loaded by its manifest, without a question', () => {
    expect(loaded).toMatchObject({
      latent: items[0]!.mean.length,
      item: { kind: 'image', channels: 1, height: 28, width: 28 },
      likelihood: { kind: 'discretised-logistic', levels: 256, spread: 'log-scale' },
      decoder: { location: 'location', spread: 'log_scale', picture: 'image' },
      range: { low: 0, high: 1 },
    });
  });

  it('encodes as it does', async () => {
    const { mean, logVariance } = await service.encode({ pictures: Float32Array.from(pictures.flatMap((picture) => [...picture])) });
    items.flatMap((item) => item.mean).forEach((value, i) => expect(Math.abs(mean[i]! - value)).toBeLessThan(1e-4));
    items.flatMap((item) => item.logVariance).forEach((value, i) => expect(Math.abs(logVariance![i]! - value)).toBeLessThan(1e-4));
  });

  it('gives each picture the ELBO and the terms that it does', async () => {
    for (const [i, item] of items.entries()) {
      const found = await service.examine({ picture: pictures[i]!, draws: 200, seed: 4 });
      found.klByDimension!.forEach((value, j) => expect(Math.abs(value - item.kl[j]!)).toBeLessThan(1e-3));
      const error = Math.hypot(found.elbo!.standardError!, item.error);
      expect(Math.abs(found.elbo!.mean - item.elbo)).toBeLessThan(5 * error);
      expect(found.withoutNats).toBeNull();
    }
  });
});

describe('log p(x)', () => {
  it('in two dimensions is that of a plain sum over a fine grid, to 1e-3 nats', async () => {
    const { service } = await loadedGlyphs('vae-glyphs-2');
    const item = expected.models['vae-glyphs-2'].items[0]!;
    const found = await service.evidence({ picture: pictures[0]!, draws: 100, seed: 5, inflation: 1.1, ks: [1, 100] });
    expect(found.method).toBe('quadrature');
    expect(Math.abs(found.logEvidence - item.evidence!.logEvidence)).toBeLessThan(1e-3);
    // The encoder is nats off: weighted draws of it do not reach log p(x), and say so.
    expect(found.gap.value).toBeGreaterThan(1);
    expect(found.importance.logEvidence).toBeLessThan(found.logEvidence);
    expect(found.best.elbo.mean).toBeGreaterThan(found.elbo.mean);
    expect(found.familyGap.value).toBeLessThan(found.gap.value);
  });

  it('in more has no error where k-hat says that there is none', async () => {
    const { service } = await loadedGlyphs('vae-glyphs');
    const found = await service.evidence({ picture: pictures[0]!, draws: 400, seed: 5, inflation: 1.1, ks: [1, 100, 400] });
    expect(found).toMatchObject({ method: 'importance', quadrature: null });
    expect(found.importance.paretoShape).toBeGreaterThan(0.7);
    expect(found.importance.standardError).toBeNull();
    expect(found.gap).toMatchObject({ lowerBound: true, standardError: null });
    expect(found.byK[2]!.bound).toBeGreaterThan(found.byK[0]!.bound);
  });
});
