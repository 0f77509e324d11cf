import { describe, expect, it } from 'vitest';
import { birthdays } from '../../../../src/maths/fidelity/birthday.ts';
import type { GanEvaluation } from '../../../../src/protocol/gan.ts';
import { defaultGan } from '../../../../src/protocol/sampling.ts';
import { zAt } from '../../../../webview/gan/explored.ts';
import { axisOf, sharesOf } from '../../../../webview/gan/histogram.ts';
import { fitting } from '../../../../webview/gan/session.ts';
import {
  birthdaySentence,
  imageSentence,
  measuredSentence,
  placeWords,
  privacySentences,
  shareBelow,
  supportWords,
} from '../../../../webview/gan/words.ts';

describe('a place in z', () => {
  // Two samples of two numbers.
  const samples = { z: Float32Array.of(1, 0, 0, 3), count: 2 };
  const directions = Float64Array.of(0, 1, 1, 0);

  it('is the sample, on the way to another, moved along directions', () => {
    const at = (walk: { to: number; way: 'linear' | 'spherical'; at: number } | null, moves: number[] = []) => [
      ...zAt(samples, 2, { sample: 0, walk, moves }, directions),
    ];
    expect(at(null)).toEqual([1, 0]);
    expect(at(null, [2, -1])).toEqual([0, 2]);
    expect(at({ to: 1, way: 'linear', at: 0.5 })).toEqual([0.5, 1.5]);
    const half = Math.SQRT1_2;
    expect(at({ to: 1, way: 'spherical', at: 0.5 })[0]).toBeCloseTo(half, 6);
    expect(at({ to: 1, way: 'spherical', at: 0.5 })[1]).toBeCloseTo(3 * half, 6);
    // Of a sample that has not come there is no way to it; more moves than directions move nothing more.
    expect(at({ to: 5, way: 'linear', at: 0.5 }, [0, 0, 9])).toEqual([1, 0]);
    expect([...zAt(samples, 2, { sample: 1, walk: null, moves: [1] }, null)]).toEqual([0, 3]);
  });

  it('is said beside the sample', () => {
    const said = { settings: { ...defaultGan, first: 10 } };
    expect(placeWords({ sample: 0, walk: null, moves: [0, 0] }, said)).toBeNull();
    expect(placeWords({ sample: 0, walk: { to: 3, way: 'linear', at: 0.256 }, moves: [1, 0, 2] }, said)).toBe(
      '26 % of the linear way to sample 13, moved along 2 directions',
    );
  });
});

describe('histograms of scores', () => {
  it('have one axis, and shares that add up to 1', () => {
    const rows = [
      { name: 'a', scores: [0, 1, 2, 3] },
      { name: 'b', scores: [-1] },
    ];
    expect(axisOf(rows, [{ name: 'x', score: 9, kind: 'image' }])).toEqual({ low: -1, high: 9 });
    expect(axisOf([{ name: 'a', scores: [2, 2] }], [])).toEqual({ low: 1.5, high: 2.5 });
    expect(axisOf([{ name: 'a', scores: [NaN] }], [])).toEqual({ low: 0, high: 1 });
    expect(sharesOf([0, 1, 2, 3], { low: 0, high: 4 }, 4)).toEqual([0.25, 0.25, 0.25, 0.25]);
    // The greatest stands in the last bin.
    expect(sharesOf([0, 4, 4], { low: 0, high: 4 }, 2)[1]).toBeCloseTo(2 / 3, 12);
    expect(shareBelow([1, 2, 2, 3], 2)).toBe(0.5);
  });
});

describe('settings that a model has not', () => {
  it('are not asked of it', () => {
    const settings = { ...defaultGan, class: 7, truncation: 0.5 };
    expect(fitting(settings, { classes: ['a', 'b'], prior: 'normal' })).toMatchObject({ class: 'each', truncation: 0.5 });
    expect(fitting(settings, { classes: Array.from('abcdefgh'), prior: 'unit' })).toMatchObject({ class: 7, truncation: null });
  });
});

describe('what is said', () => {
  const evaluation = {
    ...{ data: { name: 'own', count: 50, notices: [] }, train: null, samples: 100, compared: 50, labelled: null },
    ...{ scores: null, withoutScores: 'none', coverage: null, copying: null, membership: null, withoutMembership: null },
    diversity: { samples: 0.3, data: 0.2, byClass: null },
    birthday: { batch: 5, threshold: 0.1, samples: birthdays(20, 20, 5), data: birthdays(20, 10, 5) },
  } as unknown as GanEvaluation;

  it('of what was measured leaves out what is not known', () => {
    expect(measuredSentence('own', evaluation)).toBe('own: two lie 0.300 apart, not less than 0.200 in own.');
    const image = { item: { kind: 'image', channels: 1, height: 2, width: 2 } } as const;
    expect(birthdaySentence(evaluation, image)).toContain(
      'of batches of 5, 20 of 20 have two at most 0.100 apart, as 10 of 20 of the data have: as often as of at most ',
    );
    expect(birthdaySentence({ ...evaluation, birthday: null }, image)).toMatch(/too few/);
    expect(birthdaySentence(evaluation, { item: { kind: 'vector', length: 4 } })).toContain('equally likely items');
    expect(supportWords(birthdays(20, 0, 5))).toMatch(/^more than \d+$/);
  });

  it('of privacy is nothing where nothing was measured, and never that it is safe', () => {
    expect(privacySentences(evaluation, null)).toEqual([]);
    const copying = { z: -9.04, samples: 100, examples: 50 } as GanEvaluation['copying'];
    expect(privacySentences({ ...evaluation, copying }, null)).toEqual([
      'Samples lie nearer to training examples than new data does: copying (data-copying z −9.0, 100 samples against 50 items).',
    ]);
    expect(privacySentences({ ...evaluation, withoutMembership: 'x holds 3 items; at least 6 are compared.' }, null)[0]).toBe(
      'Members were not looked for: x holds 3 items; at least 6 are compared.',
    );
    const all = privacySentences({ ...evaluation, copying }, { score: { low: 0, high: 0.01 }, nearness: { low: 0, high: 0.02 } });
    expect(all.join(' ')).not.toMatch(/\b(safe|private|anonymous)\b/);
    expect(all.at(-1)).toContain('finds 0.0 to 1.0 % of the members at 1 % false positives, nearness to samples 0.0 to 2.0 %');
  });

  it('of an image, without a class or a score', () => {
    const picture = { name: 'a.png', shape: { channels: 1, height: 1, width: 1 }, levels: new Uint8Array(1) };
    expect(imageSentence({ picture, score: null, class: null, notices: [] }, { classes: [] }, [])).toMatch(/no discriminator/);
    expect(imageSentence({ picture, score: -0.5, class: null, notices: [] }, { classes: [] }, [-1, 0])).toBe(
      'a.png scores −0.500, above 50.0 % of the samples.',
    );
  });
});
