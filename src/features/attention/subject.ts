import { createHash } from 'node:crypto';
import type { AttentionRun } from '../../protocol/inference.ts';
import type { AttentionSubject, AttentionViewState } from '../../protocol/attention.ts';
import { cutWindow, type TextRange } from './window.ts';

/** A document by address. A notebook's cell by its place: a cell's own address does not outlive the window. */
export interface DocumentReference {
  uri: string;
  cell?: { notebook: string; index: number };
}

/** What a panel explains, as it is kept over a reload. Offsets are UTF-16 offsets into the document. */
export type Subject =
  | { kind: 'editor'; document: DocumentReference; focus: number }
  | { kind: 'selection'; document: DocumentReference; start: number; end: number }
  /** With tokens behind it that a model has drawn, they are explained as they were drawn, by that model. */
  | { kind: 'prompt'; text: string; drawn?: DrawnTokens };

/** Tokens that a model has drawn behind a prompt. */
export interface DrawnTokens {
  model: string;
  ids: readonly number[];
}

/** Everything that a panel is made again from. */
export interface PanelState {
  /** The panel's title, by which its state is found should the editor have lost the page's own. */
  title: string;
  subject: Subject;
  view: AttentionViewState | null;
  /** Digest of the text that was last handed over, to tell after a reload whether it changed. */
  digest: string | null;
}

/** Text read out of a document to be run. */
export interface TakenText {
  text: string;
  /** Offset of `text` in the document. */
  start: number;
  /** The place in `text` that the run should be at, when it has more tokens than fit. */
  focus: number;
  /** `text` is less than what was asked for: the document or the selection is too long. */
  cut: boolean;
}

export const documentOf = (subject: Subject): DocumentReference | null => (subject.kind === 'prompt' ? null : subject.document);

/** Panels are told apart by this: one a document, and one for prompts. */
export const panelKey = (subject: Subject): string => documentOf(subject)?.uri ?? 'prompt';

/** Reads what a subject names out of its document's text (`''` for a prompt). Ranges beyond the text's end are cut to it. */
export function takeText(subject: Subject, documentText: string): TakenText {
  if (subject.kind === 'prompt') return { text: subject.text, start: 0, focus: 0, cut: false };
  const clamp = (offset: number): number => Math.min(Math.max(offset, 0), documentText.length);
  const asked: TextRange =
    subject.kind === 'selection' ? { start: clamp(subject.start), end: clamp(subject.end) } : { start: 0, end: documentText.length };
  // Of a selection that does not fit, its beginning is run; of a file, the part around the cursor.
  const focus = subject.kind === 'selection' ? 0 : clamp(subject.focus);
  const askedText = asked.start === 0 && asked.end === documentText.length ? documentText : documentText.slice(asked.start, asked.end);
  const window = cutWindow(askedText, focus);
  const text = askedText.slice(window.start, window.end);
  return { text, start: asked.start + window.start, focus: focus - window.start, cut: text.length < askedText.length };
}

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

export const hasContent = (text: string): boolean => /\S/u.test(text);

export interface Description {
  kind: AttentionSubject['kind'];
  title: string;
  modelName: string;
  taken: TakenText;
  run: AttentionRun;
  notice?: string | undefined;
  /** Absent for a prompt: the line that the taken text begins on (0-based) and how many the document has. */
  lines?: { start: number; total: number };
}

/** What the panel says a run is of. */
export function describe({ kind, title, modelName, taken, run, notice, lines }: Description): AttentionSubject {
  const { start, end } = windowOf(run, taken);
  return {
    kind,
    title,
    modelName,
    cut: taken.cut,
    windowed: taken.cut || end - start < taken.text.length,
    ...(notice && { notice }),
    ...(lines && {
      lines: {
        first: lines.start + lineBreaks(taken.text, start) + 1,
        // The line of the last character run, not of the one after it: that may stand on a line of which nothing was run.
        last: lines.start + lineBreaks(taken.text, Math.max(start, end - 1)) + 1,
        total: lines.total,
      },
    }),
  };
}

function lineBreaks(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The part of the taken text that was run. */
export const windowOf = (run: AttentionRun, taken: TakenText): TextRange => run.window ?? { start: 0, end: taken.text.length };
