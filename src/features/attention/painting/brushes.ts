import * as vscode from 'vscode';
import { colours } from '../../../contributions.ts';
import { stepCount } from './steps.ts';

/** A token to be painted. */
export interface Mark {
  range: vscode.Range;
  /** 1 to `stepCount`. */
  step: number;
  hover: string;
}

/** What an editor is painted with. */
export class Brushes implements vscode.Disposable {
  readonly #steps: readonly vscode.TextEditorDecorationType[];
  readonly #query: vscode.TextEditorDecorationType;

  constructor() {
    this.#steps = colours.attention.map((id, index) =>
      vscode.window.createTextEditorDecorationType({
        backgroundColor: new vscode.ThemeColor(id),
        rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
        // What is attended to most is found again where the text is long.
        ...(index >= stepCount - 2 && {
          overviewRulerColor: new vscode.ThemeColor(id),
          overviewRulerLane: vscode.OverviewRulerLane.Center,
        }),
      }),
    );
    this.#query = vscode.window.createTextEditorDecorationType({
      border: '1px solid',
      borderColor: new vscode.ThemeColor(colours.attentionQuery),
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    });
  }

  paint(editor: vscode.TextEditor, marks: readonly Mark[], query: vscode.Range | null): void {
    this.#steps.forEach((brush, index) => {
      const decorations = marks.filter(({ step }) => step === index + 1).map(({ range, hover }) => ({ range, hoverMessage: plain(hover) }));
      editor.setDecorations(brush, decorations);
    });
    editor.setDecorations(this.#query, query ? [query] : []);
  }

  clear(editor: vscode.TextEditor): void {
    this.paint(editor, [], null);
  }

  dispose(): void {
    for (const brush of [...this.#steps, this.#query]) brush.dispose();
  }
}

/** A token may hold anything: nothing of it is read as Markdown. */
const plain = (text: string): vscode.MarkdownString => new vscode.MarkdownString().appendText(text);
