/** Which pieces of a text have to be read for what is asked of one place: told by words, before anything is parsed. */

import type { Span } from '../../maths/nesting.ts';

const word = /[\p{L}_][\p{L}\p{N}_]*/gu;
/** What a piece defines, if it is a definition and nothing else. */
const definition = /^(?:@[^]*?\n)?(?:async[ \t]+)?(?:def|class)[ \t]+([\p{L}_][\p{L}\p{N}_]*)/u;

/**
 * The pieces that touch a place, those that define what is named there, what is named in those, and so on; all that is no definition is
 * among them. More than are needed, never fewer.
 */
export function piecesNear(text: string, pieces: readonly Span[], place: Span): Span[] {
  const defining = new Map<string, Span[]>();
  const near = new Set<Span>();
  for (const piece of pieces) {
    const name = definition.exec(text.slice(piece.start, piece.end))?.[1];
    if (name === undefined || (piece.start <= place.end && place.start <= piece.end)) near.add(piece);
    else defining.set(name, [...(defining.get(name) ?? []), piece]);
  }
  for (const { start, end } of near) {
    for (const [name] of text.slice(start, end).matchAll(word)) {
      for (const piece of defining.get(name) ?? []) near.add(piece);
      defining.delete(name);
    }
  }
  return pieces.filter((piece) => near.has(piece));
}
