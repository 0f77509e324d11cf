import { textTokens } from '../../../../../webview/attention/textTokens.ts';
import { describe, expect, it } from 'vitest';
import type { KnownNextToken, NextToken, TokenPredictions, TokenSpan } from '../../../../../src/protocol/inference.ts';
import {
  formatBits,
  formatProbability,
  listText,
  mostSurprising,
  nextSentence,
  readNext,
  sampling,
  tokenSentence,
} from '../../../../../webview/attention/next/reading.ts';
import { plainText } from '../../../../../webview/attention/words.ts';

const tokens: TokenSpan[] = ['return', ' width', '\n'].map((text, id) => ({ id, text, start: id, end: id + 1 }));
/** Probabilities 1/2, 1/4, 1/8, 1/16, 1/16. */
const logits = Float32Array.of(1, 2, 3, 4, 4).map((bits) => -bits * Math.LN2);
const names = [' self', ' width', ')', 'x', '\n'];
const token = (id: number): { id: number; text: string } => ({ id, text: names[id]! });
const next = (actual: number | null, top = [0, 1, 2]): NextToken => ({
  logits,
  top: top.map(token),
  actual: actual === null ? null : token(actual),
});

describe('a row of logits', () => {
  it('is read as probabilities, ranks, bits and entropy', () => {
    const { tokens: read, actual, entropy } = readNext(0, next(2));
    expect(read.map(({ rank }) => rank)).toEqual([1, 2, 3]);
    read.forEach(({ probability, surprisal }, place) => {
      expect(probability).toBeCloseTo(2 ** -(place + 1), 6);
      expect(surprisal).toBeCloseTo(place + 1, 6);
    });
    expect(actual).toBe(read[2]);
    expect(entropy).toBeCloseTo(1 / 2 + 2 / 4 + 3 / 8 + 4 / 8, 6);
  });

  it('is read as it was told where the whole row is not at hand', () => {
    const told = (id: number, rank: number): KnownNextToken['top'][number] => ({
      ...token(id),
      rank,
      probability: 2 ** -rank,
      surprisal: rank,
    });
    const known: KnownNextToken = { logits: null, vocabulary: 5, entropy: 1.875, top: [told(0, 1), told(1, 2)], actual: told(3, 4) };
    const reading = readNext(1, known);
    expect(reading).toMatchObject({ position: 1, logits: null, vocabulary: 5, entropy: 1.875 });
    expect(reading.tokens.map(({ id, rank }) => [id, rank])).toEqual([
      [0, 1],
      [1, 2],
      [3, 4],
    ]);
    expect(reading.actual).toBe(reading.tokens[2]);
    expect(listText(tokens, reading, null).split('\n')).toEqual([
      'After ·width (token 1); entropy 1.9 bits',
      'rank\ttoken\tprobability',
      '1\t·self\t0.500',
      '2\t·width\t0.250',
      '4\tx\t0.063\tfollows',
    ]);
  });

  it('has what really follows at its end where it is not among the most probable', () => {
    const { tokens: read, actual } = readNext(0, next(4));
    expect(read.map(({ id, rank }) => [id, rank])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [4, 5],
    ]);
    expect(actual).toBe(read[3]);
    expect(readNext(0, next(null))).toMatchObject({ actual: null });
  });

  it('says in words what is expected and what follows', () => {
    const said = (actual: number | null): string => plainText(nextSentence(tokens, readNext(0, next(actual))));
    expect(said(1)).toBe('After return the model expects ·self (0.50); ·width really follows: rank 2, 2.0 bits');
    expect(said(0)).toBe('After return the model expects ·self (0.50), which really follows: rank 1, 1.0 bits');
    expect(said(null)).toBe('After return the model expects ·self (0.50); the text ends here');
    expect(nextSentence(tokens, readNext(1, next(2)))).toContainEqual({ quoted: ')', position: 2 });
  });

  it('says which tokens stay and how they are drawn', () => {
    const drawn = sampling(logits, { topK: 2 });
    expect(drawn.stay).toBe(2);
    expect(drawn.probabilityOf(0)).toBeCloseTo(2 / 3, 6);
    expect(drawn.probabilityOf(1)).toBeCloseTo(1 / 3, 6);
    expect(drawn.probabilityOf(2)).toBeUndefined();
    expect(sampling(logits, { temperature: 0, topK: 0, topP: 1, minP: 0 })).toMatchObject({ stay: 1 });
  });

  it('is copied as lines of a table', () => {
    const reading = readNext(0, next(1));
    expect(listText(tokens, reading, sampling(logits, { topK: 2 })).split('\n')).toEqual([
      'After return (token 0); entropy 1.9 bits',
      'rank\ttoken\tprobability\tsampled',
      '1\t·self\t0.500\t0.667',
      '2\t·width\t0.250\t0.333\tfollows',
      '3\t)\t0.125\tcut',
    ]);
  });
});

describe('the tokens of the text', () => {
  const predictions: TokenPredictions = {
    surprisal: Float32Array.of(NaN, 3.25, 7),
    rank: Float32Array.of(NaN, 3, 1200),
    probability: Float32Array.of(NaN, 0.105, 0.0078),
    entropy: Float32Array.of(1, 2, 3),
  };

  it('tell how surprising they were and which row said so', () => {
    const said = (at: number): string => plainText(tokenSentence(tokens, predictions, at));
    expect(said(0)).toBe('return: the first token; no row predicts it');
    expect(said(2)).toBe('↵: 7.0 bits, rank 1,200, probability 0.008; predicted by row 1, after ·width');
  });

  it('begin with the row before the most surprising one', () => {
    expect(mostSurprising(predictions)).toBe(1);
    const of = (...bits: number[]): number => mostSurprising({ ...predictions, surprisal: Float32Array.from(bits) });
    expect([of(NaN), of(NaN, 2), of(NaN, 9, 2), of(NaN, 2, 9, NaN)]).toEqual([0, 0, 0, 1]);
  });

  it('end before the padding', () => {
    const padding = { id: 0, text: '', start: 3, end: 3 };
    expect(textTokens([...tokens, padding, padding])).toEqual(tokens);
    expect(textTokens([])).toEqual([]);
  });
});

it('numbers keep digits that say something', () => {
  expect([0, 0.04, 0.999, 3.24, 13.57].map(formatBits)).toEqual(['0.00 bits', '0.04 bits', '1.0 bits', '3.2 bits', '13.6 bits']);
  expect([1, 0.31, 0.00123, 0.00008, 0].map(formatProbability)).toEqual(['1.000', '0.310', '0.001', '0.000080', '0.000']);
});
