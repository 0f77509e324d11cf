import { describe, expect, it } from 'vitest';
import { groupsOf } from '../../../../src/features/formulas/list/groups.ts';
import { levelsBy } from '../../../../src/features/formulas/diagnostics/levels.ts';
import { faultsIn, namesIn, parsePlace, shownFormula } from '../../../../src/features/formulas/selection/shown.ts';
import type { Finding } from '../../../../src/protocol/python.ts';

const known = [
  { id: 'mse', name: 'Mean squared error', family: 'Loss' },
  { id: 'kl', name: 'KL', family: 'VAE' },
  { id: 'elbo', name: 'Negative ELBO', family: 'VAE' },
  { id: 'odd', name: 'Odd', family: 'Unheard of' },
];

function finding(start: number, end: number, formula: string | null, equality: Finding['equality'] = 'exact'): Finding {
  return {
    start,
    end,
    formula,
    latex: '',
    equality,
    remarks: [],
    variables: [],
    parts: [],
    calls: null,
    isPart: false,
    diagnostics: [],
    holder: null,
  };
}

describe('the list of formulas', () => {
  const text = 'a = 1\nb =   2\nc = 3\n';
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length - 1;

  it('goes by family in their order, and in each by place; what has no name comes last, by its code', () => {
    const findings = [
      finding(14, 19, 'mse'),
      finding(6, 13, null),
      finding(0, 19, 'elbo'),
      finding(0, 5, 'kl'),
      finding(1, 2, 'odd'),
      finding(2, 3, 'gone'),
    ];
    const listed = groupsOf(findings, known, text, lineOf).map(({ family, entries }) => [
      family,
      entries.map(({ label, line }) => [label, line]),
    ]);
    expect(listed).toEqual([
      [
        'VAE',
        [
          ['Negative ELBO', 1],
          ['KL', 1],
        ],
      ],
      ['Loss', [['Mean squared error', 3]]],
      ['Unheard of', [['Odd', 1]]],
      [
        'Other',
        [
          ['=', 1],
          ['b = 2', 2],
        ],
      ],
    ]);
  });

  it('is empty where nothing was found', () => {
    expect(groupsOf([], known, text, lineOf)).toEqual([]);
  });
});

describe('the names of a piece of code', () => {
  const findings = [finding(0, 100, 'elbo'), finding(10, 40, 'kl'), finding(50, 90, 'mse', 'near miss'), finding(92, 99, null)];

  it('are those of the formulas within it', () => {
    expect(namesIn({ start: 0, end: 100 }, findings, known)).toEqual(['Negative ELBO', 'KL', 'nearly Mean squared error']);
    expect(namesIn({ start: 10, end: 40 }, findings, known)).toEqual(['KL']);
  });

  it('are that of the statement that it is most of, and of none that it is a small part of', () => {
    expect(namesIn({ start: 15, end: 40 }, findings, known)).toEqual(['KL']);
    expect(namesIn({ start: 30, end: 40 }, findings, known)).toEqual([]);
  });
});

describe('what is wrong within a piece of code', () => {
  const wrong = (start: number, rule: string) => ({ start, end: start + 2, rule, severity: 'warning', message: `${rule} is wrong.` });
  const findings = [{ diagnostics: [wrong(10, 'a'), wrong(60, 'b')] }, { diagnostics: [wrong(20, 'c')] }] as unknown as Finding[];

  it('is what stands in it, of what is not turned off', () => {
    const levelOf = levelsBy(true, { c: 'off', b: 'error' });
    expect(faultsIn({ start: 10, end: 40 }, findings, levelOf)).toEqual([{ level: 'warning', message: 'a is wrong.' }]);
    expect(faultsIn({ start: 11, end: 90 }, findings, levelOf)).toEqual([{ level: 'error', message: 'b is wrong.' }]);
  });
});

describe('what the panel shows', () => {
  it('is the code on one line, and each symbol with how often it stands there', () => {
    const variables = [
      {
        id: 'x',
        code: 'x',
        symbol: 'x',
        spans: [
          { start: 4, end: 5 },
          { start: 8, end: 9 },
        ],
      },
    ];
    const shown = shownFormula('file:///a.py', 'y = x +\n   x', { latex: 'x+x', variables, start: 4, end: 12 }, 'a.py, line 1', {
      names: ['Sum'],
      faults: [],
    });
    expect(shown).toEqual({
      from: { uri: 'file:///a.py', start: 4, end: 12 },
      code: 'x + x',
      place: 'a.py, line 1',
      latex: 'x+x',
      symbols: [{ id: 'x', code: 'x', symbol: 'x', count: 2 }],
      names: ['Sum'],
      faults: [],
    });
    expect(parsePlace(shown)).toEqual(shown.from);
  });

  it.each([null, 1, {}, { from: null }, { from: { uri: 1, start: 0, end: 1 } }, { from: { uri: 'a', start: 0.5, end: 1 } }])(
    'is not restored from what no page has kept: %j',
    (state) => {
      expect(parsePlace(state)).toBeNull();
    },
  );
});
