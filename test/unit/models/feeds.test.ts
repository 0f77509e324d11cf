import { describe, expect, it } from 'vitest';
import { buildFeeds, continuingFeeds, fixedLength, idsInput } from '../../../src/models/feeds.ts';
import type { TensorInfo } from '../../../src/protocol/inference.ts';

const info = (name: string, type: string, ...shape: (number | string)[]): TensorInfo => ({ name, type, shape });
const int64 = (...values: number[]): BigInt64Array => BigInt64Array.from(values, BigInt);
const bytes = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const ids = info('input_ids', 'int64', 'batch', 'sequence');

describe('buildFeeds from token ids', () => {
  it('fills in what a BERT takes', () => {
    const inputs = [ids, info('attention_mask', 'int64', 'batch', 'sequence'), info('token_type_ids', 'int64', 'batch', 'sequence')];
    expect(buildFeeds(inputs, { ids: [5, 6, 7] })).toEqual({
      batch: 1,
      length: 3,
      tensors: {
        input_ids: { type: 'int64', shape: [1, 3], data: int64(5, 6, 7) },
        attention_mask: { type: 'int64', shape: [1, 3], data: int64(1, 1, 1) },
        token_type_ids: { type: 'int64', shape: [1, 3], data: int64(0, 0, 0) },
      },
    });
  });

  it('fills in what a decoder with a merged cache takes', () => {
    const inputs = [
      info('use_cache_branch', 'bool', 1),
      ids,
      info('attention_mask', 'int64', 'batch', 'past_sequence_length + sequence'),
      info('position_ids', 'int64', 'batch', 'sequence'),
      info('past_key_values.0.key', 'float32', 'batch', 4, 'past_sequence_length', 16),
      info('past_key_values.0.value', 'float16', 'batch', 4, 'past_sequence_length', 16),
    ];
    const { tensors } = buildFeeds(inputs, { ids: [5, 6] });
    expect(tensors['use_cache_branch']).toEqual({ type: 'bool', shape: [1], data: Uint8Array.of(0) });
    expect(tensors['position_ids']?.data).toEqual(int64(0, 1));
    expect(tensors['past_key_values.0.key']).toEqual({ type: 'float32', shape: [1, 4, 0, 16], data: new Float32Array() });
    expect(tensors['past_key_values.0.value']).toEqual({ type: 'float16', shape: [1, 4, 0, 16], data: new Uint16Array() });
  });

  it('fills in one stacked cache, also where the exporter made up the names of dimensions', () => {
    for (const [batch, past] of [['batch', 'past'] as const, ['s12', 's5'] as const]) {
      const { tensors } = buildFeeds([info('ids', 'int64', batch, 's77'), info('past', 'float32', 6, 2, batch, 4, past, 64)], { ids: [1] });
      expect(tensors['past']?.shape).toEqual([6, 2, 1, 4, 0, 64]);
    }
  });

  it('uses the type of each input, and rank 1 where the file has it', () => {
    const { tensors } = buildFeeds([info('tokens', 'int32', 'n'), info('mask', 'float32', 'b', 'n')], { ids: [3, 4] });
    expect(tensors['tokens']).toEqual({ type: 'int32', shape: [2], data: Int32Array.of(3, 4) });
    expect(tensors['mask']).toEqual({ type: 'float32', shape: [1, 2], data: Float32Array.of(1, 1) });
  });

  it('fills a fixed length with padding that the mask leaves out, and a fixed batch with copies', () => {
    const inputs = [info('input_ids', 'int64', 2, 4), info('attention_mask', 'int64', 2, 4)];
    const feeds = buildFeeds(inputs, { ids: [7, 8], paddingId: 3 });
    expect(feeds).toMatchObject({ batch: 2, length: 4 });
    expect(feeds.tensors['input_ids']?.data).toEqual(int64(7, 8, 3, 3, 7, 8, 3, 3));
    expect(feeds.tensors['attention_mask']?.data).toEqual(int64(1, 1, 0, 0, 1, 1, 0, 0));
    expect(fixedLength(inputs)).toBe(4);
    expect(() => buildFeeds(inputs, { ids: [1, 2, 3, 4, 5] })).toThrow('5 tokens, the model takes 4');
  });

  it.each([
    [[ids, info('encoder_hidden_states', 'float32', 'batch', 's', 64)], 'encoder_hidden_states (float32 [batch, s, 64])'],
    [[ids, info('decoder_input_ids', 'int64', 'batch', 's')], 'decoder_input_ids'],
    [[ids, info('past_key_values.0.key', 'float32', 'batch', 4, 128, 16)], 'cache of fixed length'],
    [[ids, info('past_key_values.0.key', 'float32', 'batch', 'num_heads', 'past', 16)], '"num_heads" of unknown size'],
    [[info('pixel_values', 'float32', 'batch', 3, 224, 224)], 'takes no token ids'],
  ])('names an input that no text gives: %j', (inputs, message) => {
    expect(() => buildFeeds(inputs, { ids: [1] })).toThrow(message);
    expect(() => buildFeeds(inputs, { ids: [1] })).toThrow('--inputs');
  });
});

describe('buildFeeds from tensors', () => {
  const inputs = [ids, info('attention_mask', 'int64', 'batch', 'sequence'), info('past', 'float32', 2, 'batch', 'past', 4)];
  const given = { type: 'int64', shape: [2, 3], data: bytes(int64(1, 2, 3, 4, 5, 6)) };

  it('takes what is given and fills in the rest', () => {
    const feeds = buildFeeds(inputs, { given: { input_ids: given } });
    expect(feeds).toMatchObject({ batch: 2, length: 3 });
    expect(feeds.tensors['input_ids']?.data).toEqual(int64(1, 2, 3, 4, 5, 6));
    expect(feeds.tensors['attention_mask']).toEqual({ type: 'int64', shape: [2, 3], data: int64(1, 1, 1, 1, 1, 1) });
    expect(feeds.tensors['past']?.shape).toEqual([2, 2, 0, 4]);
  });

  it('counts the tokens of a given cache into mask and positions', () => {
    const past = { type: 'float32', shape: [2, 2, 5, 4], data: new Uint8Array(2 * 2 * 5 * 4 * 4) };
    const feeds = buildFeeds([...inputs, info('position_ids', 'int64', 'batch', 'sequence')], { given: { input_ids: given, past } });
    expect(feeds.tensors['attention_mask']?.shape).toEqual([2, 8]);
    expect(feeds.tensors['position_ids']?.data).toEqual(int64(5, 6, 7, 5, 6, 7));
  });

  it('takes models without tokens', () => {
    const pixels = { type: 'float32', shape: [1, 1, 2, 2], data: new Uint8Array(16) };
    expect(buildFeeds([info('pixel_values', 'float32', 'batch', 1, 2, 2)], { given: { pixel_values: pixels } })).toMatchObject({
      batch: 1,
      length: 0,
    });
  });

  it.each([
    [{ ids: given }, 'no input ids; its inputs are input_ids int64 [batch, sequence]'],
    [{ input_ids: { ...given, type: 'int32' } }, 'expected int64 [batch, sequence], got int32 [2, 3] (type int32 instead of int64)'],
    [{ input_ids: { ...given, shape: [6] } }, '(1 dimensions instead of 2)'],
    [{ input_ids: { ...given, shape: [2, 4] } }, 'with 48 bytes'],
    [{ input_ids: { ...given, shape: [-2, -3] } }, 'got int64 [-2, -3]'],
    [{ input_ids: given, past: { type: 'float32', shape: [3, 1, 0, 4], data: new Uint8Array() } }, '(dimension 0 is 3 instead of 2)'],
    [{ attention_mask: given }, 'Input input_ids (int64 [batch, sequence]) cannot be made from what was given'],
  ])('refuses a tensor that does not fit, with what was expected: %j', (tensors, message) => {
    expect(() => buildFeeds(inputs, { given: tensors })).toThrow(message);
  });
});

describe('idsInput', () => {
  it('is found by name first, then by what it looks like', () => {
    const mask = info('attention_mask', 'int64', 'b', 's');
    expect(idsInput([mask, info('x', 'int64', 'b', 's')])?.name).toBe('x');
    expect(idsInput([info('x', 'int64', 'b', 's'), ids])?.name).toBe('input_ids');
    expect(idsInput([mask, info('pixels', 'float32', 'b', 's')])).toBeUndefined();
  });
});

describe('continuingFeeds', () => {
  const inputs = [
    ids,
    info('attention_mask', 'int64', 'batch', 'total'),
    info('position_ids', 'int64', 'batch', 'sequence'),
    info('use_cache_branch', 'bool', 1),
    info('num_logits_to_keep', 'int64'),
    info('past_key_values.0.key', 'float32', 'batch', 4, 'past_sequence_length', 16),
  ];

  it('gives each sequence its own ids, a mask over all tokens, and positions behind those before', () => {
    const rows = [
      [7, 8],
      [9, 10],
    ];
    const { tensors, batch, length } = continuingFeeds(inputs, { rows, past: 3, paddingId: 0 });
    expect({ batch, length }).toEqual({ batch: 2, length: 2 });
    expect(tensors).toEqual({
      input_ids: { type: 'int64', shape: [2, 2], data: int64(7, 8, 9, 10) },
      attention_mask: { type: 'int64', shape: [2, 5], data: int64(...Array.from({ length: 10 }, () => 1)) },
      position_ids: { type: 'int64', shape: [2, 2], data: int64(3, 4, 3, 4) },
      use_cache_branch: { type: 'bool', shape: [1], data: Uint8Array.of(1) },
      num_logits_to_keep: { type: 'int64', shape: [], data: int64(1) },
    });
  });

  it('makes an empty cache where nothing came before, and pads where the file fixes the length', () => {
    const { tensors } = continuingFeeds(inputs, { rows: [[7]], past: 0, logits: 5, paddingId: 0 });
    expect(tensors['past_key_values.0.key']).toMatchObject({ shape: [1, 4, 0, 16] });
    expect(tensors['use_cache_branch']!.data).toEqual(Uint8Array.of(0));
    expect(tensors['num_logits_to_keep']!.data).toEqual(int64(5));
    const fixed = [info('input_ids', 'int64', 1, 4), info('attention_mask', 'int64', 1, 4)];
    expect(continuingFeeds(fixed, { rows: [[5, 6]], past: 0, paddingId: 9 })).toMatchObject({
      length: 4,
      tensors: { input_ids: { data: int64(5, 6, 9, 9) }, attention_mask: { data: int64(1, 1, 0, 0) } },
    });
    expect(() => continuingFeeds(fixed, { rows: [[1, 2, 3, 4, 5]], past: 0, paddingId: 0 })).toThrow('5 tokens, the model takes 4');
    expect(() => continuingFeeds([ids, info('pixels', 'float32', 'b', 3)], { rows: [[1]], past: 0, paddingId: 0 })).toThrow('Input pixels');
  });
});
