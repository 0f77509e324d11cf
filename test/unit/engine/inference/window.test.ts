import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseWindow } from '../../../../src/engine/inference/window.ts';
import { createTokenizer, type Tokenizer } from '../../../../src/models/tokenizer.ts';
import { fixtures } from './support/service.ts';

let tokenizer: Tokenizer;
beforeAll(async () => {
  const path = join(fixtures, 'causal/tokenizer.json');
  tokenizer = await createTokenizer(await readFile(path, 'utf8'), path);
});

const loneSurrogate = /\p{Cs}/u;
const never = new AbortController().signal;
const line = (i: number): string => `name_${i} = call(${i}, "é 😀")\n`;

describe('chooseWindow', () => {
  it('takes the whole of a text that fits', async () => {
    const window = await chooseWindow(tokenizer, line(1), 0, 1_000, never);
    expect(window).toMatchObject({ start: 0, end: line(1).length, totalTokens: window.tokens.length });
  });

  it('holds the focus, fits, cuts no character, and has spans in the whole text, wherever the focus is', async () => {
    const text = Array.from({ length: 200 }, (_, i) => line(i)).join('');
    const total = (await tokenizer.encode(text)).length;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -5, max: text.length + 5 }), fc.integer({ min: 8, max: 300 }), async (focus, capacity) => {
        const { start, end, tokens, totalTokens } = await chooseWindow(tokenizer, text, focus, capacity, never);
        const at = Math.min(Math.max(0, focus), text.length - 1);
        expect(tokens.length).toBeLessThanOrEqual(capacity);
        expect(start).toBeLessThanOrEqual(at);
        expect(end).toBeGreaterThan(at - 4);
        expect([text.slice(0, start), text.slice(start, end)].some((part) => loneSurrogate.test(part))).toBe(false);
        expect(tokens[0]!.start).toBe(start);
        expect(tokens.at(-1)!.end).toBe(end);
        expect(totalTokens).toBe(total);
      }),
      { numRuns: 60 },
    );
  });

  it('lies two thirds before the focus and starts at a line’s start', async () => {
    const text = Array.from({ length: 200 }, (_, i) => line(i)).join('');
    const focus = text.indexOf('name_100');
    const { start, tokens } = await chooseWindow(tokenizer, text, focus, 300, never);
    expect(start === 0 || text[start - 1] === '\n').toBe(true);
    const before = tokens.filter((token) => token.end <= focus).length / tokens.length;
    expect(before).toBeGreaterThan(0.5);
    expect(before).toBeLessThan(0.7);
  });

  it('reads only the neighbourhood of the focus of a text of megabytes', async () => {
    const text = line(7).repeat(40_000);
    const one = (await tokenizer.encode(line(7))).length;
    const focus = Math.floor(text.length / 2);
    const { start, end, tokens, totalTokens } = await chooseWindow(tokenizer, text, focus, 256, never);
    expect(start).toBeLessThan(focus);
    expect(end).toBeGreaterThan(focus);
    expect(tokens.length).toBeGreaterThan(200);
    expect(Math.abs(totalTokens - one * 40_000)).toBeLessThanOrEqual(text.length / 2 ** 15);
  });

  it('takes a text without any line', async () => {
    const text = 'ab '.repeat(2_000);
    const { start, end, tokens } = await chooseWindow(tokenizer, text, 3_000, 64, never);
    expect(tokens.length).toBeGreaterThan(50);
    expect(start).toBeLessThan(3_000);
    expect(end).toBeGreaterThan(3_000);
  });

  it('refuses an empty text, and a model that no token fits into', async () => {
    await expect(chooseWindow(tokenizer, '', 0, 10, never)).rejects.toMatchObject({ code: 'empty' });
    await expect(chooseWindow(tokenizer, 'a text', 0, 0, never)).rejects.toMatchObject({ code: 'too-long' });
  });
});
