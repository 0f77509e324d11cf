/** LaTeX as elements of the page, whose terms can be pointed at and come to by keyboard. */

import katex from 'katex';
import { plainLatex, type Formula, type Term } from '../../../src/formulas/formula.ts';

/**
 * KaTeX's elements for LaTeX of the catalogue. The only attribute that LaTeX can set is the id of a term.
 * @throws ParseError where it is no LaTeX that KaTeX knows
 */
export function typeset(latex: string, displayMode = false): HTMLElement {
  const element = document.createElement('span');
  element.className = 'formula-latex';
  katex.render(latex, element, {
    displayMode,
    throwOnError: true,
    strict: (code: string) => (code === 'htmlExtension' ? 'ignore' : 'error'),
    trust: ({ command }) => command === '\\htmlData',
    macros: { '\\term': '\\htmlData{term=#1}{#2}' },
  });
  return element;
}

/** Where lines below each other are aligned: at their first equals sign, or at their start. */
export type Alignment = 'equals' | 'left';

/** Lines below each other; terms are controls named by the formula, one of which Tab comes to. */
export function typesetLines(
  lines: readonly string[],
  formula: { readonly terms: readonly Pick<Term, 'id' | 'name'>[] },
  aligned: Alignment,
): HTMLElement {
  const element = typeset(alignedLatex(lines, aligned), true);
  const drawn = element.querySelector('.katex-html');
  // Drawn glyphs are read from the MathML beside them; what is left to hear of them are the terms.
  drawn?.removeAttribute('aria-hidden');
  if (drawn) hideBetweenTerms(drawn);
  const terms = element.querySelectorAll<HTMLElement>('[data-term]');
  terms.forEach((term, index) => {
    const found = formula.terms.find(({ id }) => id === term.dataset['term']);
    term.classList.add('formula-term');
    term.setAttribute('role', 'button');
    term.setAttribute('aria-label', found?.name ?? '');
    term.tabIndex = index === 0 ? 0 : -1;
  });
  return element;
}

/** Running text in which LaTeX stands between dollar signs. */
export function typesetWords(words: string): (string | HTMLElement)[] {
  return words.split('$').map((part, index) => (index % 2 === 0 ? part : typeset(part)));
}

/** The formula to paste elsewhere: all that is shown of it, without terms. */
export function latexToCopy({ latex, lines }: Formula): string {
  return alignedLatex([latex, ...lines].map(plainLatex), 'equals', '\n');
}

function alignedLatex(lines: readonly string[], aligned: Alignment, separator = ''): string {
  if (lines.length === 1) return lines[0] ?? '';
  const rows = lines.map((line) => (aligned === 'equals' ? atFirstEquals(line) : `&${line}`)).join(String.raw` \\[8pt]${separator || ' '}`);
  return [String.raw`\begin{aligned}`, rows, String.raw`\end{aligned}`].join(separator);
}

/** Marks the first equals sign outside of all braces as the place to align at. */
function atFirstEquals(line: string): string {
  let depth = 0;
  for (let index = 0; index < line.length; index++) {
    if (line[index] === '{') depth++;
    else if (line[index] === '}') depth--;
    else if (line[index] === '=' && depth === 0) return `${line.slice(0, index)}&${line.slice(index)}`;
  }
  return `&${line}`;
}

function hideBetweenTerms(element: Element): void {
  for (const child of element.children) {
    if (child.matches('[data-term]')) continue;
    if (child.querySelector('[data-term]')) hideBetweenTerms(child);
    else child.setAttribute('aria-hidden', 'true');
  }
}
