import { describe, expect, it } from 'vitest';
import { inlineWords } from '../../../../../src/features/formulas/debugging/briefly.ts';
import { formulasOf, functionAt, standingOf } from '../../../../../src/features/formulas/debugging/frame.ts';
import { valuesMarkdown } from '../../../../../src/features/formulas/debugging/hoverValues.ts';
import { shownStatement, type StatementShown } from '../../../../../src/features/formulas/debugging/shownStop.ts';
import { summaryOf } from '../../../../../src/maths/summary.ts';
import type { Finding, PythonSymbol } from '../../../../../src/protocol/python.ts';
import type { ProgramValue, StatementTerms, TermValue, ValuePath } from '../../../../../src/protocol/terms.ts';

const array = (...values: number[]): ProgramValue => ({
  ...{ kind: 'array', library: 'numpy', dtype: 'float32', shape: [values.length], values: Float64Array.from(values), sampled: false },
});
const variable = (code: string, path: ValuePath, held = false) => ({ id: `v_${code}`, code, path, symbol: code, spans: [], held });
const term = (code: string) => ({ id: `t_${code}`, code, symbol: code, start: 0, end: 1 });
const value = (code: string, numbers: number[], origin: 'nan' | 'infinity' | null = null): TermValue => ({
  ...{ id: `t_${code}`, shape: [numbers.length], dtype: 'float32', summary: summaryOf(numbers), origin },
});

const terms: StatementTerms = {
  ...{ start: 0, end: 10, latex: 'x', target: { code: 'y', path: ['y'] } },
  variables: [variable('x', ['x'])],
  terms: [term('x.exp()'), term('x.exp().mean()')],
};
const overflowing = [value('x.exp()', [1, Infinity], 'infinity'), value('x.exp().mean()', [Infinity])];

function shown(held: Readonly<Record<string, ProgramValue>>, more: Partial<StatementShown> = {}): StatementShown {
  const valueAt = (path: ValuePath): ProgramValue =>
    held[path.map((step) => JSON.stringify(step)).join()] ?? { kind: 'unread', why: 'is not set here' };
  return { name: 'A name', place: 'a.py, line 1', terms, standing: 'here', valueAt, computed: null, problem: null, choices: [], ...more };
}
const computed = (...all: TermValue[]) => ({ terms: all, isTarget: null });
const x = JSON.stringify('x');
const y = JSON.stringify('y');

describe('the view of a stop', () => {
  it('names the term at which infinity arises, and marks what it goes on to', () => {
    const { headline, isBad, rows } = shownStatement(shown({ [x]: array(0, 100) }, { computed: computed(...overflowing) }));
    expect(headline).toBe('Infinity arises at x.exp(): 1 of 2 is infinite.');
    expect(isBad).toBe(true);
    expect(rows.map(({ code, mark }) => [code, mark])).toEqual([
      ['x', null],
      ['x.exp()', 'origin'],
      ['x.exp().mean()', 'spoiled'],
    ]);
  });

  it('names a variable that has it already', () => {
    const { headline, rows } = shownStatement(shown({ [x]: array(0, NaN) }, { computed: computed(value('x.exp()', [1, NaN])) }));
    expect(headline).toBe('Already in x: 1 of 2 is NaN.');
    expect(rows[0]).toMatchObject({ value: '0', bad: '1 of 2 is NaN', mark: 'spoiled' });
  });

  it('takes no offence at what a mask has made infinite, where the whole is finite, and says of it where it is not', () => {
    const masked = { [x]: array(0, -Infinity) };
    expect(shownStatement(shown(masked, { computed: computed(value('x.exp()', [1, 0]), value('x.exp().mean()', [0.5])) }))).toMatchObject({
      headline: 'All terms are finite.',
      isBad: false,
    });
    const written = shownStatement(shown({ [x]: array(0, 1) }, { computed: computed(value('x.exp()', [0, -Infinity])) }));
    expect(written).toMatchObject({ headline: 'x.exp(): 1 of 2 is infinite, which the code writes.', isBad: false });
  });

  it('does not say that all is finite of what it does not know', () => {
    const none = computed({ id: 't_x.exp()', problem: 'calls `f`, and nothing is called' });
    expect(shownStatement(shown({ [x]: array(0) }, { computed: none }))).toMatchObject({
      headline: 'No term could be computed.',
      isKnown: false,
    });
    const one = computed(value('x.exp()', [1]), { id: 't_x.exp().mean()', problem: 'is too large' });
    expect(shownStatement(shown({ [x]: array(0) }, { computed: one })).headline).toBe('1 of 2 terms could be computed; these are finite.');
    expect(shownStatement(shown({}, { problem: 'The debug adapter did not answer in 5 s.' })).headline).toBe(
      'The debug adapter did not answer in 5 s.',
    );
  });

  it('says when the values are those of another time', () => {
    const notes = (more: Partial<StatementShown>): string => shownStatement(shown({ [x]: array(0), [y]: array(1) }, more)).notes.join(' ');
    expect(notes({ standing: 'here' })).toContain('about to run this line: y holds what it held before');
    expect(notes({ standing: 'within' })).toContain('waits within this line');
    expect(notes({ standing: 'after' })).toContain('has not come to this line');
    expect(notes({ standing: 'before', computed: { terms: [], isTarget: true } })).toContain('y holds what this computes');
    expect(notes({ standing: 'before', computed: { terms: [], isTarget: false } })).toContain('y holds something else');
  });

  it('shows what the program has of a line that it has run, and of no other', () => {
    const held = { [x]: array(0), [y]: array(1) };
    expect(shownStatement(shown(held, { standing: 'before' })).rows.at(-1)).toMatchObject({ kind: 'result', code: 'y', value: '1' });
    expect(shownStatement(shown(held)).rows.some(({ kind }) => kind === 'result')).toBe(false);
  });

  it('shows of a[0] the element where a list holds it, else the array', () => {
    const indexed = { ...terms, variables: [variable('a[0]', ['a', { index: 0 }]), variable('a', ['a'], true)] };
    const codes = (held: Readonly<Record<string, ProgramValue>>): string[] =>
      shownStatement(shown(held, { terms: indexed })).rows.flatMap(({ kind, code }) => (kind === 'variable' ? [code] : []));
    const a = JSON.stringify('a');
    expect(codes({ [a]: array(1, 2) })).toEqual(['a']);
    expect(codes({ [`${a},{"index":0}`]: array(1) })).toEqual(['a[0]']);
  });
});

describe('the end of a line', () => {
  it('has the variables of the line that is about to run, and what a line before has computed', () => {
    const held = { [x]: array(0, 1), [y]: array(2) };
    expect(inlineWords(shown(held))).toEqual(['x  float32[2]  0 … 1']);
    expect(inlineWords(shown(held, { standing: 'before' }))).toEqual(['y  float32[1]  2']);
    expect(inlineWords(shown({}))).toEqual([]);
  });

  it('has first what is wrong', () => {
    expect(inlineWords(shown({ [x]: array(0, 100) }, { computed: computed(...overflowing) }))[0]).toBe('Infinity arises at x.exp()');
  });
});

describe('the hover', () => {
  it('has the values as text that is no Markdown', () => {
    const markdown = valuesMarkdown(shown({ [x]: { kind: 'text', value: '*a*<b>' } }))!;
    expect(markdown).not.toContain('*a*');
    expect(markdown).not.toContain('<b>');
    expect(valuesMarkdown(shown({}, { terms: { ...terms, variables: [] } }))).toBeNull();
  });
});

describe('the formulas of a frame', () => {
  const symbol = (name: string, kind: PythonSymbol['kind'], start: number, end: number, depth: number): PythonSymbol => ({
    name,
    kind,
    start,
    end,
    depth,
  });
  const symbols = [symbol('A', 'class', 0, 100, 0), symbol('f', 'method', 10, 90, 1), symbol('g', 'function', 40, 60, 2)];
  const finding = (start: number, end: number, holder: Finding['holder']): Finding => ({ start, end, holder }) as Finding;

  it('are those of the innermost function around its line', () => {
    expect(functionAt(symbols, { start: 50, end: 55 })?.name).toBe('g');
    expect(functionAt(symbols, { start: 70, end: 75 })?.name).toBe('f');
    expect(functionAt(symbols, { start: 2, end: 5 })).toBeNull();
    const [f, g] = [
      { name: 'f', start: 14, end: 15 },
      { name: 'g', start: 44, end: 45 },
    ];
    const all = [finding(20, 30, f), finding(50, 55, g), finding(150, 160, null)];
    expect(formulasOf(all, symbols[1]!).map(({ start }) => start)).toEqual([20]);
    expect(formulasOf(all, symbols[2]!).map(({ start }) => start)).toEqual([50]);
    expect(formulasOf(all, null).map(({ start }) => start)).toEqual([150]);
  });

  it('stand before, at or after it', () => {
    const line = { start: 20, end: 30 };
    expect(standingOf({ start: 5, end: 12 }, line, true)).toBe('before');
    expect(standingOf({ start: 15, end: 25 }, line, true)).toBe('here');
    expect(standingOf({ start: 15, end: 25 }, line, false)).toBe('within');
    expect(standingOf({ start: 31, end: 40 }, line, true)).toBe('after');
  });
});
