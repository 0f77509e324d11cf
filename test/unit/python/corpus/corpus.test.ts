import type { Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/formulas/catalogue.ts';
import { FormulaReader } from '../../../../src/python/reader/formulas.ts';
import { readModule } from '../../../../src/python/syntax/build.ts';
import { pythonParser } from '../syntax/parser.ts';
import { labelled, labelledFiles, score, sets, together, within } from './labelled.ts';

let parser: Parser;
beforeAll(async () => {
  parser = await pythonParser();
});

const markersOf = (set: (typeof sets)[number]) => labelledFiles(set).flatMap(({ marks }) => marks);

describe('the labelled Python', () => {
  it.each(sets)('names formulas that there are, at statements: %s', (set) => {
    for (const { name, text, marks } of labelledFiles(set)) {
      const module = readModule(parser, text);
      const lines = new Set(within(module.body).map(({ start }) => text.slice(0, start).split('\n').length - 1));
      expect(module.whole, name).toBe(true);
      for (const { line, required, allowed } of marks) {
        expect(lines, `${name}:${line + 1}`).toContain(line);
        for (const id of [...required, ...allowed]) expect(catalogue.get(id)?.readings, `${name}:${line + 1} ${id}`).toBeDefined();
      }
    }
  });

  it('has every formula that is looked for in code', () => {
    const labels = new Set(markersOf('seen').flatMap(({ required }) => required));
    expect([...catalogue.values()].filter(({ id, readings }) => readings && !labels.has(id)).map(({ id }) => id)).toEqual([]);
  });

  it('is scored by statement', () => {
    const file = labelled(
      'a.py',
      ['#: a | b', '#? c', 'x = f(', '  y)', 'if x:', '  #: d', '  z = g(x)', '  w = 1', '#: e', 'v = h(x)'].join('\n'),
    );
    const at = (code: string, formula: string) => ({ start: file.text.indexOf(code), formula });
    const found = [at('y)', 'b'), at('f(', 'c'), at('f(', 'd'), at('g(x', 'd'), at('w = ', 'a'), at('if x', 'a')];
    expect(score(parser, file, found)).toEqual({
      right: ['a.py:3 a | b', 'a.py:7 d'],
      missed: ['a.py:10 e'],
      wrong: ['a.py:3 d', 'a.py:8 a', 'a.py:5 a'],
    });
    expect(together([score(parser, file, found)])).toMatchObject({ precision: 0.4, recall: 2 / 3 });
  });
});

describe('the formulas of the labelled Python', () => {
  const floors = {
    seen: { precision: 0.98, recall: 0.97 },
    heldout: { precision: 0.97, recall: 0.91 },
    unusual: { precision: 0.97, recall: 0.95 },
    research: { precision: 0.97, recall: 0.93 },
    library: { precision: 0.97, recall: 0.89 },
    company: { precision: 0.97, recall: 0.88 },
    fair: { precision: 0.96, recall: 0.9 },
    everyday: { precision: 0.98, recall: 0.95 },
    popular: { precision: 0.97, recall: 0.88 },
  };
  it.each(sets)(
    'are found, and others are not: %s',
    async (set) => {
      const reader = new FormulaReader(parser, catalogue.values(), (error) => {
        throw error;
      });
      const scores = [];
      for (const file of labelledFiles(set)) {
        scores.push(score(parser, file, await reader.read(file.name, file.text, { limit: Infinity })));
      }
      const { precision, recall, missed, wrong } = together(scores);
      expect(precision, `wrong:\n${wrong.join('\n')}`).toBeGreaterThanOrEqual(floors[set].precision);
      expect(recall, `missed:\n${missed.join('\n')}`).toBeGreaterThanOrEqual(floors[set].recall);
    },
    600_000,
  );
});
