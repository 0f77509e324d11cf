/** Values at the ends of lines that compute formulas, while a program is stopped. */

import * as vscode from 'vscode';
import { settings } from '../../../contributions.ts';
import { setting } from '../../settings.ts';
import { placesOf } from '../source.ts';
import { inlineWords } from './briefly.ts';
import type { StoppedFormulas } from './stoppedFormulas.ts';

/** Characters at the end of one line. */
const longest = 160;

export class FormulaInlineValues implements vscode.InlineValuesProvider, vscode.Disposable {
  readonly #formulas: StoppedFormulas;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;
  readonly onDidChangeInlineValues = this.#changed.event;

  constructor(formulas: StoppedFormulas) {
    this.#formulas = formulas;
    this.#subscription = formulas.onDidChange(({ kind }) => kind === 'read' && this.#changed.fire());
  }

  async provideInlineValues(
    document: vscode.TextDocument,
    viewPort: vscode.Range,
    { frameId, stoppedLocation }: vscode.InlineValueContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineValue[]> {
    if (!setting(settings.inlineValues, document)) return [];
    const reading = await this.#formulas.whenRead(frameId, token);
    if (reading?.document !== document || reading.problem !== null) return [];
    const values: vscode.InlineValue[] = [];
    for (const statement of reading.statements) {
      const place = placesOf(reading.source, statement.terms).find((one) => one.document === document);
      const line = place?.range.end.line;
      if (!place || line === undefined || line > Math.max(stoppedLocation.end.line, reading.stop.line)) continue;
      if (line < viewPort.start.line || line > viewPort.end.line) continue;
      const computed = statement.standing === 'here' ? await reading.computed(statement).catch(() => null) : null;
      if (token.isCancellationRequested) return [];
      const words = inlineWords({ ...statement, valueAt: reading.valueAt, computed });
      if (words.length === 0) continue;
      const text = words.join('   ');
      values.push(new vscode.InlineValueText(place.range, text.length > longest ? `${text.slice(0, longest - 1)}…` : text));
    }
    return values;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
