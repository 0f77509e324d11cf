/** Hovers on formulas in Python. */

import * as vscode from 'vscode';
import { settings } from '../../contributions.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { Finding } from '../../protocol/python.ts';
import type { Typesetter } from '../../typeset/client.ts';
import { log } from '../log/log.ts';
import { setting } from '../settings.ts';
import { cardHover } from './cardHover.ts';
import type { FormulaDiagnostics } from './diagnostics/formulaDiagnostics.ts';
import { levelsFor } from './diagnostics/level.ts';
import { inForce } from './diagnostics/levels.ts';
import type { FormulaFinder } from './finder.ts';
import { meantAt } from './lookup.ts';
import { offsetIn, placesOf, sourceOf, type Source } from './source.ts';

/** Formulas around one that are shown too, and formulas of one function. */
const most = { around: 2, held: 6 };

/** Values of a formula while a program is stopped, as Markdown; null where there are none. */
export type ValuesOf = (document: vscode.TextDocument, finding: Finding) => Promise<string | null>;

export class CodeHover implements vscode.HoverProvider {
  readonly #finder: FormulaFinder;
  readonly #typesetter: Typesetter;
  readonly #diagnostics: Pick<FormulaDiagnostics, 'of'>;
  readonly #valuesOf: ValuesOf;

  constructor(finder: FormulaFinder, typesetter: Typesetter, diagnostics: Pick<FormulaDiagnostics, 'of'>, valuesOf: ValuesOf) {
    this.#finder = finder;
    this.#typesetter = typesetter;
    this.#diagnostics = diagnostics;
    this.#valuesOf = valuesOf;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    if (!setting(settings.formulaHover, document)) return undefined;
    try {
      return await this.#hover(document, position, token);
    } catch (error) {
      log().debug(`No hover on formulas: ${messageOf(error)}`);
      return undefined;
    }
  }

  async #hover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const source = sourceOf(document);
    const offset = source && offsetIn(source, document, position);
    if (!source || offset === null) return undefined;
    // Both threads start at once.
    this.#typesetter.names({ ids: [] }).catch(() => undefined);
    const { text, firstNonWhitespaceCharacterIndex: indent } = document.lineAt(position.line);
    // In the margin nothing is pointed at.
    if (position.character < indent) return undefined;
    const line = { start: offset - position.character + indent, end: offset - position.character + text.trimEnd().length };
    // What is wrong with it is told as far as it is known: a hover does not wait for it.
    const findings = inForce(await this.#finder.at(source, { start: offset, end: offset }, signalOf(token)), levelsFor(source.uri));
    const meant = meantAt(findings, offset, line);
    if (!meant || token.isCancellationRequested) return undefined;
    const { by, findings: all } = meant;
    const shown = all.slice(0, by === 'place' ? 1 + most.around : most.held);
    const saidAt = this.#diagnostics.of(document).length > 0 ? offset : null;
    const contents = await cardHover(this.#typesetter, source, shown, by === 'function' && shown.length > 1, saidAt);
    const values = by === 'place' ? await this.#valuesOf(document, shown[0]!) : null;
    if (token.isCancellationRequested) return undefined;
    if (values !== null) contents.unshift(new vscode.MarkdownString(values));
    if (by === 'function' && all.length > shown.length)
      contents.push(new vscode.MarkdownString(`… and ${all.length - shown.length} more.`));
    return new vscode.Hover(contents, by === 'place' ? rangeOf(source, shown[0]!, document, position) : undefined);
  }
}

function signalOf(token: vscode.CancellationToken): AbortSignal {
  const stop = new AbortController();
  token.onCancellationRequested(() => stop.abort());
  return stop.signal;
}

/** Of the finding, where it is what is pointed at. */
function rangeOf(source: Source, finding: Finding, document: vscode.TextDocument, position: vscode.Position): vscode.Range | undefined {
  return placesOf(source, finding).find((place) => place.document === document && place.range.contains(position))?.range;
}
