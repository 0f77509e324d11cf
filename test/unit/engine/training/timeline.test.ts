import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thinned, Timeline } from '../../../../src/engine/training/timeline.ts';
import type { Checkpoint, CoefficientChange, LossPoint } from '../../../../src/protocol/training.ts';

const checkpoint = (step: number): Checkpoint => ({ step, tensors: { p: Float32Array.of(step) } });
const loss = (step: number, value = step): LossPoint => ({ step, values: { loss: [value] } });
const change = (step: number, beta: number): CoefficientChange => ({ step, coefficients: { beta } });
const empty = (): Timeline => new Timeline({ checkpoints: [], losses: [], changes: [change(0, 1)] });
const stepsOf = (items: readonly { step: number }[]): number[] => items.map(({ step }) => step);

describe('what is kept of a training', () => {
  it('has the first and the last checkpoint, and others in distances that differ by a factor of two or so', () => {
    const timeline = empty();
    for (let step = 0; step <= 3000; step += 10) timeline.addCheckpoint(checkpoint(step));
    const steps = stepsOf(timeline.checkpoints);
    expect(steps.length).toBeLessThanOrEqual(64);
    expect(steps.length).toBeGreaterThan(48);
    expect(steps[0]).toBe(0);
    expect(steps.at(-1)).toBe(3000);
    const gaps = steps.slice(1).map((step, i) => step - steps[i]!);
    expect(Math.max(...gaps)).toBeLessThan(200);
    expect(timeline.checkpointBefore(1505)!.step).toBeGreaterThan(1300);
  });

  it('has a checkpoint once, and losses once: steps that are done again are told again', () => {
    const timeline = empty();
    for (const step of [0, 20, 40, 20]) timeline.addCheckpoint(checkpoint(step));
    expect(stepsOf(timeline.checkpoints)).toEqual([0, 20, 40]);
    timeline.addLosses([loss(1), loss(2), loss(3)]);
    timeline.addLosses([loss(2, NaN), loss(3, NaN), loss(4)]);
    expect(timeline.losses).toEqual([1, 2, 3, 4].map((step) => loss(step)));
  });

  it('keeps a long curve whole in its shape', () => {
    const timeline = empty();
    for (let step = 1; step <= 9000; step += 100) timeline.addLosses(Array.from({ length: 100 }, (_, i) => loss(step + i)));
    const steps = stepsOf(timeline.losses);
    expect(steps.length).toBeLessThanOrEqual(4096);
    expect([steps[0], steps.at(-1)]).toEqual([1, 9000]);
    expect(Math.max(...steps.slice(1).map((step, i) => step - steps[i]!))).toBeLessThanOrEqual(8);
  });

  it('knows which coefficients hold, and forgets the future that is not gone', () => {
    const timeline = empty();
    timeline.addChange(change(30, 2));
    timeline.addChange(change(60, 3));
    expect([0, 29, 30, 59, 60, 99].map((step) => timeline.changeBefore(step)!.coefficients['beta'])).toEqual([1, 1, 2, 2, 3, 3]);
    timeline.addChange(change(30, 4));
    expect(stepsOf(timeline.changes)).toEqual([0, 30]);
    expect(timeline.changeBefore(99)!.coefficients).toEqual({ beta: 4 });
    for (const step of [0, 20, 40]) timeline.addCheckpoint(checkpoint(step));
    timeline.addLosses([10, 20, 30].map((step) => loss(step)));
    timeline.cutAt(20);
    expect([timeline.checkpoints, timeline.losses, timeline.changes].map(stepsOf)).toEqual([[0, 20], [10, 20], [0]]);
  });
});

it('thinned lists are parts of the whole, in order, with both ends', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 60 }), fc.integer({ min: 3, max: 20 }), (numbers, most) => {
      const all = numbers.sort((a, b) => a - b).map((step) => ({ step }));
      const kept = thinned(all, most);
      expect(kept.length).toBe(Math.min(all.length, most));
      expect(stepsOf(all).filter((step) => stepsOf(kept).includes(step))).toEqual(stepsOf(kept));
      expect([kept[0], kept.at(-1)]).toEqual([all[0], all.at(-1)]);
    }),
  );
});
