import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EnginePool } from '../../../src/engine/pool.ts';
import type { EngineSettings } from '../../../src/protocol/inference.ts';
import type { EncodedPart, SampleBatch } from '../../../src/protocol/vae.ts';
import { linear } from '../maths/vae/fixtures.ts';
import { linearSource } from './inference/vae/support.ts';
import { npyOf } from './inference/vae/npy.ts';
import { bundle } from './support/bundles.ts';

const settings: EngineSettings = { provider: 'cpu', threads: 1, memoryLimit: 2 ** 30 };
const model = linear['linear-3'];

let built: Awaited<ReturnType<typeof bundle>>;
let folder: string;
const pools: EnginePool[] = [];

beforeAll(async () => {
  built = await bundle('vae', { inference: 'src/engine/inference/main.ts', worker: 'src/engine/worker/main.ts' });
  folder = await mkdtemp(join(tmpdir(), 'genlens-vae-client-'));
  const values = Float32Array.from({ length: 1000 * 9 }, (_, i) => model.pictures.flat()[i % 72]!);
  await writeFile(join(folder, 'data.npy'), npyOf(values, [1000, 9]));
});
afterEach(() => pools.splice(0).forEach((pool) => pool.dispose()));
afterAll(async () => {
  await built.remove();
  await rm(folder, { recursive: true });
});

function newPool(): EnginePool {
  const pool = new EnginePool({ entry: join(built.folder, 'inference.cjs'), log: () => undefined });
  pools.push(pool);
  return pool;
}

describe('a process with a variational autoencoder', () => {
  it('loads, streams samples, and gives the same ones in another process', async () => {
    const pool = newPool();
    const client = pool.acquireVae(linearSource('linear-3'), settings);
    expect(pool.acquireVae(linearSource('linear-3'), settings)).toBe(client);
    const samplesOf = async () => {
      const batches: SampleBatch[] = [];
      await client.sample({ seed: 3, first: 0, count: 40, temperature: 1 }, { onItem: (batch) => batches.push(batch) });
      return batches.flatMap(({ pictures }) => [...pictures]);
    };
    const first = await samplesOf();
    expect(first).toHaveLength(40 * 9);
    expect(pool.running).toMatchObject([{ model: 'linear-3', busy: false }]);
    process.kill(client.process!.pid!, 'SIGKILL');
    await expect.poll(() => client.process).toBeUndefined();
    expect(await samplesOf()).toEqual(first);
  });

  it('encodes data again when its process was killed, under the same id, and says why', async () => {
    const client = newPool().acquireVae(linearSource('linear-3'), settings);
    const parts: EncodedPart[] = [];
    const request = { path: join(folder, 'data.npy'), draws: 2, seed: 1 };
    const found = await client.encodeDataSet(request, { onItem: (part) => parts.push(part) });
    expect(parts.map(({ first }) => first)).toEqual([0, 256, 512, 768]);
    const before = await client.project({ runId: found.runId, method: 'pca' });
    const reasons: string[] = [];
    client.onRerunning(({ runId, reason }) => reasons.push(`${runId === found.runId}: ${reason}`));
    const exits: string[] = [];
    client.onExit((message) => exits.push(message));
    process.kill(client.process!.pid!, 'SIGKILL');
    await expect.poll(() => exits.length).toBe(1);
    const after = await client.project({ runId: found.runId, method: 'pca' });
    expect(after.points).toEqual(before.points);
    expect(reasons).toEqual([expect.stringMatching(/^true: .*SIGKILL/)]);
    // Who asked first is not told again.
    expect(parts).toHaveLength(4);

    process.kill(client.process!.pid!, 'SIGKILL');
    await expect.poll(() => exits.length).toBe(2);
    await writeFile(request.path, npyOf(new Float32Array(900), [100, 9]));
    await expect(client.item({ runId: found.runId, item: 0 })).rejects.toMatchObject({ code: 'model-changed' });
  });

  it('goes with its cancelled work, and comes back', async () => {
    const client = newPool().acquireVae(linearSource('linear-3'), settings);
    await client.load();
    const abort = new AbortController();
    const long = { path: join(folder, 'data.npy'), draws: 1000, seed: 1 };
    const encoding = client.encodeDataSet(long, { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(encoding).rejects.toMatchObject({ code: 'cancelled' });
    expect((await client.decode({ z: new Float32Array(3) })).count).toBe(1);
  });

  it('a model is looked at in a process that ends behind it', async () => {
    const pool = newPool();
    const { questions } = await pool.inspectVae(linearSource('linear-3', { answers: {} }), settings);
    expect(questions.map(({ id }) => id)).toContain('likelihood');
    expect(pool.running).toEqual([]);
  });
});
