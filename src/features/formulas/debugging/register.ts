/** What is shown of formulas while Python is debugged. */

import * as vscode from 'vscode';
import { contextKeys, settings } from '../../../contributions.ts';
import type { PythonReader } from '../../../python/client.ts';
import type { Typesetter } from '../../../typeset/client.ts';
import { setting } from '../../settings.ts';
import type { ValuesOf } from '../codeHover.ts';
import type { FormulaFinder } from '../finder.ts';
import { valuesMarkdown } from './hoverValues.ts';
import type { TermMarks } from '../termMarks.ts';
import { FormulaInlineValues } from './inlineValues.ts';
import { StoppedFormulas } from './stoppedFormulas.ts';
import { Stops } from './stops.ts';
import { StopViewProvider } from './stopView.ts';

export interface DebuggingServices {
  readonly extensionUri: vscode.Uri;
  readonly python: PythonReader;
  readonly typesetter: Typesetter;
  readonly finder: FormulaFinder;
  readonly marks: TermMarks;
}

export function registerDebugging({ extensionUri, python, typesetter, finder, marks }: DebuggingServices): {
  readonly valuesOf: ValuesOf;
  readonly subscription: vscode.Disposable;
} {
  const stops = new Stops();
  const formulas = new StoppedFormulas({
    stops,
    finder,
    python,
    code: vscode.Uri.joinPath(extensionUri, 'dist', 'readValues.py').fsPath,
  });
  const subscription = vscode.Disposable.from(
    stops,
    formulas,
    new StopViewProvider({ extensionUri, formulas, typesetter, marks }),
    new InlineWhileDebugging(stops, formulas),
    stops.onDidChange(({ kind }) => void vscode.commands.executeCommand('setContext', contextKeys.debugging, kind !== 'none')),
  );
  const valuesOf: ValuesOf = async (document, finding) => {
    const reading = formulas.readingOf(document);
    const statement = reading?.statements.find(({ terms }) => terms.start <= finding.start && finding.end <= terms.end);
    if (!reading || !statement || reading.problem !== null) return null;
    const computed = await reading.computed(statement).catch(() => null);
    return valuesMarkdown({ ...statement, valueAt: reading.valueAt, computed });
  };
  return { valuesOf, subscription };
}

/**
 * Whoever gives inline values gives all that the editor shows: it then shows none of its own. So they are given only while a program of
 * Python is debugged, and where they are wanted.
 */
class InlineWhileDebugging implements vscode.Disposable {
  readonly #formulas: StoppedFormulas;
  readonly #subscriptions: vscode.Disposable[];
  #given: vscode.Disposable | null = null;

  constructor(stops: Stops, formulas: StoppedFormulas) {
    this.#formulas = formulas;
    const follow = (): void => {
      const { kind } = stops.state;
      this.#give(kind !== 'none' && kind !== 'unsupported' && setting(settings.inlineValues));
    };
    this.#subscriptions = [
      stops.onDidChange(follow),
      vscode.workspace.onDidChangeConfiguration((change) => change.affectsConfiguration(settings.inlineValues) && follow()),
    ];
  }

  dispose(): void {
    this.#give(false);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #give(wanted: boolean): void {
    if (wanted === (this.#given !== null)) return;
    this.#given?.dispose();
    this.#given = null;
    if (!wanted) return;
    const provider = new FormulaInlineValues(this.#formulas);
    this.#given = vscode.Disposable.from(provider, vscode.languages.registerInlineValuesProvider({ language: 'python' }, provider));
  }
}
