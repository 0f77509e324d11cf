/** What is said of the next token. Pure, so that each sentence and each row can be tested. */

import { entropyBits, logSoftmax, predictionOf, type TokenPrediction } from '../../../src/maths/attention/nextToken.ts';
import { sampleFrom, type SamplingFilters } from '../../../src/maths/decoding/sampling.ts';
import type { KnownNextToken, NextToken, TokenPredictions, TokenSpan, VocabularyToken } from '../../../src/protocol/inference.ts';
import { formatCount, formatShare } from '../../shared/numbers.ts';
import { shortTokenLabel } from '../../shared/tokenLabel.ts';
import type { Sentence } from '../words.ts';

/** One row of logits, read. */
export interface Reading {
  /** The token whose row it is: it predicts the one behind. */
  readonly position: number;
  /** [vocabulary]; null where the distribution is not at hand. */
  readonly logits: Float32Array | null;
  /** How many tokens there are to choose from. */
  readonly vocabulary: number;
  /** The most probable tokens in order, and what really follows where it is not among them. */
  readonly tokens: readonly ReadToken[];
  /** What really follows; null at the end of the text. */
  readonly actual: ReadToken | null;
  /** Of the row's distribution, bits. */
  readonly entropy: number;
}

export interface ReadToken extends VocabularyToken, TokenPrediction {}

export function readNext(position: number, next: NextToken | KnownNextToken): Reading {
  if (next.logits === null) return { position, ...next, ...listed(next.top, next.actual) };
  const { logits, top, actual } = next;
  const logs = logSoftmax(logits);
  const read = (token: VocabularyToken): ReadToken => ({ ...token, ...predictionOf(logs, token.id) });
  return { position, logits, vocabulary: logits.length, entropy: entropyBits(logs), ...listed(top.map(read), actual && read(actual)) };
}

/** What follows is one of the list, where it is in it, and ends it where it is not. */
function listed(top: readonly ReadToken[], actual: ReadToken | null): Pick<Reading, 'tokens' | 'actual'> {
  const follows = actual && (top.find(({ id }) => id === actual.id) ?? actual);
  return { tokens: follows && !top.includes(follows) ? [...top, follows] : top, actual: follows };
}

/** What the filters leave of a row. */
export interface Sampling {
  /** How many tokens of the vocabulary may be drawn. */
  readonly stay: number;
  /** With what probability a token is drawn; undefined where it is cut. */
  probabilityOf(id: number): number | undefined;
}

export function sampling(logits: Float32Array, filters: SamplingFilters): Sampling {
  const { ids, probabilities } = sampleFrom(logits, filters);
  const places = new Map(Array.from(ids, (id, place) => [id, place]));
  return {
    stay: ids.length,
    probabilityOf: (id) => {
      const place = places.get(id);
      return place === undefined ? undefined : probabilities[place];
    },
  };
}

/** "0.04 bits", "3.2 bits". */
export function formatBits(bits: number): string {
  return `${bits.toFixed(bits < 0.995 ? 2 : 1)} bits`;
}

/** In a list: 0.310, 0.000080. */
export function formatProbability(probability: number): string {
  return probability >= 0.001 || probability === 0 ? probability.toFixed(3) : probability.toPrecision(2);
}

/** The token before the most surprising one: where the model was most wrong. 0 where there is no other. */
export function mostSurprising({ surprisal }: TokenPredictions): number {
  let most = 1;
  surprisal.forEach((bits, token) => {
    if (bits > (surprisal[most] ?? -Infinity)) most = token;
  });
  return Math.max(0, Math.min(most, surprisal.length - 1) - 1);
}

/** What the model expects, and what follows. */
export function nextSentence(tokens: readonly TokenSpan[], { position, tokens: top, actual }: Reading): Sentence {
  const first = top[0]!;
  const start: Sentence = [
    'After ',
    { quoted: shortTokenLabel(tokens[position]?.text ?? ''), position },
    ' the model expects ',
    { quoted: shortTokenLabel(first.text) },
    ` (${formatShare(first.probability)})`,
  ];
  if (!actual) return [...start, '; the text ends here'];
  if (actual === first) return [...start, `, which really follows: rank 1, ${formatBits(actual.surprisal)}`];
  const place = `rank ${formatCount(actual.rank)}, ${formatBits(actual.surprisal)}`;
  return [...start, '; ', { quoted: shortTokenLabel(actual.text), position: position + 1 }, ` really follows: ${place}`];
}

/** What is known of one token of the text: how surprising it was, and which row said so. */
export function tokenSentence(tokens: readonly TokenSpan[], { surprisal, rank, probability }: TokenPredictions, token: number): Sentence {
  const start: Sentence = [{ quoted: shortTokenLabel(tokens[token]?.text ?? ''), position: token }];
  if (token === 0) return [...start, ': the first token; no row predicts it'];
  const numbers = `${formatBits(surprisal[token]!)}, rank ${formatCount(rank[token]!)}, probability ${formatShare(probability[token]!)}`;
  return [
    ...start,
    `: ${numbers}; predicted by row ${formatCount(token - 1)}, after `,
    { quoted: shortTokenLabel(tokens[token - 1]!.text) },
  ];
}

/** The list as text, a token a line; @param drawn null: nothing is drawn */
export function listText(tokens: readonly TokenSpan[], reading: Reading, drawn: Sampling | null): string {
  const lines = reading.tokens.map((token) => {
    const after = drawn?.probabilityOf(token.id);
    const sampled = drawn && (after === undefined ? 'cut' : formatProbability(after));
    const follows = token === reading.actual ? 'follows' : null;
    return [token.rank, shortTokenLabel(token.text), formatProbability(token.probability), sampled, follows]
      .filter((column) => column !== null)
      .join('\t');
  });
  const name = shortTokenLabel(tokens[reading.position]?.text ?? '');
  return [
    `After ${name} (token ${reading.position}); entropy ${formatBits(reading.entropy)}`,
    `rank\ttoken\tprobability${drawn ? '\tsampled' : ''}`,
    ...lines,
  ].join('\n');
}
