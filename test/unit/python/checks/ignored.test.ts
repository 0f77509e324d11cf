import { describe, expect, it } from 'vitest';
import type { Diagnostic, Finding } from '../../../../src/protocol/python.ts';
import { ignoredIn, withoutIgnored } from '../../../../src/python/checks/ignored.ts';

const rule = 'mask-keeps-weight';
const at = (text: string, part = 'bad'): { start: number; end: number } => {
  const start = text.indexOf(part);
  if (start < 0) throw new Error(`There is no "${part}" in it.`);
  return { start, end: start + part.length };
};
const isIgnored = (text: string, part?: string): boolean => ignoredIn(text)({ rule, ...at(text, part) });

describe('a comment that asks to ignore', () => {
  it.each([
    ['at the end of the line', `x = 1\ny = bad  # genlens: ignore[${rule}]\nz = 2\n`],
    ['among others', `y = bad  # genlens: ignore[other, ${rule}]`],
    ['anything', 'y = bad  # genlens: ignore'],
    ['anything, with a reason', 'y = bad  # genlens: ignore, as the paper does'],
    ['behind another remark', `y = bad  # noqa: E501  # genlens: ignore[${rule}]`],
    ['written close', `y = bad #genlens:ignore [ ${rule} ]`],
    ['on any line of the statement', `y = f(\n    bad,\n    2,  # genlens: ignore[${rule}]\n)\n`],
    ['on a line of its own within the statement', `y = f(\n    # genlens: ignore[${rule}]\n    1,\n    bad,\n)\n`],
    ['on the line above', `def f():\n    # genlens: ignore[${rule}]\n    y = bad\n`],
    ['above a statement of several lines', `# genlens: ignore[${rule}]\ny = f(\n    1,\n    bad,\n)\n`],
    ['above another comment', `# genlens: ignore[${rule}]\n# Weights are kept on purpose.\ny = bad\n`],
    ['with the line ends of Windows', `# genlens: ignore[${rule}]\r\ny = bad\r\n`],
    ['behind a string over lines', `y = f("""\n#\n""", bad)  # genlens: ignore[${rule}]`],
    ['for the file', `#!/usr/bin/env python\n# genlens: ignore-file[${rule}]\n\nimport torch\n\ny = bad\n`],
    ['for the file, anything', '# genlens: ignore-file\nimport torch\ny = bad\n'],
    ['for the file, below its docstring', `"""What it does.\n\nAt length."""\n# genlens: ignore-file[${rule}]\nimport torch\ny = bad\n`],
    ['in code that is being written', `x = f(1, [\ny = bad  # genlens: ignore[${rule}]\ndef f(:\n`],
  ])('is heeded %s', (_, text) => {
    expect(isIgnored(text)).toBe(true);
  });

  it.each([
    ['another rule', 'y = bad  # genlens: ignore[other]'],
    ['no rule', 'y = bad  # genlens: ignore[]'],
    ['a list that is not closed', `y = bad  # genlens: ignore[${rule}`],
    ['another word', `y = bad  # genlens: ignored\n`],
    ['another word for the file', `# genlens: ignore-files\ny = bad\n`],
    ['the statement before', `x = 1  # genlens: ignore[${rule}]\ny = bad\n`],
    ['the statement after', `y = bad\nx = 1  # genlens: ignore[${rule}]\n`],
    ['what follows an empty line', `# genlens: ignore[${rule}]\n\ny = bad\n`],
    ['the comment below', `y = bad\n# genlens: ignore[${rule}]\n`],
    ['the body of a function by its header', `def f():  # genlens: ignore[${rule}]\n    y = bad\n`],
    ['a string', `y = bad, "# genlens: ignore[${rule}]"`],
    ['a string over lines', `"""\n# genlens: ignore[${rule}]\n"""; y = bad\n`],
    ['a docstring', `"""\n# genlens: ignore-file[${rule}]\n"""\ny = bad\n`],
    ['the file, further down', `import torch\n# genlens: ignore-file[${rule}]\ny = bad\n`],
    ['one line alone, in the first lines', `# genlens: ignore[${rule}]\nimport torch\ny = bad\n`],
  ])('is not where it asks for %s', (_, text) => {
    expect(isIgnored(text)).toBe(false);
  });
});

describe('findings without what is ignored', () => {
  const diagnostic = (span: { start: number; end: number }): Diagnostic => ({
    ...span,
    ...{ rule, severity: 'warning', message: 'It is bad.', related: [], fix: null, compared: null },
  });
  const text = 'a = bad; b = worse  # genlens: ignore\nc = ugly\n';
  const finding = (formula: string | null, equality: Finding['equality'], ...parts: string[]): Finding => ({
    ...{ ...at(text, 'a = '), formula, equality, diagnostics: parts.map((part) => diagnostic(at(text, part))) },
    ...{ latex: '', remarks: [], variables: [], parts: [], holder: null, calls: null, isPart: false },
  });

  it('keep formulas and lose what was told for the sake of a fault alone', () => {
    const [formula, both] = [finding('mse', 'exact', 'bad'), finding('mse', 'near miss', 'worse', 'ugly')];
    const [near, nameless, whole] = [finding('mse', 'near miss', 'bad'), finding(null, 'near miss', 'worse'), finding('mse', 'near miss')];
    expect(withoutIgnored(text, [formula, both, near, nameless, whole])).toEqual([
      { ...formula, diagnostics: [] },
      { ...both, diagnostics: [diagnostic(at(text, 'ugly'))] },
      whole,
    ]);
  });
});
