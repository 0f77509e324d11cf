import * as vscode from 'vscode';
import { meanOfAll, ownSites, siteOfMap } from '../../../maps/choice.ts';
import { mapName } from '../../../maps/names.ts';
import { messageOf } from '../../../protocol/errors.ts';
import type { AttentionRun, MapSource, ShadeRequest } from '../../../protocol/inference.ts';
import { log } from '../../log/log.ts';
import { documentOf } from '../subject.ts';
import { editorsOf } from '../../documents.ts';
import type { Explanation } from '../explanation.ts';
import { isCancelled } from '../failure.ts';
import type { Mark } from './brushes.ts';
import type { Easel, Title } from './easel.ts';
import { largestOf, stepsOf, weightText } from './steps.ts';

/** What a painter paints from. */
export interface Painted {
  /** What the panel shows, if anything. */
  readonly explanation: Explanation | null;
  /** The map that is open in the panel; null: the mean of all heads. */
  readonly chosen: MapSource | null;
  shade(request: ShadeRequest): Promise<Float32Array>;
}

/** Paints one panel's text in its editors: what the token at the cursor attends to. */
export class Painter implements vscode.Disposable {
  readonly #from: Painted;
  readonly #easel: Easel;
  readonly #subscriptions: vscode.Disposable[];
  #painted = new Set<vscode.TextEditor>();
  #wanted = false;
  #working = false;
  #disposed = false;

  constructor(from: Painted, easel: Easel) {
    this.#from = from;
    this.#easel = easel;
    this.#subscriptions = [
      easel.options.onDidChange(() => this.update()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.update()),
      vscode.window.onDidChangeActiveTextEditor(() => this.update()),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (this.#isOurs(textEditor.document)) this.update();
      }),
    ];
  }

  /** Something that the paint depends on may have changed. Only the last of several changes at once is painted. */
  update(): void {
    this.#wanted = true;
    if (!this.#working) void this.#work();
  }

  dispose(): void {
    this.#disposed = true;
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#clear();
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#wanted && !this.#disposed) {
      this.#wanted = false;
      try {
        await this.#paint();
      } catch (error) {
        this.#clear();
        if (!isCancelled(error)) log().debug(`The text was not painted: ${messageOf(error)}`);
      }
    }
    this.#working = false;
  }

  async #paint(): Promise<void> {
    const { on, row } = this.#easel.options.choice;
    const { explanation } = this.#from;
    const run = explanation?.result?.run;
    const editor = this.#editor();
    if (!explanation || !run?.tokens || !editor) return this.#clear();
    if (!on) return this.#clear({ text: 'off' });
    if (explanation.stale) return this.#clear({ text: 'text edited since' });
    const map = mapOf(run, this.#from.chosen);
    if (!map) return this.#clear();
    const cursor = explanation.tokenAt(editor.document.offsetAt(editor.selection.active));
    if (cursor === null) return this.#clear({ text: 'cursor outside of what was run' });
    const query = row === 'predicting' ? cursor - 1 : cursor;
    if (query < 0) return this.#clear({ text: 'nothing predicted the first token' });
    const weights = await this.#from.shade({
      runId: run.runId,
      map,
      direction: 'from',
      groups: [[query]],
    });
    // Another run, other text or another place meanwhile: that one is painted.
    if (this.#wanted || this.#disposed || explanation.stale) return;
    const where = mapName(map, ownSites(run));
    const named = (token: number): string => `“${onOneLine(run.tokens?.[token]?.text ?? '')}” (token ${token})`;
    const marks = marksOf(explanation, weights, (key, weight) => {
      const who = row === 'predicting' ? `${named(query)}, which predicted ${named(cursor)},` : named(query);
      return `${weightText(weight)}: ${who} attends to ${named(key)}. ${where}.`;
    });
    const editors = editorsOf(editor.document);
    for (const shown of editors) this.#easel.brushes.paint(shown, marks, explanation.rangeOf(query));
    this.#painted = new Set(editors);
    this.#title({
      text: shortToken(run.tokens[query]?.text ?? ''),
      where,
      row,
      largest: largestOf(weights),
      query: named(query),
      predicted: named(cursor),
    });
  }

  #isOurs(document: vscode.TextDocument): boolean {
    const subject = this.#from.explanation?.subject;
    return subject !== undefined && document.uri.toString() === documentOf(subject)?.uri;
  }

  #editor(): vscode.TextEditor | undefined {
    const document = vscode.window.visibleTextEditors.find((editor) => this.#isOurs(editor.document))?.document;
    return document && editorsOf(document)[0];
  }

  #clear(title: Title | null = null): void {
    for (const editor of this.#painted) this.#easel.brushes.clear(editor);
    this.#painted.clear();
    this.#title(title);
  }

  #title(title: Title | null): void {
    const subject = this.#from.explanation?.subject;
    this.#easel.title(this, title && subject ? (documentOf(subject)?.uri ?? null) : null, title);
  }
}

/** The map that is chosen, where it is of the text's tokens among themselves; without a choice the mean of all heads. */
function mapOf(run: AttentionRun, chosen: MapSource | null): MapSource | null {
  if (!chosen) return meanOfAll(run);
  const site = siteOfMap(run, chosen);
  return site && ownSites(run).includes(site) ? chosen : null;
}

function marksOf(explanation: Explanation, weights: Float32Array, hover: (key: number, weight: number) => string): Mark[] {
  const marks: Mark[] = [];
  stepsOf(weights).forEach((step, key) => {
    const range = step > 0 ? explanation.rangeOf(key) : null;
    if (range && !range.isEmpty) marks.push({ range, step, hover: hover(key, weights[key]!) });
  });
  return marks;
}

const onOneLine = (text: string): string => text.replace(/\r?\n|\r/g, '⏎').replace(/\t/g, '⇥');

function shortToken(text: string): string {
  const shown = onOneLine(text).trim();
  return shown.length > 16 ? `${shown.slice(0, 15)}…` : shown || 'white space';
}
