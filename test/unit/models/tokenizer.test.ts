import { readFile, writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTokenizer, readTokenizer, type Tokenizer } from '../../../src/models/tokenizer.ts';
import type { TokenSpan } from '../../../src/protocol/inference.ts';

const byteLevelPath = join(import.meta.dirname, '../../fixtures/inference/causal/tokenizer.json');

/** A WordPiece tokenizer as BERT has it: lower case, no accents, [CLS] and [SEP] around the text. */
const wordPiece = JSON.stringify({
  version: '1.0',
  truncation: { direction: 'Right', max_length: 4, strategy: 'LongestFirst', stride: 0 },
  padding: { strategy: { Fixed: 16 }, direction: 'Right', pad_to_multiple_of: null, pad_id: 4, pad_type_id: 0, pad_token: '[PAD]' },
  added_tokens: ['[CLS]', '[SEP]', '[UNK]'].map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { '[CLS]': { id: '[CLS]', ids: [0], tokens: ['[CLS]'] }, '[SEP]': { id: '[SEP]', ids: [1], tokens: ['[SEP]'] } },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: { '[CLS]': 0, '[SEP]': 1, '[UNK]': 2, cafe: 3, '[PAD]': 4, walk: 5, '##ing': 6, '.': 7, '##s': 8 },
  },
});

/** Characters in which offsets go wrong: emoji and their joiners, line ends, right-to-left, combining marks, lone surrogates. */
const difficult = fc.constantFrom(
  ...[
    'a',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\r',
    '😀',
    '👨‍👩‍👧',
    '🇩🇪',
    'é',
    'e\u0301',
    'ש',
    'לום',
    'مر',
    '中',
    '\u200f',
    '\ud83d',
    '\ude00',
    '\ufeff',
    '\0',
  ],
  ...['def ', 'return', '    ', '(', '<|endoftext|>'],
);
const difficultText = fc.oneof(
  fc.array(difficult, { maxLength: 30 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

/** The text's characters, in UTF-16 offsets. */
function characterStarts(text: string): Set<number> {
  const starts = new Set([text.length]);
  for (let unit = 0; unit < text.length; unit += text.codePointAt(unit)! > 0xffff ? 2 : 1) starts.add(unit);
  return starts;
}

function expectToCover(text: string, tokens: readonly TokenSpan[]): void {
  const starts = characterStarts(text);
  let reached = 0;
  tokens.forEach(({ start, end }, i) => {
    const before = tokens[i - 1];
    // In order, without a gap; only pieces of one character overlap, and only in it.
    expect(start).toBeLessThanOrEqual(reached);
    if (before) expect(start).toBeGreaterThanOrEqual(before.start);
    if (start < reached) expect([...starts].filter((unit) => unit > start && unit < reached)).toEqual([]);
    expect(starts.has(start) && starts.has(end)).toBe(true);
    expect(end).toBeGreaterThan(start);
    reached = Math.max(reached, end);
  });
  expect(reached).toBe(text.length);
}

describe.each(['native', 'javascript'] as const)('a byte-level tokenizer (%s)', (implementation) => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await createTokenizer(await readFile(byteLevelPath, 'utf8'), byteLevelPath, implementation);
  });

  it('is the implementation asked for, and adds nothing', () => {
    expect(tokenizer.implementation).toBe(implementation);
    expect(tokenizer.added).toBe(0);
  });

  it('covers any text exactly and in order', async () => {
    await fc.assert(
      fc.asyncProperty(difficultText, async (text) => expectToCover(text, await tokenizer.encode(text))),
      { numRuns: 300 },
    );
  });

  it('gives pieces of one character that character', async () => {
    const tokens = await tokenizer.encode('a😀b');
    expect(tokens.map(({ start, end }) => [start, end])).toEqual([
      [0, 1],
      ...Array.from({ length: tokens.length - 2 }, () => [1, 3]),
      [3, 4],
    ]);
    expect(tokens[1]!.text).toContain('\ufffd');
  });

  it('decodes whole tokens as text', async () => {
    const tokens = await tokenizer.encode('x = é\r\n');
    expect(
      tokens.filter(({ text }) => !text.includes('\ufffd')).every(({ text, start, end }) => 'x = é\r\n'.slice(start, end) === text),
    ).toBe(true);
  });

  it('names a token by its id as it decodes it in a text, and no other id', async () => {
    for (const { id, text } of await tokenizer.encode('x = é 😀\n<|endoftext|>')) expect(tokenizer.textOf(id)).toBe(text);
    for (const id of [320, 1e6]) expect(tokenizer.textOf(id)).toBeUndefined();
  });

  it('knows a special token that stands in the text', async () => {
    const tokens = await tokenizer.encode('a<|endoftext|>b');
    expect(tokens[1]).toMatchObject({ start: 1, end: 14, text: '<|endoftext|>' });
  });

  it('gives nothing for an empty text', async () => {
    expect(await tokenizer.encode('')).toEqual([]);
    expect(await tokenizer.count('')).toBe(0);
  });

  it('counts what it encodes', async () => {
    await fc.assert(
      fc.asyncProperty(difficultText, async (text) => {
        expect(await tokenizer.count(text)).toBe((await tokenizer.encode(text)).length);
      }),
      { numRuns: 50 },
    );
  });
});

it('gives the same tokens and spans by either implementation', async () => {
  const json = await readFile(byteLevelPath, 'utf8');
  const [native, javascript] = [await createTokenizer(json, 'a'), await createTokenizer(json, 'a', 'javascript')];
  await fc.assert(
    fc.asyncProperty(difficultText, async (text) => {
      // JavaScript's \s has U+FEFF and not U+0085, Unicode's white space the reverse; their tables of letters are of different years.
      fc.pre(!/[\ufeff\u0085\p{Cn}]/u.test(text));
      expect(await javascript.encode(text)).toEqual(await native.encode(text));
    }),
    { numRuns: 200 },
  );
});

describe.each(['native', 'javascript'] as const)('a WordPiece tokenizer (%s)', (implementation) => {
  it('puts added tokens at the ends, empty, and finds lower-cased pieces without accents in the text', async () => {
    const tokenizer = await createTokenizer(wordPiece, 'wordpiece', implementation);
    const text = '  Walking 😀 CAFÉ. ';
    const tokens = await tokenizer.encode(text);
    expect(tokenizer.added).toBe(2);
    expect(tokens.map(({ text: token, start, end }) => [token, text.slice(start, end)])).toEqual([
      ['[CLS]', ''],
      ['walk', 'Walk'],
      ['##ing', 'ing'],
      ['[UNK]', implementation === 'native' ? '😀' : ''],
      ['cafe', 'CAFÉ'],
      ['.', '.'],
      ['[SEP]', ''],
    ]);
    expect(tokens.at(-1)).toMatchObject({ start: 18, end: 18 });
    expect(await tokenizer.encode(text, false)).toHaveLength(5);
  });

  it('neither cuts nor pads, though the file says so', async () => {
    const tokenizer = await createTokenizer(wordPiece, 'wordpiece', implementation);
    expect(await tokenizer.encode('walk '.repeat(20))).toHaveLength(22);
    expect(await tokenizer.encode('walk')).toHaveLength(3);
    expect(tokenizer.paddingId).toBe(4);
  });
});

describe.each(['native', 'javascript'] as const)('the %s implementation', (implementation) => {
  it('decodes what it has encoded, and says which bytes a token stands for', async () => {
    const byteLevel = await createTokenizer(await readFile(byteLevelPath, 'utf8'), byteLevelPath, implementation);
    const text = 'def é(😀):\n    return\r\n';
    const encoded = (await byteLevel.encode(text)).map(({ id }) => id);
    expect(await byteLevel.decode(encoded)).toBe(text);
    expect(await byteLevel.decode([])).toBe('');
    expect(Buffer.concat(encoded.map((id) => byteLevel.bytesOf(id)!)).toString('utf8')).toBe(text);
    expect(byteLevel.endIds.map((id) => byteLevel.textOf(id))).toEqual(['<|endoftext|>']);
    expect(Buffer.from(byteLevel.bytesOf(byteLevel.endIds[0]!)!).toString()).toBe('<|endoftext|>');

    const sentencePath = join(import.meta.dirname, '../../fixtures/generation/cached/tokenizer.json');
    const sentence = await createTokenizer(await readFile(sentencePath, 'utf8'), sentencePath, implementation);
    const ids = (await sentence.encode('sum é', false)).map(({ id }) => id);
    expect(await sentence.decode(ids)).toBe('sum é');
    expect(ids.slice(-2).map((id) => sentence.bytesOf(id))).toEqual([Uint8Array.of(0xc3), Uint8Array.of(0xa9)]);
    expect(sentence.bytesOf(ids[0]!)).toBeUndefined();
    expect(sentence.endIds.map((id) => sentence.textOf(id))).toEqual(['</s>']);
    expect((await createTokenizer(wordPiece, 'wordpiece', implementation)).endIds).toEqual([]);
  });
});

describe('readTokenizer', () => {
  it.each([
    ['missing.json', undefined, 'ENOENT'],
    ['list.json', '[]', 'no "model"'],
    ['broken.json', '{"model"', 'is not JSON'],
    ['unknown.json', '{"model": {"type": "Telepathy"}}', 'cannot be read as a tokenizer'],
  ])('says what is wrong with %s', async (name, content, message) => {
    const folder = await mkdtemp(join(tmpdir(), 'genlens-tokenizer-'));
    try {
      if (content !== undefined) await writeFile(join(folder, name), content);
      await expect(readTokenizer(join(folder, name))).rejects.toThrow(message);
      await expect(readTokenizer(join(folder, name))).rejects.toThrow(name);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
