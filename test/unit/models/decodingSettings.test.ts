import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDecoding } from '../../../src/models/decodingSettings.ts';
import { defaultDecoding } from '../../../src/protocol/generation.ts';
import { RpcError } from '../../../src/protocol/rpc.ts';

describe('checkDecoding', () => {
  it('takes all settings, and gives those that are left out their default', () => {
    expect(checkDecoding(defaultDecoding)).toEqual(defaultDecoding);
    expect(checkDecoding({ method: 'beam', beams: 2, stop: ['a'] })).toEqual({ ...defaultDecoding, method: 'beam', beams: 2, stop: ['a'] });
  });

  it.each([
    [{ temprature: 1 }, 'there is no setting "temprature". The settings are method, temperature, topK'],
    [{ method: 'magic' }, 'method ("magic") must be "sample", "greedy" or "beam"'],
    [{ temperature: '0.5' }, 'temperature ("0.5") must be a number above 0'],
    [{ seed: 1.5 }, 'seed (1.5) must be a whole number from 0 to 4294967295'],
    [{ stop: 'x' }, 'stop ("x") must be a list of strings'],
    [{ stop: ['a', 3] }, 'stop (["a",3])'],
    [{ lengthPenalty: Infinity }, 'lengthPenalty (Infinity) must be a finite number'],
    [{ maxTokens: null }, 'maxTokens (null) must be a whole number from 1'],
    [{ topP: undefined }, 'topP (undefined) must be a number from 0 to 1'],
    [[], '([]) is no object'],
    [null, '(null) is no object'],
  ])('refuses %j with the setting and its value', (given, message) => {
    expect(() => checkDecoding(given, 'file.json')).toThrow(message);
    expect(() => checkDecoding(given, 'file.json')).toThrow('file.json');
  });

  it('gives settings or an RpcError for whatever is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom(...Object.keys(defaultDecoding)), fc.anything())), (given) => {
        try {
          expect(Object.keys(checkDecoding(given)).sort()).toEqual(Object.keys(defaultDecoding).sort());
        } catch (error) {
          expect(error).toBeInstanceOf(RpcError);
          expect((error as RpcError).code).toBe('setting-invalid');
        }
      }),
    );
  });
});
