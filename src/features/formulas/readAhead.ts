/** Reads the Python that comes into view before it is pointed at: the first hover then waits neither for threads nor for their first work. */

import * as vscode from 'vscode';
import { settings } from '../../contributions.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { Typesetter } from '../../typeset/client.ts';
import { log } from '../log/log.ts';
import { setting } from '../settings.ts';
import type { FormulaFinder } from './finder.ts';
import { offsetIn, sourceOf } from './source.ts';
import { themeKind } from './theme.ts';

/** Milliseconds that a file is looked at first: who only passes through it costs nothing. */
const pause = 300;

export class ReadAhead implements vscode.Disposable {
  readonly #finder: Pick<FormulaFinder, 'at'>;
  readonly #typesetter: Pick<Typesetter, 'names' | 'formula'>;
  readonly #subscription: vscode.Disposable;
  #waiting: NodeJS.Timeout | undefined;

  constructor(finder: Pick<FormulaFinder, 'at'>, typesetter: Pick<Typesetter, 'names' | 'formula'>) {
    this.#finder = finder;
    this.#typesetter = typesetter;
    this.#subscription = vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#later(editor)),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
        if (textEditor === vscode.window.activeTextEditor) this.#later(textEditor);
      }),
    );
    this.#later(vscode.window.activeTextEditor);
  }

  dispose(): void {
    clearTimeout(this.#waiting);
    this.#subscription.dispose();
  }

  #later(editor: vscode.TextEditor | undefined): void {
    clearTimeout(this.#waiting);
    if (editor?.document.languageId === 'python') this.#waiting = setTimeout(() => void this.#read(editor), pause);
  }

  async #read({ document, visibleRanges }: vscode.TextEditor): Promise<void> {
    if (document.isClosed || !setting(settings.formulaHover, document)) return;
    const source = sourceOf(document);
    const [view] = visibleRanges;
    const start = source && view && offsetIn(source, document, view.start);
    const end = source && view && offsetIn(source, document, view.end);
    if (!source || typeof start !== 'number' || typeof end !== 'number') return;
    try {
      const [[finding]] = await Promise.all([this.#finder.at(source, { start, end }), this.#typesetter.names({ ids: [] })]);
      // Its picture is kept; what the first one takes, all others do not.
      if (finding) await this.#typesetter.formula({ finding, theme: themeKind() });
    } catch (error) {
      log().debug(`Nothing was read ahead: ${messageOf(error)}`);
    }
  }
}
