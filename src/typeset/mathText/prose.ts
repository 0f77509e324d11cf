/** Running text out of a document, and where each character of it stands there. */

import { commentsOf, type Comment } from './comments.ts';
import { commentSyntax, textKind, type ProseKind } from './languages.ts';

export interface Prose {
  readonly kind: ProseKind;
  /** Lines end with a line feed. */
  readonly text: string;
  /** From an offset into the text to one into the document. */
  readonly toDocument: (offset: number) => number;
  /** From an offset into the document to one into the text, the next that is part of it. */
  readonly fromDocument: (offset: number) => number;
  /** Dollar signs mean other things here: a formula between them has to look like one. */
  readonly strict: boolean;
  /** Double backticks hold LaTeX. */
  readonly ticks: boolean;
}

/** The prose that a place of a document is in; null where it is code. */
export function proseAt(text: string, language: string, offset: number): Prose | null {
  const kind = textKind(language);
  if (kind) {
    const same = (at: number): number => at;
    return { kind, text, toDocument: same, fromDocument: same, strict: false, ticks: false };
  }
  const syntax = commentSyntax(language);
  if (!syntax) return null;
  const comments = commentsOf(text, syntax);
  const index = comments.findIndex(({ start, end }) => start <= offset && offset <= end);
  const comment = comments[index];
  if (!comment) return null;
  const written = writer(text);
  if (comment.kind === 'line') for (const line of runOf(text, comments, index)) addLine(written, text, line);
  else if (comment.kind === 'block') addBlock(written, text, comment);
  else addDoc(written, comment);
  return { kind: 'comment', ...written.done(), strict: syntax.dollars, ticks: language === 'julia' };
}

/** The comments on the lines around one that are nothing but comments. */
function runOf(text: string, comments: readonly Comment[], index: number): Comment[] {
  const alone = ({ kind, start }: Comment): boolean => kind === 'line' && /^[ \t]*$/.test(lineBefore(text, start));
  const follows = (upper: Comment, lower: Comment): boolean =>
    alone(upper) && alone(lower) && /^\r?\n[ \t]*$/.test(text.slice(upper.end, lower.start));
  let [first, last] = [index, index];
  while (first > 0 && follows(comments[first - 1]!, comments[first]!)) first--;
  while (last + 1 < comments.length && follows(comments[last]!, comments[last + 1]!)) last++;
  return comments.slice(first, last + 1);
}

function addLine(written: Writer, text: string, { inner: [start, end] }: Comment): void {
  // `///`, `//!`, `#'`, `;;;`, `%%`.
  const [more = ''] = /^[/!#';%-]*/.exec(text.slice(start, end)) ?? [];
  written.add(start + more.length, end);
  written.lineFeed(end);
}

function addBlock(written: Writer, text: string, { inner: [start, end] }: Comment): void {
  const starred = /^\s*\*/.test(text.slice(text.indexOf('\n', start) + 1, end));
  for (let at = start, first = true; at <= end; first = false) {
    const stop = text.indexOf('\n', at);
    const lineEnd = stop < 0 || stop > end ? end : stop;
    const [margin = ''] = (first ? /^[*!]+/ : starred ? /^[ \t]*\*(?!\/)/ : /^/).exec(text.slice(at, lineEnd)) ?? [];
    written.add(at + margin.length, lineEnd);
    written.lineFeed(lineEnd);
    at = lineEnd + 1;
  }
}

/** In a docstring that is not raw, two backslashes are one. */
function addDoc(written: Writer, { inner: [start, end], raw }: Comment): void {
  if (raw) return written.add(start, end);
  for (let at = start; at < end;) {
    const double = written.source.indexOf('\\\\', at);
    const stop = double < 0 || double + 2 > end ? end : double + 1;
    written.add(at, stop);
    at = stop === end ? end : stop + 1;
  }
}

interface Writer {
  readonly source: string;
  add(start: number, end: number): void;
  /** Of the line that ends there. */
  lineFeed(at: number): void;
  done(): Pick<Prose, 'text' | 'toDocument' | 'fromDocument'>;
}

function writer(source: string): Writer {
  let text = '';
  /** Pieces in which offsets run alike. */
  const pieces: { from: number; at: number }[] = [];
  return {
    source,
    add(start, end) {
      const stop = end > start && source[end - 1] === '\r' ? end - 1 : end;
      pieces.push({ from: text.length, at: start });
      text += source.slice(start, Math.max(start, stop));
    },
    lineFeed(at) {
      pieces.push({ from: text.length, at });
      text += '\n';
    },
    done: () => ({
      text,
      toDocument(offset) {
        const piece = pieces.findLast(({ from }) => from <= offset);
        return piece ? piece.at + offset - piece.from : offset;
      },
      fromDocument(offset) {
        const index = pieces.findLastIndex(({ at }) => at <= offset);
        const piece = pieces[index];
        if (!piece) return 0;
        return Math.min(piece.from + offset - piece.at, pieces[index + 1]?.from ?? text.length);
      },
    }),
  };
}

const lineBefore = (text: string, at: number): string => text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
