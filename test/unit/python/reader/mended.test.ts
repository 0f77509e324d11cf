import fc from 'fast-check';
import katex from 'katex';
import { describe, expect, it, test } from 'vitest';
import type { Diagnostic, Finding, Fix } from '../../../../src/protocol/python.ts';
import { afterTrial, isTried, outcomesOf, sideBySide, withFix, type Reread } from '../../../../src/python/reader/mended.ts';

const tried = async (finding: Finding, text: string, reread: Reread): Promise<Finding | null> =>
  afterTrial(finding, await outcomesOf(finding, text, reread));

const { raw } = String;
const fixOf = (...edits: Fix['edits']): Fix => ({ title: 'Replace', edits });

describe('a text with a fix made', () => {
  it('has what is replaced, put in and left out', () => {
    expect(withFix('a + b', fixOf({ start: 2, end: 3, text: '-' }))).toBe('a - b');
    expect(withFix('a + b', fixOf({ start: 5, end: 5, text: ' * c' }))).toBe('a + b * c');
    expect(withFix('abs(a)', fixOf({ start: 0, end: 6, text: 'a' }))).toBe('a');
    expect(withFix('a + b', fixOf())).toBe('a + b');
  });

  it('has every edit where it was in the text as it is, in whatever order they come', () => {
    const edits = [
      { start: 0, end: 1, text: 'sigma' },
      { start: 4, end: 5, text: 'a' },
      { start: 8, end: 9, text: '' },
    ];
    expect(withFix('a + b - c', fixOf(...edits))).toBe('sigma + a - ');
    expect(withFix('a + b - c', fixOf(...edits.toReversed()))).toBe('sigma + a - ');
    expect(edits[0]!.start, 'the fix itself stays as it is').toBe(0);
  });
});

/** Marked, or not at all: what is inside the brackets of `differs`, and the formula without them. */
function taken(latex: string): { differs: string | null; whole: string } {
  const opening = raw`\term{differs}{`;
  const at = latex.indexOf(opening);
  if (at < 0) return { differs: null, whole: latex };
  let depth = 1;
  let end = at + opening.length;
  for (; depth > 0; end++) depth += latex[end] === '{' ? 1 : latex[end] === '}' ? -1 : 0;
  const differs = latex.slice(at + opening.length, end - 1);
  return { differs, whole: latex.slice(0, at) + differs + latex.slice(end) };
}

const typeset = (latex: string): string => katex.renderToString(latex.replaceAll(raw`\term{differs}{`, '{'), { strict: 'error' });

describe('two formulas beside each other', () => {
  test.each([
    ['a sign', 'a+b', 'a-b', '+', '-'],
    ['what one has more', 'x^{2}', raw`x^{2}+1`, null, '+1'],
    ['at the beginning', 'a', '-a', null, '-'],
    ['all of it', 'a', 'b', 'a', 'b'],
    ['a command', raw`\max(a, b)`, raw`\min(a, b)`, raw`\max`, raw`\min`],
    ['a root around it', raw`a+b`, raw`a+\sqrt{b}`, 'b', raw`\sqrt{b}`],
    ['what stands in a root', raw`\sqrt{a}`, raw`\sqrt{b}`, 'a', 'b'],
    ['an exponent', 'x^{2}+1', 'x^{3}+1', '2', '3'],
    ['a numerator', raw`\frac{a}{b}`, raw`\frac{c}{b}`, 'a', 'c'],
    ['a denominator', raw`\frac{a}{b}`, raw`\frac{a}{c}`, 'b', 'c'],
    ['a fraction more', raw`a+b`, raw`a+\frac{1}{2} b`, null, raw`\frac{1}{2} `],
    ['growing brackets', raw`1+\left(a\right)`, raw`1+\left(a\right)^{2}`, null, '^{2}'],
  ])('mark %s', (_, written, right, inWritten, inRight) => {
    const beside = sideBySide(written, right);
    expect(taken(beside.written).whole, 'nothing else is changed').toBe(written);
    expect(taken(beside.right).whole, 'nothing else is changed').toBe(right);
    // What would be torn is marked with what it hangs on.
    const marks = [taken(beside.written).differs, taken(beside.right).differs];
    for (const [mark, least] of [
      [marks[0], inWritten],
      [marks[1], inRight],
    ] as const)
      if (least !== null) expect(mark ?? '').toContain(least.trim());
    expect(() => typeset(beside.written)).not.toThrow();
    expect(() => typeset(beside.right)).not.toThrow();
  });

  it('are not marked where they are equal, whatever their terms are called', () => {
    expect(sideBySide('a+b', 'a+b')).toEqual({ written: 'a+b', right: 'a+b' });
    expect(sideBySide(raw`\term{mean}{\mu}+1`, raw`\mu+1`)).toEqual({ written: raw`\mu+1`, right: raw`\mu+1` });
    expect(sideBySide('', '')).toEqual({ written: '', right: '' });
  });

  it('have brackets, arguments and exponents whole in what is marked', () => {
    for (const [written, right] of [
      [raw`\frac{a}{b}+c`, raw`\frac{a}{\sqrt{b}}+c`],
      [raw`\frac{a}{b}`, raw`\frac{a^{2}}{b+1}`],
      [raw`\left(a+b\right)^{2}`, raw`\left(a-b\right)^{3}`],
      [raw`\left(a\right)`, raw`\left(\left(a\right)^{2}\right)`],
      [raw`x_{1}^{2}`, raw`x_{2}^{2}`],
      [raw`\mathrm{mean}(x)`, raw`\mathrm{sum}(x)`],
      [raw`\mathbf{x}`, raw`\mathbf{y}`],
      [raw`\sqrt{a}`, raw`a`],
      [raw`\begin{cases} a & b \\ c & d \end{cases}`, raw`\begin{cases} a & b \\ c & e \end{cases}`],
    ] as const) {
      const beside = sideBySide(written, right);
      for (const [latex, plain] of [
        [beside.written, written],
        [beside.right, right],
      ] as const) {
        expect(taken(latex).whole).toBe(plain);
        expect(() => typeset(latex), latex).not.toThrow();
        expect(() => typeset(taken(latex).differs ?? ''), `what is marked in ${latex}`).not.toThrow();
      }
    }
  });

  // A fraction that begins in what is marked and ends behind it.
  it('have both arguments of a fraction in what is marked', () => {
    const beside = sideBySide(raw`\cos \frac{\frac{t}{s} \, \pi}{2}`, raw`\left(\cos \frac{\frac{t}{s} \, \pi}{2}\right)^{2}`);
    typeset(beside.written);
    typeset(beside.right);
  });

  it('are typeset as before, whatever stands in them', () => {
    const leaf = fc.constantFrom('a', 'b', raw`\mu`, raw`\mathrm{std}`, '2', raw`\sigma^{2}`, 'x_{t}');
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `${a}+${b}`),
        fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => raw`\frac{${a}}{${b}}`),
        tie('expression').map((a) => raw`\sqrt{${a}}`),
        tie('expression').map((a) => raw`\left(${a}\right)^{2}`),
        tie('expression').map((a) => raw`\bigl(${a}\bigr)`),
        tie('expression').map((a) => raw`\log ${a}`),
      ),
    }));
    fc.assert(
      fc.property(expression, expression, (written, right) => {
        const beside = sideBySide(written, right);
        expect(taken(beside.written).whole).toBe(written);
        expect(taken(beside.right).whole).toBe(right);
        typeset(beside.written);
        typeset(beside.right);
      }),
      { numRuns: 400, seed: 7 },
    );
  });
});

describe('a fix that is tried', () => {
  const text = 'y = a + b\n';
  const fix = fixOf({ start: 6, end: 7, text: '-' });
  const diagnostic = (more: Partial<Diagnostic> = {}): Diagnostic => ({
    ...{ start: 4, end: 9, rule: 'other-sign', severity: 'info', message: 'A sign.', related: [], fix, compared: null },
    ...more,
  });
  const finding = (more: Partial<Finding> = {}): Finding => ({
    ...{ start: 0, end: 9, formula: 'difference', latex: 'a+b', equality: 'near miss', remarks: [], variables: [], parts: [] },
    ...{ holder: null, calls: null, isPart: false, diagnostics: [diagnostic()] },
    ...more,
  });
  const right = finding({ latex: 'a-b', equality: 'exact', diagnostics: [] });

  it('stays, with both formulas, where the code is the formula after it', async () => {
    const asked: unknown[] = [];
    const one = await tried(finding(), text, (mended, within) => {
      asked.push(mended, within);
      return Promise.resolve([right]);
    });
    expect(asked).toEqual(['y = a - b\n', { start: 0, end: 9 }]);
    expect(one?.diagnostics).toEqual([diagnostic({ compared: { written: raw`a\term{differs}{+}b`, right: raw`a\term{differs}{-}b` } })]);
  });

  test.each([
    ['nothing is found', []],
    ['it is another formula', [{ ...right, formula: 'another' }]],
    ['it is still a near miss', [{ ...right, equality: 'near miss' as const }]],
    ['the formula stands elsewhere', [{ ...right, start: 20, end: 29 }]],
    ['the formula is a part of more', [{ ...right, end: 12 }]],
  ])('takes what is said with it where %s', async (_, found) => {
    expect(await tried(finding(), text, () => Promise.resolve(found))).toBeNull();
    const other = diagnostic({ rule: 'held-side', fix: null });
    const both = finding({ diagnostics: [diagnostic(), other] });
    expect(await tried(both, text, () => Promise.resolve(found))).toEqual(finding({ diagnostics: [other] }));
  });

  it('is looked for where it stands after edits before and in it', async () => {
    const moved = fixOf({ start: 0, end: 1, text: 'long' }, { start: 16, end: 17, text: '(-1)' });
    let asked: unknown = null;
    await tried(finding({ start: 10, end: 19, diagnostics: [diagnostic({ fix: moved })] }), 'y = a + b\ny = a + b\n', (_, within) => {
      asked = within;
      return Promise.resolve([]);
    });
    expect(asked).toEqual({ start: 13, end: 25 });
  });

  it('is that of a near miss alone', async () => {
    const ask = (): never => {
      throw new Error('Nothing is to be read.');
    };
    const named = finding({ equality: 'exact', diagnostics: [diagnostic({ rule: 'mask-keeps-weight' })] });
    expect(isTried(named)).toBe(false);
    expect(await tried(named, text, ask)).toEqual(named);
    expect(isTried(finding({ formula: null }))).toBe(false);
    expect(isTried(finding({ equality: 'exact' })), 'a term of a formula that is one').toBe(true);
    const unmended = finding({ diagnostics: [diagnostic({ fix: null })] });
    expect(await tried(unmended, text, ask)).toEqual(unmended);
  });
});
