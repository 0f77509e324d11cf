import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ganLosses, type GanLoss } from '../../../../src/maths/adversarial/optimum.ts';
import type { Remote } from '../../../../src/protocol/rpc.ts';
import type { Checkpoint, Coefficients, TrainingData, TrainingEnd, TrainingService } from '../../../../src/protocol/training.ts';
import { mixture, openService, requestOf, trained } from './support.ts';

let service: Remote<TrainingService>;
let close: () => void;
beforeAll(async () => ({ service, close } = await openService()));
afterAll(() => close());

/** Where the vector of parameters has the encoder's last biases (two means, two log-variances), the decoder's, and the log-deviation. */
const place = { mean: 4608, logVariance: 4610, location: 9092, logDeviation: 9094 };

async function begun(): Promise<Checkpoint> {
  return (await trained(service, requestOf({ family: 'vae' }, mixture('ring'), 1, { until: 5 }))).end.checkpoint;
}

async function trainFrom(changes: Readonly<Record<number, number>>, until = 30): Promise<TrainingEnd & { from: Checkpoint }> {
  const { step, tensors } = await begun();
  const parameters = tensors['vae.parameters']!.slice();
  for (const [index, value] of Object.entries(changes)) parameters[Number(index)] = value;
  const from = { step, tensors: { ...tensors, 'vae.parameters': parameters } };
  return { ...(await service.train(requestOf({ family: 'vae' }, mixture('ring'), 1, { from, until }))), from };
}

describe('what is no number stops a training at its term', () => {
  it.each<[string, Record<number, number>, string, number[], number]>([
    ['a mean', { [place.mean + 1]: NaN }, 'mean', [0, 1], NaN],
    ['a log-variance', { [place.logVariance]: -Infinity }, 'log-variance', [0, 0], -Infinity],
    ['the divergence of one dimension', { [place.logVariance + 1]: 200 }, 'kl', [0, 1], Infinity],
    ['a mean whose square is too large', { [place.mean]: 1e30 }, 'kl', [0, 0], Infinity],
    ['a location', { [place.location]: NaN }, 'location', [0, 0], NaN],
    ['a location that is far', { [place.location + 1]: 3e38 }, 'reconstruction', [0, 1], -Infinity],
    ['a deviation', { [place.logDeviation]: -60 }, 'reconstruction', [0, 0], -Infinity],
    ['a deviation, where the sum alone is too large', { [place.logDeviation]: -42 }, 'reconstruction', [], -Infinity],
  ])('%s', async (_, changes, term, where, value) => {
    const end = await trainFrom(changes);
    if (end.why !== 'not-finite') throw new Error(end.why);
    expect(end.failure).toMatchObject({ step: 5, network: 'vae', term, place: where, value });
    expect(end.failure.message).toContain(`${value} arose in the ${term}`);
    expect(end.failure.message).toContain('in step 5');
    expect(end.checkpoint).toEqual(end.from);
  });

  it('a moment, where the gradient has a square that is too large', async () => {
    const end = await trainFrom({ [place.logDeviation]: -23.5 });
    expect(end).toMatchObject({ why: 'not-finite', failure: { step: 5, term: 'second moment', value: Infinity }, checkpoint: { step: 5 } });
  });

  it('a parameter, where the rate is as large as a number can be', async () => {
    const request = requestOf({ family: 'vae' }, mixture('ring'), 1, { until: 30, coefficients: { rate: 3e38 } });
    const { end } = await trained(service, request);
    expect(end).toMatchObject({ why: 'not-finite', failure: { step: 0, term: 'parameters' }, checkpoint: { step: 0 } });
  });
});

describe('a rate that is too large', () => {
  it('stops a training in the middle of a message, and it goes on with a lower one', async () => {
    const reporting = { lossesEvery: 1, checkpointsEvery: 1000, picturesPerSecond: 0, stepsPerSecond: null };
    const schedule = [2e-3, 1e12].map((rate, i) => ({ step: 40 * i, coefficients: { beta: 1, rate, beta1: 0.9, beta2: 0.999 } }));
    const { end, points } = await trained(service, requestOf({ family: 'vae' }, mixture('ring'), 2, { until: 200, schedule, reporting }));
    if (end.why !== 'not-finite') throw new Error(end.why);
    const { failure, checkpoint } = end;
    expect(failure.step).toBe(checkpoint.step);
    expect(failure.step).toBeGreaterThan(40);
    expect(points.at(-1)!.step).toBe(failure.step);
    expect(points.every(({ values }) => Object.values(values).flat().every(Number.isFinite))).toBe(true);
    expect(Object.values(checkpoint.tensors).every((values) => values.every(Number.isFinite))).toBe(true);
    // The same state comes of as many single steps.
    const single = await trained(service, requestOf({ family: 'vae' }, mixture('ring'), 2, { until: failure.step, schedule, reporting }));
    expect(single.end).toEqual({ why: 'until', checkpoint });
    const before = single.checkpoints[0]!;
    const lower = requestOf({ family: 'vae' }, mixture('ring'), 2, { from: before, until: 60, coefficients: { rate: 1e-3 } });
    expect((await service.train(lower)).why).toBe('until');
  });
});

/** Where the players' vectors have their layers: first matrix [64, 2], bias, second [64, 64], bias, third [outputs, 64], bias. */
const layer = { first: 0, firstBias: 128, second: 192, secondBias: 4288, third: 4352, discriminatorBias: 4416, generatorBias: 4480 };
/** One unit of each layer whose first is at 0 for the real point (2, 0), where all generated ones are (0, 0). */
const unit = (first: number, second: number, third: number): Record<number, number> => ({
  [layer.first]: first,
  [layer.firstBias]: -2 * first,
  [layer.second]: second,
  [layer.third]: third,
});
const onePoint: TrainingData = { kind: 'points', points: [[2, 0]], bandwidth: 0 };

/** One step of players whose parameters are all 0 but for these. */
async function stepOf(
  planted: { discriminator?: Record<number, number>; generator?: Record<number, number> },
  coefficients: Coefficients,
): Promise<TrainingEnd> {
  const sizes = { discriminator: 4417, generator: 4482 };
  const tensors = Object.entries(sizes).flatMap(([player, size]) => {
    const parameters = new Float32Array(size);
    for (const [index, value] of Object.entries(planted[player as keyof typeof sizes] ?? {})) parameters[Number(index)] = value;
    const parts = { parameters, first: new Float32Array(size), second: new Float32Array(size), step: Float32Array.of(4) };
    return Object.entries(parts).map(([part, values]) => [`${player}.${part}`, values] as const);
  });
  const from = { step: 4, tensors: Object.fromEntries(tensors) };
  return await service.train(requestOf({ family: 'gan' }, onePoint, 1, { from, until: 5, coefficients }));
}

const lossIs = (loss: GanLoss): Coefficients => ({ loss: ganLosses.indexOf(loss) });
const generatorAlone = { 'discriminator.steps': 0 };

describe('what is no number stops two players at its term', () => {
  it.each<[string, Parameters<typeof stepOf>, string, string, readonly number[], number]>([
    ['a generated point', [{ generator: { [layer.generatorBias + 1]: NaN } }, {}], 'discriminator', 'generated points', [0, 1], NaN],
    [
      'one, in the generator’s own step',
      [{ generator: { [layer.generatorBias]: Infinity } }, generatorAlone],
      ...(['generator', 'generated points', [0, 0], Infinity] as const),
    ],
    [
      'a score',
      [{ discriminator: { [layer.discriminatorBias]: -Infinity } }, {}],
      'discriminator',
      'scores at real points',
      [0],
      -Infinity,
    ],
    [
      'a score of generated points alone',
      [{ generator: { [layer.generatorBias]: 1e38 }, discriminator: { [layer.first]: 1, [layer.second]: 1, [layer.third]: 10 } }, {}],
      ...(['discriminator', 'scores at generated points', [0], Infinity] as const),
    ],
    [
      'the same, in the generator’s own step',
      [{ discriminator: { [layer.discriminatorBias]: NaN } }, generatorAlone],
      ...(['generator', 'scores at generated points', [0], NaN] as const),
    ],
    [
      'a slope at real points',
      [{ discriminator: unit(1e20, 1e10, 1e10) }, { r1: 1 }],
      ...(['discriminator', 'slopes at real points', [0, 0], Infinity] as const),
    ],
    ['a penalty', [{ discriminator: unit(1e13, 1e6, 1e6) }, { r1: 1 }], 'discriminator', 'penalty', [], Infinity],
    ['a loss', [{ discriminator: { [layer.discriminatorBias]: 1e30 } }, lossIs('least-squares')], 'discriminator', 'loss', [], Infinity],
    [
      'a loss of the generator',
      [{ discriminator: { [layer.discriminatorBias]: 1e30 } }, { ...lossIs('least-squares'), ...generatorAlone }],
      ...(['generator', 'loss', [], Infinity] as const),
    ],
    ['a gradient', [{ discriminator: unit(4e-16, 1, 1e28) }, { r1: 1 }], 'discriminator', 'gradient', [0], Infinity],
    [
      'a moment',
      [{ discriminator: { [layer.first]: 1e12, [layer.second]: 1e13 } }, {}],
      ...(['discriminator', 'second moment', [layer.third], Infinity] as const),
    ],
    [
      'a parameter',
      [
        { discriminator: { [layer.discriminatorBias]: 1 } },
        { ...lossIs('least-squares'), 'discriminator.rate': 3.4e38, 'discriminator.beta1': 0 },
      ],
      ...(['discriminator', 'parameters', [layer.discriminatorBias], -Infinity] as const),
    ],
  ])('%s', async (_, step, network, term, where, value) => {
    const end = await stepOf(...step);
    if (end.why !== 'not-finite') throw new Error(end.why);
    expect(end.failure).toMatchObject({ step: 4, network, term, value });
    expect(end.failure.place).toEqual(where);
    expect(end.failure.message).toContain(`${value} arose in the ${term} of the ${network}`);
    expect(end.failure.message).toContain(`Lower ${network}.rate`);
    expect(end.checkpoint.step).toBe(4);
  });

  it('and a rate that is too large for one player is told as that player’s', async () => {
    const coefficients = { ...lossIs('wasserstein'), 'generator.rate': 1e38, r1: 0.1 };
    const { end } = await trained(service, requestOf({ family: 'gan' }, mixture('ring'), 2, { until: 100, coefficients }));
    if (end.why !== 'not-finite') throw new Error(end.why);
    expect(end.failure.message).toMatch(/of the (discriminator|generator)/);
    expect(Object.values(end.checkpoint.tensors).every((values) => values.every(Number.isFinite))).toBe(true);
  });
});
