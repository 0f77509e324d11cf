/** Hovers on formulas that are written in LaTeX: in documents, comments and docstrings. */

import * as vscode from 'vscode';
import { commands, settings } from '../../contributions.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { PythonReader } from '../../python/client.ts';
import type { Typesetter } from '../../typeset/client.ts';
import { mayBeMath } from '../../typeset/mathText/signs.ts';
import { log } from '../log/log.ts';
import { setting } from '../settings.ts';
import { commandLink, mathMarkdown } from './hoverText.ts';
import { themeKind } from './theme.ts';
import { trusted } from './trusted.ts';

/** Milliseconds that a name may take; the picture does not wait longer for it. */
const patience = 300;

export class MathHover implements vscode.HoverProvider {
  readonly #reader: PythonReader;
  readonly #typesetter: Typesetter;

  constructor(reader: PythonReader, typesetter: Typesetter) {
    this.#reader = reader;
    this.#typesetter = typesetter;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    if (!setting(settings.formulaHover, document)) return undefined;
    const text = document.getText();
    const offset = document.offsetAt(position);
    if (!mayBeMath(text, document.languageId, offset)) return undefined;
    try {
      const found = await this.#typesetter.mathAt({ text, language: document.languageId, offset });
      if (!found || token.isCancellationRequested) return undefined;
      const { latex, display, start, end } = found;
      const formula = await this.#name(latex);
      if (token.isCancellationRequested) return undefined;
      const card = await this.#typesetter.math({ latex, display, formula, theme: themeKind() });
      if (token.isCancellationRequested) return undefined;
      const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
      return new vscode.Hover(trusted(mathMarkdown(card, { copy: commandLink(commands.copyFormula, latex) })), range);
    } catch (error) {
      log().debug(`No hover on LaTeX: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** The id of the formula that LaTeX states; null where it is none, or that is not known in time. */
  async #name(latex: string): Promise<string | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, patience, null)));
    try {
      return await Promise.race([this.#reader.nameLatex({ latex }), late]);
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}
