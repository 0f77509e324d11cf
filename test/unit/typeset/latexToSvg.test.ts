import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/formulas/catalogue.ts';
import { plainLatex } from '../../../src/formulas/formula.ts';
import { createTypesetter, latexLimit, TypesetError, type Setting } from '../../../src/typeset/latexToSvg.ts';

const typeset = createTypesetter();
const usual: Setting = { colour: '#123abc', fontSize: 16, width: 480, display: true };
const draw = (latex: string, setting: Partial<Setting> = {}) => typeset(latex, { ...usual, ...setting });

/** The glyphs that a picture holds, each once, by the code points that MathJax names them by. */
function glyphs(svg: string): string {
  const codes = [...svg.matchAll(/<path id="MJX-\d+-TEX-\w+-([0-9A-F]+)"/g)].map(([, code]) => Number.parseInt(code ?? '', 16));
  return String.fromCodePoint(...codes);
}

describe('LaTeX as a picture', () => {
  it('has its colour and its size in pixels in itself, and nothing that it would have to load', () => {
    const { text, width, height } = draw(String.raw`\mathbb{E}_q[\log p(x)]`);
    expect(text).toMatch(new RegExp(`^<svg [^>]*width="${width}px" height="${height}px"`));
    expect(text).toContain('fill="#123abc"');
    expect(text).not.toContain('currentColor');
    expect([...text.matchAll(/href="(.)/g)].map(([, first]) => first)).not.toHaveLength(0);
    expect(text).not.toMatch(/href="[^#]|url\(|<(script|style|image|foreignObject|a)\b| on\w+=|data-/);
    expect(glyphs(text)).toBe('𝔼𝑞[log⁡𝑝(𝑥)]');
    expect(width).toBeGreaterThan(60);
    expect(width).toBeLessThan(120);
  });

  it('sets every alphabet at once, without fonts that come later', () => {
    const { text } = draw(String.raw`\mathbb R\mathcal N\mathfrak g\mathsf x\mathtt a\mathscr L\boldsymbol\mu\bm{w}\mathds{1}\mathbbm{1}`);
    expect(glyphs(text)).toBe('ℝN𝔤𝗑𝚊ℒ𝝁𝒘𝟏');
    expect(text).toContain('TEX-C-4E');
    expect(text).not.toContain('<text');
  });

  it('breaks a long formula into lines, and makes smaller what cannot be broken', () => {
    const short = draw('a+b');
    const long = draw(Array.from({ length: 60 }, (_, index) => `x_{${index}}`).join('+'));
    expect(long.width).toBeLessThanOrEqual(480);
    expect(long.height).toBeGreaterThan(4 * short.height);
    const matrix = String.raw`\begin{pmatrix}${Array.from({ length: 9 }, () => 'x_{11111}').join('&')}\end{pmatrix}`;
    const [wide, narrow] = [draw(matrix, { width: 10_000 }), draw(matrix, { width: 250 })];
    expect(wide.width).toBeGreaterThan(250);
    expect(narrow.width).toBe(250);
    expect(narrow.height / wide.height).toBeCloseTo(250 / wide.width, 1);
  });

  it('gives every symbol of a list the same height', () => {
    const heights = ['x', String.raw`\mu`, String.raw`\sigma`, 'g'].map((latex) => draw(latex, { display: false }).height);
    expect(new Set(heights).size).toBe(1);
  });

  it('takes rows without their environment, and one more only where it is missing', () => {
    const inside = draw(String.raw`\begin{aligned}a&=b\\c&=d\end{aligned}`);
    const bare = draw(String.raw`a&=b\\c&=d`);
    const ids = (svg: string): string => svg.replace(/MJX-\d+/g, '');
    expect(ids(bare.text)).toBe(ids(inside.text));
    expect(glyphs(draw(String.raw`a \& b % & \\`).text)).toBe('𝑎&𝑏');
  });

  it('sets the number of an equation behind it', () => {
    expect(glyphs(draw(String.raw`\begin{align}x\tag{3a}\label{eq:a}\end{align}`).text)).toBe('𝑥(3a)');
  });

  it('shows a command that it does not know as it is written', () => {
    expect(glyphs(draw(String.raw`\foo x`).text)).toBe('\\fo𝑥');
  });

  it.each([
    [String.raw`\frac{a`, 'Missing close brace'],
    [String.raw`\left( x`, String.raw`missing \right`],
    [String.raw`\begin{pmatrix} a`, String.raw`Missing \end{pmatrix}`],
    ['  ', 'it is empty'],
    ['x'.repeat(latexLimit + 1), `${latexLimit + 1} characters`],
    ['{'.repeat(9_000) + '}'.repeat(9_000), 'nested too deeply'],
    [String.raw`\rule{9999em}{1em}`, 'cannot be broken into lines'],
  ])('says what is wrong with %#', (latex, message) => {
    expect(() => draw(latex)).toThrow(TypesetError);
    expect(() => draw(latex)).toThrow(message);
  });

  it('obeys nothing that leads out of the picture, or defines anything', () => {
    const plain = draw('x').text.replace(/MJX-\d+/g, '');
    for (const latex of [
      String.raw`\href{javascript:alert(1)}{x}`,
      String.raw`\url{http://example.com}`,
      String.raw`\require{html}\class{a}{x}`,
      String.raw`\style{background:url(http://example.com)}{x}`,
      String.raw`\cssId{a}{x}\data{a=b}{x}`,
      String.raw`\def\x{\x\x}\x`,
      String.raw`\newcommand{\alpha}{x}`,
      String.raw`\unicode{x41}\includegraphics{a.png}`,
      String.raw`\text{<img src=x onerror=alert(1)>}`,
      String.raw`\textcolor{red" onload="alert(1)}{x}`,
      String.raw`\color{url(http://example.com/a)}x`,
    ]) {
      let text = '';
      try {
        ({ text } = draw(latex));
      } catch (error) {
        expect(error).toBeInstanceOf(TypesetError);
      }
      expect(text, latex).not.toMatch(
        /href="[^#]|<(script|style|image|img|foreignObject|a)\b|<[^>]* on\w+="|<[^>]*(url\(|javascript)|data-/,
      );
    }
    expect(draw('x').text.replace(/MJX-\d+/g, '')).toBe(plain);
    expect(draw(String.raw`\alpha`).text).not.toBe(draw('x').text);
  });

  it('sets or refuses whatever it is given', () => {
    const pieces = fc.constantFrom(
      ...String.raw`\frac \sqrt \left( \right) \begin{aligned} \end{aligned} \begin{cases} \end{cases} { } ^ _ & \\ \text{ $ % # ~ \sum \term{a}{b} \textcolor{ \hspace{1em} \over \middle| \limits \mathbb \overbrace \tag{1} \label{a} \notag x é 😀 12 . \, \! \not \kern \mathchoice`.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(pieces, { maxLength: 24 }).map((all) => all.join('')),
          fc.string({ unit: 'binary', maxLength: 60 }),
        ),
        (latex) => {
          try {
            expect(draw(latex).text).toMatch(/^<svg [^]*<\/svg>$/);
          } catch (error) {
            expect(error).toBeInstanceOf(TypesetError);
          }
        },
      ),
      { numRuns: 400, seed: 5 },
    );
  });

  it.each([...catalogue.values()].map((formula) => [formula.id, formula] as const))(
    'sets all of %s',
    (_, { latex, lines, terms, steps }) => {
      const all = [latex, ...lines, ...terms.map(({ symbol }) => symbol), ...steps.flatMap((step) => step.latex)];
      for (const each of all) {
        const { text, width } = draw(plainLatex(each));
        expect(width, each).toBeLessThanOrEqual(480);
        // A command that is not known would be shown with its backslash.
        expect(glyphs(text), each).not.toContain('\\');
      }
    },
  );
});
