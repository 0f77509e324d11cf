import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultDecoding, type GeneratedToken, type Generation } from '../../../../src/protocol/generation.ts';
import type { TextRun } from '../../../../src/protocol/sampling.ts';
import { stopStrings, stopText } from '../../../../webview/sampling/text/settings.ts';
import {
  differences,
  lastLine,
  modelFacts,
  outcomeSentence,
  runSentence,
  settingsSummary,
  startSentence,
} from '../../../../webview/sampling/words.ts';

const model = {
  ...{ id: 'm', family: 'transformer' as const, title: 'Code transformer', description: '', bytes: 11_643_571, bundled: true },
};
const outcome: Generation = {
  ...{ end: 'maxTokens', text: '', tokens: 65, meanLogProbability: -Math.LN2, promptMs: 20, stepsMs: 320 },
  ...{ window: { start: 0, end: 9, tokens: 3, totalTokens: 3 }, cached: true, endTokens: { tokens: [], from: null }, sha256: '' },
  provider: { requested: 'auto', used: 'cpu', engineVersion: '1' },
};
const run: TextRun = {
  ...{
    kind: 'text',
    id: 'a',
    at: 0,
    model: 'm',
    from: { text: 'def f():\n    ', origin: null },
    settings: defaultDecoding,
    nodes: [],
    tip: -1,
    outcome: null,
  },
};

describe('what the sampling view says', () => {
  it('of models and of what will happen', () => {
    expect(modelFacts(model)).toBe('Transformer · 11.6 MB');
    expect(modelFacts({ ...model, bytes: null, bundled: false })).toBe('Transformer · added');
    expect(startSentence(model, 'prompt', null)).toBe('Code transformer continues the prompt.');
    expect(startSentence(model, 'file', null)).toContain('No text is open');
    expect(startSentence(model, 'file', { uri: '', name: 'a.py', offset: 0, line: 1200, tail: '' })).toContain(
      'a.py behind the cursor, in line 1,200',
    );
  });

  it('of how it went: steps a second without the first token, which is of the prompt', () => {
    expect(outcomeSentence(outcome)).toBe('65 tokens, as many as were asked for; 200 tokens/s');
    expect(outcomeSentence({ ...outcome, tokens: 1, end: 'stop' })).toBe('1 token, a stop string came; 50 tokens/s');
    expect(outcomeSentence({ ...outcome, tokens: 0, end: 'context' })).toBe('No token came: the context is full.');
  });

  it('of a continuation: bits a token, and the least expected', () => {
    const token = (text: string, probability: number): GeneratedToken => ({
      ...{ id: 0, text, added: text, logProbability: Math.log(probability), rank: 1, entropy: 1, drawn: 1, candidates: 1 },
      alternatives: [],
    });
    expect(runSentence([token(' x', 0.5), token('y', 0.125), token('z', 1)])).toBe(
      '3 tokens, expected at 1.33 bits each; the least expected is y (token 2, probability 0.13).',
    );
    expect(runSentence([])).toBe('The model reads the text.');
  });

  it('of settings: those that act', () => {
    expect(settingsSummary(defaultDecoding)).toBe('T 0.8 · top-p 0.95 · 64 tokens · seed 1');
    expect(settingsSummary({ ...defaultDecoding, method: 'greedy', topK: 5, stop: ['\n'] })).toBe('greedy · stop "\\n" · 64 tokens');
    expect(settingsSummary({ ...defaultDecoding, method: 'beam', lengthPenalty: 0.5, repetitionPenalty: 1.2 })).toBe(
      '4 beams · length penalty 0.5 · repetition penalty 1.2 · 64 tokens',
    );
  });

  it('of two runs: what differs', () => {
    const other = { ...run, model: 'n', settings: { ...defaultDecoding, seed: 2, stop: ['a'] } };
    expect(differences(run, run)).toEqual([]);
    expect(differences(run, other)).toEqual([
      { name: 'model', a: 'm', b: 'n' },
      { name: 'seed', a: '1', b: '2' },
      { name: 'stop', a: '[]', b: '["a"]' },
    ]);
    expect(differences(run, { ...run, from: { text: 'x\n y = 1', origin: null } })).toEqual([{ name: 'text', a: 'def f():', b: 'y = 1' }]);
  });

  it('of a text: its last line', () => {
    expect(lastLine('a\n  b  \n\n')).toBe('b');
    expect(lastLine('x'.repeat(50), 10)).toBe(`…${'x'.repeat(9)}`);
    expect(lastLine('')).toBe('');
  });
});

describe('stop strings', () => {
  it('are written in one line and read back as they are', () => {
    expect(stopText(['def', '\n\n', 'a, b', ' x '])).toBe(String.raw`def, \n\n, a\, b, \sx\s`);
    const stop = fc.array(fc.string({ minLength: 1 }), { maxLength: 5 });
    fc.assert(
      fc.property(stop, (each) => {
        expect(stopStrings(stopText(each))).toEqual(each);
      }),
    );
  });

  it('of nothing are none', () => {
    expect(stopStrings('')).toEqual([]);
    expect(stopStrings(' ,, ')).toEqual([]);
  });
});
