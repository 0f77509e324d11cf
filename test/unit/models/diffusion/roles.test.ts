import { describe, expect, it } from 'vitest';
import { findDenoiserRoles } from '../../../../src/models/diffusion/roles.ts';
import { sampleSizes } from '../../../../src/models/diffusion/sampleSizes.ts';
import type { TensorInfo } from '../../../../src/protocol/inference.ts';

const tensor = (name: string, type: string, ...shape: (number | string)[]): TensorInfo => ({ name, type, shape });
const out = tensor('out_sample', 'float32', 'b', 4, 8, 8);
const rolesOf = (inputs: TensorInfo[], outputs: TensorInfo[] = [out]) => findDenoiserRoles({ path: 'unet.onnx', inputs, outputs });
const names = (inputs: TensorInfo[]): (string | undefined)[] => {
  const { sample, timestep, words, mask, caption, label } = rolesOf(inputs);
  return [sample, timestep, words, mask, caption, label].map((role) => role?.name);
};

describe('the inputs of a denoiser', () => {
  const latent = tensor('sample', 'float32', 'b', 4, 'h', 'w');

  it('are known by name, whatever their order', () => {
    const words = tensor('encoder_hidden_states', 'float32', 'b', 77, 768);
    expect(names([words, tensor('timestep', 'int64', 1), latent])).toEqual([
      'sample',
      'timestep',
      'encoder_hidden_states',
      undefined,
      undefined,
      undefined,
    ]);
    const dit = [
      tensor('class_labels', 'int64', 'b'),
      tensor('hidden_states', 'float16', 'b', 4, 32, 32),
      tensor('timestep', 'float32', 'b'),
    ];
    expect(names(dit)).toEqual(['hidden_states', 'timestep', undefined, undefined, undefined, 'class_labels']);
  });

  it('are known by shape where names say nothing', () => {
    expect(names([tensor('a', 'float32', 2, 3, 8, 8), tensor('b', 'int64'), tensor('c', 'float32', 2, 77, 16)])).toEqual([
      ...['a', 'b', 'c'],
      ...[undefined, undefined, undefined],
    ]);
    expect(names([tensor('x.1', 'float32', 'b', 1, 28, 56), tensor('1', 'int64', 'b'), tensor('2', 'int64', 'b', 7)])).toEqual([
      ...['x.1', '1', undefined, undefined, '2', undefined],
    ]);
  });

  it('that nothing gives are refused with all that is asked for', () => {
    expect(() => rolesOf([latent, tensor('timestep', 'int64'), tensor('time_ids', 'float32', 'b', 6)])).toThrow(
      /asks for time_ids \[b, 6\] float32, which no part of this pipeline gives/,
    );
    expect(() => rolesOf([latent])).toThrow(/takes a timestep/);
    expect(() => rolesOf([tensor('timestep', 'int64')])).toThrow(/takes a sample/);
    expect(() => rolesOf([latent, tensor('timestep', 'int64')], [tensor('ids', 'int64', 'b')])).toThrow(/a denoiser gives one/);
    // Two that could be the class: neither is guessed.
    expect(() => rolesOf([latent, tensor('timestep', 'int64'), tensor('u', 'int64', 'b'), tensor('v', 'int64', 'b')])).toThrow(
      /asks for u/,
    );
  });

  it('have sizes of the graph, else of the config, which may not contradict it', () => {
    const of = (shape: (number | string)[], config: object | null) =>
      sampleSizes(rolesOf([tensor('sample', 'float32', ...shape), tensor('timestep', 'int64')]), config);
    expect(of(['b', 4, 8, 12], null)).toEqual([4, 8, 12]);
    expect(of(['b', 4, 'h', 'w'], { sample_size: 16 })).toEqual([4, 16, 16]);
    expect(of(['b', 'c', 'h', 'w'], { in_channels: 3, sample_size: [8, 12] })).toEqual([3, 8, 12]);
    expect(() => of(['b', 4, 'h', 'w'], null)).toThrow(/does not say the height of its sample.*sample_size/);
    expect(() => of(['b', 4, 8, 8], { sample_size: [8, 12] })).toThrow(/a size of 8.*says 12 \(sample_size\)/);
    expect(of(['b', 2], null)).toEqual([2]);
  });
});
