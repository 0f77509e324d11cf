/** Shows in the code where the symbols of a formula stand, until the next click, edit or Escape. */

import * as vscode from 'vscode';
import { contextKeys } from '../../contributions.ts';
import { editorsOf, showRange } from '../documents.ts';
import type { MarkRequest } from './markRequest.ts';
import { openSource, placesOf, type Source } from './source.ts';

export class TermMarks implements vscode.Disposable {
  readonly #brushes = new Map<string, vscode.TextEditorDecorationType>();
  readonly #subscriptions: vscode.Disposable[];
  #marked = new Set<vscode.TextDocument>();
  /** Bringing the first of them into sight may set a cursor, which is no click; the editor tells of that a moment later. */
  #showing = false;
  #cursor: vscode.Selection | null = null;

  constructor() {
    const clearOf = (document: vscode.TextDocument): void => {
      if (this.#marked.has(document) && !this.#showing) this.clear();
    };
    this.#subscriptions = [
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections: [cursor] }) => {
        if (!this.#cursor || !cursor?.isEqual(this.#cursor)) clearOf(textEditor.document);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) clearOf(document);
      }),
    ];
  }

  /** Marks what is in sight already; the focus stays where it is. */
  mark(request: MarkRequest): void {
    this.clear();
    const found = placesAsked(request);
    if (found) this.#paint(found.places);
  }

  async show(request: MarkRequest): Promise<void> {
    this.clear();
    const found = placesAsked(request);
    if (!found) {
      vscode.window.setStatusBarMessage('The code was edited since: ask for its formula again.', 5_000);
      return;
    }
    const { source, places } = found;
    const first = places.toSorted((a, b) => orderOf(source, a) - orderOf(source, b))[0];
    if (!first) return;
    this.#showing = true;
    try {
      await reveal(first);
      this.#cursor = editorsOf(first.document)[0]?.selection ?? null;
      this.#paint(places);
      await vscode.commands.executeCommand('setContext', contextKeys.termsShown, true);
    } finally {
      this.#showing = false;
    }
  }

  clear(): void {
    if (this.#marked.size === 0) return;
    for (const editor of vscode.window.visibleTextEditors) {
      if (!this.#marked.has(editor.document)) continue;
      for (const brush of this.#brushes.values()) editor.setDecorations(brush, []);
    }
    this.#marked.clear();
    this.#cursor = null;
    void vscode.commands.executeCommand('setContext', contextKeys.termsShown, false);
  }

  dispose(): void {
    for (const disposable of [...this.#subscriptions, ...this.#brushes.values()]) disposable.dispose();
  }

  #paint(places: readonly Place[]): void {
    this.#marked = new Set(places.map(({ document }) => document));
    for (const document of this.#marked) {
      for (const editor of editorsOf(document)) {
        for (const colour of new Set(places.map((place) => place.colour))) {
          const ranges = places.filter((place) => place.document === document && place.colour === colour).map(({ range }) => range);
          editor.setDecorations(this.#brush(colour), ranges);
        }
      }
    }
  }

  #brush(colour: string): vscode.TextEditorDecorationType {
    let brush = this.#brushes.get(colour);
    if (!brush) {
      brush = vscode.window.createTextEditorDecorationType({
        backgroundColor: `${colour}33`,
        border: `1px solid ${colour}`,
        borderRadius: '2px',
        overviewRulerColor: colour,
        overviewRulerLane: vscode.OverviewRulerLane.Center,
        rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
      });
      this.#brushes.set(colour, brush);
    }
    return brush;
  }
}

interface Place {
  readonly colour: string;
  readonly document: vscode.TextDocument;
  readonly range: vscode.Range;
}

/** Null where the code is another since. */
function placesAsked({ uri, version, marks }: MarkRequest): { source: Source; places: Place[] } | null {
  const source = openSource(uri);
  if (source?.version !== version) return null;
  const places = marks.flatMap(({ colour, spans }) =>
    spans.flatMap((span) => placesOf(source, span)).map((place) => ({ colour, ...place })),
  );
  return { source, places };
}

/** Gives the code the focus, so that Escape is heard, and moves it only where the place is not in sight. */
async function reveal({ document, range }: { document: vscode.TextDocument; range: vscode.Range }): Promise<void> {
  const editor = editorsOf(document)[0];
  if (!editor) return showRange(document, new vscode.Range(range.start, range.start));
  if (document.uri.scheme !== 'vscode-notebook-cell') {
    await vscode.window.showTextDocument(document, editor.viewColumn === undefined ? {} : { viewColumn: editor.viewColumn });
  }
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

function orderOf({ parts }: Source, { document, range }: { document: vscode.TextDocument; range: vscode.Range }): number {
  return (parts.find((part) => part.document === document)?.start ?? 0) + document.offsetAt(range.start);
}
