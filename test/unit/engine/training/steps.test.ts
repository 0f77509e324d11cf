import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ganLosses, type GanLoss } from '../../../../src/maths/adversarial/optimum.ts';
import type { Remote } from '../../../../src/protocol/rpc.ts';
import type {
  Checkpoint,
  CoefficientChange,
  Coefficients,
  Reporting,
  TrainedModel,
  TrainingService,
} from '../../../../src/protocol/training.ts';
import { defaultCoefficients } from '../../../../src/protocol/training.ts';
import { largestDifference, mixture, openService, readFixture, requestOf, trained } from './support.ts';

const fixture = await readFixture();
const everyStep: Reporting = { lossesEvery: 1, checkpointsEvery: 1000, picturesPerSecond: 0, stepsPerSecond: null };
const { gans } = JSON.parse(await readFile(join(import.meta.dirname, '../../../fixtures/training/training.json'), 'utf8')) as {
  gans: Record<
    string,
    { loss: GanLoss; turns: [number, number]; noise: number; spectral: number; r1: number; gp: number; clip: number | null }
  >;
};
const vae: TrainedModel = { family: 'vae' };
const gan: TrainedModel = { family: 'gan' };
const drawn = [
  [0, 0],
  [1, 0.5],
  [-1.5, 0.25],
  [0.5, -1],
] as const;

let service: Remote<TrainingService>;
let close: () => void;
beforeAll(async () => ({ service, close } = await openService()));
afterAll(() => close());

function bits(checkpoint: Checkpoint): Record<string, Uint32Array> {
  return Object.fromEntries(Object.entries(checkpoint.tensors).map(([name, values]) => [name, new Uint32Array(values.slice().buffer)]));
}

describe('steps beside PyTorch', () => {
  it('of an autoencoder, whose beta changes at step 50, leave its parameters and losses', async () => {
    const schedule: CoefficientChange[] = [1, 0.2].map((beta, i) => ({ step: 50 * i, coefficients: { ...defaultCoefficients.vae, beta } }));
    // Rounding alone differs; Adam's steps are of the size of the rate, 2e-3.
    for (const [until, tolerance] of [
      [1, 5e-6],
      [10, 1e-5],
      [100, 5e-5],
    ] as const) {
      const { end, points } = await trained(service, requestOf(vae, mixture('ring'), 7, { until, schedule, reporting: everyStep }));
      expect(end).toMatchObject({ why: 'until', checkpoint: { step: until } });
      expect(largestDifference(end.checkpoint.tensors['vae.parameters']!, fixture.get(`vae.${until}`)!)).toBeLessThan(tolerance);
      expect(end.checkpoint.tensors['vae.step']).toEqual(Float32Array.of(until));
      const told = points.flatMap(({ values }) => [...values['loss']!, ...values['reconstruction']!, ...values['kl']!]);
      expect(largestDifference(told, fixture.get('vae.losses')!.subarray(0, 4 * until))).toBeLessThan(2e-5);
    }
  });

  it('on drawn points with a bandwidth leave its parameters', async () => {
    const data = { kind: 'points', points: drawn, bandwidth: 0.15 } as const;
    const { end } = await trained(service, requestOf(vae, data, 8, { until: 10, coefficients: { beta: 0.5 } }));
    expect(largestDifference(end.checkpoint.tensors['vae.parameters']!, fixture.get('points.10')!)).toBeLessThan(1e-5);
  });

  it.each(Object.entries(gans))('of two players leave theirs: %s', async (name, { loss, turns, clip, ...others }) => {
    const steps = { 'discriminator.steps': turns[0], 'generator.steps': turns[1] };
    const adam = { 'discriminator.rate': 1e-3, 'generator.rate': 5e-4 };
    for (const player of ['discriminator', 'generator']) Object.assign(adam, { [`${player}.beta1`]: 0, [`${player}.beta2`]: 0.9 });
    const coefficients = { ...others, ...steps, ...adam, loss: ganLosses.indexOf(loss), clip: clip ?? Infinity };
    const { end, points } = await trained(service, requestOf(gan, mixture('grid'), 9, { until: 10, coefficients, reporting: everyStep }));
    for (const player of ['discriminator', 'generator'])
      expect(largestDifference(end.checkpoint.tensors[`${player}.parameters`]!, fixture.get(`gan.${name}.${player}`)!)).toBeLessThan(2e-5);
    // Where nothing restrains the discriminator there is no penalty to tell of.
    const told = points.flatMap(({ values }) =>
      ['discriminator.loss', 'discriminator.penalty', 'generator.loss'].flatMap((each) => values[each] ?? [0]),
    );
    expect(largestDifference(told, fixture.get(`gan.${name}.losses`)!)).toBeLessThan(1e-5);
    expect(end.checkpoint.tensors['discriminator.step']).toEqual(Float32Array.of(10 * turns[0]));
    expect(end.checkpoint.tensors['generator.step']).toEqual(Float32Array.of(10 * turns[1]));
  });

  it('of two players are told as means over those in which a player ran', async () => {
    const schedule = [1, 0].map((steps, i) => ({
      step: 6 * i,
      coefficients: { ...defaultCoefficients.gan, 'generator.steps': steps, r1: i },
    }));
    const told = async (lossesEvery: number) =>
      (await trained(service, requestOf(gan, mixture('ring'), 1, { until: 20, schedule, reporting: { ...everyStep, lossesEvery } })))
        .points;
    const [each, tens] = [await told(1), await told(10)];
    const meanOf = (name: string, from: number, to: number): number => {
      const values = each.filter(({ step }) => step > from && step <= to).flatMap((point) => point.values[name] ?? []);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    expect(tens.map(({ step }) => step)).toEqual([10, 20]);
    for (const name of ['discriminator.loss', 'discriminator.penalty', 'generator.loss'])
      expect(tens[0]!.values[name]![0]).toBeCloseTo(meanOf(name, 0, 10), 10);
    expect(each.filter(({ values }) => values['generator.loss'])).toHaveLength(6);
    expect(Object.keys(tens[1]!.values).sort()).toEqual(['discriminator.loss', 'discriminator.penalty']);
  });

  it('of a denoiser leave its', async () => {
    const { end, points } = await trained(
      service,
      requestOf({ family: 'denoiser' }, mixture('spiral'), 10, { until: 10, reporting: everyStep }),
    );
    expect(largestDifference(end.checkpoint.tensors['denoiser.parameters']!, fixture.get('denoiser.10')!)).toBeLessThan(1e-5);
    expect(
      largestDifference(
        points.flatMap(({ values }) => values['loss']!),
        fixture.get('denoiser.losses')!,
      ),
    ).toBeLessThan(1e-5);
  });

  it('differ by more than the tolerance where a step is left out, or drawn from another seed', async () => {
    const nine = await trained(service, requestOf(vae, mixture('ring'), 7, { until: 9 }));
    const other = await trained(service, requestOf(vae, mixture('ring'), 6, { until: 10 }));
    for (const { end } of [nine, other])
      expect(largestDifference(end.checkpoint.tensors['vae.parameters']!, fixture.get('vae.10')!)).toBeGreaterThan(1e-3);
  });
});

describe('going on from a checkpoint', () => {
  it.each<[string, TrainedModel]>([
    ['an autoencoder', vae],
    ['two players', gan],
    ['a denoiser', { family: 'denoiser' }],
  ])('is the same for %s, to the last bit, as never having stopped', async (_, model) => {
    const reporting = { ...everyStep, lossesEvery: 7, checkpointsEvery: 30 };
    const whole = await trained(service, requestOf(model, mixture('moons'), 3, { until: 90, reporting }));
    expect(whole.checkpoints.map(({ step }) => step)).toEqual([0, 30, 60, 90]);
    const from = whole.checkpoints[1]!;
    const again = await trained(
      service,
      requestOf(model, mixture('moons'), 3, { from, until: 90, reporting: { ...reporting, stepsPerSecond: 900 } }),
    );
    expect(bits(again.end.checkpoint)).toEqual(bits(whole.end.checkpoint));
    // The first point after it began is the mean of fewer steps.
    expect(again.points.slice(1)).toEqual(whole.points.filter(({ step }) => step > 35));
    const single = await trained(service, requestOf(model, mixture('moons'), 3, { from, until: 31, reporting }));
    const rest = await trained(service, requestOf(model, mixture('moons'), 3, { from: single.end.checkpoint, until: 90, reporting }));
    expect(bits(rest.end.checkpoint)).toEqual(bits(whole.end.checkpoint));
  });

  it('is the same where a coefficient was changed on the way, if it is changed at that step again', async () => {
    let told: Promise<CoefficientChange> | undefined;
    const request = requestOf(vae, mixture('ring'), 4, { until: 400, reporting: { ...everyStep, checkpointsEvery: 25 } });
    const checkpoints: Checkpoint[] = [];
    const end = await service.train(request, {
      onItem: (item) => {
        if (item.kind !== 'checkpoint') return;
        checkpoints.push(item.checkpoint);
        if (item.checkpoint.step === 50) told = service.change({ training: request.training, coefficients: { beta: 0.01, rate: 1e-3 } });
      },
    });
    const change = await told!;
    expect(change).toMatchObject({ coefficients: { beta: 0.01, rate: 1e-3, beta1: 0.9 } });
    expect(change.step).toBeGreaterThanOrEqual(50);
    expect(change.step).toBeLessThan(400);
    const schedule = [...request.schedule, change];
    const again = await trained(service, { ...request, from: checkpoints.find(({ step }) => step === 25)!, schedule });
    expect(bits(again.end.checkpoint)).toEqual(bits(end.checkpoint));
    const unchanged = await trained(service, { ...request, from: checkpoints.find(({ step }) => step === 25)! });
    expect(bits(unchanged.end.checkpoint)).not.toEqual(bits(end.checkpoint));
  });

  it('is the same where all rules of two players were changed on the way, and gives the draws of a step whatever was before', async () => {
    const changes: Coefficients[] = [
      { 'discriminator.steps': 3 },
      { loss: ganLosses.indexOf('hinge'), noise: 0.1 },
      { 'discriminator.steps': 0, 'generator.steps': 2, spectral: 1 },
      { 'discriminator.steps': 1, 'generator.steps': 0, gp: 1, spectral: 0, clip: 0.5 },
    ];
    let coefficients = defaultCoefficients.gan;
    const schedule = changes.map((change, i) => ({ step: 7 * i, coefficients: (coefficients = { ...coefficients, ...change }) }));
    const request = requestOf(gan, mixture('moons'), 3, { until: 28, schedule, reporting: { ...everyStep, checkpointsEvery: 5 } });
    const whole = await trained(service, request);
    const from = whole.checkpoints.find(({ step }) => step === 10)!;
    const again = await trained(service, { ...request, from });
    expect(bits(again.end.checkpoint)).toEqual(bits(whole.end.checkpoint));
    const counts = ['discriminator', 'generator'].map((player) => whole.end.checkpoint.tensors[`${player}.step`]![0]);
    expect(counts).toEqual([7 * 3 + 7 * 3 + 7, 7 + 7 + 14]);
    // Another past, and from here on the same.
    const other = [{ ...schedule[0]!, coefficients: { ...defaultCoefficients.gan, 'discriminator.steps': 9 } }, ...schedule.slice(1)];
    const sameFuture = await trained(service, { ...request, from, schedule: other });
    expect(bits(sameFuture.end.checkpoint)).toEqual(bits(whole.end.checkpoint));
  });

  it('begins with other parameters of another seed', async () => {
    const [one, two] = await Promise.all([1, 2].map((seed) => trained(service, requestOf(gan, mixture('moons'), seed, { until: 1 }))));
    for (const player of ['discriminator', 'generator']) {
      const [a, b] = [one, two].map((each) => each!.checkpoints[0]!.tensors[`${player}.parameters`]!);
      expect(largestDifference(a!, b!)).toBeGreaterThan(0.1);
    }
  });

  it('does not depend on how often it tells of itself, nor on others that train beside it', async () => {
    const quiet = await trained(service, requestOf(vae, mixture('ring'), 5, { until: 60 }));
    const loud = { lossesEvery: 1, checkpointsEvery: 1, picturesPerSecond: 1000, stepsPerSecond: null };
    const [one, two] = await Promise.all([
      trained(service, requestOf(vae, mixture('ring'), 5, { until: 60, reporting: loud })),
      trained(service, requestOf(vae, mixture('grid'), 5, { until: 60, reporting: loud })),
    ]);
    expect(bits(one.end.checkpoint)).toEqual(bits(quiet.end.checkpoint));
    expect(bits(two.end.checkpoint)).not.toEqual(bits(quiet.end.checkpoint));
    expect(one.pictures.length).toBeGreaterThan(5);
    for (const { step, parameters } of one.pictures)
      expect(parameters['vae']).toEqual(one.checkpoints.find((checkpoint) => checkpoint.step === step)!.tensors['vae.parameters']);
  });
});

describe('ending a training', () => {
  it('by pausing leaves it after a whole step', async () => {
    const request = requestOf(vae, mixture('ring'), 1, { reporting: { ...everyStep, checkpointsEvery: 10 } });
    const end = await service.train(request, {
      onItem: (item) => {
        if (item.kind === 'checkpoint' && item.checkpoint.step === 20) void service.pause({ training: request.training });
      },
    });
    expect(end.why).toBe('paused');
    expect(end.checkpoint.step).toBeGreaterThanOrEqual(20);
    expect(end.checkpoint.tensors['vae.step']).toEqual(Float32Array.of(end.checkpoint.step));
    const straight = await trained(service, { ...request, until: end.checkpoint.step });
    expect(bits(straight.end.checkpoint)).toEqual(bits(end.checkpoint));
    await expect(service.pause({ training: request.training })).rejects.toMatchObject({ code: 'unknown-training' });
  });

  it('by pausing works before its graphs are open, and while it waits for the next step', async () => {
    const slow = requestOf(vae, mixture('ring'), 1, { reporting: { ...everyStep, stepsPerSecond: 0.01 } });
    const began = service.train(slow);
    await service.pause({ training: slow.training });
    expect((await began).checkpoint.step).toBeLessThanOrEqual(1);
    const waiting = service.train(slow, { onItem: (item) => void (item.kind === 'losses' && service.pause({ training: slow.training })) });
    expect(await waiting).toMatchObject({ why: 'paused', checkpoint: { step: 1 } });
  });

  it('by its signal rejects at once, and the name is free again', async () => {
    const abort = new AbortController();
    const request = requestOf(vae, mixture('ring'), 1, { reporting: everyStep });
    const cancelled = service.train(request, { signal: abort.signal, onItem: (item) => void (item.kind === 'losses' && abort.abort()) });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    await expect
      .poll(() =>
        service.pause({ training: request.training }).then(
          () => 'there',
          (error: { code: string }) => error.code,
        ),
      )
      .toBe('unknown-training');
    expect((await service.train({ ...request, until: 2 })).why).toBe('until');
  });
});

describe('what cannot be trained', () => {
  it.each([
    [{ coefficients: { beta: NaN } }, 'coefficient-invalid', /beta is NaN/],
    [{ coefficients: { rate: -1 } }, 'coefficient-invalid', /rate is -1/],
    [{ coefficients: { beta1: 1 } }, 'coefficient-invalid', /beta1 is 1/],
    [{ coefficients: { beta2: 0.99999999999 } }, 'coefficient-invalid', /beta2/],
    [{ coefficients: { beta: 1e39 } }, 'coefficient-invalid', /beta is 1e\+39/],
    [{ coefficients: { gamma: 1 } }, 'coefficient-invalid', /no coefficient "gamma"/],
    [{ schedule: [] }, 'setting-invalid', /no coefficients for step 0/],
    [{ until: -1 }, 'setting-invalid', /cannot end at step -1/],
    [{ until: 0.5 }, 'setting-invalid', /cannot end at step 0.5/],
    [{ reporting: { ...everyStep, lossesEvery: 0 } }, 'setting-invalid', /lossesEvery is 0/],
    [{ reporting: { ...everyStep, stepsPerSecond: 0 } }, 'setting-invalid', /stepsPerSecond is 0/],
    [{ from: { step: 3, tensors: {} } }, 'checkpoint-invalid', /nothing for vae.parameters; this model has 9095/],
    [{ from: { step: -3, tensors: {} } }, 'setting-invalid', /begin at step -3/],
  ] as const)('%j is refused', async (changes, code, words) => {
    await expect(service.train(requestOf(vae, mixture('ring'), 1, changes))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(words) as unknown,
    });
  });

  it.each([
    [{ loss: 5 }, /loss is 5; it must be the number of one of 0 \(minimax\), 1 \(non-saturating\)/],
    [{ loss: 0.5 }, /loss is 0\.5/],
    [{ 'discriminator.steps': 101 }, /discriminator\.steps is 101; it must be a whole number from 0 to 100/],
    [{ 'generator.steps': 1.5 }, /generator\.steps is 1\.5/],
    [{ 'discriminator.steps': 0, 'generator.steps': 0 }, /discriminator\.steps and generator\.steps are both 0/],
    [{ noise: -0.1 }, /noise is -0\.1/],
    [{ spectral: NaN }, /spectral is NaN/],
    [{ clip: 0 }, /clip is 0; it must be above 0/],
  ])('coefficients of two players %j are refused', async (coefficients, words) => {
    await expect(service.train(requestOf(gan, mixture('ring'), 1, { coefficients }))).rejects.toMatchObject({
      code: 'coefficient-invalid',
      message: expect.stringMatching(words) as unknown,
    });
  });

  it.each([
    [{ kind: 'points', points: [], bandwidth: 0 }, /no points/],
    [{ kind: 'points', points: [[0, NaN]], bandwidth: 0 }, /Point 0 has the coordinate NaN/],
    [{ kind: 'points', points: [[0, 0]], bandwidth: -1 }, /Bandwidth -1/],
    [
      {
        kind: 'mixture',
        mixture: {
          weights: [1],
          means: [[0, 0]],
          covariances: [
            [
              [0, 0],
              [0, 0],
            ],
          ],
        },
      },
      /not positive definite/,
    ],
  ] as const)('data %j are refused', async (data, words) => {
    await expect(service.train(requestOf(vae, data, 1, {}))).rejects.toMatchObject({
      code: 'data-invalid',
      message: expect.stringMatching(words) as unknown,
    });
  });

  it('a seed that there is not is refused, and a second of one name', async () => {
    for (const [model, seed] of [
      [vae, -1],
      [vae, 2 ** 32],
    ] as const)
      await expect(service.train(requestOf(model, mixture('ring'), seed, {}))).rejects.toMatchObject({
        code: 'setting-invalid',
      });
    const request = requestOf(vae, mixture('ring'), 1, {});
    const first = service.train(request);
    await expect(service.train(request)).rejects.toMatchObject({ code: 'training-busy' });
    await expect(service.change({ training: request.training, coefficients: { rate: NaN } })).rejects.toMatchObject({
      code: 'coefficient-invalid',
    });
    await service.pause({ training: request.training });
    await first;
  });

  it('points without a bandwidth train', async () => {
    const { end, points } = await trained(service, requestOf(vae, { kind: 'points', points: drawn, bandwidth: 0 }, 1, { until: 300 }));
    expect(end.why).toBe('until');
    expect(points.at(-1)!.values['reconstruction']![0]).toBeGreaterThan(points[0]!.values['reconstruction']![0]!);
  });
});
