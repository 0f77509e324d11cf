/** Lines of Python as its tokenizer sees them, from the characters alone: for text that no parser takes as a whole. */

import type { Span } from '../../maths/nesting.ts';

/** One statement, or the header of one, over as many lines as its brackets and strings take. `start` is its first character. */
export interface LogicalLine extends Span {
  /** Columns before it; a tab reaches to the next multiple of 8, as in Python. */
  readonly indentation: number;
  /** A bracket or a string in it is not closed, or closed twice. */
  readonly broken: boolean;
  /** It ends in an operator, so that a parser that does not mind lines takes the next one for a part of it. */
  readonly dangling: boolean;
}

/** What begins a statement and cannot stand at the beginning of a line within brackets. */
const statement =
  /(?:def|class|return|import|while|with|try|raise|assert|del|pass|break|continue|global|nonlocal|elif|except|finally)\b|@[\p{L}_]|async[ \t]+(?:def|with)\b|from[ \t]+[\p{L}_.][\p{L}\p{N}_.]*[ \t]+import\b/uy;
const token =
  /[ \t\f]+|#[^\n]*|\\\r?\n|(?<quotes>(?:[bBrRuUfFtT]{0,2})(?:"""|'''|"|'))|[\p{L}_][\p{L}\p{M}\p{N}_]*|\p{N}[\p{L}\p{N}_]*\.?|(?<opening>[([{])|(?<closing>[)\]}])|(?<end>\r?\n)|\.{3}|[-+*/%@&|^<>=~!]+|[^]/uy;
const operator = /^(?:[-+*/%@&|^<>=~!]+|\.|and|or|not|in|is|if|else|lambda|await)$/;
/** Lines that may end in one: a look at them that costs little. */
export const mayDangle = /(?:[-+*/%@&|^<>=~!.]|\b(?:and|or|not|in|is|if|else|lambda|await))[ \t]*(?:#.*)?\r?$/m;
const closes: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

export interface Lines {
  readonly lines: readonly LogicalLine[];
  /** Each to the end of its line. */
  readonly comments: readonly Span[];
}

export const logicalLines = (text: string): readonly LogicalLine[] => readLines(text).lines;

/**
 * The logical lines of a text, and its comments. Where a bracket stays open, its line ends before the next one that begins a statement, or
 * that is not indented more than the line itself.
 */
export function readLines(text: string): Lines {
  const lines: LogicalLine[] = [];
  const comments: Span[] = [];
  let at = 0;
  while (at < text.length) {
    const { indentation, first } = indentationAt(text, at);
    if (first >= text.length) break;
    if (text[first] === '#' || text[first] === '\n' || text.startsWith('\r\n', first)) {
      const next = text.indexOf('\n', first);
      if (text[first] === '#') comments.push({ start: first, end: lineEndAt(text, first) });
      at = next < 0 ? text.length : next + 1;
      continue;
    }
    const { next, ...line } = readLine(text, first, indentation, comments);
    lines.push({ ...line, start: first, indentation });
    at = next;
  }
  return { lines, comments };
}

interface Read {
  end: number;
  next: number;
  broken: boolean;
  dangling: boolean;
}

function readLine(text: string, first: number, indentation: number, comments: Span[]): Read {
  const open: string[] = [];
  let broken = false;
  let end = first;
  let last = '';
  const read = (next: number, isBroken: boolean): Read => {
    // `from a import *` is whole.
    const dangling = operator.test(last) && !(last === '*' && text.startsWith('from', first));
    return { end, next, broken: isBroken, dangling };
  };
  for (let at = first; at < text.length;) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (!found) break;
    const { quotes, opening, closing, end: lineEnd } = found.groups ?? {};
    at = token.lastIndex;
    if (opening) open.push(opening);
    else if (closing && open.pop() !== closes[closing]) broken = true;
    else if (quotes) {
      const after = stringEnd(text, at, quotes.replace(/^\w+/, ''));
      broken ||= after === null;
      at = after ?? lineEndAt(text, at);
    } else if (lineEnd) {
      if (open.length === 0) return read(at, broken);
      if (beginsStatement(text, at, indentation)) return read(at, true);
      continue;
    } else if (found[0].startsWith('#')) {
      comments.push({ start: found.index, end: lineEndAt(text, found.index) });
      continue;
    } else if (/^[\s\\]/.test(found[0])) continue;
    end = at;
    last = found[0];
  }
  return read(text.length, broken || open.length > 0);
}

/** Whether the line that begins at `at` is a statement of its own although a bracket is open that a line of this indentation opened. */
function beginsStatement(text: string, at: number, around: number): boolean {
  const { indentation, first } = indentationAt(text, at);
  const character = text[first];
  if (character === undefined || '\r\n#)]}"\''.includes(character)) return false;
  statement.lastIndex = first;
  return indentation <= around || statement.test(text);
}

/** Where a string ends that has begun before `at`; null where it does not. */
function stringEnd(text: string, at: number, quotes: string): number | null {
  for (let place = at; place < text.length; place++) {
    if (text[place] === '\\') place += text.startsWith('\r\n', place + 1) ? 2 : 1;
    else if (text.startsWith(quotes, place)) return place + quotes.length;
    else if (text[place] === '\n' && quotes.length === 1) return null;
  }
  return null;
}

const lineEndAt = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : text[end - 1] === '\r' ? end - 1 : end;
};

function indentationAt(text: string, lineStart: number): { indentation: number; first: number } {
  let indentation = 0;
  let first = lineStart;
  for (; ; first++) {
    if (text[first] === ' ') indentation++;
    else if (text[first] === '\t') indentation += 8 - (indentation % 8);
    else if (text[first] !== '\f' && text[first] !== '\ufeff') return { indentation, first };
  }
}
