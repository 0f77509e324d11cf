/** What a report knows of the token behind another. */

import type { KnownNextToken, TokenSpan } from '../../src/protocol/inference.ts';
import type { Packed, ReportData } from '../../src/protocol/report.ts';
import { checkIndex } from '../../src/maps/checks.ts';

export function knownNextToken(
  { predictions, likely }: NonNullable<ReportData['next']>,
  tokens: readonly Packed<TokenSpan>[],
  position: number,
): KnownNextToken {
  const { count, vocabulary, ids, probabilities } = likely;
  const row = checkIndex('token', position, ids.length / count) * count;
  const names = new Map(likely.tokens.map(({ id, text }) => [id, text]));
  const top = Array.from(ids.subarray(row, row + count), (id, place) => {
    const probability = probabilities[row + place]!;
    return {
      id,
      text: names.get(id) ?? `#${id}`,
      probability,
      rank: place + 1,
      surprisal: probability === 1 ? 0 : -Math.log2(probability),
    };
  });
  const next = position + 1;
  const token = tokens[next];
  const [surprisal, rank, probability] = [predictions.surprisal[next], predictions.rank[next], predictions.probability[next]];
  // Nothing follows the last token of the text, padding neither.
  const told = token !== undefined && surprisal !== undefined && rank !== undefined && probability !== undefined && !Number.isNaN(rank);
  const actual = told ? { id: token.id, text: token.text, surprisal, rank, probability } : null;
  return { logits: null, vocabulary, entropy: predictions.entropy[position]!, top, actual };
}
