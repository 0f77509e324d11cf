import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mathIn } from '../../../../src/typeset/mathText/delimiters.ts';
import { mathAt } from '../../../../src/typeset/mathText/mathAt.ts';

/** The formula at the place that `¦` marks: its LaTeX, and a line of its own (display) or not. */
function found(language: string, marked: string): string | null {
  const offset = marked.indexOf('¦');
  const text = marked.replace('¦', '');
  const span = mathAt(text, language, offset);
  if (!span) return null;
  expect(span.start, marked).toBeLessThanOrEqual(offset);
  expect(span.end, marked).toBeGreaterThan(offset);
  return `${span.display ? 'display' : 'inline'} ${span.latex}`;
}

type Case = readonly [language: string, text: string, expected: string | null];

function cases(all: readonly Case[]): void {
  it.each(all)('%s: %j', (language, text, expected) => {
    expect(found(language, text)).toBe(expected);
  });
}

describe('formulas in Markdown', () => {
  cases([
    ['markdown', 'Let $x¦_1$ be', 'inline x_1'],
    ['markdown', 'Let ¦$x_1$ be', 'inline x_1'],
    ['markdown', 'Let $x_1$¦ be', null],
    ['markdown', '$$\n\\sum_i¦ x_i\n$$', 'display \\sum_i x_i'],
    ['markdown', 'in a line $$a¦=b$$ too', 'display a=b'],
    ['markdown', 'with \\(a¦^2\\) and \\[b^2\\]', 'inline a^2'],
    ['markdown', 'with \\(a^2\\) and \\[b¦^2\\]', 'display b^2'],
    ['markdown', 'escaped twice \\\\(a¦^2\\\\)', 'inline a^2'],
    ['markdown', '\\begin{align}\na¦&=b\\\\\n\\end{align}', 'display \\begin{align}\na&=b\\\\\n\\end{align}'],
    ['markdown', '```math\na¦ + b\n```\n', 'display a + b'],
    ['markdown', '```{math}\n:label: eq\na¦ + b\n```\n', 'display a + b'],
    ['markdown', 'GitHub’s $`a¦_b`$', 'inline a_b'],
    ['markdown', 'MyST’s {math}`a¦_b`', 'inline a_b'],
    ['markdown', '| $a¦$ | $b$ |', 'inline a'],
    ['markdown', '$(a, b¦)$', 'inline (a, b)'],
    ['markdown', '> $$\n> a¦\n> $$', 'display a'],
    ['quarto', '$\\mu¦$', 'inline \\mu'],
    ['markdown', 'It costs $5 ¦and $6.', null],
    ['markdown', 'between $5 ¦and 10$ each', null],
    ['markdown', 'from $5¦-$6', null],
    ['markdown', 'US$5¦, 6$', null],
    ['markdown', 'escaped \\$5¦ and $x$', null],
    ['markdown', 'escaped \\$5 and $x¦$', 'inline x'],
    ['markdown', '$a \\$ b¦$', 'inline a \\$ b'],
    ['markdown', 'code `$x¦$`', null],
    ['markdown', 'code ``a ` $x¦$``', null],
    ['markdown', '```sh\necho $x¦$y\n```', null],
    ['markdown', '~~~\n$x¦$\n~~~', null],
    ['markdown', 'open ` tick and $x¦$', 'inline x'],
    ['markdown', '$x\n\ny¦$', null],
    ['markdown', '\\[link¦\\](http://a)', null],
    ['markdown', '- \\[ ¦\\] task', null],
    ['markdown', '<pre>$x¦$</pre>', null],
    ['markdown', '<!-- $x¦$ -->', null],
    ['markdown', 'no formula¦ at all', null],
    ['markdown', '`{.math}` stem $ x¦ $', null],
    ['asciidoc', 'stem:[x¦^2]', 'inline x^2'],
  ]);

  it('come in the order in which they stand, none within another', () => {
    const text = '$a$ and $$b$$, \\(c^2\\), `$d$`, \\[ e=f \\] and $\\text{$g$}$';
    const spans = mathIn(text, { kind: 'markdown', strict: false, ticks: false });
    expect(spans.map(({ latex }) => latex)).toEqual(['a', 'b', 'c^2', 'e=f', '\\text{$g$}']);
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(['$a$', '$$b$$', '\\(c^2\\)', '\\[ e=f \\]', '$\\text{$g$}$']);
  });
});

describe('formulas in TeX', () => {
  cases([
    ['latex', 'Let $ x¦ $ be', 'inline x'],
    ['latex', '\\[ a¦ \\]', 'display a'],
    ['latex', '\\( word¦ \\)', 'inline word'],
    ['latex', '\\begin{equation}\\label{e} a¦ \\end{equation}', 'display \\begin{equation}\\label{e} a \\end{equation}'],
    ['latex', '\\begin{align*} a¦ \\end{align*}', 'display \\begin{align*} a \\end{align*}'],
    ['latex', '\\begin{displaymath}a¦\\end{displaymath}', 'display a'],
    ['latex', '% $x¦$', null],
    ['latex', '50\\% of $x¦$', 'inline x'],
    ['latex', '\\verb|$x¦$|', null],
    ['latex', '\\begin{verbatim}$x¦$\\end{verbatim}', null],
    ['latex', '\\newcommand{\\E}[1]{\\mathbb{E}[#1]}\n$\\E{x}¦$', 'inline \\mathbb{E}[x]'],
    [
      'latex',
      '\\DeclareMathOperator*{\\argmax}{arg\\,max} \\def\\vx{\\mathbf x} $\\argmax_\\vx¦ x$',
      'inline \\operatorname*{arg\\,max}_\\mathbf x x',
    ],
    ['latex', '\\newcommand{\\a}{\\b}\\newcommand{\\b}{\\a} $\\a¦$', 'inline \\a'],
    ['latex', '\\newcommand{\\kl}[2][q]{D(#1\\Vert #2)} $\\kl{p}+\\kl[r]s¦$', 'inline D(q\\Vert p)+D(r\\Vert s)'],
  ]);
});

describe('formulas in reStructuredText', () => {
  cases([
    ['restructuredtext', 'where :math:`a¦_i` is', 'inline a_i'],
    ['restructuredtext', '.. math:: a¦ = b\n\nText', 'display a = b'],
    ['restructuredtext', '.. math::\n   :label: eq\n\n   a¦ = b\n   + c\n\nText', 'display a = b\n+ c'],
    ['restructuredtext', '.. math::\n\n   a\n\n   ¦b\n\nText', 'display \\begin{gathered}a\\\\b\\end{gathered}'],
    ['restructuredtext', '.. math::\n\n   a &= b\n\nText¦', null],
    ['restructuredtext', 'literal ``$x¦$``', null],
  ]);
});

describe('formulas in HTML and plain text', () => {
  cases([
    ['html', '<p>\\(a¦\\)</p>', 'inline a'],
    ['html', '<p>$$a¦^2$$</p>', 'display a^2'],
    ['html', '<p>$a¦$</p>', null],
    ['html', '<script>let x = "\\\\(a¦\\\\)"</script>', null],
    ['plaintext', 'loss $L_¦2$ is', 'inline L_2'],
    ['plaintext', '$HOME and $PATH¦', null],
    ['plaintext', 'a $foo¦$ b', null],
  ]);
});

describe('formulas in comments and docstrings', () => {
  cases([
    ['python', '# where $x¦_i$ is\nx = 1', 'inline x_i'],
    ['python', 'x = "$x¦_i$"', null],
    ['python', 'x = "# $x¦_i$"', null],
    ['python', 'def f():\n    """Computes $x¦^2$."""\n', 'inline x^2'],
    ['python', 'def f():\n    r"""Computes :math:`\\frac¦ ab`."""\n', 'inline \\frac ab'],
    ['python', 'def f():\n    """Computes :math:`\\\\sum¦_i`."""\n', 'inline \\sum_i'],
    [
      'python',
      'def f():\n    """\n    .. math::\n\n        a¦ &= b \\\\\\\\\n        c &= d\n\n    Text.\n    """\n',
      'display a &= b \\\\\nc &= d',
    ],
    ['python', 'x = """$x¦^2$"""', null],
    ['python', '# $$\n# a¦ = b\n# $$\n', 'display a = b'],
    ['python', 'x = 1  # $y¦_1$\n', 'inline y_1'],
    ['python', '# costs $5 ¦or $6', null],
    ['python', "print('it''s')  # $y¦_1$", 'inline y_1'],
    ['javascript', 'const a = `${b¦}$`;', null],
    ['javascript', 'const a = `$x¦^2$`;', null],
    ['javascript', '// `${a}` and $x¦^2$', 'inline x^2'],
    ['javascript', '// ${a¦}$', null],
    ['javascript', '$(¦"x").$y', null],
    ['typescript', '/**\n * Sum: $$\n * \\sum¦_i x_i\n * $$\n */', 'display \\sum_i x_i'],
    ['c', "char q = '\"'; // $x¦^2$", 'inline x^2'],
    ['cpp', '/// \\f$ a¦ \\f$\n', 'inline a'],
    ['cpp', '/*! \\f[ a¦ \\f] */', 'display a'],
    ['cpp', '/** @f{align}{ a¦ &= b @f} */', 'display \\begin{align} a &= b \\end{align}'],
    ['cpp', 'auto r = R"($x¦^2$)";', null],
    ['rust', "fn f<'a>(x: &'a str) {} // $x¦^2$", 'inline x^2'],
    ['rust', '//! $$a¦=b$$', 'display a=b'],
    ['go', 's := `// $x¦^2$`', null],
    ['java', '/* $x¦^2$ */', 'inline x^2'],
    ['r', "#' The value \\eqn{x¦^{2}}{x squared}", 'inline x^{2}'],
    ['r', "#' The value \\deqn{x¦}", 'display x'],
    ['julia', '"""\n    f(x)\n\nComputes ``x¦^2``.\n"""\nf(x) = x^2', 'inline x^2'],
    ['julia', "x = A' # $y¦^2$", 'inline y^2'],
    ['shellscript', 'echo "$HOME/$USER¦"', null],
    ['shellscript', '# $HOME/$USER¦ and $x$', null],
    ['shellscript', '# the norm $\\lVert x¦\\rVert$', 'inline \\lVert x\\rVert'],
    ['shellscript', 'echo ${a#b} # $x¦^2$', 'inline x^2'],
    ['shellscript', 'kill $$¦ $$', null],
    ['php', '<?php $a = $b¦; // $c = $d;', null],
    ['php', '// $c¦ = $d;', null],
    ['php', '// see $x¦^2$', 'inline x^2'],
    ['perl', 'my $x = $y¦$z;', null],
    ['makefile', 'all:\n\techo $$x¦$$', null],
    ['lua', '-- $x¦^2$', 'inline x^2'],
    ['sql', "SELECT '$x¦^2$'", null],
    ['haskell', '{- $x¦^2$ -}', 'inline x^2'],
    ['matlab', "y = x' * a; % $x¦^2$", 'inline x^2'],
    ['fortran', '! $x¦^2$', 'inline x^2'],
    ['clojure', ';; $x¦^2$', 'inline x^2'],
    ['yaml', 'a: "x" # $x¦^2$', 'inline x^2'],
    ['python', '# re: \\(foo¦\\) and \\[a-z\\]', null],
    ['shellscript', '# PS1: \\[\\e[01;32m¦\\]', null],
    ['an-unknown-language', '# $x¦^2$', null],
  ]);

  it('are found in lines that end as on Windows, and where they stand in the document', () => {
    const text = 'x = 1\r\n# $$\r\n# a = b\r\n# $$\r\ny = 2\r\n';
    const span = mathAt(text, 'python', text.indexOf('a ='));
    expect(span && [span.latex, text.slice(span.start, span.end)]).toEqual(['a = b', '$$\r\n# a = b\r\n# $$']);
  });

  it('stand in a docstring where they do, though two backslashes are one', () => {
    const text = 'def f():\n    """\\\\a \\\\b :math:`\\\\sum_i \\\\nu` and $z_1$."""\n';
    for (const whole of [':math:`\\\\sum_i \\\\nu`', '$z_1$']) {
      for (let at = text.indexOf(whole); at < text.indexOf(whole) + whole.length; at++) {
        const span = mathAt(text, 'python', at);
        expect(span && text.slice(span.start, span.end)).toBe(whole);
      }
    }
  });
});

describe('whatever a text is', () => {
  const languages = [
    'markdown',
    'latex',
    'restructuredtext',
    'html',
    'plaintext',
    'python',
    'javascript',
    'shellscript',
    'julia',
    'matlab',
    'cpp',
    'r',
  ];
  const pieces = fc.constantFrom(
    ...[
      '$',
      '$$',
      '`',
      '```',
      '```math\n',
      '\\(',
      '\\)',
      '\\[',
      '\\]',
      '\\begin{align}',
      '\\end{align}',
      '"""',
      "'",
      '"',
      '#',
      '//',
      '/*',
      '*/',
    ],
    ...[
      '%',
      '{',
      '}',
      '\n',
      '\n\n',
      '\r\n',
      ' ',
      'a',
      'x^2',
      '.. math::',
      ':math:`',
      '\\f$',
      '\\eqn{',
      '\\def\\x{',
      '\\x',
      '<pre>',
      '</pre>',
      '\\',
      '😀',
    ],
  );

  it('a formula lies around the place that was asked for', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), fc.constantFrom(...languages), fc.nat(), (parts, language, place) => {
        const text = parts.join('');
        const offset = text === '' ? 0 : place % text.length;
        const span = mathAt(text, language, offset);
        if (!span) return;
        expect(span.start).toBeLessThanOrEqual(offset);
        expect(span.end).toBeGreaterThan(offset);
        expect(span.end).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 3_000, seed: 5 },
    );
  });

  it.each(
    [
      '$',
      '$a',
      '`',
      '``` ',
      '\\(',
      '\\[a',
      '\\begin{align}',
      '\\eqn{',
      '\\f$',
      '.. math:: \n',
      '\\newcommand{\\a}{',
      '"""',
      '# ',
      '/*',
      '<pre>',
      '1 ',
      'a ',
      '{',
      "'",
    ].flatMap((piece) => languages.map((language) => [piece, language] as const)),
  )('a megabyte of %j in %s is done with in proportion to its length', (piece, language) => {
    // Were the end of each unclosed sign looked for, this would take hours.
    const text = `$x^2$ ${piece.repeat(1_000_000 / piece.length)}`;
    for (const offset of [1, text.length >> 1, text.length - 2]) mathAt(text, language, offset);
  });
});
