import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NpyError, readNpy, writeNpy } from '../../../src/formats/npy.ts';

/** A .npy file from its header's text. */
function npy(header: string, data: Uint8Array = new Uint8Array(), version = [1, 0]): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = version[0] === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.of(0x93, ...Buffer.from('NUMPY'), ...version, ...length, ...text, ...data);
}

const plain = (descr: string, shape: string): string => `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;

describe('readNpy', () => {
  it('reads versions 2 and 3, whose headers may be longer', () => {
    for (const version of [2, 3]) {
      expect(readNpy(npy(plain('|u1', '(2,)'), Uint8Array.of(5, 6), [version, 0]))).toEqual({
        type: 'uint8',
        shape: [2],
        data: Uint8Array.of(5, 6),
      });
    }
  });

  it.each([
    ['not a .npy file', new TextEncoder().encode('{"a": 1, "b": 2}'), 'does not start'],
    ['cut off in the magic', Uint8Array.of(0x93, 0x4e), 'does not start'],
    ['cut off in the header', npy(plain('<f4', '(2,)')).subarray(0, 30), 'should have'],
    ['of version 9', npy('', new Uint8Array(), [9, 0]), '9.0'],
    ['of objects', npy(plain('|O', '(2,)'), new Uint8Array(16)), '|O'],
    ['of strings', npy(plain('<U1', '(2,)'), new Uint8Array(8)), '<U1'],
    ['of records', npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }"), 'not that of a plain array'],
    ['with too few bytes', npy(plain('<f4', '(2, 2)'), new Uint8Array(15)), 'takes 16 bytes, 15 are there'],
    ['with too many bytes', npy(plain('<f4', '(1,)'), new Uint8Array(5)), 'takes 4 bytes, 5 are there'],
    ['of impossible size', npy(plain('<f4', '(9007199254740993, 1024)')), 'is not usable'],
    ['of more bytes than numbers can say', npy(plain('<f4', '(94906267, 94906267)')), 'is not usable'],
    ['of 40 dimensions', npy(plain('<f4', `(${'1, '.repeat(40)})`), new Uint8Array(4)), '40 dimensions'],
  ])('refuses a file %s', (_, bytes, message) => {
    expect(() => readNpy(bytes)).toThrow(NpyError);
    expect(() => readNpy(bytes)).toThrow(message);
  });

  it('ends with an array or an NpyError, whatever the bytes', () => {
    const good = writeNpy({ type: 'float32', shape: [2, 3], data: new Uint8Array(24) });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
        const bytes = good.slice(0, length);
        if (at < length) bytes[at] = byte;
        try {
          readNpy(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(NpyError);
        }
      }),
    );
  });
});

describe('writeNpy', () => {
  it('is read back, and its data starts at a multiple of 64 bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 6 }),
        fc.constantFrom('float32', 'int64', 'bool'),
        (shape, type) => {
          const size = { float32: 4, int64: 8, bool: 1 }[type] ?? 0;
          const data = Uint8Array.from({ length: shape.reduce((a, b) => a * b, size) }, (_, i) => i & 1);
          const file = writeNpy({ type, shape, data });
          expect(readNpy(file)).toEqual({ type, shape, data });
          expect((file.length - data.length) % 64).toBe(0);
          expect(file[file.length - data.length - 1]).toBe(0x0a);
        },
      ),
    );
  });

  it('refuses elements that NumPy has none of', () => {
    expect(() => writeNpy({ type: 'bfloat16', shape: [1], data: new Uint8Array(2) })).toThrow('bfloat16');
  });
});
