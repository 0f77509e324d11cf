import { describe, expect, it } from 'vitest';
import { pairCache } from '../../../src/models/cache.ts';
import type { TensorInfo } from '../../../src/protocol/inference.ts';

const cache = (name: string, ...shape: (number | string)[]): TensorInfo => ({
  name,
  type: 'float32',
  shape: shape.length > 0 ? shape : ['batch', 4, 'past', 16],
});
const logits: TensorInfo = { name: 'logits', type: 'float32', shape: ['batch', 'sequence', 100] };
const names = (inputs: TensorInfo[], outputs: TensorInfo[]): [string, string][] | undefined =>
  pairCache(inputs, outputs)?.map(({ input, output }) => [input.name, output.name]);

describe('pairCache', () => {
  it.each([
    [
      ['past_key_values.0.key', 'past_key_values.0.value', 'past_key_values.1.key'],
      ['present.0.key', 'present.0.value', 'present.1.key'],
    ],
    [
      ['past_key_0', 'past_value_0', 'past_key_10', 'past_key_1'],
      ['present_key_1', 'present_key_10', 'present_value_0', 'present_key_0'],
    ],
    [
      ['past_key_values.0.decoder.key', 'past_key_values.0.encoder.key'],
      ['present.0.encoder.key', 'present.0.decoder.key'],
    ],
    [
      ['past_key_values_0_key', 'past_key_values_0_value'],
      ['present_key_values_0_key', 'present_key_values_0_value'],
    ],
    [
      ['cache_key_0', 'cache_value_0'],
      ['new_cache_key_0', 'new_cache_value_0'],
    ],
    [['past'], ['present']],
  ])('by name: %j', (inputs, outputs) => {
    const pairs = names(
      inputs.map((name) => cache(name)),
      [logits, ...outputs.map((name) => cache(name))],
    )!;
    const plain = (name: string): string =>
      name.replace(/past_key_values|present_key_values|past|present|new_|^cache/g, '').replace(/^cache/, '');
    expect(pairs.map(([input]) => input)).toEqual(inputs);
    for (const [input, output] of pairs) expect(plain(output).replace('cache', '')).toBe(plain(input));
    expect(new Set(pairs.map(([, output]) => output)).size).toBe(inputs.length);
  });

  it('by form and order where names say nothing', () => {
    expect(names([cache('past_a'), cache('past_b', 'batch', 2, 'past', 8)], [logits, cache('x'), cache('y', 'b', 2, 'n', 8)])).toEqual([
      ['past_a', 'x'],
      ['past_b', 'y'],
    ]);
  });

  it('is none where there is no cache, or an input has no output that could be its own', () => {
    expect(pairCache([{ name: 'input_ids', type: 'int64', shape: ['b', 's'] }], [logits])).toBeUndefined();
    expect(pairCache([cache('past_key_values.0.key'), cache('past_key_values.0.value')], [logits, cache('present.0.key')])).toBeUndefined();
    expect(pairCache([cache('past')], [logits, cache('present', 'batch', 5, 'past', 16)])).toBeUndefined();
    expect(pairCache([cache('past_a')], [logits, cache('x'), cache('y')])).toBeUndefined();
    expect(pairCache([cache('past')], [logits, { ...cache('present'), type: 'float16' }])).toBeUndefined();
  });
});
