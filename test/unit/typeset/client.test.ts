import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Typesetter } from '../../../src/typeset/client.ts';
import { bundle } from '../engine/support/bundles.ts';

let built: Awaited<ReturnType<typeof bundle>>;
beforeAll(async () => {
  built = await bundle('typeset', { typeset: 'src/typeset/main.ts' });
});
afterAll(() => built.remove());

describe('the thread that sets formulas', () => {
  it('draws, and knows names', async () => {
    const typesetter = new Typesetter({ entry: join(built.folder, 'typeset.cjs') });
    try {
      const [card, broken, names] = await Promise.all([
        typesetter.math({ latex: String.raw`\mathbb{E}[x]`, display: true, formula: null, theme: 'dark' }),
        typesetter.math({ latex: String.raw`\frac{`, display: true, formula: null, theme: 'dark' }),
        typesetter.names({ ids: ['sdpa', 'no_such_formula'] }),
      ]);
      expect(card.picture).toHaveProperty('uri');
      expect(broken.picture).toEqual({ problem: 'Missing close brace', latex: String.raw`\frac{` });
      expect(names).toEqual([{ id: 'sdpa', name: 'Scaled dot-product attention', family: 'Transformer' }]);
    } finally {
      typesetter.dispose();
    }
  });
});
