/** What the lines of Python say by themselves, where no parser can make anything of them. */

import type { Span } from '../../maths/nesting.ts';

/** The first line of a definition. */
export interface Header {
  name: string;
  isClass: boolean;
  /** Its first parameter is named as that of a method is. */
  takesSelf: boolean;
  /** Offset of the line's first character that is not white space. */
  line: number;
}

const header =
  /(?:class[ \t]+(?<class>[\p{L}_][\p{L}\p{M}\p{N}_]*)[ \t]*(?:[[(:\\]|$)|(?:async[ \t]+)?def[ \t]+(?<function>[\p{L}_][\p{L}\p{M}\p{N}_]*)[ \t]*(?:\[[^\n\]]*\][ \t]*)?(?:(?:\(\s*(?:(?<first>self|cls)\b)?)|[[\\]|$))/muy;

/** The header that the line around `offset` begins with; null where it does not begin with one, as prose that happens to name a class. */
export function headerAt(text: string, offset: number): Header | null {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const line = lineStart + indentationOf(text, lineStart);
  header.lastIndex = line;
  const groups = header.exec(text)?.groups;
  const name = groups?.['class'] ?? groups?.['function'];
  if (name === undefined) return null;
  return { name, isClass: groups?.['class'] !== undefined, takesSelf: groups?.['first'] !== undefined, line };
}

/** A definition by its lines: from the decorators above its header to the last line that is indented more, or closes a bracket of it. */
export function linesOf(text: string, header: number): Span {
  return { start: decoratorsAbove(text, header), end: indentedBlock(text, header) };
}

function decoratorsAbove(text: string, header: number): number {
  let first = header;
  for (let end = text.lastIndexOf('\n', header - 1); end > 0;) {
    const lineStart = text.lastIndexOf('\n', end - 1) + 1;
    const at = lineStart + indentationOf(text, lineStart);
    if (text[at] !== '@') break;
    first = at;
    end = lineStart - 1;
  }
  return first;
}

function indentedBlock(text: string, header: number): number {
  const indentation = header - (text.lastIndexOf('\n', header - 1) + 1);
  let end = lineEnd(text, header);
  for (let at = text.indexOf('\n', header) + 1; at > 0 && at < text.length; at = text.indexOf('\n', at) + 1) {
    const own = indentationOf(text, at);
    const first = text[at + own];
    if (first === undefined || first === '\n' || first === '\r') continue;
    if (own < indentation || (own === indentation && !/[)\]}]/.test(first))) break;
    end = lineEnd(text, at);
  }
  return end;
}

function indentationOf(text: string, lineStart: number): number {
  let at = lineStart;
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\f') at++;
  return at - lineStart;
}

/** End of what stands on a line, without white space after it. */
function lineEnd(text: string, offset: number): number {
  const next = text.indexOf('\n', offset);
  return offset + text.slice(offset, next < 0 ? undefined : next).trimEnd().length;
}
