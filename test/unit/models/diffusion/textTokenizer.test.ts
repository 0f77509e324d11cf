import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTextTokenizer } from '../../../../src/models/diffusion/textTokenizer.ts';

const folder = join(import.meta.dirname, '../../../fixtures/diffusion-models/text');
const of = (name: string) => readTextTokenizer({ encoder: '', config: {}, tokenizer: join(folder, name), tokenizerClass: 'CLIPTokenizer' });
const [begin, end] = [195, 196];

describe('the tokenizer of a text encoder', () => {
  it('fills texts up and cuts them, with both ends in their places', async () => {
    const tokenizer = await of('tokenizer');
    expect(tokenizer.length).toBe(12);
    const short = await tokenizer.encode('a cat');
    expect(short.ids.slice(0, 4)).toEqual([begin, short.ids[1], short.ids[2], end]);
    expect(short.ids.slice(4)).toEqual(new Array<number>(8).fill(end));
    expect(short.mask).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([short.words[1], short.words[2], short.cut]).toEqual(['a', 'cat', 0]);
    const long = await tokenizer.encode('cat '.repeat(30));
    expect(long.ids).toEqual([begin, ...new Array<number>(10).fill(short.ids[2]!), end]);
    expect(long.cut).toBe(20);
    const empty = await tokenizer.encode('');
    expect(empty.ids).toEqual([begin, ...new Array<number>(11).fill(end)]);
  });

  it('is the same from vocab.json and merges.txt as from tokenizer.json', async () => {
    const [whole, parts] = [await of('tokenizer'), await of('tokenizer-files')];
    for (const text of ['a red cat', '  A  RED\tcat!! ', "dog’s don't 12 x1 é", '', 'a|b <|endoftext|> c', '#1']) {
      expect((await parts.encode(text)).ids).toEqual((await whole.encode(text)).ids);
    }
  });
});
