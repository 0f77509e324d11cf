/** The formula, written in LaTeX, that a place of a document is in. */

import type { MathSpan } from '../../protocol/typesetting.ts';
import { mathIn } from './delimiters.ts';
import { expandMacros, macrosOf } from './macros.ts';
import { proseAt } from './prose.ts';
import { mayBeMath } from './signs.ts';

/** UTF-16 units: a longer text is not searched. */
const longest = 2_000_000;

/** @param offset UTF-16 units into the text */
export function mathAt(text: string, language: string, offset: number): MathSpan | null {
  if (text.length > longest || !mayBeMath(text, language, offset)) return null;
  const prose = proseAt(text, language, offset);
  if (!prose) return null;
  const place = prose.fromDocument(offset);
  const found = mathIn(prose.text, prose).find(({ start, end }) => start <= place && place < end);
  if (!found) return null;
  const latex = expandMacros(found.latex, macrosOf(prose.kind === 'comment' ? prose.text : text));
  return { ...found, latex, start: prose.toDocument(found.start), end: prose.toDocument(found.end - 1) + 1 };
}
