/** A text taken apart into statements that stand by themselves, so that one that changed is read without the others. */

import type { Span } from '../../maths/nesting.ts';
import { logicalLines } from '../syntax/logicalLines.ts';

/** What goes on with the statement before it. */
const goesOn = /(?:else|elif|except|finally)\b/y;
/** What begins a statement wherever it stands. */
const begins = /(?:def|class|return|import|while|with|try|raise|async|from)\b|@/y;

/**
 * The statements of the first level, each with its decorators and all that is indented below it; comments behind them belong to none.
 * What a text begins with in the middle of a block is one of them, with the blanks before it.
 */
export function piecesOf(text: string): Span[] {
  const pieces: Span[] = [];
  let decorated = false;
  let openSince: number | null = null;
  let closedBefore = 0;
  for (const { start, end, indentation, broken } of logicalLines(text)) {
    if (start === end || start < closedBefore) continue;
    const last = pieces.at(-1);
    if (last && indentation === 0 && openSince !== null) {
      // A bracket may hold lines that are not indented.
      const close = closeOf(text, openSince);
      if (close !== null && close > start) {
        last.end = closedBefore = close;
        openSince = null;
        continue;
      }
    }
    openSince = broken ? start : null;
    goesOn.lastIndex = start;
    if (last && (indentation > 0 || decorated || goesOn.test(text))) last.end = end;
    else pieces.push({ start: last ? start : start - lineLead(text, start), end });
    if (indentation === 0) decorated = text[start] === '@';
  }
  return pieces;
}

/** Characters between the beginning of a line and a place in it. */
const lineLead = (text: string, place: number): number => place - 1 - text.lastIndexOf('\n', place - 1);

const token = /#[^\n]*|"""|'''|"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?|[([{]|[)\]}]|\n/g;

/** The end of the line in which all brackets are closed that are opened behind a place; null where they are not before the next definition. */
function closeOf(text: string, place: number): number | null {
  let open = 0;
  token.lastIndex = place;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    const [sign] = found;
    if (sign === '"""' || sign === "'''") {
      const end = text.indexOf(sign, token.lastIndex);
      if (end < 0) return null;
      token.lastIndex = end + 3;
    } else if (sign === '\n') {
      begins.lastIndex = token.lastIndex;
      if (open === 0) return found.index;
      if (begins.test(text)) return null;
    } else if ('([{'.includes(sign)) open++;
    else if (')]}'.includes(sign) && --open < 0) return null;
  }
  return open === 0 ? text.length : null;
}
