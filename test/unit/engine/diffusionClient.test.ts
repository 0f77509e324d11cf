import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EnginePool } from '../../../src/engine/pool.ts';
import { sourceOfDiffusersFolder } from '../../../src/models/diffusion/source.ts';
import type { EngineSettings } from '../../../src/protocol/inference.ts';
import { folder, requestOf } from './inference/diffusion/support.ts';
import { bundle } from './support/bundles.ts';

const settings: EngineSettings = { provider: 'cpu', threads: 1, memoryLimit: 2 ** 30 };
const source = sourceOfDiffusersFolder(join(folder, 'text'));

let built: Awaited<ReturnType<typeof bundle>>;
const pools: EnginePool[] = [];

beforeAll(async () => {
  built = await bundle('diffusion', { inference: 'src/engine/inference/main.ts', worker: 'src/engine/worker/main.ts' });
});
afterEach(() => pools.splice(0).forEach((pool) => pool.dispose()));
afterAll(() => built.remove());

function newPool(): EnginePool {
  const pool = new EnginePool({ entry: join(built.folder, 'inference.cjs'), log: () => undefined });
  pools.push(pool);
  return pool;
}

describe('a process with a diffusion model', () => {
  it('tells evaluations as they come, and makes a run again under its id when the process was killed', async () => {
    const pool = newPool();
    const client = pool.acquireDiffusion(source, settings);
    expect(pool.acquireDiffusion(source, settings)).toBe(client);
    const told: number[] = [];
    const request = requestOf({ seeds: [3, 4], conditions: [{ prompt: 'a red cat' }], guidance: 3, run: { steps: 4 } });
    const run = await client.sample(request, { onItem: (evaluations) => told.push(...evaluations.map(({ index }) => index)) });
    expect(told).toEqual([0, 1, 2, 3, 4]);
    const read = () => client.tensors({ runId: run.runId, evaluations: [2, 5], tensor: 'x', as: 'values' });
    const before = await read();
    const reasons: string[] = [];
    client.onRerunning(({ runId, reason }) => reasons.push(`${runId === run.runId}: ${reason}`));
    process.kill(client.process!.pid!, 'SIGKILL');
    await expect.poll(() => client.process).toBeUndefined();
    expect(await read()).toEqual(before);
    expect(reasons).toEqual([expect.stringMatching(/^true: .*SIGKILL/)]);
    // Who asked first is not told again.
    expect(told).toHaveLength(5);
    await client.release({ runId: run.runId });
    await expect(read()).rejects.toMatchObject({ code: 'unknown-run' });
  });

  it('ends with a run that is cancelled in mid-trajectory, and comes back', async () => {
    const client = newPool().acquireDiffusion(source, settings);
    await client.load();
    const { pid } = client.process!;
    const abort = new AbortController();
    let told = 0;
    const long = requestOf({ conditions: [{ prompt: 'dog' }], sampler: 'ddim', run: { steps: 900 } });
    const sampling = client.sample(long, { signal: abort.signal, onItem: () => ++told === 3 && abort.abort() });
    await expect(sampling).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => client.process?.pid).not.toBe(pid);
    const after = await client.sample({ ...long, run: { steps: 3 } });
    expect(after.timesteps).toHaveLength(3);
    expect(client.process!.pid).not.toBe(pid);
  });
});
