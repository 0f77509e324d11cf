import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readBundledModel } from '../../../../src/models/registry.ts';
import { readTokenizer, type Tokenizer } from '../../../../src/models/tokenizer.ts';
import type { DecodingSettings } from '../../../../src/protocol/generation.ts';
import { fixtureSource, type TestService } from './support/service.ts';
import { generate, generationFixtures, generationSource, loaded, type GenerationModel, type Told } from './support/generation.ts';

interface Case {
  prompt: string;
  ids: number[];
  greedy: number[];
  penalised: number[];
  beams: { beams: number; lengthPenalty: number; tokens: number[] }[];
  logProbabilities: number[];
  sampled: {
    setting: { temperature: number; top_k: number; top_p: number; min_p: number; repetition_penalty: number };
    ids: number[];
    probabilities: number[];
  };
}

const expected = JSON.parse(await readFile(join(generationFixtures, 'expected.json'), 'utf8')) as Record<'cached' | 'whole', Case[]>;

/** Whether all characters of a text stand in the other in the same order. */
function isPart(part: string, whole: string): boolean {
  let at = 0;
  return [...part].every((character) => (at = whole.indexOf(character, at) + 1) > 0);
}

function samplingOf({ sampled: { setting } }: Case): Partial<DecodingSettings> {
  const { temperature, top_k: topK, top_p: topP, min_p: minP, repetition_penalty: repetitionPenalty } = setting;
  return { method: 'sample', temperature, topK, topP, minP, repetitionPenalty };
}

describe.each([
  ['cached', 'cached', true, 20],
  ['merged', 'cached', true, 20],
  ['whole', 'whole', false, 12],
  ['fixed', 'whole', false, 12],
] as const)('the %s model against generate() of transformers', (name, as, cached, maxTokens) => {
  let service: TestService;
  beforeAll(async () => {
    service = await loaded(generationSource(name));
  });

  it('continues greedily, with and without a repetition penalty', async () => {
    for (const { prompt, ids, greedy, penalised } of expected[as]) {
      const plain = await generate(service, prompt, { method: 'greedy', maxTokens });
      expect(plain).toMatchObject({
        ids: greedy,
        cached,
        window: { start: 0, end: prompt.length, tokens: ids.length, totalTokens: ids.length },
      });
      expect((await generate(service, prompt, { method: 'greedy', maxTokens, repetitionPenalty: 1.5 })).ids).toEqual(penalised);
      expect(plain.items.every(({ drawn, candidates }) => drawn === 1 && candidates === 1)).toBe(true);
    }
  });

  it('finds what beam search finds', async () => {
    for (const { prompt, beams } of expected[as])
      for (const { tokens, ...setting } of beams)
        expect(
          (await generate(service, prompt, { method: 'beam', maxTokens, ...setting })).ids,
          JSON.stringify({ prompt, setting }),
        ).toEqual(tokens);
  });

  it('tells the probabilities of the model, and draws with those that transformers draws with', async () => {
    for (const one of expected[as]) {
      const [token] = (await generate(service, one.prompt, { ...samplingOf(one), maxTokens: 1 })).items;
      const { ids, probabilities } = one.sampled;
      expect(token!.candidates).toBe(ids.length);
      expect(token!.drawn).toBeCloseTo(probabilities[ids.indexOf(token!.id)]!, 4);
      expect(token!.logProbability).toBeCloseTo(one.logProbabilities[token!.id]!, 4);
      const sorted = one.logProbabilities.toSorted((a, b) => b - a);
      expect(token!.rank).toBe(sorted.indexOf(one.logProbabilities[token!.id]!) + 1);
      expect(token!.entropy).toBeCloseTo(
        one.logProbabilities.reduce((sum, log) => sum - (Math.exp(log) * log) / Math.LN2, 0),
        3,
      );
      token!.alternatives.forEach(({ id, probability, drawn }, i) => {
        expect(probability).toBeCloseTo(Math.exp(sorted[i]!), 4);
        expect(drawn).toBeCloseTo(probabilities[ids.indexOf(id)] ?? 0, 4);
      });
      expect(token!.alternatives).toHaveLength(10);
    }
  });
});

describe('drawing', () => {
  it('draws each token as often as transformers would', async () => {
    const service = await loaded(generationSource('cached'));
    const [one] = expected.cached;
    const { ids, probabilities } = one!.sampled;
    const count = 600;
    const counts = ids.map(() => 0);
    for (let seed = 0; seed < count; seed++) {
      const { ids: drawn } = await generate(service, one!.prompt, { ...samplingOf(one!), maxTokens: 1, seed });
      counts[ids.indexOf(drawn[0]!)]!++;
    }
    const chiSquare = counts.reduce((sum, seen, i) => sum + (seen - count * probabilities[i]!) ** 2 / (count * probabilities[i]!), 0);
    // Exceeded once in a thousand with 6 degrees of freedom.
    expect(ids).toHaveLength(7);
    expect(chiSquare).toBeLessThan(22.46);
  });

  it('gives the same tokens for the same seed and others for another', async () => {
    const service = await loaded(generationSource('cached'));
    const draw = async (seed: number): Promise<number[]> =>
      (await generate(service, 'import', { seed, temperature: 1.5, topP: 1, maxTokens: 12 })).ids;
    const first = await draw(7);
    expect(await draw(7)).toEqual(first);
    expect(await draw(8)).not.toEqual(first);
    const other = await loaded(generationSource('cached'));
    expect((await generate(other, 'import', { seed: 7, temperature: 1.5, topP: 1, maxTokens: 12 })).ids).toEqual(first);
  });
});

describe('what was run before', () => {
  it('changes no bit of what comes', async () => {
    const { source } = await readBundledModel(join(import.meta.dirname, '../../../../models/code-transformer'));
    const long = Array.from({ length: 60 }, (_, i) => `value_${i} = compute(${i * 7})\n`).join('');
    const prompts = [long, `${long}print(`, long.slice(0, 700), 'def f(x):\n', `${long.slice(0, 900)}x`];
    const fresh: Told[] = [];
    for (const prompt of prompts) fresh.push(await generate(await loaded(source), prompt, { maxTokens: 6, seed: 2 }));
    const service = await loaded(source);
    for (const at of [0, 1, 2, 0, 3, 4, 1, 0, 2]) {
      const again = await generate(service, prompts[at]!, { maxTokens: 6, seed: 2 });
      expect(again.items, String(at)).toEqual(fresh[at]!.items);
      await generate(service, prompts[at]!, { method: 'beam', beams: 2, maxTokens: 2 });
    }
    // Of the first 128 tokens and more nothing is run twice.
    service.lengths.splice(0);
    await generate(service, `${long.slice(0, 1200)}#`, { maxTokens: 1 });
    expect(service.lengths.reduce((sum, length) => sum + length, 0)).toBeLessThan(256);
  });
});

describe('the bundled model', () => {
  const prompt = 'def softmax(x, axis=-1):\n    """Softmax along an axis."""\n';
  let service: TestService;
  beforeAll(async () => {
    const { source } = await readBundledModel(join(import.meta.dirname, '../../../../models/code-transformer'));
    service = await loaded(source);
  });

  it('continues with the tokens and numbers of a run of the whole text without a cache', async () => {
    const { ids, items, cached, meanLogProbability, window, added, text } = await generate(service, prompt, {
      method: 'greedy',
      maxTokens: 24,
    });
    expect(cached).toBe(true);
    expect(text).toBe(added);
    const run = await service.attention({ text: prompt });
    const before = run.tokens!.map(({ id }) => id);
    expect(window.tokens).toBe(before.length);
    const whole = await service.attention({ ids: [...before, ...ids] });
    const { surprisal, entropy } = await service.predictions({ runId: whole.runId });
    for (const [i, { id, logProbability, ...token }] of items.entries()) {
      const { top } = await service.nextToken({ runId: whole.runId, position: before.length + i - 1 });
      expect(id).toBe(top[0]!.id);
      expect(token.rank).toBe(1);
      expect(-logProbability / Math.LN2).toBeCloseTo(surprisal[before.length + i]!, 3);
      expect(token.entropy).toBeCloseTo(entropy[before.length + i - 1]!, 3);
      expect(token.alternatives.map((other) => other.id)).toEqual(top.slice(0, 10).map((other) => other.id));
    }
    expect(meanLogProbability).toBeCloseTo(items.reduce((sum, { logProbability }) => sum + logProbability, 0) / items.length, 10);
  });

  it('goes on from a branch with what is new alone, as a fresh run does', async () => {
    const decoding = { seed: 3, temperature: 1, maxTokens: 20 };
    const first = await generate(service, prompt, decoding);
    const other = first.items[8]!.alternatives.find(({ id }) => id !== first.ids[8])!.id;
    const continuation = [...first.ids.slice(0, 8), other];
    service.lengths.splice(0);
    const branch = await generate(service, prompt, { ...decoding, maxTokens: 11 }, { continuation });
    // Of all that stands before, the last given token alone is run.
    expect(service.lengths).toEqual([1]);
    const { source } = await readBundledModel(join(import.meta.dirname, '../../../../models/code-transformer'));
    const fresh = await loaded(source);
    const again = await generate(fresh, prompt, { ...decoding, maxTokens: 11 }, { continuation });
    expect(again.ids).toEqual(branch.ids);
    // To the last bit, whatever was run before.
    expect(again.items).toEqual(branch.items);
    expect(
      branch.text.startsWith(
        first.items
          .slice(0, 8)
          .map(({ added }) => added)
          .join(''),
      ),
    ).toBe(true);
    // The place counts from the prompt: the tokens that were drawn come again where they are not given.
    const rest = await generate(service, prompt, { ...decoding, maxTokens: 12 }, { continuation: first.ids.slice(0, 8) });
    expect(rest.ids).toEqual(first.ids.slice(8));
    expect(rest.text).toBe(first.text);
  });

  it('ends before a stop string, wherever tokens are cut', async () => {
    const free = await generate(service, prompt, { method: 'greedy', maxTokens: 24 });
    for (const length of [1, 3, 7]) {
      for (let start = 5; start + length < free.text.length; start += 9) {
        const stop = free.text.slice(start, start + length);
        const { text, added, end, ids } = await generate(service, prompt, { method: 'greedy', maxTokens: 24, stop: ['never there', stop] });
        expect(text).toBe(free.text.slice(0, free.text.indexOf(stop)));
        expect(added).toBe(text);
        expect(end).toBe('stop');
        expect(ids).toEqual(free.ids.slice(0, ids.length));
      }
    }
    // A beginning that is never completed is given out with the last token.
    const begun = `${free.text.slice(-2)}\u0000`;
    const whole = await generate(service, prompt, { method: 'greedy', maxTokens: 24, stop: [begun] });
    expect(whole).toMatchObject({ text: free.text, added: free.text, end: 'maxTokens' });
    const beam = await generate(service, prompt, { method: 'beam', beams: 2, maxTokens: 24, stop: [free.text.slice(6, 9)] });
    expect(beam.text).not.toContain(free.text.slice(6, 9));
    expect(beam.added).toBe(beam.text);
  });

  it('leaves nothing behind but the last caches, and these within their part of the memory', async () => {
    const limit = 64 * 2 ** 20;
    const { source } = await readBundledModel(join(import.meta.dirname, '../../../../models/code-transformer'));
    const small = await loaded(source, limit);
    for (let i = 0; i < 30; i++)
      await generate(small, `x${i} = `.repeat(60), { method: i % 3 === 0 ? 'beam' : 'sample', beams: 3, maxTokens: 3 });
    // Keys and values of each layer are kept for themselves; a token takes 6 * 2 * 4 * 64 float32 values; a quarter of the memory holds so many of these texts.
    const tokens = (await small.attention({ text: 'x1 = '.repeat(60) })).tokens!.length;
    const texts = small.kept() / (6 * 2);
    expect(texts).toBeLessThanOrEqual(Math.ceil(limit / 4 / (tokens * 12_288)));
    expect(texts).toBeGreaterThan(1);
    await small.load({ source, settings: { provider: 'cpu', threads: 1, memoryLimit: limit } });
    expect(small.kept()).toBe(0);
  });

  it('can be cancelled between two tokens, and goes on from what it had', async () => {
    const abort = new AbortController();
    let [seen, after] = [0, 0];
    const onItem = (tokens: readonly unknown[]): void => {
      seen += tokens.length;
      if (abort.signal.aborted) after++;
      if (seen >= 5) abort.abort(new Error('enough'));
    };
    await expect(generate(service, 'class Cancelled:', { maxTokens: 500 }, { signal: abort.signal, onItem })).rejects.toThrow('enough');
    expect(after).toBe(0);
    expect(seen).toBeLessThan(500);
    service.lengths.splice(0);
    await generate(service, 'class Cancelled:', { maxTokens: 3 });
    expect(service.lengths).toEqual([]);
    await expect(generate(service, 'x', { method: 'beam' }, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });

  it('ends where the context is full, and leaves room at the end of a long prompt', async () => {
    const long = 'value = [1, 2, 3]\n'.repeat(400);
    const { window, ids, end } = await generate(service, long, { maxTokens: 3 });
    expect(window.totalTokens).toBeGreaterThan(1024);
    expect(window).toMatchObject({ end: long.length });
    expect(window.tokens).toBeLessThanOrEqual(1024 - 256);
    expect(window.tokens).toBeGreaterThan(1024 - 2 * 256);
    expect([ids.length, end]).toEqual([3, 'maxTokens']);
    const given = Array.from({ length: 1018 }, () => 40);
    const full = await generate(service, 'x', { maxTokens: 50 }, { continuation: given });
    expect(full).toMatchObject({ end: 'context', tokens: 1024 - given.length - full.window.tokens });
    await expect(generate(service, 'x', {}, { continuation: Array.from({ length: 1024 }, () => 40) })).rejects.toMatchObject({
      code: 'too-long',
      message: expect.stringContaining('1024') as string,
    });
  });

  it('explains the very tokens that were drawn', async () => {
    const { ids } = await generate(service, prompt, { seed: 5, temperature: 1.3, topP: 1, maxTokens: 30 });
    const before = (await service.attention({ text: prompt })).tokens!.map(({ id }) => id);
    const run = await service.attention({ ids: [...before, ...ids] });
    expect(run.tokens!.map(({ id }) => id)).toEqual([...before, ...ids]);
    expect(run.text!.startsWith(prompt)).toBe(true);
    run.tokens!.forEach((token) => {
      if (!token.text.includes('\ufffd')) expect(run.text!.slice(token.start, token.end)).toBe(token.text);
    });
    expect(run.tokens!.at(-1)!.end).toBe(run.text!.length);
    expect(run.recipe.request).toEqual({ ids: [...before, ...ids] });
    await expect(service.attention({ ids: [4096] })).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining('4096') as string,
    });
    await expect(service.attention({ ids: [] })).rejects.toMatchObject({ code: 'empty' });
    await expect(service.attention({ ids: Array.from({ length: 1025 }, () => 1) })).rejects.toMatchObject({ code: 'too-long' });
  });
});

describe('texts', () => {
  let tokenizer: Tokenizer;
  let service: TestService;
  beforeAll(async () => {
    service = await loaded(generationSource('cached'));
    tokenizer = await readTokenizer(generationSource('cached').tokenizerPath!);
  });

  it('are what the tokenizer makes of all tokens, with no part of a character on the way', async () => {
    const prompt = 'import torch';
    let split = 0;
    for (let seed = 0; seed < 40; seed++) {
      const { ids, text, added, items, end } = await generate(service, prompt, { seed, temperature: 3, topP: 1, maxTokens: 30 });
      expect(added).toBe(text);
      const drawn = end === 'endOfText' ? ids.slice(0, -1) : ids;
      const before = expected.cached[0]!.ids;
      const whole = (await tokenizer.decode([...before, ...drawn])).slice((await tokenizer.decode(before)).length);
      // Of bytes in a row this decoder makes U+FFFD alone where one of them belongs to no character; here those that are whole come out.
      const known = (of: string): string => of.replace(/[^ -~\n]/g, '');
      if (whole.includes('\ufffd')) expect(isPart(known(whole), known(text)), JSON.stringify({ whole, text })).toBe(true);
      else expect(text).toBe(whole);
      split += items.filter((item) => item.added === '').length;
    }
    expect(split).toBeGreaterThan(0);
  });

  it('hold back characters that come in parts', async () => {
    const ids = (await tokenizer.encode('😀', false)).map(({ id }) => id).slice(-4);
    const { text } = await generate(service, 'x', { maxTokens: 1, method: 'greedy' }, { continuation: ids.slice(0, 3) });
    expect(text).toContain('\ufffd');
    expect((await generate(service, 'x', { maxTokens: 1, method: 'greedy' }, { continuation: ids })).text.startsWith('😀')).toBe(true);
  });

  it('say what ends them, and where that stands', async () => {
    const ended = await generate(service, expected.cached[0]!.prompt, { method: 'greedy' });
    const [, id] = ended.endTokens.tokens.map((token) => token.id);
    expect(ended).toMatchObject({ end: 'endOfText', endTokens: { from: 'generation_config.json' } });
    expect(ended.ids.at(-1)).toBe(id);
    expect(ended.items.at(-1)!.added).toBe('');
    const from = async (name: GenerationModel): Promise<unknown> =>
      (await generate(await loaded(generationSource(name)), 'x', { maxTokens: 1 })).endTokens;
    expect(await from('whole')).toEqual({ tokens: [{ id: 0, text: '<|endoftext|>' }], from: 'config.json' });
    expect(await from('fixed')).toEqual({ tokens: [{ id: 0, text: '<|endoftext|>' }], from: 'tokenizer.json' });
  });

  it('may begin with nothing where there is a token to begin with', async () => {
    const { window, tokens } = await generate(service, '', { maxTokens: 2, temperature: 1 });
    expect(window).toEqual({ start: 0, end: 0, tokens: 1, totalTokens: 1 });
    expect(tokens).toBeGreaterThan(0);
    await expect(generate(await loaded(generationSource('whole')), '')).rejects.toMatchObject({ code: 'empty' });
  });
});

describe('what cannot be continued', () => {
  it.each([
    ['masked', 'not-autoregressive', 'change by'],
    ['biased', 'no-tokenizer', 'tokenizer.json'],
  ])('a %s model', async (name, code, words) => {
    const source = name === 'masked' ? generationSource('masked') : fixtureSource(name);
    await expect(generate(await loaded(source), 'import torch')).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words) as string,
    });
  });

  it('is told with the setting and its value', async () => {
    const service = await loaded(generationSource('whole'));
    for (const [setting, words] of [
      [{ temperature: 0 }, 'temperature (0)'],
      [{ topK: -1 }, 'topK (-1)'],
      [{ topP: 1.5 }, 'topP (1.5)'],
      [{ minP: NaN }, 'minP (NaN)'],
      [{ seed: 2 ** 32 }, 'seed (4294967296)'],
      [{ stop: [''] }, 'stop ([""])'],
      [{ beams: 0 }, 'beams (0)'],
      [{ maxTokens: 0.5 }, 'maxTokens (0.5)'],
      [{ repetitionPenalty: -Infinity }, 'repetitionPenalty (-Infinity)'],
    ] as const)
      await expect(generate(service, 'x', setting)).rejects.toMatchObject({
        code: 'setting-invalid',
        message: expect.stringContaining(words) as string,
      });
    await expect(generate(service, 'x', {}, { continuation: [1, 9999] })).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining('9999') as string,
    });
  });

  it('ends a text where positions run out that no file states', async () => {
    const service = await loaded(generationSource('whole'));
    const long = await generate(service, 'import torch\n'.repeat(20), { method: 'greedy', maxTokens: 4 });
    expect(long.window.tokens).toBeLessThanOrEqual(44);
    expect(long.tokens).toBe(4);
    const { tokens, window, end } = await generate(service, 'import torch', { method: 'greedy', maxTokens: 200, repetitionPenalty: 1.5 });
    expect({ total: tokens + window.tokens, end }).toEqual({ total: 48, end: 'context' });
    const fixed = await generate(await loaded(generationSource('fixed')), 'import torch', {
      method: 'greedy',
      maxTokens: 200,
      repetitionPenalty: 1.5,
    });
    expect({ total: fixed.tokens + fixed.window.tokens, end: fixed.end }).toEqual({ total: 24, end: 'context' });
  });

  it('is told where the tokenizer is another model’s', async () => {
    const other = join(import.meta.dirname, '../../../../models/code-transformer/tokenizer.json');
    const service = await loaded({ ...generationSource('whole'), tokenizerPath: other });
    await expect(generate(service, 'import torch')).rejects.toMatchObject({
      code: 'wrong-tokenizer',
      message: expect.stringContaining(other) as string,
    });
  });

  it('goes on where its drawing was ended for another, as when its session is closed', async () => {
    const { prompt } = expected.cached[1]!;
    const settings = { seed: 4, temperature: 1.2, topP: 1, maxTokens: 40 };
    let drawings = 0;
    const service = await loaded(generationSource('cached'), undefined, (runtime) => ({
      draw: (params, options) => {
        drawings++;
        const onItem: NonNullable<typeof options>['onItem'] = (tokens) => {
          options?.onItem?.(tokens);
          void runtime.endDrawing({ drawing: params.drawing });
        };
        return runtime.draw(params, { ...options, onItem });
      },
    }));
    const ended = await generate(service, prompt, settings);
    expect(drawings).toBeGreaterThan(1);
    const alone = await generate(await loaded(generationSource('cached')), prompt, settings);
    expect(ended.items).toEqual(alone.items);
  });

  it('is told where logits are no numbers', async () => {
    const service = await loaded(generationSource('cached'), undefined, (runtime) => ({
      runKept: async (params, options) => {
        const result = await runtime.runKept(params, options);
        const outputs = Object.entries(result.outputs).map(([name, tensor]) => [
          name,
          { ...tensor, data: (tensor.data as Float32Array).fill(NaN) },
        ]);
        return { ...result, outputs: Object.fromEntries(outputs) as typeof result.outputs };
      },
    }));
    await expect(generate(service, 'x')).rejects.toMatchObject({ code: 'nan-logits' });
    const later = await loaded(generationSource('cached'), undefined, (runtime) => {
      let runs = 0;
      return {
        runKept: async (params, options) => {
          const result = await runtime.runKept(params, options);
          if (++runs > 8) for (const { data } of Object.values(result.outputs)) data.fill(NaN as never);
          return result;
        },
      };
    });
    await expect(generate(later, 'import torch', { method: 'beam' })).rejects.toMatchObject({ code: 'nan-logits' });
    const drawing = await loaded(generationSource('cached'), undefined, (runtime) => ({
      draw: (params, options) => runtime.draw({ ...params, logits: params.logits.fill(NaN) }, options),
    }));
    for (const method of ['sample', 'greedy'] as const)
      await expect(generate(drawing, 'import torch', { method })).rejects.toMatchObject({ code: 'nan-logits' });
  });

  it('falls back to runs without a cache where a cache gives other numbers', async () => {
    const service = await loaded(generationSource('cached'), undefined, (runtime) => ({
      runKept: (params, options) => {
        const keys = Object.keys(params.feeds).filter((name) => name.endsWith('.key') && 'kept' in params.feeds[name]!);
        // The keys of the two layers are exchanged.
        const feeds =
          keys.length === 2 ? { ...params.feeds, [keys[0]!]: params.feeds[keys[1]!]!, [keys[1]!]: params.feeds[keys[0]!]! } : params.feeds;
        return runtime.runKept({ ...params, feeds }, options);
      },
    }));
    const { prompt, greedy, beams } = expected.cached[1]!;
    expect(await generate(service, prompt, { method: 'greedy', maxTokens: 20 })).toMatchObject({ cached: false, ids: greedy });
    const { tokens, ...setting } = beams[2]!;
    expect((await generate(service, prompt, { method: 'beam', maxTokens: 20, ...setting })).ids).toEqual(tokens);
  });
});
