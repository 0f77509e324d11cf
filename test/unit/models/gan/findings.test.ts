import { describe, expect, it } from 'vitest';
import { ganFindings } from '../../../../src/models/gan/findings.ts';
import { namesClass, namesDiscriminator, namesGenerator, namesNoise } from '../../../../src/models/gan/names.ts';
import { findGanTensors } from '../../../../src/models/gan/roles.ts';
import type { GanProbes, GanSource } from '../../../../src/protocol/gan.ts';
import type { TensorInfo } from '../../../../src/protocol/inference.ts';

const tensor = (name: string, type: string, ...sizes: (number | string)[]): TensorInfo => ({ name, type, shape: ['batch', ...sizes] });
const seen = { least: -0.9, greatest: 0.9, random: false };
const source = (more: Partial<GanSource> = {}): GanSource => ({ id: 'x', name: 'x', generator: '/g.onnx', ...more });

function found(inputs: TensorInfo[], outputs: TensorInfo[], more: Partial<GanSource> = {}, probes: Partial<GanProbes> = {}) {
  const tensors = findGanTensors({ path: '/g.onnx', inputs, outputs }, undefined);
  return ganFindings(tensors, { outputs: { [outputs[0]!.name]: seen }, classes: {}, ...probes }, source(more));
}
const asked = (of: ReturnType<typeof found>): string[] => of.questions.map(({ id }) => id);

describe('what a generator’s inputs are', () => {
  const image = [tensor('image', 'float32', 3, 16, 16)];

  it('a lone float is the noise, whatever it is called', () => {
    const one = found([tensor('input.1', 'float32', 100)], image);
    expect(asked(one)).toEqual(['prior', 'range']);
    expect(one.layout).toMatchObject({ generator: { noise: 'input.1' }, classes: [], latentShape: [100], prior: 'normal' });
  });

  it('whole numbers beside it are the class, counted by trying', () => {
    const one = found([tensor('labels', 'int64'), tensor('z', 'float32', 100, 1, 1)], image, {}, { classes: { labels: 10 } });
    expect(one.layout).toMatchObject({ generator: { noise: 'z', class: { name: 'labels', kind: 'number' } }, latentShape: [100, 1, 1] });
    expect(one.layout!.classes).toHaveLength(10);
  });

  it('a class that takes any number is asked how many there are, and a number may be stated', () => {
    const inputs = [tensor('z', 'float32', 8), tensor('y', 'int64')];
    expect(asked(found(inputs, image, {}, { classes: { y: null } }))).toEqual(['classes', 'prior', 'range'].slice(0, 2));
    const answered = found(inputs, image, { answers: { classes: '7', prior: 'unit', range: '-1..1' } }, { classes: { y: null } });
    expect(answered.questions).toEqual([]);
    expect(answered.layout).toMatchObject({ prior: 'unit', range: { low: -1, high: 1 } });
    expect(answered.layout!.classes).toHaveLength(7);
  });

  it('a row that is called a label is one, whichever stands first', () => {
    const one = found([tensor('label_onehot', 'float32', 10), tensor('noise', 'float32', 64)], image);
    expect(one.layout).toMatchObject({ generator: { noise: 'noise', class: { name: 'label_onehot', kind: 'one-hot' } } });
  });

  it('two that are not told apart are asked for, and what is no class is given zeros', () => {
    const inputs = [tensor('a', 'float32', 8), tensor('b', 'float32', 8)];
    expect(asked(found(inputs, image))[0]).toBe('noise');
    const answered = found(inputs, image, { answers: { noise: 'b', class: 'none', prior: 'normal', range: '0..1' } });
    expect(answered.layout).toMatchObject({ generator: { noise: 'b', others: [{ name: 'a' }] }, classes: [] });
    // An answer that is none of the options is asked for again.
    expect(asked(found(inputs, image, { answers: { noise: 'c' } }))[0]).toBe('noise');
  });

  it('what a manifest states is not asked', () => {
    const stated = { prior: 'normal', range: { low: 0, high: 1 }, classes: ['cat', 'dog'] } as const;
    const one = found([tensor('z', 'float32', 8), tensor('y', 'int64')], image, stated);
    expect(one).toMatchObject({ questions: [], layout: { classes: ['cat', 'dog'] } });
  });

  it('z, or what is generated, of sizes that are left open is refused with the tensors', () => {
    expect(() => found([tensor('z', 'float32', 'n')], image)).toThrow(/z \[batch, n\].*takes z as float32, of a size that the file states/);
    expect(() => found([tensor('z', 'float32', 8)], [tensor('image', 'float32', 3, 'h', 'w')])).toThrow(
      /image \[batch, 3, h, w\].*Export it with fixed sizes/,
    );
    expect(() => found([tensor('z', 'float16', 8)], image)).toThrow(/takes z as float32/);
  });
});

describe('a classifier', () => {
  const judge = {
    ...{ name: 'classifier', path: '/c.onnx', input: 'x', logits: 'l', features: 'f', classes: ['a', 'b'] },
    item: { kind: 'image', channels: 1, height: 4, width: 4 },
  } as const;
  const noise = tensor('z', 'float32', 8);
  const small = [tensor('image', 'float32', 1, 4, 4)];
  const answers = { prior: 'normal', range: '0..1' };

  it('reads what has its shape and, as somebody says, its classes', () => {
    expect(found([noise], [tensor('image', 'float32', 1, 5, 5)], { judge, answers })).toMatchObject({
      questions: [],
      layout: { judged: false },
    });
    const open = found([noise], small, { judge, answers });
    expect(open).toMatchObject({ questions: [{ id: 'judge', needed: false, likely: { value: 'none' } }], layout: { judged: false } });
    expect(found([noise], small, { judge, answers: { ...answers, judge: 'yes' } })).toMatchObject({
      questions: [],
      layout: { judged: true },
    });
    const labelled = found([noise, tensor('y', 'int64')], small, { judge, answers }, { classes: { y: 3 } });
    expect(labelled).toMatchObject({ questions: [], layout: { judged: false } });
    const stated = { judge, answers, classes: ['a', 'b'] };
    expect(found([noise, tensor('y', 'int64')], small, stated)).toMatchObject({ questions: [], layout: { judged: true } });
    expect(found([noise, tensor('y', 'int64')], small, { ...stated, classes: ['b', 'a'] })).toMatchObject({ layout: { judged: false } });
  });
});

describe('a discriminator', () => {
  it('of several outputs is asked for its score, unless one is a number an item', () => {
    const generator = { path: '/a.onnx', inputs: [tensor('z', 'float32', 8)], outputs: [tensor('image', 'float32', 1, 4, 4)] };
    const of = (...outputs: TensorInfo[]) => {
      const tensors = findGanTensors(generator, { path: '/b.onnx', inputs: [tensor('image', 'float32', 1, 4, 4)], outputs });
      return ganFindings(tensors, { outputs: { image: seen }, classes: {} }, source({ answers: { prior: 'normal', range: '0..1' } }));
    };
    expect(of(tensor('validity', 'float32', 1), tensor('classes', 'float32', 10)).layout).toMatchObject({
      discriminator: { score: 'validity' },
    });
    expect(of(tensor('patches', 'float32', 1, 2, 2)).layout).toMatchObject({ discriminator: { score: 'patches' } });
    expect(asked(of(tensor('adv', 'float32', 4), tensor('aux', 'float32', 10)))).toEqual(['score']);
  });
});

describe('names', () => {
  it('of tensors and files', () => {
    expect(['z', 'latent_code', 'inputNoise', 'noise'].map(namesNoise)).toEqual([true, true, true, true]);
    expect(['image', 'label', 'size'].map(namesNoise)).toEqual([false, false, false]);
    expect(['class_label', 'y', 'targetLabels'].map(namesClass)).toEqual([true, true, true]);
    expect(['generator.onnx', 'netG.onnx', 'G.onnx', 'dcgan_gen.onnx'].map(namesGenerator)).toEqual([true, true, true, true]);
    expect(['discriminator.onnx', 'netD.onnx', 'D.onnx', 'critic.onnx'].map(namesDiscriminator)).toEqual([true, true, true, true]);
    expect(['discriminator.onnx', 'image.onnx', 'model.onnx'].map(namesGenerator)).toEqual([false, false, false]);
  });
});
