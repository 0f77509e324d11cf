import * as vscode from 'vscode';
import { commands } from '../../../contributions.ts';
import { Brushes } from './brushes.ts';
import type { PaintingOptions } from './options.ts';
import { thresholds, weightText } from './steps.ts';

/** What the status bar says of a painted text: why there is no paint, or what it is. */
export interface Title {
  text: string;
  where?: string;
  row?: 'token' | 'predicting';
  /** The largest weight. */
  largest?: number;
  query?: string;
  predicted?: string;
}

/** What painters share: brushes, the user's choice, and the entry in the status bar, which speaks for the active editor's text. */
export class Easel implements vscode.Disposable {
  readonly options: PaintingOptions;
  #brushes: Brushes | null = null;
  #item: vscode.StatusBarItem | null = null;
  readonly #titles = new Map<object, { uri: string; title: Title }>();
  readonly #following = vscode.window.onDidChangeActiveTextEditor(() => this.#show());

  constructor(options: PaintingOptions) {
    this.options = options;
  }

  /** Made when something is first painted. */
  get brushes(): Brushes {
    return (this.#brushes ??= new Brushes());
  }

  /** @param uri of the painter's document; null: the painter has nothing to say */
  title(painter: object, uri: string | null, title: Title | null): void {
    if (uri === null || !title) this.#titles.delete(painter);
    else this.#titles.set(painter, { uri, title });
    this.#show();
  }

  dispose(): void {
    this.#following.dispose();
    this.options.dispose();
    this.#brushes?.dispose();
    this.#item?.dispose();
  }

  #show(): void {
    // While a panel has the focus no editor is active: what it says of its text stays.
    const active = vscode.window.activeTextEditor?.document.uri.toString();
    const titles = [...this.#titles.values()];
    const shown = active === undefined ? titles.at(-1) : titles.findLast(({ uri }) => uri === active);
    if (!shown) {
      this.#item?.hide();
      return;
    }
    this.#item ??= vscode.window.createStatusBarItem('genlens.painting', vscode.StatusBarAlignment.Right, 200);
    const { title } = shown;
    this.#item.name = 'Genlens: Attention in the Editor';
    this.#item.command = commands.togglePainting;
    this.#item.text = `$(symbol-color) Attention: ${title.row === 'predicting' ? 'predicted by ' : ''}${title.text}`;
    this.#item.tooltip = tooltip(title, this.options.choice.on);
    this.#item.show();
  }
}

function tooltip({ text, where, row, largest, query, predicted }: Title, on: boolean): vscode.MarkdownString {
  const content = new vscode.MarkdownString('', true);
  content.isTrusted = { enabledCommands: [commands.togglePaintedRow] };
  const line = (words: string): vscode.MarkdownString => content.appendText(words).appendMarkdown('\n\n');
  if (largest === undefined || query === undefined || predicted === undefined)
    line(on ? `Attention in the editor: ${text}.` : 'The text is not painted.');
  else {
    line(
      row === 'predicting'
        ? `The text is shaded by what ${query} attends to: the row from which ${predicted} was predicted. ${where ?? ''}.`
        : `The text is shaded by what ${query} attends to, the token at the cursor: the row from which the next token is predicted. ${where ?? ''}.`,
    );
    line(`Five shades, from weight ${thresholds(largest).map(weightText).join(', ')}; the largest is ${weightText(largest)}.`);
    const other =
      row === 'predicting' ? 'Paint the row of the token at the cursor' : 'Paint the row that predicted the token at the cursor';
    content.appendMarkdown(`[${other}](command:${commands.togglePaintedRow})\n\n`);
  }
  return line(on ? 'Click to turn it off.' : 'Click to shade the text by what the token at the cursor attends to.');
}
