import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceOfDiffusersFolder } from '../../../../../src/models/diffusion/source.ts';
import { conditionsOf, expected, floats } from './expected.ts';
import { apart, folder, loaded, sampled } from './support.ts';

const opened = (name: string) => loaded(sourceOfDiffusersFolder(join(folder, name)));

describe.each(Object.keys(expected))('the pipeline %s', async (name) => {
  const { sizes, init, noise, cases } = expected[name]!;
  const { service, model } = await opened(name);
  const size = sizes.reduce((product, one) => product * one, 1);

  it.each(cases)('gives diffusers’ trajectory: $sampler $options, guidance $guidance, $steps steps', async (asked) => {
    const { steps, sampler = null, options = {}, guidance = 1, rescale = 0, eta, draws } = asked;
    const drawn = floats(noise).slice(0, draws * 2 * size);
    const { run, trajectory } = await sampled(service, {
      ...{ seeds: [1, 2], conditions: conditionsOf(asked), sampler, options, guidance, rescale },
      ...{ run: { steps, ...(eta !== undefined && { eta }) }, init: floats(init), ...(draws > 0 && { noise: drawn }) },
    });
    expect(model.sizes).toEqual(sizes);
    const wanted = floats(asked.trajectory);
    expect(trajectory).toHaveLength(wanted.length / (2 * size));
    trajectory.forEach((x, step) => expect(apart(x, wanted.subarray(step * 2 * size, (step + 1) * 2 * size))).toBeLessThan(1e-4));
    expect(run.draws).toBe(draws);
    if (asked.pictures === undefined) return;
    const as = model.latent ? 'decoded' : 'values';
    const { values } = await service.tensors({ runId: run.runId, evaluations: [run.timesteps.length], tensor: 'x', as });
    const shown = values.map((value) => Math.min(1, Math.max(0, value / 2 + 0.5)));
    expect(apart(shown, floats(asked.pictures))).toBeLessThan(1e-4);
  });
});

describe('what is told of a pipeline', () => {
  it('is read from its files', async () => {
    const { model: plain } = await opened('unconditional');
    expect(plain).toMatchObject({
      conditioning: { kind: 'none' },
      latent: null,
      timestepType: 'int64',
      sites: [],
      scheduler: { sampler: 'ddpm' },
    });
    expect(plain.withoutGuidance).toMatch(/told nothing/);
    const { model: classes } = await opened('classes');
    expect(classes).toMatchObject({
      conditioning: { kind: 'class', count: 1000, none: 1000, names: { 1: ['goldfish'], 0: ['tench', 'Tinca tinca'] } },
      latent: { scaling: 0.31, shift: 0, picture: { channels: 3, height: 16, width: 16 }, encodes: false },
      withoutGuidance: null,
    });
    const { model: text } = await opened('text');
    expect(text).toMatchObject({ conditioning: { kind: 'text', tokens: 12 }, latent: { encodes: true }, timestepType: 'float32' });
    expect(text.sites.length).toBeGreaterThan(1);
    expect(Object.keys(text.sha256)).toHaveLength(4);
  });
});

describe('a class by its name', () => {
  it('is the class of the number', async () => {
    const { service } = await opened('classes');
    const run = { steps: 2 };
    const [named, numbered] = [
      await sampled(service, { conditions: [{ label: 'Great White Shark' }], run }),
      await sampled(service, { conditions: [{ label: 2 }], run }),
    ];
    expect(named.trajectory).toEqual(numbered.trajectory);
    const refused = (label: number | string | undefined, words: RegExp) =>
      expect(sampled(service, { conditions: [label === undefined ? {} : { label }], run })).rejects.toMatchObject({
        code: 'bad-input',
        message: expect.stringMatching(words) as unknown,
      });
    await refused(1001, /1001 is no class; classes are 0 to 999, and 1000 for none/);
    await refused('zebra', /"zebra" names no class.*tench/);
    await refused(undefined, /give a label/);
    await expect(sampled(service, { conditions: [{ prompt: 'a' }] })).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('the Stable-Diffusion-shaped pipeline', () => {
  const { inversion, encoding, fromPicture, init } = expected['text']!;

  it('turns pictures into the latents that diffusers does, and DDIM’s inversion gives its noise and its way back', async () => {
    const { service } = await opened('text');
    const { options, steps, prompt } = inversion!;
    const found = await service.invert({ picture: floats(inversion!.given), as: 'x', condition: { prompt }, options, steps, guidance: 1 });
    expect(apart(found.init, floats(inversion!.noise))).toBeLessThan(1e-4);
    expect(apart(found.returned, floats(inversion!.returned))).toBeLessThan(1e-4);
    const pictures = floats(encoding!.pictures);
    const { given } = await service.invert({
      ...{ picture: pictures.slice(0, pictures.length / 2), as: 'picture', condition: { prompt }, options, steps: 1, guidance: 1 },
    });
    expect(apart(given, floats(encoding!.latents).slice(0, given.length))).toBeLessThan(1e-4);
  });

  it.each(fromPicture!)(
    'begins with pictures as diffusers does: $sampler',
    async ({ sampler, options = {}, steps, from, prompt, trajectory: wanted }) => {
      const { service } = await opened('text');
      const { trajectory } = await sampled(service, {
        ...{ seeds: [1, 2], conditions: [{ prompt }], sampler, options, run: { steps }, init: floats(init) },
        start: { picture: floats(encoding!.pictures), as: 'picture', from },
      });
      const all = floats(wanted);
      const each = all.length / trajectory.length;
      trajectory.forEach((x, step) => expect(apart(x, all.subarray(step * each, (step + 1) * each))).toBeLessThan(1e-4));
    },
  );

  it('attends to the words of the text, and shows latents by the linear map that is nearest to the decoder', async () => {
    const { service, model } = await opened('text');
    const { run } = await sampled(service, { seeds: [1, 2], conditions: [{ prompt: 'a red cat' }], run: { steps: 3 } });
    for (const { index } of model.sites) {
      const { words, maps, height, width } = await service.wordMaps({
        runId: run.runId,
        evaluations: [0, 2],
        item: 1,
        site: index,
        head: null,
      });
      expect(words.slice(0, 5)).toEqual(['<|startoftext|>', 'a', 'red', 'cat', '<|endoftext|>']);
      for (let place = 0; place < height * width; place++) {
        let sum = 0;
        for (let word = 0; word < words.length; word++) sum += maps[word * height * width + place]!;
        expect(sum).toBeCloseTo(1, 4);
      }
    }
    const ask = (as: 'linear' | 'decoded', side?: number) =>
      service.tensors({ runId: run.runId, evaluations: [4], tensor: 'x', as, ...(side !== undefined && { side }) });
    const [linear, decoded] = [await ask('linear'), await ask('decoded', 8)];
    expect([linear.height, linear.width, linear.channels]).toEqual([8, 8, 3]);
    // Of its own samples it explains what it says.
    const variance = (values: Float32Array, about: (i: number) => number): number =>
      values.reduce((sum, value, i) => sum + (value - about(i)) ** 2, 0);
    const means = [0, 1, 2].map((c) => {
      const own = decoded.values.filter((_, i) => Math.floor(i / 64) % 3 === c);
      return own.reduce((sum, value) => sum + value / own.length, 0);
    });
    const total = variance(decoded.values, (i) => means[Math.floor(i / 64) % 3]!);
    expect(1 - variance(decoded.values, (i) => linear.values[i]!) / total).toBeCloseTo(linear.explained!, 3);
  });
});
