import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveGan } from '../../../../../src/models/gan/source.ts';
import type { GanSource } from '../../../../../src/protocol/gan.ts';
import { settings } from '../support/service.ts';
import { expected, folder, loaded, root, sourceOf, startGan } from './support.ts';

interface Case {
  name: string;
  source: GanSource;
  /** Exactly what is asked, in this order, and what is said. */
  says: Record<string, string>;
  found: object;
}

const cases: Case[] = [
  {
    ...{ name: 'gaussian', source: sourceOf('gaussian/generator.onnx', 'gaussian/discriminator.onnx'), says: { prior: 'normal' } },
    found: { latentShape: [3], item: { kind: 'vector', length: 5 }, classes: [] },
  },
  {
    // Given the wrong way round.
    ...{ name: 'numbered', source: sourceOf('numbered/discriminator.onnx', 'numbered/generator.onnx') },
    says: { prior: 'normal', range: '-1..1' },
    found: {
      classes: ['0', '1', '2'],
      generator: { noise: 'noise', class: { name: 'label', kind: 'number', type: 'int64' }, picture: 'image' },
      discriminator: { class: { name: 'label' }, score: 'validity' },
      range: { low: -1, high: 1 },
    },
  },
  {
    ...{ name: 'one-hot', source: sourceOf('one-hot/generator.onnx', 'one-hot/discriminator.onnx') },
    says: { prior: 'symmetric', range: '0..1' },
    found: { latentShape: [3, 1, 1], layout: 'channels-last', classes: ['0', '1', '2', '3'], item: { channels: 3, height: 6, width: 8 } },
  },
  {
    ...{ name: 'unnamed', source: sourceOf('unnamed/g.onnx', null) },
    says: { noise: 'input_1', class: 'input_2', prior: 'unit' },
    found: { generator: { noise: 'input_1', class: { kind: 'one-hot' } }, classes: ['0', '1', '2'] },
  },
  {
    ...{ name: 'alone', source: sourceOf('alone/netG.onnx', null), says: { prior: 'normal', range: '0..1' } },
    found: { classes: [], item: { kind: 'image', channels: 1, height: 8, width: 8 } },
  },
];

describe.each(cases)('the model $name', ({ name, source, says, found }) => {
  it('leaves open exactly what its files do not say, and with the answers computes what NumPy does', async () => {
    const asking = startGan();
    const answers: Record<string, string> = {};
    const asked: string[] = [];
    for (;;) {
      const { questions } = await asking.inspect({ source: { ...source, answers }, settings });
      const [next] = questions;
      if (!next) break;
      asked.push(next.id);
      answers[next.id] = says[next.id]!;
      expect(next.options.map(({ value }) => value)).toContain(says[next.id]);
    }
    expect(asked).toEqual(Object.keys(says));
    // It is let go of.
    expect(asking.sessions()).toBe(0);
    if (asked.length > 0) await expect(asking.load({ source, settings })).rejects.toMatchObject({ code: 'undecided' });
    const { service, model } = await loaded({ ...source, answers });
    expect(model).toMatchObject(found);
    const { z, classes, generated, scores } = expected[name]!;
    const made = await service.generate({ z: Float32Array.from(z.flat()), classes: Int32Array.from(classes ?? []) });
    made.pictures.forEach((value, at) => expect(value).toBeCloseTo(generated.flat()[at]!, 5));
    if (scores) scores.forEach((score, i) => expect(made.scores![i]).toBeCloseTo(score, 4));
    else expect(made.scores).toBeNull();
    if (scores) {
      const again = await service.score({ pictures: made.pictures, classes: Int32Array.from(classes ?? []) });
      expect(again.scores).toEqual(made.scores);
    }
  });
});

describe('scores without a class', () => {
  it('are those of the class that scores highest', async () => {
    const answers = { prior: 'normal', range: '-1..1' };
    const { service } = await loaded(sourceOf('numbered/generator.onnx', 'numbered/discriminator.onnx', answers));
    const pictures = Float32Array.from(expected.numbered!.generated.flat());
    const best = await service.score({ pictures });
    const each = await Promise.all([0, 1, 2].map((place) => service.score({ pictures, classes: new Int32Array(4).fill(place) })));
    best.scores.forEach((score, i) => {
      const all = each.map(({ scores }) => scores[i]!);
      expect(score).toBe(Math.max(...all));
      expect(best.classes[i]).toBe(all.indexOf(score));
    });
  });
});

describe('gan-glyphs', () => {
  it('needs no answers, and is judged by the bundled classifier', async () => {
    const { service, model } = await loaded(await resolveGan('gan-glyphs', join(root, 'models')));
    expect(model).toMatchObject({ latent: 64, prior: 'normal', judged: true, range: { low: 0, high: 1 } });
    expect(model.classes.slice(0, 3)).toEqual(['A', 'B', 'C']);
    // The bundled classifier is asked of others where their pictures could be glyphs.
    const other = await resolveGan(join(folder, 'numbered'), join(root, 'models'));
    expect(other.judge?.classes).toHaveLength(62);
    expect((await service.inspect({ source: other, settings })).questions.map(({ id }) => id)).toEqual(['prior', 'range']);
  });
});

describe('files that cannot be used', () => {
  it('are refused by name', async () => {
    const service = startGan();
    const refused = (source: GanSource, code: string, words: RegExp) =>
      expect(service.load({ source, settings })).rejects.toMatchObject({ code, message: expect.stringMatching(words) as unknown });
    await refused(sourceOf('numbered/discriminator.onnx', null), 'generator-missing', /a discriminator alone\. Give the generator too/);
    await refused(
      sourceOf('gaussian/generator.onnx', 'numbered/discriminator.onnx'),
      'model-invalid',
      /no generator and discriminator of one model/,
    );
    await refused(sourceOf('none.onnx', null), 'model-missing', /none\.onnx/);
    await refused(sourceOf('make.py', null), 'model-invalid', /make\.py cannot be used/);
    const wrong = join(folder, 'gaussian/generator.onnx');
    await refused({ ...sourceOf('gaussian/generator.onnx', null), sha256: { [wrong]: '0'.repeat(64) } }, 'hash-mismatch', /sha256/);
    expect(service.sessions()).toBe(0);
  });

  it('a generator whose weights are no numbers is told of with the item', async () => {
    const { service } = await loaded(sourceOf('broken/generator.onnx', null, { prior: 'normal' }));
    await expect(service.generate({ z: new Float32Array(6), classes: new Int32Array(0) })).rejects.toMatchObject({
      code: 'not-a-number',
      message: expect.stringMatching(/NaN in item 0/) as unknown,
    });
  });
});
