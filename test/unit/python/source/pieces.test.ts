import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piecesOf } from '../../../../src/python/source/pieces.ts';

const textsOf = (text: string): string[] => piecesOf(text).map(({ start, end }) => text.slice(start, end));

describe('pieces of a text', () => {
  it('are its statements of the first level, whole', () => {
    const text = [
      'import torch',
      '',
      '# of nobody',
      '@torch.no_grad()',
      '# between',
      'def f(x,',
      '  y):',
      '    """',
      'not a statement = 1',
      '    """',
      '    return x  # at its end',
      '',
      'if x:',
      '    a = 1',
      '# between',
      'elif y:',
      '    a = 2',
      'else:',
      '    a = 3',
      'try:',
      '    b = (1 +',
      '2)',
      'except E:',
      '    b = 0',
      'finally:',
      '    c = 0',
      'a; b = 1, \\',
      '  2',
    ].join('\n');
    expect(textsOf(text)).toEqual([
      'import torch',
      text.slice(text.indexOf('@torch'), text.indexOf('  # at its end')),
      text.slice(text.indexOf('if x'), text.indexOf('\ntry')),
      text.slice(text.indexOf('try'), text.indexOf('\na; b')),
      'a; b = 1, \\\n  2',
    ]);
  });

  it('keep what a text begins with in the middle of a block', () => {
    expect(textsOf('    a = 1\n    b = 2\nc = 3')).toEqual(['    a = 1\n    b = 2', 'c = 3']);
    expect(textsOf('\n\n    a = 1\n  b = 2\n')).toEqual(['    a = 1\n  b = 2']);
    expect(textsOf('else:\n  a = 1\nb = 2')).toEqual(['else:\n  a = 1', 'b = 2']);
  });

  it('hold brackets whose lines are not indented', () => {
    const data = "x = [\n[1, 2],\n\"]\",  # ]\n\n'''('''\n]";
    const inner = 'def f():\n    y = g(\na,\n)\n    return y';
    expect(textsOf(`${data}\n${inner}\nz = 1`)).toEqual([data, inner, 'z = 1']);
    expect(textsOf('a = f(\nb = 2\nc = (3)\ndef g(): pass\n)')).toEqual(['a = f(', 'b = 2', 'c = (3)', 'def g(): pass', ')']);
  });

  it('go on behind a bracket that is not closed', () => {
    expect(textsOf('a = f(1,\ndef g():\n    return 2\nb = 3')).toEqual(['a = f(1,', 'def g():\n    return 2', 'b = 3']);
  });

  it('of a text without any are none', () => {
    expect(['', '\n\n', '# a\n  # b', '\ufeff'].flatMap(textsOf)).toEqual([]);
  });

  it('stand apart, in order, and leave nothing but blanks and comments out', () => {
    const line = fc.constantFrom(
      'a = 1',
      '  b = 2',
      'def f():',
      '\tc',
      '# d',
      '',
      'else:',
      '@e',
      '"""',
      "'",
      '(',
      ')',
      'x = [',
      ']',
      '\\',
      'f(  # g',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const text = lines.join(end);
        let at = 0;
        for (const piece of piecesOf(text)) {
          expect(piece.start).toBeGreaterThanOrEqual(at);
          expect(piece.end).toBeGreaterThan(piece.start);
          for (const left of text.slice(at, piece.start).split(/\r?\n/)) expect(left.trim()).toMatch(/^\\?(?:#.*)?$/);
          at = piece.end;
        }
        for (const left of text.slice(at).split(/\r?\n/)) expect(left.trim()).toMatch(/^\\?(?:#.*)?$/);
      }),
    );
  });

  it('begin where they began before a change behind them', () => {
    const whole = fc.constantFrom(
      'a = 1\n',
      'def f():\n    return 1\n',
      'x = [1,\n 2]\n',
      '# a\n',
      'class A:\n    b = 1\n\n    def c(self): pass\n',
    );
    fc.assert(
      fc.property(fc.array(whole), fc.array(whole), (before, behind) => {
        const [first, second] = [before.join(''), behind.join('')];
        const pieces = piecesOf(first);
        const moved = piecesOf(second).map(({ start, end }) => ({ start: start + first.length, end: end + first.length }));
        expect(piecesOf(first + second)).toEqual([...pieces, ...moved]);
      }),
    );
  });
});
