import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/formulas/catalogue.ts';
import { plainLatex } from '../../../src/formulas/formula.ts';
import { summaries } from '../../../src/formulas/summaries.ts';
import type { Finding } from '../../../src/protocol/python.ts';
import type { Picture } from '../../../src/protocol/typesetting.ts';
import { formulaCard, mathCard } from '../../../src/typeset/cards.ts';
import { palettes } from '../../../src/typeset/palette.ts';
import { createDraw } from '../../../src/typeset/pictures.ts';

const draw = createDraw();
const variable = (id: string, symbol: string, term: string | null, encoding: string | null = null) => ({
  id,
  symbol,
  term,
  encoding,
  code: `self.${id}`,
  spans: [{ start: 0, end: 1 }],
});
const attention: Finding = {
  start: 0,
  end: 40,
  formula: 'sdpa',
  latex: String.raw`\mathrm{softmax}\Bigl(\tfrac{\term{q}{q}\,\term{k}{k}^\top}{8}\Bigr)\term{v}{v}\,\term{w}{w}`,
  equality: 'exact',
  remarks: ['without a mask'],
  variables: [variable('v', 'v', 'value'), variable('q', 'q', 'query'), variable('k', 'k', 'key', 'transposed'), variable('w', 'w', null)],
  parts: ['attention_entropy', 'no_such_formula'],
  calls: null,
  isPart: false,
  diagnostics: [],
  holder: null,
};

function svgOf(picture: Picture | null): string {
  if (!picture || !('uri' in picture)) throw new Error(`no picture: ${JSON.stringify(picture)}`);
  const [head, body = ''] = picture.uri.split(',');
  expect(head).toBe('data:image/svg+xml;base64');
  return Buffer.from(body, 'base64').toString();
}

const coloursIn = (svg: string): string[] => [...new Set([...svg.matchAll(/fill="(#\w+)"/g)].map(([, colour]) => colour ?? ''))].sort();

describe('the card of a formula in code', () => {
  it('has what the catalogue says of it, and its symbols in the order of the formula', () => {
    const card = formulaCard(draw, attention, 'dark');
    expect(card).toMatchObject({
      name: 'Scaled dot-product attention',
      family: 'Transformer',
      equality: 'exact',
      summary: summaries['sdpa']?.says,
      remarks: ['without a mask'],
      parts: ['Entropy of a row of attention'],
      source: { text: 'Vaswani et al. 2017, Attention Is All You Need, eq. 1', arxiv: '1706.03762' },
    });
    expect(card.symbols.map(({ code, term, encoding }) => [code, term?.name ?? null, encoding])).toEqual([
      ['self.q', 'query', null],
      ['self.k', 'key', 'transposed'],
      ['self.v', 'value', null],
      ['self.w', null, null],
    ]);
  });

  it('has what the result is called last among its symbols', () => {
    const { symbols } = formulaCard(
      draw,
      { ...attention, latex: String.raw`\term{w}{w}=\term{q}{q}\,\term{k}{k}^\top\term{v}{v}` },
      'dark',
    );
    expect(symbols.map(({ id }) => id)).toEqual(['q', 'k', 'v', 'w']);
  });

  it.each(['dark', 'light', 'highContrast', 'highContrastLight'] as const)(
    'has each symbol in one colour wherever it stands, %s',
    (theme) => {
      const { ink, terms } = palettes[theme];
      const card = formulaCard(draw, attention, theme);
      expect(coloursIn(svgOf(card.picture))).toEqual([ink, ...terms.slice(0, 4)].sort());
      expect(coloursIn(svgOf(card.canonical))).toEqual([ink, ...terms.slice(0, 3)].sort());
      card.symbols.forEach(({ picture, colour }, index) => {
        expect(colour).toBe(terms[index]);
        expect(coloursIn(svgOf(picture))).toEqual([colour]);
      });
    },
  );

  it('repeats the formula as it is written only where that looks different, or is another', () => {
    const { latex } = catalogue.get('sdpa') ?? { latex: '' };
    expect(formulaCard(draw, { ...attention, latex: plainLatex(latex) }, 'dark').canonical).toBeNull();
    expect(formulaCard(draw, { ...attention, latex, equality: 'near miss' }, 'dark').canonical).not.toBeNull();
    expect(formulaCard(draw, attention, 'dark').canonical).not.toBeNull();
  });

  it.each(['dark', 'light', 'highContrast', 'highContrastLight'] as const)('has what differs in a frame of its own colour, %s', (theme) => {
    const { ink, differs } = palettes[theme];
    const compared = {
      written: String.raw`\term{q}{q}+\term{differs}{\frac{1}{\term{k}{k}}}`,
      right: String.raw`\term{q}{q}-\term{differs}{1}`,
    };
    const diagnostics = [{ compared: null }, { compared }] as unknown as Finding['diagnostics'];
    const [none, both] = formulaCard(draw, { ...attention, diagnostics }, theme).compared;
    expect(none).toBeNull();
    const [written, right] = [svgOf(both!.written), svgOf(both!.right)];
    expect([coloursIn(written), coloursIn(right)]).toEqual([[differs.written, ink].sort(), [differs.right, ink].sort()]);
    for (const svg of [written, right]) expect(svg.match(/<rect[^>]*fill="none"/g)).toHaveLength(1);
  });

  it('shows what differs without a frame where that is too wide for one', () => {
    const long = Array.from({ length: 60 }, (_, index) => `x_{${index}}`).join('+');
    const compared = { written: String.raw`\term{differs}{${long}}`, right: 'x' };
    const [both] = formulaCard(draw, { ...attention, diagnostics: [{ compared }] as unknown as Finding['diagnostics'] }, 'dark').compared;
    expect(svgOf(both!.written)).not.toContain('fill="none"');
    expect(coloursIn(svgOf(both!.written))).toEqual([palettes.dark.differs.written, palettes.dark.ink].sort());
  });

  it('is a picture alone where the code has no name, or one that the catalogue lacks', () => {
    for (const formula of [null, 'no_such_formula']) {
      const card = formulaCard(draw, { ...attention, formula }, 'light');
      expect([card.name, card.canonical, card.summary, card.source]).toEqual([null, null, null, null]);
      expect(card.symbols.map(({ term }) => term)).toEqual([null, null, null, null]);
      svgOf(card.picture);
    }
  });

  it('says why there is no picture, beside the source', () => {
    for (const [latex, plain] of [
      [String.raw`\term{a}{\frac{x}`, String.raw`\term{a}{\frac{x}`],
      [String.raw`\frac\term{q}{x`, String.raw`\frac\term{q}{x`],
      [String.raw`\term{q}{x}^`, 'x^'],
    ] as const) {
      const { picture } = formulaCard(draw, { ...attention, latex }, 'dark');
      expect(picture).toEqual({ problem: expect.stringMatching(/./) as string, latex: plain });
    }
  });
});

describe('the card of LaTeX in a text', () => {
  it('is a picture, with a name where it has one', () => {
    expect(mathCard(draw, 'x^2', true, null, 'dark')).toMatchObject({ name: null, family: null, summary: null, source: null });
    expect(mathCard(draw, 'x^2', true, 'sdpa', 'dark')).toMatchObject({ name: 'Scaled dot-product attention', family: 'Transformer' });
    expect(svgOf(mathCard(draw, String.raw`\sum_i x`, true, null, 'dark').picture)).not.toBe(
      svgOf(mathCard(draw, String.raw`\sum_i x`, false, null, 'dark').picture),
    );
  });
});

describe('pictures', () => {
  it('are made once for a formula and a theme', () => {
    const options = { theme: 'dark', display: true } as const;
    expect(draw('a+b', options)).toBe(draw('a+b', options));
    expect(draw('a+b', options)).not.toEqual(draw('a+b', { ...options, theme: 'light' }));
  });
});

describe('summaries', () => {
  it('are there for every formula that is looked for in code, a sentence each', () => {
    for (const { id, readings } of catalogue.values()) if (readings) expect(summaries[id], id).toBeDefined();
    for (const [id, { says }] of Object.entries(summaries)) expect(says, id).toMatch(/^[A-Z][^]{20,150}\.$/);
  });
});
