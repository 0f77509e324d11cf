/** Values at the ends of lines that compute formulas, while a program is stopped. */

import * as vscode from 'vscode';
import { settings } from '../../../contributions.ts';
import { setting } from '../../settings.ts';
import { placesOf } from '../source.ts';
import { inlineWords } from './briefly.ts';
import { namesOn } from './names.ts';
import type { StoppedFormulas, StoppedReading } from './stoppedFormulas.ts';

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
    const last = stoppedLocation.end.line;
    const values = reading?.document === document && reading.problem === null ? await ofFormulas(reading, viewPort, last) : [];
    if (token.isCancellationRequested) return [];
    return isOn(document) ? [...values, ...ofOtherLines(document, viewPort, last, values)] : values;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

async function ofFormulas(reading: StoppedReading, viewPort: vscode.Range, last: number): Promise<vscode.InlineValueText[]> {
  const values: vscode.InlineValueText[] = [];
  for (const statement of reading.statements) {
    const place = placesOf(reading.source, statement.terms).find(({ document }) => document === reading.document);
    const line = place?.range.end.line;
    if (!place || line === undefined || line > Math.max(last, reading.stop.line)) continue;
    if (line < viewPort.start.line || line > viewPort.end.line) continue;
    const computed = statement.standing === 'here' ? await reading.computed(statement).catch(() => null) : null;
    const words = inlineWords({ ...statement, valueAt: reading.valueAt, computed });
    if (words.length === 0) continue;
    const text = words.join('   ');
    values.push(new vscode.InlineValueText(place.range, text.length > longest ? `${text.slice(0, longest - 1)}…` : text));
  }
  return values;
}

/** Whether the editor shows values of all variables by itself: it does not where somebody else gives them. */
function isOn(document: vscode.TextDocument): boolean {
  const value: unknown = vscode.workspace.getConfiguration('debug', document).get('inlineValues');
  return value === 'on' || value === true;
}

/** What the editor would show, of the lines up to the last one that no formula has. */
function ofOtherLines(
  document: vscode.TextDocument,
  viewPort: vscode.Range,
  last: number,
  values: readonly vscode.InlineValueText[],
): vscode.InlineValueVariableLookup[] {
  const taken = new Set(values.map(({ range }) => range.end.line));
  const lookups: vscode.InlineValueVariableLookup[] = [];
  for (let line = viewPort.start.line; line <= Math.min(viewPort.end.line, last, document.lineCount - 1); line++) {
    if (taken.has(line)) continue;
    for (const { name, start } of namesOn(document.lineAt(line).text))
      lookups.push(new vscode.InlineValueVariableLookup(new vscode.Range(line, start, line, start + name.length), name));
  }
  return lookups;
}
