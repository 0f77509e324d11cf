/** Comments and docstrings of a text, found by what encloses them: enough of a lexer to know that no string or code is meant. */

import type { CommentSyntax, StringSyntax } from './languages.ts';

export interface Comment {
  readonly kind: 'line' | 'block' | 'doc';
  /** UTF-16 offsets, with what encloses it. */
  readonly start: number;
  readonly end: number;
  /** Between what encloses it. */
  readonly inner: readonly [start: number, end: number];
  /** Of a docstring: a backslash is one. */
  readonly raw: boolean;
}

/** The margin of a line, with what may stand in it. */
const widest = 200;

/** In the order in which they come. Takes one pass over the text, whatever it is. */
export function commentsOf(text: string, syntax: CommentSyntax): Comment[] {
  const found: Comment[] = [];
  const signs = signsOf(syntax);
  for (let match = next(signs, text, 0); match;) {
    const at = match.index;
    const sign = match[0];
    let end = at + sign.length;
    const block = syntax.block.find(([open]) => open === sign);
    const quoted = syntax.strings.find(({ open }) => open === sign);
    if (block && begins(text, at, sign, syntax)) {
      const close = text.indexOf(block[1], end);
      const inner = [end, close < 0 ? text.length : close] as const;
      end = close < 0 ? text.length : close + block[1].length;
      found.push({ kind: 'block', start: at, end, inner, raw: true });
    } else if (syntax.line.includes(sign)) {
      if (!syntax.afterSpace || at === 0 || /\s/.test(text[at - 1] ?? '')) {
        const inner = [end, endOfLine(text, end)] as const;
        [, end] = inner;
        found.push({ kind: 'line', start: at, end, inner, raw: true });
      }
    } else if (quoted) {
      const inner = [end, endOfString(text, end, quoted)] as const;
      end = Math.min(text.length, inner[1] + quoted.close.length);
      const prefix = syntax.docs.includes(sign) ? docPrefix(text, at) : null;
      if (prefix !== null) found.push({ kind: 'doc', start: at - prefix.length, end, inner, raw: /r|raw/i.test(prefix) });
    }
    match = next(signs, text, end);
  }
  return found;
}

/** Everything that opens something, the longer first, and characters in quotes where these are no strings. */
function signsOf({ line, block, strings, characters }: CommentSyntax): RegExp {
  const opening = [...line, ...block.map(([open]) => open), ...strings.map(({ open }) => open)];
  const escaped = [...new Set(opening)].sort((a, b) => b.length - a.length).map((sign) => sign.replace(/[^\w]/g, '\\$&'));
  return new RegExp([...(characters ? [String.raw`'(?:\\[^\n]|[^\\'\n])'`] : []), ...escaped].join('|'), 'g');
}

function next(signs: RegExp, text: string, from: number): RegExpExecArray | null {
  signs.lastIndex = from;
  return signs.exec(text);
}

/** `=begin` and `%{` are comments only on lines of their own. */
function begins(text: string, at: number, sign: string, { block }: CommentSyntax): boolean {
  if (!/^(=begin|%\{)$/.test(sign) || block.length === 0) return true;
  return /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, at - widest), at));
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : text[end - 1] === '\r' && end > from ? end - 1 : end;
}

/** Where its closing sign begins; at the end of the line or text where that is missing. */
function endOfString(text: string, from: number, { close, escapes, lines }: StringSyntax): number {
  const ends = endsOf(close, escapes, lines);
  for (let match = next(ends, text, from); match; match = next(ends, text, match.index + match[0].length)) {
    if (!match[0].startsWith('\\')) return match.index;
  }
  return text.length;
}

const endings = new Map<string, RegExp>();

function endsOf(close: string, escapes: boolean, lines: boolean): RegExp {
  const source = `${escapes ? '\\\\[^]|' : ''}${close}${lines ? '' : '|\\n'}`;
  const known = endings.get(source) ?? new RegExp(source, 'g');
  endings.set(source, known);
  return known;
}

/** What stands before a string that begins its line, as its prefix: "r", "@doc raw"; null where something else does. */
function docPrefix(text: string, at: number): string | null {
  return /(?:^|\n)[ \t]*((?:@(?:module)?doc\s+)?(?:[rRuU]|raw|~S)?)$/.exec(text.slice(Math.max(0, at - widest), at))?.[1] ?? null;
}
