import { describe, expect, it } from 'vitest';
import { readingExpression } from '../../../../../src/features/formulas/debugging/expression.ts';
import { parseReply } from '../../../../../src/features/formulas/debugging/reply.ts';
import type { ValuePath } from '../../../../../src/protocol/terms.ts';

const paths: ValuePath[] = [['x'], ['self', { attribute: 'beta' }]];
const tensor = { kind: 'array', library: 'torch', dtype: 'float32', shape: [2, 1], sampled: false, count: 2 };
const beta = { kind: 'number', type: 'float' };

function answer(head: unknown, numbers: number[], quote = "'"): { result: string } {
  const text = Buffer.from(typeof head === 'string' ? head : JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const whole = Buffer.concat([length, text, Buffer.from(Float64Array.from(numbers).buffer)]);
  return { result: `${quote}genlens:${whole.toString('base64')}${quote}` };
}

describe('what a debug adapter answers', () => {
  it('is taken apart', () => {
    for (const quote of ["'", '']) {
      expect(parseReply(answer({ values: [tensor, beta], autocast: true }, [1, NaN, 0.5], quote), paths)).toEqual({
        values: [
          [['x'], { kind: 'array', library: 'torch', dtype: 'float32', shape: [2, 1], values: Float64Array.of(1, NaN), sampled: false }],
          [paths[1], { kind: 'number', type: 'float', value: 0.5 }],
        ],
        autocast: true,
      });
    }
  });

  const malformed: readonly [what: string, given: unknown][] = [
    ['nothing', undefined],
    ['no text', { result: 5 }],
    ['an error of the program', { result: "NameError: name 'x' is not defined" }],
    ['cut off', { result: "'genlens:AAAA'" }],
    ['a head that is too long', { result: `'genlens:${Buffer.of(255, 255, 255, 255, 1).toString('base64')}'` }],
    ['no JSON', answer('{"values"', [])],
    ['other values', answer({ values: [tensor] }, [1, 2])],
    ['numbers that are missing', answer({ values: [tensor, beta] }, [1, 2])],
    ['numbers that are left over', answer({ values: [tensor, beta] }, [1, 2, 3, 4])],
    ['another shape than its numbers', answer({ values: [{ ...tensor, shape: [3] }, beta] }, [1, 2, 3])],
    ['a shape that is none', answer({ values: [{ ...tensor, shape: [-1, -2] }, beta] }, [1, 2, 3])],
    ['more numbers than may be', answer({ values: [{ ...tensor, count: 2 ** 40 }, beta] }, [1, 2, 3])],
    ['a part that is more than the whole', answer({ values: [{ ...tensor, shape: [1], sampled: true }, beta] }, [1, 2, 3])],
    ['a kind of numbers that is code', answer({ values: [{ ...tensor, dtype: '<b>' }, beta] }, [1, 2, 3])],
    ['a value of no kind', answer({ values: [tensor, { kind: 'object' }] }, [1, 2])],
  ];
  it.each(malformed)('is refused: %s', (_, given) => {
    expect(() => parseReply(given, paths)).toThrow(/^The debug adapter's answer cannot be read: /);
  });

  it('says why something was not read on one line, and not at length', () => {
    const why = `a\n\u0000\u202eb${'c'.repeat(1000)}`;
    const { values } = parseReply(answer({ values: [{ kind: 'unread', why }, { kind: 'none' }] }, []), paths);
    expect(values[0]![1]).toEqual({ kind: 'unread', why: `a b${'c'.repeat(295)}` });
  });
});

describe('what a debug adapter is asked', () => {
  it('holds no code of the text, however a key is written', () => {
    const asked = readingExpression('def read(): pass', [['x', { index: `'); import os #"\\\n@LINE@ü` }]]);
    expect(asked).toMatch(/^[\x20-\x7e]*$/);
    expect(asked).not.toContain('@LINE@');
    expect(asked).toContain(String.raw`\\\"\\\\\\n\u0040LINE\u0040\u00fc`);
  });

  it('is of names, attributes and constant indices alone', () => {
    for (const path of [['x()'], ['x', { attribute: 'a b' }], ['x', { index: 0.5 }], [''], ['x', { attribute: '' }]])
      expect(() => readingExpression('', [path as never])).toThrow(TypeError);
  });
});
