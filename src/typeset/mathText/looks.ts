/** What text looks like that stands between signs which may enclose a formula. */

export const hasBlankLine = (text: string): boolean => /\n[ \t\r]*\n/.test(text);

/** Text of commands that take it is text; what then are words in a row is a sentence. */
export function hasWords(latex: string): boolean {
  const bare = latex.replace(/\\(?:text|mathrm|mathit|mathbf|mathsf|operatorname|textrm|mbox)\*?\{[^{}]*\}|\\[a-zA-Z]+/g, '');
  return /\b[A-Za-z]{2,40}[,;:]?\s+[A-Za-z]{2,40}\b|(?<![\w.])\d[\w.]{0,20}\s+[A-Za-z]{2,40}\b/.test(bare);
}

/** More than a word, a path or an index: a command, an exponent, an index, an equation, or one letter. */
export function looksLikeLatex(latex: string): boolean {
  return (
    !hasWords(latex) &&
    /\\[a-zA-Z]{2,}|[A-Za-z0-9)}\]]\s*[_^]\s*[A-Za-z0-9{\\]|[A-Za-z0-9)]\s*[=<>]\s*[\w\\(-]|^\s*[A-Za-z]\s*$/.test(latex)
  );
}
