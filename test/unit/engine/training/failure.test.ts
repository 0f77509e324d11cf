import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ganLosses } from '../../../../src/maths/adversarial/optimum.ts';
import type { Remote } from '../../../../src/protocol/rpc.ts';
import type { Checkpoint, TrainingEnd, TrainingService } from '../../../../src/protocol/training.ts';
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

it('of two players the one is named', async () => {
  const coefficients = { loss: ganLosses.indexOf('wasserstein'), 'generator.rate': 1e38, r1: 0.1 };
  const request = requestOf({ family: 'gan' }, mixture('ring'), 2, { until: 100, coefficients });
  const { end } = await trained(service, request);
  if (end.why !== 'not-finite') throw new Error(end.why);
  expect(end.failure.message).toMatch(/of the (discriminator|generator)/);
  expect(end.failure.message).toMatch(new RegExp(`Lower ${end.failure.network}.rate`));
  expect(Object.values(end.checkpoint.tensors).every((values) => values.every(Number.isFinite))).toBe(true);
});
