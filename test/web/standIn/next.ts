/** What a model might expect after each token: logits from a token's number, the one that follows mostly near the top. */

import { entropyBits, logSoftmax, predictionOf } from '../../../src/maths/attention/nextToken.ts';
import type { AttentionRun, NextToken, TokenPredictions } from '../../../src/protocol/inference.ts';

const words = [' self', ' width', '(', ')', '\n    ', ' return', '.', ' =', ' x', 'é', '\ufffd', '\n', ' in', ':', '    ', 'shape'];

/** [tokens + 300]: ids of the stand-in's runs are positions. */
function logitsOf({ tokens = [] }: AttentionRun, position: number): Float32Array {
  const logits = Float32Array.from({ length: tokens.length + 300 }, (_, id) => 4 * hash(position, id) ** 3);
  if (position + 1 < tokens.length) logits[position + 1] = 12 * hash(position, 7) - 1;
  return logits;
}

export function predictionsOf(run: AttentionRun | undefined): TokenPredictions {
  const count = run?.tokens?.length ?? 0;
  const blank = (): Float32Array => new Float32Array(count).fill(NaN);
  const [surprisal, rank, probability, entropy] = [blank(), blank(), blank(), blank()];
  for (let row = 0; run && row < count; row++) {
    const logs = logSoftmax(logitsOf(run, row));
    entropy[row] = entropyBits(logs);
    if (row + 1 === count) break;
    const next = predictionOf(logs, row + 1);
    [surprisal[row + 1], rank[row + 1], probability[row + 1]] = [next.surprisal, next.rank, next.probability];
  }
  return { surprisal, rank, probability, entropy };
}

export function nextTokenOf(run: AttentionRun | undefined, position: number): NextToken {
  if (!run?.tokens) throw new Error('Nothing is shown.');
  const { tokens } = run;
  const logits = logitsOf(run, position);
  const token = (id: number): { id: number; text: string } => ({ id, text: tokens[id]?.text ?? words[id % words.length]! });
  const ids = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b);
  return { logits, top: ids.slice(0, 20).map(token), actual: position + 1 < tokens.length ? token(position + 1) : null };
}

/** 0 to 1, the same for the same numbers. */
function hash(a: number, b: number): number {
  let x = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
}
