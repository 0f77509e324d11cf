/** Where it is worth looking for a formula: cheap, since every hover in every text asks. */

import { commentSyntax, textKind } from './languages.ts';

/** A formula begins and ends within so many UTF-16 units from a place in it: of a document, of a comment. */
const reach = { document: 20_000, comment: 4_000 };
const signs = /\$|\\[([fde]|\\begin\{|@f|math|stem:|``/;
/** Where dollar signs mean other things. */
const strongSigns = /\\[a-zA-Z]{2}|[_^]|:math:|\\f[$[(]/;

/** False where no formula can be at the place. */
export function mayBeMath(text: string, language: string, offset: number): boolean {
  const syntax = textKind(language) ? null : commentSyntax(language);
  if (syntax === undefined) return false;
  const far = syntax ? reach.comment : reach.document;
  const near = text.slice(Math.max(0, offset - far), offset + far);
  return signs.test(near) && (!syntax?.dollars || strongSigns.test(near));
}
