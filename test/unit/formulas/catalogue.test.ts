import katex from 'katex';
import { describe, expect, it } from 'vitest';
import { patterns } from '../../../src/maths/attention/patterns.ts';
import { catalogue } from '../../../src/formulas/catalogue.ts';
import { citation, plainLatex, shownLatex, termIds, type Formula } from '../../../src/formulas/formula.ts';

/** Names that other parts of the product and their tests know these formulas by. */
const known: Readonly<Record<string, readonly [family: string, name: string]>> = {
  sdpa: ['Transformer', 'Scaled dot-product attention'],
  perplexity: ['Loss', 'Perplexity'],
};

const all = [...catalogue.values()];
const latexOf = (formula: Formula): string[] => [...shownLatex(formula), ...formula.steps.flatMap((step) => step.latex)];
const inWords = (formula: Formula): string[] =>
  formula.steps.flatMap((step) => step.words.flatMap((words) => [...words.matchAll(/\$([^$]+)\$/g)].map(([, latex]) => latex ?? '')));

/** As strictly as KaTeX can; a macro that it does not know is an error. */
function render(latex: string): string {
  return katex.renderToString(latex, {
    throwOnError: true,
    strict: (code: string) => (code === 'htmlExtension' ? 'ignore' : 'error'),
    trust: ({ command }) => command === '\\htmlData',
    macros: { '\\term': '\\htmlData{term=#1}{#2}' },
  });
}

describe.each(all)('$id', (formula) => {
  it('declares every term that it uses, uses every term that it declares, and nests none', () => {
    const declared = formula.terms.map(({ id }) => id);
    expect(new Set(declared).size).toBe(declared.length);
    expect(new Set(latexOf(formula).flatMap(termIds))).toEqual(new Set(declared));
    for (const latex of latexOf(formula)) {
      const html = render(latex);
      for (const id of termIds(latex)) expect(html).toContain(`data-term="${id}"`);
      // A term within a term would be a button within a button.
      const contents = [...latex.matchAll(/\\term\{[^{}]*\}/g)].map(({ index, 0: head }) => braced(latex, index + head.length));
      expect(contents.filter((content) => content.includes('\\term'))).toEqual([]);
    }
  });

  it('renders strictly, with terms and without', () => {
    const inIdentities = (formula.identities ?? []).map(({ latex }) => latex);
    for (const latex of [...latexOf(formula), ...formula.terms.map(({ symbol }) => symbol), ...inWords(formula), ...inIdentities]) {
      expect(() => render(latex), latex).not.toThrow();
      expect(() => katex.renderToString(plainLatex(latex), { throwOnError: true, strict: 'error' }), latex).not.toThrow();
      expect(plainLatex(latex)).not.toContain('\\term');
    }
  });

  it('holds nothing smaller than an index: an index of an index would be under 11 px', () => {
    const html = latexOf(formula).map((latex) => katex.renderToString(plainLatex(latex), { displayMode: true }));
    for (const line of html) expect(line).not.toMatch(/reset-size\d size1\b/);
  });

  it('has a source or is defined here, and has words for every term and step', () => {
    for (const source of [formula.source ?? [], ...formula.steps.flatMap((step) => step.source ?? [])].flat()) {
      expect(source.paper).toMatch(/\b(19|20)\d\d, \S/);
      expect(source.place).not.toBe('');
      if (source.arxiv !== undefined) expect(source.arxiv).toMatch(/^\d{4}\.\d{4,5}$/);
    }
    for (const term of formula.terms) {
      expect(term.meaning, term.id).toMatch(/^\S.*\.$/);
      expect(term.shape, term.id).toMatch(/^(number|set of \w+|\[\w+(, \w+)*\])$/);
      expect(term.unit, term.id).not.toBe('');
    }
    expect(new Set(formula.steps.map(({ id }) => id)).size).toBe(formula.steps.length);
    for (const step of formula.steps) for (const words of step.words) expect(words.split('$').length % 2).toBe(1);
  });
});

it('knows formulas by the names that others know', () => {
  for (const [id, name] of Object.entries(known)) expect([catalogue.get(id)?.family, catalogue.get(id)?.name], id).toEqual(name);
  for (const [id, formula] of catalogue) expect(formula.id).toBe(id);
});

it('has every pattern of attention, by the set that it is', () => {
  for (const { id, name, formula } of patterns) {
    const entry = catalogue.get(`targets_${id}`);
    expect([entry?.name, entry && plainLatex(entry.latex)]).toEqual([name, `T(i)=${formula}`]);
  }
});

it('cites a source with its place where that is known, and says what is defined here', () => {
  const paper = 'Ada 1843, Notes';
  expect(citation({ paper, place: 'note G', arxiv: '1843.00001' })).toBe('Ada 1843, Notes, note G (arXiv:1843.00001)');
  expect(citation({ paper })).toBe(paper);
  expect(citation(null)).toBe('Defined by Genlens.');
});

describe('LaTeX to copy', () => {
  it('is the content of the terms, which stays one argument', () => {
    expect(plainLatex(String.raw`\term{a}{x_{ij}}=\term{b}{q}\cdot\term{c}{k}`)).toBe(String.raw`x_{ij}=q\cdot{k}`);
    expect(plainLatex(String.raw`\sqrt\term{a}{ab}`)).toBe(String.raw`\sqrt{ab}`);
    expect(plainLatex(String.raw`x_\term{a}{ij}+\{y\}`)).toBe(String.raw`x_{ij}+\{y\}`);
    expect(plainLatex(String.raw`\term{a}{\alpha}\term{b}{x}y\term{c}{\beta}z`)).toBe(String.raw`\alpha{x}y\beta z`);
    expect(plainLatex(String.raw`\term{a}{f(\term{b}{\tfrac12})}`)).toBe(String.raw`f(\tfrac12)`);
  });

  it('is refused where a term is not closed', () => {
    expect(() => plainLatex(String.raw`\term{a}{x`)).toThrow('\\term needs');
  });
});

function braced(latex: string, start: number): string {
  let depth = 0;
  for (let at = start; at < latex.length; at++) {
    if (latex[at] === '{') depth++;
    else if (latex[at] === '}' && --depth === 0) return latex.slice(start, at);
  }
  return latex.slice(start);
}
