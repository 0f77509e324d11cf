import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/formulas/catalogue.ts';
import { plainLatex } from '../../../../src/formulas/formula.ts';
import { nameLatex } from '../../../../src/python/notation/nameLatex.ts';

const fixture = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/notation/${name}.json`, import.meta.url), 'utf8')) as T;
const name = (latex: string): string | null => nameLatex(latex, catalogue.values());

/** Canonical LaTeX that value does not decide, or not from what it says. */
const undecided: ReadonlyMap<string, string> = new Map([
  ['nt_xent', 'which one is the positive stands in p(i), which is not defined'],
  ['clip_loss', 'of two losses by their names alone'],
  ['v_mse', 'v is not defined: it may be a velocity of diffusion or of a flow'],
  ['euler_step', 'any sum has this value'],
  ['heun_step', 'any sum has this value'],
  ['ddim_step', 'sigma is taken for a form of the level before it is tried as the noise that is added'],
]);

describe('LaTeX by its value', () => {
  it.each([...catalogue.values()].filter(({ readings }) => readings).map(({ id, latex }) => [id, latex] as const))(
    'the catalogue’s own: %s',
    (id, latex) => {
      expect(name(plainLatex(latex))).toBe(undecided.has(id) ? null : id);
    },
  );

  it.each(fixture<[string, string][]>('formulas'))('%s: %s', (id, latex) => {
    expect(name(latex)).toBe(id);
  });

  it.each(fixture<string[]>('others'))('none: %s', (latex) => {
    expect(name(latex)).toBeNull();
  });

  it('the last side of an equation comes first, definitions are followed', () => {
    expect(name(String.raw`\begin{aligned}L&=A\\&=\frac1n\sum_i(\hat y_i-y_i)^2\end{aligned}`)).toBe('mse');
    expect(name(String.raw`r=e^{\Delta}-\Delta-1,\quad\Delta=\log\pi_{ref}(y)-\log\pi(y)`)).toBe('kl_k3');
  });
});

describe('LaTeX that is no formula', () => {
  it.each([
    '{'.repeat(5000),
    '('.repeat(900),
    String.raw`\frac`.repeat(300),
    String.raw`\sqrt{`.repeat(200) + 'x' + '}'.repeat(200),
    'x_'.repeat(600),
    'x^'.repeat(600),
    String.raw`\sum_i`.repeat(250) + 'x_i',
    '|'.repeat(501),
    String.raw`\left(\right.`,
    String.raw`\begin{cases}x\end{cases}`,
    String.raw`\begin{align}`,
    'x'.repeat(20_000),
    `${'a+'.repeat(400)}a`,
    String.raw`a=b,b=a`,
    String.raw`a=b+c,\ b=a+c,\ c=a+b`,
    '\u0000\ud800%$',
    '\\',
  ])('is left alone: %.40s', (latex) => {
    expect(name(latex)).toBeNull();
  });

  it('never throws on pieces of mathematics in any order', () => {
    const pieces =
      String.raw`\frac { } ( ) [ ] | \| \lVert \rVert _ ^ + - / = , \sum_j \mathbb{E} \log \exp x y \mu \sigma \epsilon \bar \hat ' 1 2 . D G ( z \mid q p \Vert KL \max \left \right \quad \\ & \text{if} \sim \nabla \top T \begin{align} \end{align} \partial \det \mathrm{softmax} dt d \Delta`.split(
        ' ',
      );
    let state = 12345;
    const random = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
    for (let round = 0; round < 1500; round++) {
      const latex = Array.from({ length: 1 + Math.floor(random() * 24) }, () => pieces[Math.floor(random() * pieces.length)]).join(' ');
      expect(() => name(latex), latex).not.toThrow();
    }
  });
});
