/** LaTeX in prose, found by what people write around it. */

import type { MathSpan } from '../../protocol/typesetting.ts';
import type { ProseKind } from './languages.ts';
import { hasBlankLine, hasWords, looksLikeLatex } from './looks.ts';
import { searchIn, type Search } from './search.ts';

export interface ProseRules {
  readonly kind: ProseKind;
  /** Dollar signs mean other things: what is between them has to look like LaTeX. */
  readonly strict: boolean;
  /** Double backticks hold LaTeX. */
  readonly ticks: boolean;
}

/** What may begin at a sign: a formula, something that holds none and is skipped, or nothing (null). */
type Found = MathSpan | { readonly skipTo: number } | null;
type Rule = (text: string, at: number, rules: ProseRules, search: Search) => Found;

/** The margin of a line. */
const widest = 200;
/** UTF-16 units. */
const longest = { inline: 1_500, display: 20_000 };

/** The formulas of a text, in the order in which they come; none lies in another. */
export function mathIn(text: string, rules: ProseRules): MathSpan[] {
  const found: MathSpan[] = [];
  const search = searchIn(text);
  const signs = /\\|@f[$[{]|\$|`|\.\. math::|\b(?:stem|latexmath):\[|%|<(?=script|style|pre|code|!--)|~~~/g;
  for (let match = signs.exec(text); match; match = signs.exec(text)) {
    const at = match.index;
    const span = ruleFor(match[0])(text, at, rules, search);
    if (span && 'latex' in span) {
      found.push(span);
      signs.lastIndex = span.end;
    } else if (span) signs.lastIndex = Math.max(span.skipTo, at + 1);
  }
  return found;
}

function ruleFor(sign: string): Rule {
  switch (sign) {
    case '\\':
      return backslash;
    case '$':
      return dollar;
    case '`':
    case '~~~':
      return ticks;
    case '%':
      return percent;
    case '<':
      return tag;
    case '.. math::':
      return directive;
    default:
      return sign.startsWith('@f') ? doxygen : stem;
  }
}

/** `\(x\)`, `\[x\]`, with two backslashes as well; environments; what Doxygen and roxygen write; escapes. */
const backslash: Rule = (text, at, rules, search) => {
  const bracket = /\\{1,2}([([])/y;
  bracket.lastIndex = at;
  const opened = bracket.exec(text);
  if (opened) {
    const [open, kind] = opened;
    const close = `${open.slice(0, -1)}${kind === '(' ? ')' : ']'}`;
    const start = at + open.length;
    const end = search.nextOf(close, start);
    if (end < 0 || end - start > longest.display) return { skipTo: start };
    const latex = text.slice(start, end);
    if (latex.includes(open) || hasBlankLine(latex)) return { skipTo: start };
    // Elsewhere they are escaped brackets, or groups of a regular expression.
    if (rules.kind !== 'tex' && rules.kind !== 'html' && !looksLikeLatex(latex)) return { skipTo: start };
    return math(at, end + close.length, latex, kind === '[');
  }
  const found = doxygen(text, at, rules, search) ?? verbatim(text, at, rules, search);
  if (found || !search.mayTry()) return found ?? { skipTo: at + 2 };
  return environment(text, at, search) ?? roxygen(text, at, search) ?? { skipTo: at + 2 };
};

const environments =
  /\\begin\{((?:equation|align|alignat|flalign|gather|multline|eqnarray|dmath)\*?|math|displaymath|aligned|gathered|split|cases|[pbvBV]?matrix)\}/y;

function environment(text: string, at: number, search: Search): MathSpan | null {
  environments.lastIndex = at;
  const name = environments.exec(text)?.[1];
  if (name === undefined) return null;
  const ends = new RegExp(`\\\\(begin|end)\\{${name.replace('*', '\\*')}\\}`, 'g');
  ends.lastIndex = at;
  let depth = 0;
  for (let match = ends.exec(text); match; match = ends.exec(text)) {
    depth += match[1] === 'begin' ? 1 : -1;
    if (match.index - at > longest.display) break;
    if (depth > 0) continue;
    const end = match.index + match[0].length;
    const whole = text.slice(at, end);
    // These two have no numbers, and MathJax no name for them.
    const inner = name === 'math' || name === 'displaymath' ? whole.slice(`\\begin{${name}}`.length, -`\\end{${name}}`.length) : whole;
    return math(at, end, inner.replace('{dmath', '{equation').replace('{dmath', '{equation'), name !== 'math');
  }
  search.failed();
  return null;
}

/** `\f$x\f$`, `\f(x\f)`, `\f[x\f]`, `\f{align}{x\f}`; with `@` as well. */
const doxygen: Rule = (text, at, _, search) => {
  const opening = /[\\@]f(?:([$([])|\{(\w+\*?)\}\{?)/y;
  opening.lastIndex = at;
  const opened = opening.exec(text);
  if (!opened) return null;
  const [open, bracket, name] = opened;
  const closing = { $: '$', '(': ')', '[': ']' }[bracket ?? ''] ?? '}';
  const start = at + open.length;
  const end = search.nextOf(`${open[0]}f${closing}`, start);
  if (end < 0 || end - start > longest.display) return null;
  const latex = text.slice(start, end);
  return math(at, end + 3, name === undefined ? latex : `\\begin{${name}}${latex}\\end{${name}}`, bracket === '[' || name !== undefined);
};

/** `\eqn{x}`, `\deqn{x}{as plain text}`. */
function roxygen(text: string, at: number, search: Search): MathSpan | null {
  const opening = /\\(d?)eqn\{/y;
  opening.lastIndex = at;
  const opened = opening.exec(text);
  if (!opened) return null;
  const start = at + opened[0].length;
  const end = closingBrace(text, start);
  if (end === null) search.failed();
  return end === null ? null : math(at, end + 1, text.slice(start, end), opened[1] === 'd');
}

/** In TeX, what is set as it is written holds no formulas. */
function verbatim(text: string, at: number, { kind }: ProseRules, search: Search): Found {
  if (kind !== 'tex') return null;
  const opening = /\\verb\*?([^\w\s*])|\\begin\{(verbatim\*?|Verbatim|lstlisting|minted|comment)\}/y;
  opening.lastIndex = at;
  const opened = opening.exec(text);
  if (!opened) return null;
  const [open, delimiter, name] = opened;
  const end = search.nextOf(name === undefined ? (delimiter ?? '') : `\\end{${name}}`, at + open.length);
  return { skipTo: end < 0 ? text.length : end + 1 };
}

const dollar: Rule = (text, at, rules) => {
  if (text.startsWith('$$', at)) return doubleDollar(text, at, rules);
  if (rules.kind === 'html') return null;
  // GitHub's, which Markdown inside cannot disturb.
  const fenced = /\$`([^`\n]+)`\$/y;
  fenced.lastIndex = at;
  const inTicks = fenced.exec(text);
  if (inTicks) return math(at, at + inTicks[0].length, inTicks[1] ?? '', false);

  const end = nextDollar(text, at + 1);
  if (end === null || end - at > longest.inline) return null;
  const latex = text.slice(at + 1, end);
  if (hasBlankLine(latex) || latex === '') return null;
  if (rules.kind === 'tex') return math(at, end + 1, latex, false);
  // As Pandoc and Markdown's extensions have it: prices are no formulas.
  if (/[\w$\\]/.test(text[at - 1] ?? '') || /^\s|\s$/.test(latex) || /\w/.test(text[end + 1] ?? '')) return null;
  const plausible = rules.strict ? looksLikeLatex(latex) && /\\[a-zA-Z]|[_^]/.test(latex) : !hasWords(latex) && !/^\{[^\\]*\}/.test(latex);
  return plausible && (rules.kind === 'markdown' || rules.kind === 'comment' || looksLikeLatex(latex))
    ? math(at, end + 1, latex, false)
    : null;
};

function doubleDollar(text: string, at: number, rules: ProseRules): Found {
  const end = text.indexOf('$$', at + 2);
  const latex = text.slice(at + 2, end);
  if (end < 0 || latex.length > longest.display || latex.trim() === '') return { skipTo: at + 2 };
  const plausible = rules.strict ? /\\[a-zA-Z]{2}|[_^]/.test(latex) : !hasBlankLine(latex.trim()) || /\\[a-zA-Z]{2}/.test(latex);
  if (!plausible || (rules.kind !== 'tex' && rules.kind !== 'markdown' && hasWords(latex))) return { skipTo: at + 2 };
  // In a quotation each line has its sign.
  const quoted = rules.kind === 'markdown' && latex.split('\n').every((line, index) => index === 0 || /^[ \t]*>/.test(line));
  return math(at, end + 2, quoted ? latex.replace(/^[ \t]*>/gm, '') : latex, true);
}

/** `:math:` and `{math}` before single ticks, fences called `math`, Julia's double ticks; all else in ticks is code. */
const ticks: Rule = (text, at, rules) => {
  if (rules.kind === 'tex' || rules.kind === 'html') return null;
  const runs = /`+|~+/y;
  runs.lastIndex = at;
  const run = runs.exec(text)?.[0] ?? '';
  const start = at + run.length;
  if (run.length >= 3 && /(^|\n)[ \t]*(?:>[ \t]*)*$/.test(text.slice(Math.max(0, at - 40), at))) return fence(text, at, run);
  const end = closingTicks(text, start, run);
  if (end === null) return { skipTo: start };
  const role = /(?::math:|\{math\})$/.exec(text.slice(Math.max(0, at - 6), at));
  const latex = text.slice(start, end);
  if (role && run === '`') return math(at - role[0].length, end + 1, latex, false);
  if (rules.ticks && run === '``') return math(at, end + 2, latex, false);
  return { skipTo: end + run.length };
};

function fence(text: string, at: number, run: string): Found {
  const lineEnd = text.indexOf('\n', at);
  if (lineEnd < 0) return { skipTo: text.length };
  const closing = new RegExp(`^[ \\t]*(?:>[ \\t]*)*${run}+[ \\t]*\\r?$`, 'gm');
  closing.lastIndex = lineEnd + 1;
  const closed = closing.exec(text);
  const end = closed ? closed.index + closed[0].length : text.length;
  const info = text.slice(at + run.length, lineEnd).trim();
  if (!closed || !/^(math|\{math\})/.test(info)) return { skipTo: end };
  const latex = text.slice(lineEnd + 1, closed.index).replace(/^[ \t]*:\w+:.*$|^---\n[^]*?^---$/gm, '');
  return math(at, end, latex, true);
}

/** reStructuredText's: what stands behind it, and all that is indented below. */
const directive: Rule = (text, at, { kind }, search) => {
  if (kind === 'tex' || kind === 'html' || !search.mayTry()) return null;
  const margin = /(?:^|\n)([ \t]*)$/.exec(text.slice(Math.max(0, at - widest), at))?.[1];
  if (margin === undefined) return null;
  const lineEnd = (from: number): number => (text.indexOf('\n', from) + 1 || text.length + 1) - 1;
  const first = text.slice(at + '.. math::'.length, lineEnd(at)).trim();
  const lines: string[] = [];
  let end = lineEnd(at);
  for (let from = end + 1; from <= text.length;) {
    const stop = lineEnd(from);
    const line = text.slice(from, stop);
    const indent = /^[ \t]*/.exec(line)?.[0].length ?? 0;
    if (line.trim() !== '' && indent <= margin.length) break;
    lines.push(line.trim());
    if (line.trim() !== '') end = stop;
    from = stop + 1;
  }
  const body = lines
    .filter((line) => !/^:\w+:/.test(line))
    .join('\n')
    .trim();
  // Each paragraph is an equation of its own.
  const paragraphs = [first, ...body.split(/\n\s*\n/)].map((part) => part.trim()).filter((part) => part !== '');
  const latex = paragraphs.length > 1 ? `\\begin{gathered}${paragraphs.map(inRows).join('\\\\')}\\end{gathered}` : (paragraphs[0] ?? '');
  if (latex !== '' && latex.length <= longest.display) return math(at, end, latex, true);
  search.failed();
  return null;
};

const inRows = (latex: string): string =>
  /(?<!\\)&|\\\\/.test(latex) && !latex.startsWith('\\begin') ? `\\begin{aligned}${latex}\\end{aligned}` : latex;

/** AsciiDoc's `stem:[x]`. */
const stem: Rule = (text, at, _, search) => {
  const start = text.indexOf('[', at) + 1;
  const end = search.nextOf(']', start);
  if (end < 0 || end - start > longest.inline) return null;
  const latex = text.slice(start, end).replace(/^\$([^]*)\$$/, '$1');
  return latex.trim() === '' ? null : math(at, end + 1, latex, false);
};

/** A comment of TeX. */
const percent: Rule = (text, at, { kind }) => {
  if (kind !== 'tex') return null;
  const end = text.indexOf('\n', at);
  return { skipTo: end < 0 ? text.length : end + 1 };
};

/** What a page shows as it is written, and what it does not show. */
const tag: Rule = (text, at, { kind }, search) => {
  if (kind !== 'html' && kind !== 'markdown') return null;
  const name = /^<(script|style|pre|code|!--)/.exec(text.slice(at, at + 8))?.[1] ?? '';
  if (/^<script[^>]*math\/tex/.test(text.slice(at, at + 80))) return { skipTo: text.indexOf('>', at) };
  const close = name === '!--' ? '-->' : `</${name}`;
  const end = search.nextOf(close, at + 1);
  // Closed nowhere, it is a sign in running text.
  return end < 0 ? null : { skipTo: end + close.length };
};

function math(start: number, end: number, latex: string, display: boolean): MathSpan {
  return { start, end, latex: latex.trim(), display };
}

/** The next dollar sign that stands in no group: `$\text{for $x$}$` is one formula. */
function nextDollar(text: string, from: number): number | null {
  const signs = /\\[^]|[${}]/g;
  signs.lastIndex = from;
  let depth = 0;
  for (let match = signs.exec(text); match && match.index - from <= longest.inline; match = signs.exec(text)) {
    if (match[0] === '{') depth++;
    else if (match[0] === '}') depth = Math.max(0, depth - 1);
    else if (match[0] === '$' && depth === 0) return match.index;
  }
  return null;
}

function closingTicks(text: string, from: number, run: string): number | null {
  const runs = /`+|\n[ \t]*\n/g;
  runs.lastIndex = from;
  for (let match = runs.exec(text); match; match = runs.exec(text)) {
    if (match[0] === run) return match.index;
    if (match[0].startsWith('\n')) return null;
  }
  return null;
}

/** Of the group whose content begins there. */
function closingBrace(text: string, from: number): number | null {
  let depth = 1;
  for (let at = from; at < Math.min(text.length, from + longest.display); at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return null;
}
