import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { normals } from '../../../../../src/maths/random/normal.ts';
import type { LoadedDiffusion } from '../../../../../src/protocol/diffusion.ts';
import { settings, startRuntime } from '../support/service.ts';
import { floats, glyphNoise, glyphs } from './expected.ts';
import { apart, bundled, loaded, requestOf, sampled, type Started } from './support.ts';

const size = 28 * 56;
const caption = { prompt: 'A b bold' };
let service: Started;
let model: LoadedDiffusion;
beforeAll(async () => {
  ({ service, model } = await loaded(await bundled('diffusion-glyphs')));
});
const part = (values: Float32Array, item: number): Float32Array => values.slice(item * size, (item + 1) * size);

describe('the bundled model of glyph pairs', () => {
  it('says what it is told, what it samples, and where it attends to words', () => {
    expect(model).toMatchObject({
      sizes: [1, 28, 56],
      latent: null,
      withoutGuidance: null,
      timestepType: 'int64',
      scheduler: { sampler: 'ddim' },
    });
    expect(model.conditioning).toMatchObject({ kind: 'caption', styles: ['bold', 'italic', 'serif', 'mono'] });
    expect(model.sites.map(({ name }) => name)).toEqual([
      ...['middle_in_attend', 'low_in_attend', 'low_out_attend', 'middle_out_attend'].map((layer) => `${layer}.cross_attention.softmax`),
    ]);
  });

  it.each(glyphs.cases)('is sampled as diffusers does by $sampler, guided', async ({ sampler, draws, trajectory: wanted }) => {
    const { guidance, steps, prompt, every } = glyphs;
    const { trajectory } = await sampled(service, {
      ...{ seeds: [1], conditions: [{ prompt }], guidance, sampler, run: { steps }, init: glyphNoise(0, size) },
      ...(draws > 0 && { noise: glyphNoise(size, draws * size) }),
    });
    const all = floats(wanted);
    const each = all.length / trajectory.length;
    trajectory.forEach((x, step) => {
      const some = x.filter((_, i) => i % every === 0);
      expect(apart(some, all.subarray(step * each, (step + 1) * each))).toBeLessThan(1e-4);
    });
  });

  it.each([1, 2, 4])('is read as what was asked for, with its own sampler at guidance %i', async (guidance) => {
    const wanted = ['Ab', 'Cd', 'Ef', 'Gh', 'R2', 'K4', 'm5', 'T7'];
    const { trajectory } = await sampled(service, {
      seeds: wanted.map((_, i) => i),
      conditions: wanted.map(([left, right]) => ({ prompt: `${left} ${right}` })),
      ...{ guidance, run: { steps: 15 } },
    });
    const glyph = new Float32Array(2 * wanted.length * 28 * 28);
    trajectory.at(-1)!.forEach((value, at) => {
      const [item, row, column] = [Math.floor(at / size), Math.floor(at / 56) % 28, at % 56];
      glyph[((2 * item + Math.floor(column / 28)) * 28 + row) * 28 + (column % 28)] = (Math.max(-1, Math.min(1, value)) + 1) / 2;
    });
    const { runtime } = startRuntime();
    const folder = join(import.meta.dirname, '../../../../../models/classifier-glyphs');
    const { session } = await runtime.open({ model: join(folder, 'model.onnx'), settings });
    const image = { type: 'float32', shape: [2 * wanted.length, 1, 28, 28], data: glyph };
    const { logits } = await runtime.run({ session, feeds: { image }, fetches: ['logits'] });
    const { classes } = JSON.parse(await readFile(join(folder, 'classifier.json'), 'utf8')) as { classes: string[] };
    const readAt = (i: number): string | undefined => {
      const own = (logits!.data as Float32Array).subarray(i * classes.length, (i + 1) * classes.length);
      return classes[own.indexOf(Math.max(...own))];
    };
    const right = [...wanted.join('')].filter((character, i) => character === readAt(i));
    // The classifier reads 95 % of printed glyphs right: fewer than 12 of 16 by chance in 1 of 1,000 runs.
    expect(right.length).toBeGreaterThanOrEqual(12);
  });

  it('begins with the noise that a seed alone gives, and a seed’s picture does not depend on the batch', async () => {
    const alone = await sampled(service, { seeds: [7], conditions: [caption], run: { steps: 4 } });
    const noise = Float32Array.from(normals({ seed: 7, stream: 0 }, size));
    expect(alone.trajectory[0]).toEqual(noise);
    const among = await sampled(service, { seeds: [3, 7, 11], conditions: [{ prompt: 'c d' }, caption, {}], run: { steps: 4 } });
    expect(apart(part(among.trajectory.at(-1)!, 1), alone.trajectory.at(-1)!)).toBeLessThan(1e-5);
    expect(apart(part(among.trajectory.at(-1)!, 0), alone.trajectory.at(-1)!)).toBeGreaterThan(0.1);
    const again = await sampled(service, { seeds: [7], conditions: [caption], run: { steps: 4 } });
    expect(again.trajectory).toEqual(alone.trajectory);
  });

  it('draws on the way what seeds alone give, or what is given, in order', async () => {
    const eta = { seeds: [5, 6], conditions: [caption], run: { steps: 3, eta: 1 } };
    const drawn = await sampled(service, eta);
    expect(drawn.run.draws).toBe(3);
    const noise = new Float32Array(3 * 2 * size);
    for (let draw = 0; draw < 3; draw++)
      for (let item = 0; item < 2; item++)
        noise.set(Float32Array.from(normals({ seed: 5 + item, stream: 1 }, size, draw * size)), (draw * 2 + item) * size);
    const given = await sampled(service, { ...eta, seeds: [1, 2], init: drawn.trajectory[0]!, noise });
    expect(given.trajectory).toEqual(drawn.trajectory);
    await expect(service.sample(requestOf({ ...eta, noise: noise.slice(0, 4 * size) }))).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/noise has 2 draws.*of index 2/) as unknown,
    });
  });

  it('is one run of twice as many rows with guidance', async () => {
    const before = service.runs();
    const { told } = await sampled(service, { seeds: [1, 2], conditions: [caption], guidance: 2, run: { steps: 3 } });
    expect(service.runs() - before).toBe(3);
    expect(Object.keys(told[0]!.lengths)).toEqual(['x', 'clean', 'noise', 'output', 'conditional', 'step', 'unguided']);
  });

  it('tells tensors that belong together: x of clean and noise, the guided output of both, the step of x', async () => {
    const { run, told, trajectory } = await sampled(service, {
      ...{ seeds: [1, 2], conditions: [caption], guidance: 3, run: { steps: 5 }, options: { clip_sample: true } },
    });
    const read = async (tensor: 'clean' | 'noise' | 'output' | 'unguided' | 'conditional' | 'step', evaluation: number) =>
      (await service.tensors({ runId: run.runId, evaluations: [evaluation], tensor, as: 'values' })).values;
    for (const evaluation of [0, 2, 4]) {
      const [away, towards, output] = [
        await read('unguided', evaluation),
        await read('conditional', evaluation),
        await read('output', evaluation),
      ];
      expect(
        apart(
          output,
          away.map((value, i) => value + 3 * (towards[i]! - value)),
        ),
      ).toBeLessThan(1e-6);
      const step = await read('step', evaluation);
      expect(
        apart(
          trajectory[evaluation]!.map((value, i) => value + step[i]!),
          trajectory[evaluation + 1]!,
        ),
      ).toBeLessThan(1e-6);
      const { lengths, alpha, sigma } = told[evaluation]!;
      expect(lengths.step![1]).toBeCloseTo(Math.hypot(...part(step, 1)), 4);
      expect([alpha, sigma]).toEqual([run.alphas[evaluation], run.sigmas[evaluation]]);
      // v = alpha noise - sigma clean, before the clean sample is clipped.
      const noise = await read('noise', evaluation);
      const x = trajectory[evaluation]!;
      expect(
        apart(
          noise,
          x.map((value, i) => sigma * value + alpha * output[i]!),
        ),
      ).toBeLessThan(1e-5);
      const clean = await read('clean', evaluation);
      expect(
        apart(
          clean,
          x.map((value, i) => Math.max(-1, Math.min(1, alpha * value - sigma * output[i]!))),
        ),
      ).toBeLessThan(1e-5);
    }
    expect(Number.isNaN(told[0]!.turns[0])).toBe(true);
    expect(told[3]!.turns[0]).toBeGreaterThan(0);
    const recomputed = await service.recompute({ runId: run.runId, evaluation: 2 });
    expect(Math.max(...recomputed.residuals)).toBeLessThan(1e-6);
    expect(Math.max(...recomputed.residuals)).toBeGreaterThan(0);
  });

  it('gives pictures of the size that is shown, with each evaluation and when asked', async () => {
    const shown = { tensors: ['x', 'clean'] as const, items: [1], side: 14 };
    const { run, told, trajectory } = await sampled(service, { seeds: [1, 2], conditions: [caption], run: { steps: 3 }, shown });
    const small = told[1]!.pictures.x!;
    expect(small).toMatchObject({ evaluations: [1], items: [1], channels: 1, height: 7, width: 14 });
    const whole = part(trajectory[1]!, 1);
    let mean = 0;
    for (let y = 0; y < 4; y++) for (let x = 0; x < 4; x++) mean += whole[y * 56 + x]! / 16;
    expect(small.values[0]).toBeCloseTo(mean, 5);
    const asked = await service.tensors({ runId: run.runId, evaluations: [1, 3], tensor: 'x', items: [1], side: 14, as: 'values' });
    expect(asked.values.slice(0, 98)).toEqual(small.values);
    await expect(service.tensors({ runId: run.runId, evaluations: [0], tensor: 'unguided', as: 'values' })).rejects.toMatchObject({
      code: 'bad-input',
    });
    await expect(service.tensors({ runId: run.runId, evaluations: [4], tensor: 'x', as: 'values' })).rejects.toMatchObject({
      code: 'bad-input',
    });
    await expect(service.tensors({ runId: run.runId, evaluations: [0], tensor: 'x', as: 'decoded' })).rejects.toMatchObject({
      code: 'no-decoder',
    });
  });

  it('attends from the left half to the left character, and from the right half to the right one', async () => {
    const { run } = await sampled(service, { seeds: [1], conditions: [caption], run: { steps: 5 } });
    const maps = await service.wordMaps({ runId: run.runId, evaluations: [1, 2, 3], item: 0, site: 1, head: 0 });
    expect(maps).toMatchObject({ words: ['<start>', 'A', 'b', 'bold', '<pad>', '<pad>', '<pad>'], heads: 4, height: 7, width: 14 });
    const places = 7 * 14;
    for (let place = 0; place < places; place++) {
      let sum = 0;
      for (let word = 0; word < 7; word++) sum += maps.maps[word * places + place]!;
      expect(sum).toBeCloseTo(1, 5);
    }
    const onLeft = (word: number): number => {
      const own = maps.maps.subarray(word * places, (word + 1) * places);
      return own.reduce((sum, value, place) => (place % 14 < 7 ? sum + value : sum), 0) / own.reduce((sum, value) => sum + value, 0);
    };
    expect(onLeft(1)).toBeGreaterThan(0.8);
    expect(onLeft(2)).toBeLessThan(0.2);
    const mean = await service.wordMaps({ runId: run.runId, evaluations: [1], item: 0, site: null, head: null });
    expect(mean).toMatchObject({ height: 14, width: 28 });
  });

  it('returns to a picture from the noise that it is turned into, but for what clipping takes away on the way', async () => {
    const { trajectory } = await sampled(service, { seeds: [4], conditions: [caption], run: { steps: 20 } });
    const picture = trajectory.at(-1)!;
    const invert = (options: object) =>
      service.invert({ picture, as: 'picture', condition: caption, options: { ...options }, steps: 30, guidance: 1 });
    const [clipped, whole] = [await invert({ clip_sample: true }), await invert({})];
    expect(whole.error).toBeLessThan(clipped.error / 2);
    expect(whole.error).toBeLessThan(0.06);
    const sum = (of: (value: number, i: number) => number): number => whole.init.reduce((all, value, i) => all + of(value, i), 0);
    expect(Math.sqrt(sum((_, i) => (whole.returned[i]! - picture[i]!) ** 2) / size)).toBeCloseTo(whole.error, 5);
    expect(Math.sqrt(sum((value) => (value - whole.mean) ** 2) / size)).toBeCloseTo(whole.deviation, 5);
    // The noise, given as such, is sampled to what came back.
    const again = await sampled(service, { init: whole.init, conditions: [caption], run: { steps: 30 } });
    expect(apart(again.trajectory.at(-1)!, whole.returned)).toBeLessThan(1e-6);
  });

  it('begins with a picture noised to an evaluation', async () => {
    const picture = new Float32Array(size).fill(-1);
    const { run, trajectory } = await sampled(service, {
      seeds: [4],
      conditions: [caption],
      run: { steps: 10 },
      start: { picture, as: 'picture', from: 7 },
    });
    expect([run.from, trajectory.length]).toEqual([7, 4]);
    const noise = normals({ seed: 4, stream: 0 }, size);
    expect(
      apart(
        trajectory[0]!,
        picture.map((value, i) => run.alphas[7]! * value + run.sigmas[7]! * noise[i]!),
      ),
    ).toBeLessThan(1e-6);
    const start = { picture, as: 'picture', from: 3 } as const;
    await expect(service.sample(requestOf({ sampler: 'heun', run: { steps: 10 }, conditions: [caption], start }))).rejects.toMatchObject({
      code: 'bad-input',
    });
    await expect(service.sample(requestOf({ start: { ...start, from: 25 } }))).rejects.toMatchObject({ code: 'bad-input' });
  });

  it('refuses what it is not told by, settings out of range and arrays of another size, with their values', async () => {
    const refused = (more: Parameters<typeof requestOf>[0], code: string, words: RegExp) =>
      expect(service.sample(requestOf(more))).rejects.toMatchObject({ code, message: expect.stringMatching(words) as unknown });
    await refused({ conditions: [{ label: 3 }] }, 'bad-input', /told no class/);
    await refused({ conditions: [{ prompt: 'A bb' }] }, 'bad-input', /"bb" is none/);
    await refused({ conditions: [{ prompt: 'A b fat' }] }, 'bad-input', /"fat" is no style/);
    await refused({ conditions: [{}, {}] }, 'bad-input', /2 conditions for 1/);
    await refused({ sampler: 'euler2' }, 'scheduler-invalid', /no sampler "euler2"/);
    await refused({ sampler: 'euler', options: { use_caras_sigmas: true } }, 'scheduler-invalid', /use_caras_sigmas/);
    await refused(
      { sampler: 'ddim', options: { use_karras_sigmas: true } },
      'scheduler-invalid',
      /use_karras_sigmas .* is no option of DDIMScheduler/,
    );
    await refused({ options: { beta_start: 'low' } }, 'scheduler-invalid', /beta_start \("low"\)/);
    await refused({ run: { steps: 0 } }, 'scheduler-invalid', /num_inference_steps \(0\)/);
    await refused({ run: { steps: 4, eta: 2 } }, 'scheduler-invalid', /eta \(2\)/);
    await refused({ guidance: NaN }, 'bad-input', /guidance is NaN/);
    await refused({ rescale: 2 }, 'bad-input', /rescale is 2/);
    await refused({ init: new Float32Array(7) }, 'bad-input', /init has 7 numbers/);
    await refused({ init: new Float32Array(2 * size) }, 'bad-input', /init has 2 items; there are 1/);
    await refused({ init: new Float32Array(size).fill(NaN) }, 'bad-input', /init has NaN/);
    await refused({ seeds: [] }, 'bad-input', /no seeds/);
    await refused({ seeds: [-1] }, 'bad-input', /seeds\[0\] is -1/);
    await refused({ seeds: Array.from({ length: 2000 }, (_, i) => i), run: { steps: 900 } }, 'memory', /MiB/);
    await expect(service.tensors({ runId: 'none', evaluations: [0], tensor: 'x', as: 'values' })).rejects.toMatchObject({
      code: 'unknown-run',
    });
  });

  it('stops where a tensor is no number, and says which and when', async () => {
    const noise = new Float32Array(5 * 2 * size);
    // Of the second draw, in the second item: behind the second evaluation x is infinite.
    noise[(1 * 2 + 1) * size + 5] = 3.4e38;
    const told: number[] = [];
    const infinite = service.sample(
      requestOf({ ...{ seeds: [1, 2], conditions: [caption], sampler: 'euler-ancestral', run: { steps: 5 } }, noise }),
      { onItem: (evaluations) => told.push(...evaluations.map(({ index }) => index)) },
    );
    await expect(infinite).rejects.toMatchObject({
      code: 'not-a-number',
      message: expect.stringMatching(/^Evaluation 2 of 5 \(t = \d+\): x after the step has Infinity in item 1, at number 5/) as unknown,
    });
    expect(told).toEqual([0]);
    const init = new Float32Array(size).fill(3e38);
    await expect(service.sample(requestOf({ init, conditions: [caption] }))).rejects.toMatchObject({
      code: 'not-a-number',
      message: expect.stringMatching(/^Evaluation 1 of 25 \(t = 999\): the model's output has (NaN|-?Infinity) in item 0/) as unknown,
    });
  });

  it('stops between evaluations when it is no longer wanted', async () => {
    const controller = new AbortController();
    let told = 0;
    const sampling = service.sample(requestOf({ conditions: [caption] }), {
      signal: controller.signal,
      onItem: () => {
        if (++told === 3) controller.abort();
      },
    });
    await expect(sampling).rejects.toThrow();
    expect(told).toBe(3);
  });
});
