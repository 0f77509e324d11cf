import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSafe, togetherOf } from '../../../../../src/features/formulas/diagnostics/fixes.ts';
import { ignoreEdit } from '../../../../../src/features/formulas/diagnostics/ignoring.ts';
import { inForce, levelsBy, worstOf } from '../../../../../src/features/formulas/diagnostics/levels.ts';
import type { Diagnostic, Finding } from '../../../../../src/protocol/python.ts';

const diagnostic = (rule: string, severity: Diagnostic['severity'] = 'warning'): Diagnostic => ({
  start: 0,
  end: 1,
  rule,
  severity,
  message: rule,
  related: [],
  fix: null,
  compared: null,
});
const finding = (equality: Finding['equality'], ...diagnostics: Diagnostic[]) => ({ equality, diagnostics }) as unknown as Finding;

describe('the level of a rule', () => {
  it('is what the user says, and its own where that is nothing that can be said', () => {
    const levelOf = levelsBy(true, { a: 'off', b: 'error', c: 'loud', d: 3 });
    expect(['a', 'b', 'c', 'd', 'e'].map((rule) => levelOf(diagnostic(rule)))).toEqual(['off', 'error', 'warning', 'warning', 'warning']);
    expect(levelOf(diagnostic('e', 'hint'))).toBe('hint');
    for (const nothing of [undefined, null, 'off', []]) expect(levelsBy(true, nothing)(diagnostic('a'))).toBe('warning');
    expect(levelsBy(false, { b: 'error' })(diagnostic('b'))).toBe('off');
  });

  it('takes what is off out of findings, and findings that it alone had made', () => {
    const findings = [
      finding('exact', diagnostic('a'), diagnostic('b')),
      finding('near miss', diagnostic('a')),
      finding('exact', diagnostic('a')),
      finding('near miss'),
    ];
    const left = inForce(findings, levelsBy(true, { a: 'off' }));
    expect(left).toEqual([finding('exact', diagnostic('b')), finding('exact'), finding('near miss')]);
    expect(inForce(findings, levelsBy(true, {}))).toEqual(findings);
  });

  it('of several things is that of the worst, of equals the first', () => {
    const levelOf = levelsBy(true, { b: 'error' });
    expect(worstOf(finding('exact', diagnostic('a'), diagnostic('b', 'hint'), diagnostic('c')), levelOf)).toMatchObject({
      rule: 'b',
      level: 'error',
    });
    expect(worstOf(finding('exact', diagnostic('x', 'hint'), diagnostic('y'), diagnostic('z')), levelOf)?.rule).toBe('y');
    expect(worstOf(finding('exact'), levelOf)).toBeNull();
  });
});

describe('fixes that are made together', () => {
  const fix = (...places: [start: number, end: number][]) => ({
    title: '',
    edits: places.map(([start, end]) => ({ start, end, text: `${start}` })),
  });

  it('are each whole, and leave out what touches one before', () => {
    const made = togetherOf([fix([10, 12], [2, 3]), fix([20, 21], [12, 14]), fix([30, 30]), fix([30, 31]), fix([15, 16])]);
    expect(made.map(({ start }) => start)).toEqual([2, 10, 15, 30]);
    expect(togetherOf([])).toEqual([]);
  });

  it('are safe where something is broken or can be left out, not where it may be meant', () => {
    const fixed = (severity: Diagnostic['severity']) => ({ ...diagnostic('a', severity), fix: fix([0, 1]) });
    expect((['warning', 'info', 'hint'] as const).map((severity) => isSafe(fixed(severity)))).toEqual([true, false, true]);
    expect(isSafe(diagnostic('a'))).toBe(false);
  });
});

describe('the comment that ignores a rule', () => {
  /** @param text with the place as "|" */
  const ignored = (text: string): string => {
    const at = text.indexOf('|');
    const code = text.replace('|', '');
    const { start, end, text: written } = ignoreEdit(code, at, 'rule');
    return code.slice(0, start) + written + code.slice(end);
  };

  it.each([
    ['ends the line', 'x = |a\ny = 2\n', 'x = a  # genlens: ignore[rule]\ny = 2\n'],
    ['needs no line break behind it', 'x = |a', 'x = a  # genlens: ignore[rule]'],
    ['comes behind blanks as if they were none', 'x = |a  \ny', 'x = a  # genlens: ignore[rule]  \ny'],
    ['leaves a line break of Windows alone', 'x = |a\r\ny = 2\r\n', 'x = a  # genlens: ignore[rule]\r\ny = 2\r\n'],
    ['follows another comment', 'x = |a  # scale', 'x = a  # scale  # genlens: ignore[rule]'],
    ['joins one of its kind', 'x = |a  # genlens: ignore[other]', 'x = a  # genlens: ignore[other, rule]'],
    ['joins one of its kind among others', 'x = |a  # noqa # genlens:ignore[a, b] why', 'x = a  # noqa # genlens:ignore[a, b, rule] why'],
    ['fills an empty one', 'x = |a  # genlens: ignore[]', 'x = a  # genlens: ignore[rule]'],
    ['stands at the end of the statement', 'x = f(|a,\n      b)\ny = 2', 'x = f(a,\n      b)  # genlens: ignore[rule]\ny = 2'],
    [
      'is not within a string',
      'x = f("""#\n|#""", "# genlens: ignore[a]")',
      'x = f("""#\n#""", "# genlens: ignore[a]")  # genlens: ignore[rule]',
    ],
    ['is not behind a backslash', 'x = |a + \\\n    b\n', 'x = a + \\\n    b  # genlens: ignore[rule]\n'],
    ['follows the head of a block', 'if |loss(a):\n    pass\n', 'if loss(a):  # genlens: ignore[rule]\n    pass\n'],
    [
      'looks at its own line alone',
      'x = |a\ny = b  # genlens: ignore[a]\n',
      'x = a  # genlens: ignore[rule]\ny = b  # genlens: ignore[a]\n',
    ],
  ])('%s', (_what, text, expected) => expect(ignored(text)).toBe(expected));

  it('only ever adds itself, whatever the text', () => {
    const pieces = fc.array(
      fc.constantFrom('x = a', '\n', '# c', '"', "'''", '(', ')', '\\\n', ' ', '# genlens: ignore[', ']', '\r\n', 'é'),
    );
    fc.assert(
      fc.property(pieces, fc.nat(), (parts, place) => {
        const text = parts.join('');
        const { start, end, text: written } = ignoreEdit(text, place % (text.length + 1), 'rule');
        expect([start, start <= text.length, written.includes('\n')]).toEqual([end, true, false]);
      }),
    );
  });
});
