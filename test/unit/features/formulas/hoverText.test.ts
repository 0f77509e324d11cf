import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  briefMarkdown,
  commandLink,
  formulaMarkdown,
  hoverLimit,
  mathMarkdown,
  type HoverFault,
  type HoverLinks,
} from '../../../../src/features/formulas/hoverText.ts';
import type { FormulaCard, SymbolCard } from '../../../../src/protocol/typesetting.ts';

const picture = (latex: string, size = 8) => ({ uri: `data:image/svg+xml;base64,${'A'.repeat(size)}`, latex });
const symbol: SymbolCard = {
  picture: picture('\\log\\sigma^2'),
  colour: '#7cb7ff',
  id: 'logvar',
  code: 'self.logvar',
  term: { name: 'variance', meaning: 'How wide the posterior is.', shape: '[latentDim]', unit: 'dimensionless' },
  encoding: 'log-variance',
};
const card: FormulaCard = {
  name: 'Negative ELBO',
  family: 'VAE',
  equality: 'exact',
  picture: picture('L'),
  canonical: picture('C', 12),
  summary: 'A bound.',
  note: null,
  remarks: ['mean over the batch', 'times 1/2'],
  unit: 'nats',
  symbols: [symbol],
  parts: ['KL', 'Gaussian density'],
  source: { text: 'Kingma and Welling 2014', arxiv: '1312.6114' },
  compared: [],
};
const links: HoverLinks = { copy: 'command:copy', terms: 'command:all', term: (id) => `command:one?${id}`, model: 'command:model' };

/** As it is read: without tags, with its characters. */
const readable = (markdown: string): string =>
  markdown
    .replace(/<[^>]*>/g, '')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&nbsp;|&emsp;/g, ' ');

describe('the hover on a formula in code', () => {
  it('says its name, what it is, how the code has it, its symbols, parts and source', () => {
    const text = formulaMarkdown(card, links);
    expect(readable(text).split(/\n+/)).toEqual([
      '**Negative ELBO** · VAE',
      'A bound.',
      '*Here:* mean over the batch; times 1/2; in nats.',
      '[Copy LaTeX](command:copy)  ·  [Where each term is](command:all)  ·  [Show on a model](command:model)',
      'self.logvarvariance, held as log-variance [latentDim]: How wide the posterior is.',
      'As it is written:',
      'Made of: KL, Gaussian density.',
      'Kingma and Welling 2014 [arXiv:1312.6114](https://arxiv.org/abs/1312.6114)',
    ]);
    expect(text).toContain('<img src="data:image/svg+xml;base64,AAAAAAAA" alt="L">');
    expect(text).toContain('<a href="command:one?logvar"');
    expect(text).toContain('<span style="color:#7cb7ff;">');
  });

  it('has no links that lead nowhere', () => {
    const text = formulaMarkdown(card, { ...links, terms: null, term: () => null, model: null });
    expect([...text.matchAll(/command:\w+/g)].map(([link]) => link)).toEqual(['command:copy']);
  });

  it('says that a near miss is not the formula, and a constant that is not there', () => {
    const near = readable(formulaMarkdown({ ...card, equality: 'near miss' }, links));
    expect(near).toMatch(/^\*\*Nearly: Negative ELBO\*\*/);
    expect(near).toContain('**Not equal** to the formula');
    expect(readable(formulaMarkdown({ ...card, equality: 'up to constant' }, links))).toContain(
      '*Here:* equal up to a constant; mean over',
    );
    expect(readable(formulaMarkdown({ ...card, name: null, family: null, canonical: null }, links))).toMatch(/^\*\*What this computes\*\*/);
  });

  describe('that is wrong', () => {
    const near = { ...card, equality: 'near miss' as const };
    const fault: HoverFault = { level: 'warning', message: 'The $(sign) of *x* is <b>wrong</b>.', compared: null };
    const compared = {
      written: { picture: picture('W', 16), colour: '#f4796b' },
      right: { picture: picture('R', 20), colour: '#8fe3a0' },
    };

    it('shows code as code, which can be no markup', () => {
      const text = formulaMarkdown(near, links, [{ ...fault, message: '`mu<b>` stands where `mu ** 2` belongs, and one ` is left.' }]);
      expect(text).toContain('<code>mu&#60;b&#62;</code> stands where <code>mu &#42;&#42; 2</code> belongs, and one &#96; is left');
    });

    it.each(['error', 'warning', 'info'] as const)('says so at once, with the sign of its level: %s', (level) => {
      for (const text of [formulaMarkdown(near, links, [{ ...fault, level }]), briefMarkdown(near, links, [{ ...fault, level }])]) {
        expect(text).toContain(`$(${level})</span>`);
        expect(text).not.toContain('$(sign)');
        expect(readable(text).split(/\n+/)[1]).toBe(`$(${level}) The $(sign) of *x* is <b>wrong</b>.`);
        expect(readable(text)).not.toContain('Not equal');
      }
    });

    it('leaves to the editor what that says itself', () => {
      const text = readable(formulaMarkdown(near, links, [{ ...fault, message: null }]));
      expect(text).not.toContain('$(');
      expect(text).toContain('Nearly: Negative ELBO');
    });

    it('shows what it computes and what it would have to, in place of the one picture', () => {
      for (const text of [formulaMarkdown(near, links, [{ ...fault, compared }]), briefMarkdown(near, links, [{ ...fault, compared }])]) {
        const images = [...text.matchAll(/<img src="[^"]*,(A+)"/g)].map(([, data = '']) => data.length);
        expect(images.slice(0, 2)).toEqual([16, 20]);
        expect(text).toMatch(
          /color:#f4796b;">\$\(diff-removed\)<\/span>&nbsp;Is[^]*color:#8fe3a0;">\$\(diff-added\)<\/span>&nbsp;Should be/,
        );
        expect(text).not.toContain('alt="L"');
      }
      expect(readable(formulaMarkdown(near, links, [{ ...fault, compared, level: 'info' }]))).toContain('Formula');
      const broken = { ...compared, right: { picture: { problem: 'no', latex: '\\frac{<' }, colour: '#8fe3a0' } };
      expect(readable(formulaMarkdown(near, links, [{ ...fault, compared: broken }]))).toContain('Should be \\frac{<');
    });

    it('needs neither a name nor a formula', () => {
      const nameless = { ...near, name: null, family: null, canonical: null, picture: { problem: 'it is empty', latex: '' } };
      const text = readable(formulaMarkdown(nameless, links, [fault]));
      expect(text).toMatch(/^\*\*What this computes\*\*\n\n\$\(warning\) The/);
      expect(text).not.toContain('drawn');
    });
  });

  it('says why there is no picture, with the LaTeX as it is', () => {
    const broken = { problem: 'Missing close brace', latex: 'a ``` [x](command:evil) \\frac{' };
    const text = formulaMarkdown({ ...card, picture: broken }, links);
    expect(readable(text)).toContain('This cannot be drawn: Missing close brace.');
    expect(text).toContain(`\`\`\`\`latex\n${broken.latex}\n\`\`\`\``);
  });

  it('shows what stands in the code as the text that it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 30 }),
          fc.constantFrom(
            'a](command:evil) [b',
            '<img src=x onerror=y>',
            '`x` | y',
            '</code></td><td>',
            '![x](http://a/b)',
            '&lt;b&gt;',
            '$(gear)',
            'a\n\n# b',
            '**b**',
          ),
        ),
        (hostile) => {
          const quiet = { ...card, name: 'N', remarks: [], source: null, symbols: [{ ...symbol, code: 'C' }] };
          const loud = {
            ...quiet,
            name: hostile,
            summary: hostile,
            symbols: [{ ...symbol, code: hostile, term: null, encoding: hostile }],
          };
          const marks = (text: string): string => text.replace(/&#\d+;/g, '').replace(/[^[\]()<>`*|!#]/g, '');
          const expected = { ...loud, name: 'N', summary: 'S', symbols: [{ ...symbol, code: 'C', term: null, encoding: 'E' }] };
          expect(marks(formulaMarkdown(loud, links))).toBe(marks(formulaMarkdown(expected, links)));
        },
      ),
      { seed: 5 },
    );
  });

  it('gives up pictures of symbols, and then its own, before the editor would cut it', () => {
    const large = (size: number) => Array.from({ length: 12 }, () => ({ ...symbol, picture: picture('x', size) }));
    const withoutSymbols = formulaMarkdown({ ...card, symbols: large(10_000) }, links);
    expect(withoutSymbols.match(/<img/g)).toHaveLength(2);
    expect(withoutSymbols.match(/<tr>/g)).toHaveLength(12);
    const withoutAny = formulaMarkdown({ ...card, picture: picture('L', 120_000) }, links);
    expect(withoutAny).not.toContain('<img');
    expect(readable(withoutAny)).toContain('Negative ELBO');
    for (const text of [withoutSymbols, withoutAny, briefMarkdown({ ...card, picture: picture('L', 120_000) }, links)]) {
      expect(text.length).toBeLessThanOrEqual(hoverLimit);
    }
  });

  it('is the picture and the name where it is one of several', () => {
    expect(readable(briefMarkdown(card, links)).split(/\n+/)).toEqual([
      '**Negative ELBO** · VAE',
      '[Copy LaTeX](command:copy)  ·  [Where each term is](command:all)',
    ]);
  });
});

describe('the hover on LaTeX', () => {
  it('is a picture, with a name where it has one', () => {
    const math = { picture: picture('x'), name: null, family: null, summary: null, source: null };
    expect(readable(mathMarkdown(math, links)).trim()).toBe('[Copy LaTeX](command:copy)');
    const named = readable(mathMarkdown({ ...math, name: 'KL', family: 'VAE', summary: 'Far.', source: card.source }, links));
    expect(named.trim().split(/\n+/)).toEqual([
      '**KL** · VAE',
      'Far.',
      'Kingma and Welling 2014 [arXiv:1312.6114](https://arxiv.org/abs/1312.6114)',
      '[Copy LaTeX](command:copy)',
    ]);
  });
});

describe('a link that runs a command', () => {
  it('brings its arguments back as they were, whatever they hold, and ends no link', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (first, second) => {
        const link = commandLink('a.b', first, second);
        expect(link).toMatch(/^command:a\.b\?[^()<>"\s]+$/);
        expect(JSON.parse(decodeURIComponent(link.slice(link.indexOf('?') + 1)))).toEqual(JSON.parse(JSON.stringify([first, second])));
      }),
      { seed: 5 },
    );
  });
});
