import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Remote } from '../../../../src/protocol/rpc.ts';
import {
  defaultCoefficients,
  defaultReporting,
  type Coefficients,
  type GanState,
  type TrainingService,
} from '../../../../src/protocol/training.ts';
import { mixture, openService, requestOf, trained } from './support.ts';

let service: Remote<TrainingService>;
let close: () => void;
beforeAll(async () => ({ service, close } = await openService()));
afterAll(() => close());

const steps = 5;
const gan = { family: 'gan' } as const;
const reporting = { ...defaultReporting, lossesEvery: 1, checkpointsEvery: 1 };

/** The losses that a step was given, and those of its batch by the networks, each example once. */
async function lastStep(change: Coefficients) {
  const coefficients = { ...defaultCoefficients.gan, ...change };
  const { points, checkpoints } = await trained(service, requestOf(gan, mixture('ring'), 4, { until: steps, coefficients, reporting }));
  const { tensors } = checkpoints.find(({ step }) => step === steps - 1)!;
  const parameters = { generator: tensors['generator.parameters']!, discriminator: tensors['discriminator.parameters']! };
  const state: GanState = { parameters, data: mixture('ring'), coefficients, seed: 4 };
  return { told: points.find(({ step }) => step === steps)!.values, terms: await service.ganTerms({ ...state, step: steps - 1 }) };
}

describe('a batch', () => {
  it.each([1, 16, 256])('of %i has the mean over its examples as its loss', async (batch) => {
    const { told, terms } = await lastStep({ batch });
    expect(told['discriminator.loss']![0]).toBeCloseTo(terms.real.loss.own.value + terms.generated.loss.own.value, 4);
    // Of one example there is no error to tell.
    expect(Number.isFinite(terms.real.loss.own.standardError)).toBe(batch > 1);
  });

  it('has a larger error the fewer examples it has, and is another the smaller it is', async () => {
    const [small, large] = [await lastStep({ batch: 16 }), await lastStep({ batch: 256 })];
    expect(small.terms.real.loss.own.standardError).toBeGreaterThan(large.terms.real.loss.own.standardError);
    expect(small.told['discriminator.loss']![0]).not.toBeCloseTo(large.told['discriminator.loss']![0]!, 4);
  });

  it.each([0, 3, 512, 1.5, NaN])('of %d is refused, with what there is', async (batch) => {
    const coefficients = { ...defaultCoefficients.gan, batch };
    await expect(trained(service, requestOf(gan, mixture('ring'), 4, { until: 1, coefficients }))).rejects.toThrow(
      `The coefficient batch is ${batch}; it must be one of 1, 2, 4, 8, 16, 32, 64, 128, 256.`,
    );
  });
});
