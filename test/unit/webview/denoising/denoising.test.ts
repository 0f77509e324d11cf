import { decode, encode } from 'fast-png';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { defaultDiffusion, type EvaluationOfRun, type TensorPictures } from '../../../../src/protocol/diffusion.ts';
import { animatedPng } from '../../../../webview/shared/pictures/animatedPng.ts';
import { keenest, mapOf, shownWords } from '../../../../webview/denoising/attentionMaps.ts';
import { firstSettings, fitting } from '../../../../webview/denoising/fitting.ts';
import { cleanChange, momentOf, shownEvaluation, stripOf } from '../../../../webview/denoising/moment.ts';
import type { Trajectory } from '../../../../webview/denoising/session.ts';
import { columnsOf } from '../../../../webview/denoising/strip.ts';
import { imageOf } from '../../../../webview/denoising/tensorPictures.ts';
import { fileName, headlineOf, inversionSentence, samplerTitle, timeWords } from '../../../../webview/denoising/words.ts';

/** Of two items of two pixels. */
function evaluationAt(index: number, x: number[], clean: number[], step: number[]): EvaluationOfRun {
  const pictures = (values: number[]): TensorPictures => ({
    ...{ evaluations: [index], items: [0, 1], channels: 1, height: 1, width: 2, values: Float32Array.from(values) },
  });
  return {
    ...{ index, timestep: 900 - 100 * index, alpha: 0.6, sigma: 0.8, lengths: {}, turns: new Float64Array(2), ms: 1 },
    pictures: { x: pictures(x), clean: pictures(clean), noise: pictures([0, 0, 0, 0]), step: pictures(step) },
  };
}
const settings = { ...defaultDiffusion, run: { steps: 4 }, seed: 7, count: 2 };
const evaluations = [
  evaluationAt(2, [1, 2, 3, 4], [0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5]),
  evaluationAt(3, [1.5, 2.5, 3.5, 4.5], [3, 4, 0, 0], [-1, -1, -1, -1]),
];
const stopped: Trajectory = { settings, from: 2, isFromPicture: true, evaluations, run: null };
const whole: Trajectory = {
  ...stopped,
  run: { timesteps: Float64Array.of(900, 800, 700, 600) } as unknown as NonNullable<Trajectory['run']>,
};

describe('what is looked at', () => {
  it('is an evaluation that is there, or the sample of a run that is whole', () => {
    expect(shownEvaluation({ ...stopped, evaluations: [] }, { item: 0, evaluation: 3 })).toBeNull();
    expect(shownEvaluation(stopped, { item: 0, evaluation: null })).toBe(3);
    expect(shownEvaluation(stopped, { item: 0, evaluation: 9 })).toBe(3);
    expect(shownEvaluation(stopped, { item: 0, evaluation: 0 })).toBe(2);
    expect(shownEvaluation(whole, { item: 0, evaluation: 9 })).toBe(4);
  });

  it('has the tensors of its item; the sample is x after the last step', () => {
    const moment = momentOf(whole, { item: 1, evaluation: 2 })!;
    expect([...moment.tensors.x!]).toEqual([3, 4]);
    expect(moment).toMatchObject({ item: 1, evaluation: 2, count: 4 });
    const sample = momentOf(whole, { item: 5, evaluation: 4 })!;
    expect(sample.told).toBeNull();
    expect([...sample.tensors.x!]).toEqual([2.5, 3.5]);
    expect(stripOf(whole, 0, 'x').map(({ evaluation, values }) => [evaluation, ...values])).toEqual([
      [2, 1, 2],
      [3, 1.5, 2.5],
      [4, 0.5, 1.5],
    ]);
    expect(stripOf(stopped, 0, 'clean')).toHaveLength(2);
  });

  it('has changed by a root mean square, where the pictures are whole', () => {
    const moment = momentOf(whole, { item: 0, evaluation: 3 })!;
    expect(cleanChange(whole, moment, moment.shape)).toBeCloseTo(Math.sqrt(12.5), 6);
    expect(cleanChange(whole, moment, { channels: 1, height: 1, width: 8 })).toBeNull();
    expect(cleanChange(whole, momentOf(whole, { item: 0, evaluation: 2 })!, moment.shape)).toBeNull();
  });

  it('is said in one line', () => {
    const moment = momentOf(whole, { item: 0, evaluation: 3 })!;
    expect(headlineOf(whole, moment, 'DDIM', 3.5355)).toBe(
      '2 evaluations of DDIM, seed 7, from a picture; at evaluation 4 of 4 (t = 600) x is 0.6 of the picture and 0.8 of noise; the predicted picture changed by 3.54 since the evaluation before.',
    );
    expect(headlineOf(stopped, momentOf(stopped, { item: 1, evaluation: 2 })!, 'DDIM', null)).toBe(
      '2 of 2 evaluations of DDIM, seed 8, from a picture; at evaluation 3 of 4 (t = 700) x is 0.6 of the picture and 0.8 of noise.',
    );
    expect(headlineOf(whole, momentOf(whole, { item: 0, evaluation: 4 })!, 'DDIM', null)).toBe(
      '2 evaluations of DDIM, seed 7, from a picture: the sample.',
    );
    expect(timeWords(640.123456)).toBe('t = 640.123');
    expect(samplerTitle('DDIMScheduler')).toBe('DDIM');
    expect(samplerTitle('own')).toBe('own');
    expect(fileName('/own/pipe line', { seed: 3 })).toBe('_own_pipe_line-seed-3');
    const inversion = {
      error: 0.02,
      largest: 0.1,
      mean: -0.01,
      deviation: 1.02,
      init: new Float32Array(0),
      given: new Float32Array(0),
      returned: new Float32Array(0),
    };
    expect(inversionSentence(inversion, { range: { low: -1, high: 1 } })).toContain(
      'off by 0.02 (root mean square; 1.0 % of the range), at most 0.1. The noise has mean −0.01',
    );
  });
});

it('has a column for each evaluation, or for every so many and the last', () => {
  expect(columnsOf(2, 3)).toEqual([2, 3, 4]);
  const many = columnsOf(0, 1_001);
  expect(many.length).toBeLessThanOrEqual(201);
  expect([many[0], many[1], many.at(-1)]).toEqual([0, 6, 1_000]);
});

describe('settings', () => {
  const classes = { conditioning: { kind: 'class', count: 3, names: {}, none: null }, withoutGuidance: 'It was trained without.' } as const;
  const captions = { conditioning: { kind: 'caption', characters: [...'Ab'], styles: ['bold'] }, withoutGuidance: null } as const;

  it('are fitted to the model', () => {
    const asked = { ...settings, guidance: 3, condition: { prompt: 'A b' } };
    expect(fitting(asked, classes)).toMatchObject({ guidance: 1, condition: { label: 0 } });
    expect(fitting({ ...asked, condition: { label: 2 } }, classes).condition).toEqual({ label: 2 });
    expect(fitting({ ...asked, condition: { label: 3 } }, classes).condition).toEqual({ label: 0 });
    expect(fitting({ ...asked, condition: { prompt: 'A b', label: 3 } }, captions)).toMatchObject({
      guidance: 3,
      condition: { prompt: 'A b' },
    });
    expect(fitting(asked, { conditioning: { kind: 'none' }, withoutGuidance: 'It is told nothing.' }).condition).toEqual({});
  });

  it('tell a model of captions something the first time', () => {
    expect(firstSettings(settings, captions)).toMatchObject({ condition: { prompt: 'A b bold' }, guidance: 2 });
    expect(firstSettings({ ...settings, condition: { prompt: '' } }, captions).condition).toEqual({ prompt: '' });
    expect(firstSettings(settings, classes)).toBe(settings);
  });
});

describe('attention', () => {
  const words = ['<start>', 'A', '<pad>', '<pad>', '<pad>'];
  const maps = { words, heads: 1, height: 1, width: 2, maps: Float32Array.of(0.3, 0.3, 0.4, 0.1, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2) };

  it('is shown of all words but repeated padding, the keenest first', () => {
    expect(shownWords(words)).toEqual([0, 1, 2]);
    expect([...mapOf(maps, 1)]).toEqual([...Float32Array.of(0.4, 0.1)]);
    expect(keenest(maps)).toBe(1);
  });
});

describe('pictures', () => {
  const palette = { ground: [0, 0, 0], ink: [255, 255, 255] } as const;

  it('are grey, coloured, or blue and red around the ground; channels that are no colours stand beside each other', () => {
    const grey = imageOf([-1, 0, 1, 3], { channels: 1, height: 2, width: 2 }, { kind: 'range', low: -1, high: 1 }, palette);
    expect([0, 4, 8, 12].map((at) => grey.rgba[at])).toEqual([0, 128, 255, 255]);
    const colour = imageOf([1, -1, 0], { channels: 3, height: 1, width: 1 }, { kind: 'range', low: -1, high: 1 }, palette);
    expect([...colour.rgba]).toEqual([255, 0, 128, 255]);
    const signed = imageOf([0, 2, -2, 9], { channels: 4, height: 1, width: 1 }, { kind: 'signed', top: 2 }, palette);
    expect([signed.width, signed.height]).toEqual([2, 2]);
    expect([...signed.rgba.subarray(0, 3)]).toEqual([0, 0, 0]);
    const [red, , blue] = signed.rgba.subarray(4, 7);
    expect(red).toBeGreaterThan(blue!);
    expect([...signed.rgba.subarray(12, 15)]).toEqual([...signed.rgba.subarray(4, 7)]);
  });
});

describe('an animated PNG', () => {
  const frame = (level: number, width = 3): Uint8Array =>
    encode({ width, height: 2, channels: 4, depth: 8, data: new Uint8Array(4 * width * 2).fill(level) });

  it('has every frame, each chunk with its checksum, and is the first frame to who knows no animations', () => {
    const bytes = animatedPng([frame(10), frame(20), frame(30)], 120, 2_000);
    expect([...decode(bytes).data]).toEqual(new Array(24).fill(10));
    const view = new DataView(bytes.buffer);
    const chunks: { type: string; data: Uint8Array }[] = [];
    for (let at = 8; at < bytes.length;) {
      const length = view.getUint32(at);
      expect(view.getUint32(at + 8 + length)).toBe(crc32(bytes.subarray(at + 4, at + 8 + length)));
      chunks.push({ type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)), data: bytes.subarray(at + 8, at + 8 + length) });
      at += 12 + length;
    }
    expect(chunks.map(({ type }) => type).join(' ')).toBe('IHDR acTL fcTL IDAT fcTL fdAT fcTL fdAT IEND');
    const numbers = chunks.flatMap(({ type, data }) =>
      /^f[cd]/.test(type) ? [new DataView(data.buffer, data.byteOffset).getUint32(0)] : [],
    );
    expect(numbers).toEqual([0, 1, 2, 3, 4]);
    // Data of a frame behind its number is what its own file has.
    const third = chunks.findLast(({ type }) => type === 'fdAT')!.data.subarray(4);
    const own = frame(30);
    expect(Buffer.from(own).includes(Buffer.from(third))).toBe(true);
  });

  it('is refused of frames that differ, of none, and of no pictures', () => {
    expect(() => animatedPng([frame(1), frame(1, 4)], 100, 100)).toThrow('Frame 1 of an animation has another size');
    expect(() => animatedPng([], 100, 100)).toThrow('no frames');
    expect(() => animatedPng([Uint8Array.of(1, 2, 3)], 100, 100)).toThrow('it has no IHDR');
  });
});
