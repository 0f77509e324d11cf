/** What IPython takes for itself: magics, commands of the shell, questions about a name. */

import type { Span } from '../../maths/nesting.ts';

const magicLine = /^([ \t]*)(?:%{1,2}[\p{L}_].*|!(?!=).*|\?{1,2}[\p{L}_].*|[\p{L}_][\p{L}\p{N}_.]*\?{1,2}[ \t]*)$/gmu;

/** Magics whose cell is another language, or text: of IPython's own and of common extensions. */
const foreignCell =
  /^\s*%%(?:bash|sh|script|system|sx|!|cmd|html|HTML|svg|SVG|latex|markdown|javascript|js|perl|ruby|R|julia|sql|bigquery|writefile|file|cython|cpp|cuda|cu|css)\b/;

/** Where such lines stand, without their indentation. What stands there may be Python all the same, within brackets or a string. */
export function magicLines(text: string): Span[] {
  return [...text.matchAll(magicLine)].map(({ index, 0: line, 1: indentation = '' }) => ({
    start: index + indentation.length,
    end: index + line.trimEnd().length,
  }));
}

/** The text with zeros in their place, so that a block of nothing else stays a block. */
export function withoutMagics(text: string): string {
  return text.replace(magicLine, (line: string, indentation: string) => indentation.padEnd(line.length, '0'));
}

export const isForeignCell = (text: string): boolean => foreignCell.test(text);
