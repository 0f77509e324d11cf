import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { ComparedText } from '../../../protocol/attention.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import { nameOf, openDocument } from '../documents.ts';
import type { Explanation } from '../explanation.ts';
import { emptyText } from '../failure.ts';
import { hasContent, takeText, type TakenText } from '../subject.ts';
import type { TextRange } from '../window.ts';
import { correspondence } from './corresponding.ts';
import { textAtHead } from './head.ts';

/** A text to be run beside the one explained. */
export interface ReadText {
  title: string;
  taken: TakenText;
  /** The line that the taken text begins on (0-based) and how many its document has. */
  lines: { start: number; total: number };
  /** What there is to say where it is the text explained, word for word. */
  unchanged: string;
}

/**
 * Reads a text, of a long one the part that corresponds to what is explained.
 *
 * @throws RpcError 'no-head', 'document-gone', 'untrusted', 'empty'
 */
export async function readOther(text: Exclude<ComparedText, { kind: 'same' }>, explained: Explanation): Promise<ReadText> {
  return text.kind === 'head' ? readHead(explained) : readFile(text.uri, explained);
}

async function readHead(explained: Explanation): Promise<ReadText> {
  const { subject } = explained;
  if (subject.kind === 'prompt')
    throw new RpcError('no-head', 'A prompt is in no commit. Compare it with a file, or explain a file and compare that with HEAD.');
  if (subject.document.cell)
    throw new RpcError('no-head', 'Git keeps a notebook as one file, not its cells one by one. Compare the cell with another file.');
  const document = await openDocument(subject.document);
  const head = await textAtHead(document);
  const name = nameOf(document);
  const place = await placeOf(explained);
  const { text, start, end } = place;
  const whole = subject.kind === 'editor' && explained.result?.subject.windowed !== true;
  const there = correspondence(text, head);
  const taken = takeText(
    whole
      ? { kind: 'editor', document: subject.document, focus: there(focusOf(explained, place)) }
      : { kind: 'selection', document: subject.document, start: there(start), end: there(end) },
    head,
  );
  if (!hasContent(taken.text))
    throw new RpcError(
      'no-head',
      whole || !hasContent(head)
        ? `“${name}” is empty at HEAD. Compare with another file.`
        : `Nothing of what is explained of “${name}” is at HEAD: all its lines are new. Explain another part, or compare with another file.`,
    );
  return {
    title: `${name} at HEAD`,
    taken,
    lines: linesOf(head, taken.start),
    unchanged: `${name} is as it is at HEAD: the two texts are one.`,
  };
}

async function readFile(uri: string, explained: Explanation): Promise<ReadText> {
  const isOpen = vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri);
  if (!isOpen && !vscode.workspace.isTrusted)
    throw new RpcError(
      'untrusted',
      `“${posix.basename(uri)}” is not open, and no file is opened by its path in an untrusted workspace. Open it in the editor, or trust the workspace.`,
    );
  const document = await openDocument({ uri });
  const title = nameOf(document);
  const other = document.getText();
  const place = await placeOf(explained);
  const focus = correspondence(place.text, other)(focusOf(explained, place));
  const taken = takeText({ kind: 'editor', document: { uri }, focus }, other);
  if (!hasContent(taken.text)) throw emptyText('editor', title);
  return { title, taken, lines: linesOf(other, taken.start), unchanged: `${title} has the same text, word for word.` };
}

type Place = { text: string } & TextRange;

/**
 * What was run, in its document as it is now; where it was edited since, the lines that it was on. Of a prompt, and of a document that
 * is gone, in nothing but itself.
 */
async function placeOf(explained: Explanation): Promise<Place> {
  const { subject, result } = explained;
  const run = result?.text ?? explained.taken.text;
  const found = await explained.place().catch(() => null);
  if (found) return { text: found.document.getText(), start: found.start, end: found.start + run.length };
  const lines = result?.subject.lines;
  const document = subject.kind === 'prompt' ? null : await openDocument(subject.document).catch(() => null);
  if (!document || !lines) return { text: run, start: 0, end: run.length };
  const text = document.getText();
  return { text, start: lineStart(text, lines.first - 1), end: lineStart(text, lines.last) };
}

/** Where a line begins (counted from 0); the text's end where it has fewer. */
function lineStart(text: string, line: number): number {
  let at = 0;
  for (let before = 0; before < line; before++) {
    const end = text.indexOf('\n', at);
    if (end < 0) return text.length;
    at = end + 1;
  }
  return at;
}

/** Where in the place the run is centred. */
function focusOf({ moved }: Explanation, { start, end }: Place): number {
  return moved.kind === 'editor' ? Math.min(Math.max(moved.focus, start), end) : start;
}

const linesOf = (text: string, start: number): ReadText['lines'] => ({
  start: text.slice(0, start).split('\n').length - 1,
  total: text.split('\n').length,
});
