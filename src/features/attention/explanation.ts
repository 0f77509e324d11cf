import * as vscode from 'vscode';
import type { AttentionResult } from '../../protocol/attention.ts';
import type { AttentionRun } from '../../protocol/inference.ts';
import { Anchor } from './anchor.ts';
import { openDocument } from './documents.ts';
import { relativeToWindow } from '../../report/shownRun.ts';
import { describe, takeText, windowOf, type Subject, type TakenText } from './subject.ts';
import { tokenHolding } from './tokens.ts';
import type { TextRange } from './window.ts';

/** Text taken from a document at one moment, what came of running it, and where it stands in the document since. */
export class Explanation implements vscode.Disposable {
  readonly subject: Subject;
  /** Of tokens that were given themselves, what they decode to, once they were run. */
  taken: TakenText;
  /** Told when the text starts or ceases to differ from what was run. */
  onStale: ((stale: boolean) => void) | undefined;

  /** Of the document; null of a prompt. */
  readonly language: string | null;

  readonly #title: string;
  readonly #lines: { start: number; total: number } | undefined;
  readonly #subscriptions: vscode.Disposable[] = [];
  #anchor: Anchor;
  #document: vscode.TextDocument | null;
  #result: AttentionResult | null = null;
  #stale = false;
  /** Offset in the document at which the text that was run stands now; null where it does not, or nobody looked. */
  #start: number | null = null;

  constructor(subject: Subject, document: vscode.TextDocument | null, title: string) {
    this.subject = subject;
    this.language = document?.languageId ?? null;
    this.#title = title;
    this.#document = document;
    this.taken = takeText(subject, document?.getText() ?? '');
    this.#lines = document ? { start: document.positionAt(this.taken.start).line, total: document.lineCount } : undefined;
    this.#anchor = new Anchor(this.taken.start, this.taken.text);
    if (document) this.#follow(document.uri.toString());
  }

  get result(): AttentionResult | null {
    return this.#result;
  }

  get stale(): boolean {
    return this.#stale;
  }

  /** The subject with its places where they are in the document now. */
  get moved(): Subject {
    const { subject } = this;
    if (subject.kind === 'prompt') return subject;
    if (subject.kind === 'editor') return { ...subject, focus: this.#anchor.carry(subject.focus) };
    const [start, end] = [this.#anchor.carry(subject.start), this.#anchor.carry(subject.end)];
    // Nothing is left of it, or nothing is known: what was selected is the better guess.
    return start < end ? { ...subject, start, end } : subject;
  }

  /** Takes in the run made of the text. */
  finish(run: AttentionRun, modelName: string, notice?: string): AttentionResult {
    const { subject } = this;
    if (run.text !== undefined) {
      this.taken = { text: run.text, start: 0, focus: 0, cut: false };
      this.#anchor = new Anchor(0, run.text);
    }
    const { taken } = this;
    const window = windowOf(run, taken);
    this.#anchor = this.#anchor.narrow(window);
    const description = {
      kind: subject.kind,
      title: this.#title,
      modelName,
      taken,
      run,
      notice,
      ...(this.#lines && { lines: this.#lines }),
    };
    this.#result = { run: relativeToWindow(run, window), subject: describe(description), text: this.#anchor.text };
    this.#check();
    return this.#result;
  }

  /** Where a token stands in the document now, which is opened when it was closed; null when its text was edited. */
  async locate(token: number): Promise<{ document: vscode.TextDocument; range: vscode.Range } | null> {
    const span = this.#result?.run.tokens?.[token];
    if (!span || this.subject.kind === 'prompt') return null;
    const document = await this.#open(this.subject.document.uri);
    const range = this.#anchor.locate(span);
    return range && { document, range: rangeIn(document, range) };
  }

  /** Where the text that was run stands, in its document, which is opened when it was closed; null where it does not as it was run. */
  async place(): Promise<{ document: vscode.TextDocument; start: number } | null> {
    if (!this.#result || this.subject.kind === 'prompt') return null;
    const document = await this.#open(this.subject.document.uri);
    return this.#start === null ? null : { document, start: this.#start };
  }

  /** The token that holds the character at an offset of the document, at a line's end the one before; null outside of what was run. */
  tokenAt(offset: number): number | null {
    const tokens = this.#result?.run.tokens;
    if (!tokens || this.#start === null || !this.#document) return null;
    const at = offset - this.#start;
    const { text } = this.#anchor;
    const before = at > 0 && (at >= text.length || text[at] === '\n' || text[at] === '\r');
    return tokenHolding(tokens, before ? at - 1 : at);
  }

  /** Where a token stands in the document now; null while the text is not there as it was run, or no document is open. */
  rangeOf(token: number): vscode.Range | null {
    const span = this.#result?.run.tokens?.[token];
    if (!span || this.#start === null || !this.#document) return null;
    return rangeIn(this.#document, { start: this.#start + span.start, end: this.#start + span.end });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.onStale = undefined;
  }

  #follow(uri: string): void {
    this.#subscriptions.push(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (document.uri.toString() !== uri || contentChanges.length === 0) return;
        this.#anchor.apply(contentChanges);
        this.#document = document;
        this.#check();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document.uri.toString() === uri) this.#document = null;
      }),
      vscode.workspace.onDidOpenTextDocument((document) => {
        if (document.uri.toString() === uri) this.#reopened(document);
      }),
    );
  }

  async #open(uri: string): Promise<vscode.TextDocument> {
    const document = this.#document ?? (await openDocument({ uri }));
    if (!this.#document) this.#reopened(document);
    return document;
  }

  /** Nobody told of edits made while the document was closed: the text is looked for. */
  #reopened(document: vscode.TextDocument): void {
    this.#document = document;
    if (this.#anchor.find(readerOf(document)) === null) {
      const text = document.getText();
      const at = text.indexOf(this.#anchor.text);
      if (at >= 0 && text.indexOf(this.#anchor.text, at + 1) < 0) this.#anchor = new Anchor(at, this.#anchor.text);
      else this.#anchor.lose();
    }
    this.#check();
  }

  /** Stale: the text is not there any more as it was run, or not on the lines that the panel names. */
  #check(): void {
    if (!this.#result || !this.#document) return;
    const start = this.#anchor.find(readerOf(this.#document));
    this.#start = start;
    const line = start === null ? null : this.#document.positionAt(start).line + 1;
    const stale = line !== this.#result.subject.lines?.first;
    if (stale === this.#stale) return;
    this.#stale = stale;
    this.onStale?.(stale);
  }
}

const readerOf =
  (document: vscode.TextDocument) =>
  (start: number, end: number): string =>
    document.getText(new vscode.Range(document.positionAt(start), document.positionAt(end)));

/** The editor has no position inside a CRLF: half of one is shown as the whole line break. */
function rangeIn(document: vscode.TextDocument, { start, end }: TextRange): vscode.Range {
  const last = document.positionAt(end);
  return new vscode.Range(document.positionAt(start), document.offsetAt(last) < end ? document.positionAt(end + 1) : last);
}
