import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EnginePool } from '../../../../src/engine/pool.ts';
import type { KeptTraining, Training } from '../../../../src/engine/training/training.ts';
import { readTraining, writeTraining } from '../../../../src/engine/training/file.ts';
import type { TrainingClient } from '../../../../src/engine/trainingClient.ts';
import type { Checkpoint, Coefficients, LossPoint, TrainingSetup } from '../../../../src/protocol/training.ts';
import { bundle } from '../support/bundles.ts';
import { folder, mixture, settings } from './support.ts';

const setup: TrainingSetup = { model: { family: 'vae' }, data: mixture('ring'), seed: 3 };
const often = { lossesEvery: 1, checkpointsEvery: 20, picturesPerSecond: 0, stepsPerSecond: null };

let built: Awaited<ReturnType<typeof bundle>>;
const pools: EnginePool[] = [];
beforeAll(async () => {
  built = await bundle('training', { inference: 'src/engine/inference/main.ts', worker: 'src/engine/worker/main.ts' });
});
afterEach(() => pools.splice(0).forEach((pool) => pool.dispose()));
afterAll(() => built.remove());

function newClient(where = folder): TrainingClient {
  const pool = new EnginePool({ entry: join(built.folder, 'inference.cjs'), log: () => undefined });
  pools.push(pool);
  return pool.acquireTraining(where, settings);
}

async function begun(client: TrainingClient, of = setup): Promise<Training> {
  const training = client.begin(of);
  await training.report(often);
  return training;
}

/** Once the training has done so many steps. */
function reached(training: Training, step: number): Promise<void> {
  return new Promise((resolve) => {
    const listening = training.onLosses((points) => {
      if (points.at(-1)!.step < step) return;
      listening.dispose();
      resolve();
    });
  });
}

function bits(checkpoint: Checkpoint | undefined): Record<string, Uint32Array> {
  return Object.fromEntries(Object.entries(checkpoint!.tensors).map(([name, values]) => [name, new Uint32Array(values.slice().buffer)]));
}

function isWhole(points: readonly LossPoint[], last: number): void {
  expect(points.map(({ step }) => step)).toEqual(Array.from({ length: last }, (_, i) => i + 1));
}

describe('a training in a process of its own', () => {
  it('runs, pauses, goes on, steps once, goes back and begins again', async () => {
    const client = newClient();
    const { batch, mixtures, provider } = await client.load();
    expect({ batch, provider: provider.used, names: Object.keys(mixtures) }).toEqual({
      batch: 256,
      provider: 'cpu',
      names: ['ring', 'grid', 'spiral', 'moons'],
    });
    const training = await begun(client);
    expect(training).toMatchObject({ step: 0, running: false, coefficients: { beta: 1 } });
    expect(await training.run({ until: 50 })).toMatchObject({ why: 'until', checkpoint: { step: 50 } });
    expect(training.checkpoints.map(({ step }) => step)).toEqual([0, 20, 40, 50]);
    const at50 = bits(training.checkpoint);

    const running = training.run();
    expect(training.running).toBe(true);
    await expect(training.run()).rejects.toMatchObject({ code: 'training-busy' });
    await reached(training, 90);
    await training.pause();
    const { step } = training;
    expect(await running).toMatchObject({ why: 'paused', checkpoint: { step } });
    await training.stepOnce();
    expect(training.step).toBe(step + 1);
    isWhole(training.losses, step + 1);

    expect(await training.seek(55)).toBe(50);
    expect(bits(training.checkpoint)).toEqual(at50);
    expect(await training.seek(step + 1)).toBe(step + 1);
    await training.seek(50);
    await training.run({ until: 60 });
    expect(training.checkpoints.at(-1)!.step).toBe(60);
    isWhole(training.losses, 60);

    await training.reset();
    expect(training).toMatchObject({ step: 0, losses: [] });
    await training.run({ until: 50 });
    expect(bits(training.checkpoint)).toEqual(at50);
    expect(client.spent).toBe(false);
  });

  it.each<[string, TrainingSetup, Coefficients, number]>([
    ['of an autoencoder', setup, { beta: 0.2 }, 900],
    [
      'of two players, whose loss changes',
      { ...setup, model: { family: 'gan' } },
      { loss: 2, 'discriminator.steps': 2, noise: 0.1, r1: 0.1 },
      400,
    ],
  ])(
    'that is killed goes on from its last checkpoint, says so, and comes to the same to the last bit: %s',
    async (_, of, change, until) => {
      const client = newClient();
      const straight = await begun(client, of);
      const changed = straight.onLosses(() => undefined);
      const training = await begun(client, of);
      const restarts: { reason: string; step: number; again: number }[] = [];
      training.onRestarted((restart) => restarts.push(restart));
      const running = training.run({ until });
      await reached(training, 130);
      const from = await training.change(change);
      await reached(training, from + 60);
      process.kill(client.process!.pid!, 'SIGKILL');
      expect(await running).toMatchObject({ why: 'until', checkpoint: { step: until } });
      expect(restarts).toHaveLength(1);
      expect(restarts[0]!.reason).toMatch(/killed \(SIGKILL\)/);
      expect(restarts[0]!.step).toBeGreaterThanOrEqual(from);
      expect(restarts[0]!.step % 20).toBe(0);
      expect(restarts[0]!.again).toBeGreaterThanOrEqual(0);
      expect(restarts[0]!.again).toBeLessThan(100);
      isWhole(training.losses, until);

      await straight.run({ until: from });
      await straight.change(change);
      await straight.run({ until });
      expect(bits(training.checkpoint)).toEqual(bits(straight.checkpoint));
      expect(training.losses).toEqual(straight.losses);
      expect(readTraining(writeTraining(training.kept()))).toEqual(training.kept());
      changed.dispose();
    },
  );

  it('that is killed again and again without getting on gives up, with what was kept', async () => {
    const client = newClient();
    const training = await begun(client);
    await training.run({ until: 40 });
    await training.report({ ...often, stepsPerSecond: 4 });
    let kills = 0;
    training.onRestarted(() => void ++kills);
    const running = training.run();
    running.catch(() => undefined);
    const killing = setInterval(() => {
      const pid = client.process?.pid;
      try {
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended, which its owner has not heard yet.
      }
    }, 150);
    await expect(running).rejects.toMatchObject({ code: 'out-of-memory' });
    clearInterval(killing);
    expect(training).toMatchObject({ running: false, step: 40 });
    await training.report({ ...often });
    await training.run({ until: 45 });
    isWhole(training.losses, 45);
  });

  it('goes on after a reload from what its owner kept', async () => {
    const first = newClient();
    const training = await begun(first);
    await training.run({ until: 30 });
    await training.change({ rate: 1e-3 });
    const running = training.run();
    running.catch(() => undefined);
    await reached(training, 70);
    // The owner is gone at once: what it had written last is all there is.
    const bytes = writeTraining(training.kept());
    first.dispose();
    await expect(running).rejects.toMatchObject({ code: 'closed' });

    // With fewer checkpoints it is the same, but for those.
    const fewer = readTraining(writeTraining(training.kept(3)));
    expect(fewer.timeline.checkpoints.map(({ step }) => step)).toEqual([0, expect.any(Number), training.step]);
    const again = newClient().resume(readTraining(bytes));
    expect(again.step % 20).toBe(0);
    expect(again.step).toBeGreaterThanOrEqual(60);
    expect(again.coefficients).toMatchObject({ rate: 1e-3, beta: 1 });
    expect(again.setup).toEqual(setup);
    await again.run({ until: 120 });
    isWhole(again.losses, 120);

    const straight = await begun(newClient());
    await straight.run({ until: 30 });
    await straight.change({ rate: 1e-3 });
    await straight.run({ until: 120 });
    expect(bits(again.checkpoint)).toEqual(bits(straight.checkpoint));
  });

  it('that meets what is no number stops, and goes on with a lower rate', async () => {
    const training = await begun(newClient());
    await training.run({ until: 20 });
    await training.change({ rate: 1e20 });
    const end = await training.run();
    expect(end.why).toBe('not-finite');
    expect(training.failure?.message).toMatch(/arose in the .* Lower rate \(1\.00e\+20\)/);
    await training.seek(20);
    await training.change({ rate: 1e-3 });
    expect(await training.run({ until: 60 })).toMatchObject({ why: 'until' });
    expect(training.failure).toBeUndefined();
  });

  it('shares its process with others, and with what is asked of their parameters', async () => {
    const client = newClient();
    const [a, b] = [await begun(client), await begun(client, { ...setup, seed: 4 })];
    const [ends] = await Promise.all([
      Promise.all([a.run({ until: 200 }), b.run({ until: 200 })]),
      client.load().then(() => client.rateDistortion({ parameters: new Float32Array(9095), data: setup.data, seed: 1, count: 50 })),
    ]);
    expect(ends.map(({ why }) => why)).toEqual(['until', 'until']);
    expect(bits(a.checkpoint)).not.toEqual(bits(b.checkpoint));
    const parameters = a.checkpoint!.tensors['vae.parameters']!;
    const { mean } = await client.encode(parameters, Float32Array.of(2, 0, 0, 2));
    const { location, logDeviation } = await client.decode(parameters, mean);
    expect(location).toHaveLength(4);
    expect(Math.hypot(location[0]! - 2, location[1]!)).toBeLessThan(5 * Math.exp(logDeviation));
  });

  it('tells pictures at the rate that is set, and is cancelled by a signal at its last checkpoint', async () => {
    const training = newClient().begin(setup);
    await training.report({ ...often, picturesPerSecond: 200 });
    const abort = new AbortController();
    const steps: number[] = [];
    training.onPicture(({ step, parameters }) => {
      expect(parameters['vae']).toHaveLength(9095);
      steps.push(step);
      if (steps.length === 5) abort.abort();
    });
    await expect(training.run({ signal: abort.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(steps).toEqual([...new Set(steps)].sort((x, y) => x - y));
    expect(training.step % 20).toBe(0);
    expect(training.running).toBe(false);
  });

  it('is told what is wrong with its folder', async () => {
    await expect(newClient('/nowhere').load()).rejects.toMatchObject({
      code: 'training-invalid',
      message: expect.stringMatching(/training\.json cannot be read/) as unknown,
    });
  });
});

describe('a training as bytes', () => {
  it.each<[string, (kept: KeptTraining) => unknown, RegExp]>([
    ['no training', () => 7, /whole/],
    ['no seed', (kept) => ({ ...kept, setup: { ...kept.setup, seed: 'one' } }), /setup\.seed/],
    [
      'a checkpoint of text',
      (kept) => ({ ...kept, timeline: { ...kept.timeline, checkpoints: [{ step: 1, tensors: { a: 'b' } }] } }),
      /checkpoints\.0\.tensors/,
    ],
    ['no coefficients for the beginning', (kept) => ({ ...kept, timeline: { ...kept.timeline, changes: [] } }), /changes/],
  ])('is refused where it is %s', (_, change, words) => {
    const kept: KeptTraining = {
      setup,
      step: 0,
      timeline: { checkpoints: [], losses: [], changes: [{ step: 0, coefficients: { beta: 1 } }] },
    };
    expect(readTraining(writeTraining(kept))).toEqual(kept);
    expect(() => readTraining(writeTraining(change(kept) as KeptTraining))).toThrow(words);
  });

  it('is refused where it is cut off or something else', () => {
    const bytes = writeTraining({ setup, step: 0, timeline: { checkpoints: [], losses: [], changes: [{ step: 0, coefficients: {} }] } });
    for (const wrong of [bytes.subarray(0, bytes.length - 9), new Uint8Array(), Uint8Array.of(1, 2, 3)])
      expect(() => readTraining(wrong)).toThrow(/cannot be read/);
  });
});
