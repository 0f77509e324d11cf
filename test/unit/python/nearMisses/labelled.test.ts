import type { Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/formulas/catalogue.ts';
import type { Diagnostic, Finding } from '../../../../src/protocol/python.ts';
import { readModule } from '../../../../src/python/syntax/build.ts';
import { within } from '../corpus/labelled.ts';
import { pythonParser } from '../syntax/parser.ts';
import { labelled, labelledFiles, score, sets, together } from './labelled.ts';

let parser: Parser;
beforeAll(async () => {
  parser = await pythonParser();
});

describe('the labelled near misses', () => {
  it.each(sets)('have formulas that there are, at statements: %s', (set) => {
    for (const { name, text, mistakes, right, unread } of labelledFiles(set)) {
      const module = readModule(parser, text);
      const lines = within(module.body).map(({ start }) => text.slice(0, start).split('\n').length - 1);
      expect(module.whole, name).toBe(true);
      expect(unread, name).toEqual([]);
      for (const { line, formula } of [...mistakes, ...right]) {
        expect(lines, `${name}:${line + 1}`).toContain(line);
        expect(catalogue.has(formula), `${name}:${line + 1} ${formula}`).toBe(true);
      }
    }
  });

  it('are scored by statement', () => {
    const file = labelled(
      'a.py',
      [
        ...[
          '#! warning a | not so',
          '#> x = f(y)',
          'x = f(',
          '  y)',
          'if x:',
          '  #! info b | nor so',
          '  #> z = g(x)',
          '  z = -g(x)',
          '  w = 1',
        ],
        ...['#: c', 'v = h(x)', '#= d | in words', 'u = k(x)', '#! info e | neither', 'p = q(x)', '#! error f | no severity', 'r = 1'],
      ].join('\n'),
    );
    expect(file).toMatchObject({
      mistakes: [
        { line: 2, severity: 'warning', formula: 'a' },
        { line: 7, severity: 'info', formula: 'b' },
        { line: 14, severity: 'info', formula: 'e' },
      ],
      right: [
        { line: 10, formula: 'c' },
        { line: 12, formula: 'd' },
      ],
      unread: [15],
    });
    const at = (code: string, severity: Diagnostic['severity']): Pick<Finding, 'diagnostics'> => {
      const start = file.text.indexOf(code);
      return { diagnostics: [{ start, end: start + 1, rule: 'r', severity, message: '', related: [], fix: null, compared: null }] };
    };
    const told = [
      at('y)', 'warning'),
      at('g(x', 'warning'),
      at('h(x', 'info'),
      at('if x', 'warning'),
      at('q(x', 'hint'),
      at('k(x', 'hint'),
    ];
    expect(score(parser, file, told)).toEqual({
      found: ['a.py:3 warning a', 'a.py:8 info b'],
      weighed: ['a.py:3 warning a'],
      missed: ['a.py:15 info e'],
      alarms: ['a.py:11 info r', 'a.py:5 warning r'],
    });
    expect(together([score(parser, file, told)])).toMatchObject({ recall: 2 / 3 });
  });
});
