/** Everything on formulas that the editor is told of. */

import * as vscode from 'vscode';
import { commands, innerCommands, panels, ruleScheme } from '../../contributions.ts';
import type { PythonReader } from '../../python/client.ts';
import type { Typesetter } from '../../typeset/client.ts';
import { plainLatex } from '../../formulas/formula.ts';
import { copyText } from '../clipboard.ts';
import { showRange } from '../documents.ts';
import { CodeHover } from './codeHover.ts';
import { registerDebugging } from './debugging/register.ts';
import { FormulaActions } from './diagnostics/actions.ts';
import { FormulaDiagnostics } from './diagnostics/formulaDiagnostics.ts';
import { explainRule, RulePages, turnOffRule } from './diagnostics/rules.ts';
import { FormulaFinder } from './finder.ts';
import { FormulaList, isEntry } from './list/formulaList.ts';
import { MathHover } from './mathHover.ts';
import { parseMarkRequest } from './markRequest.ts';
import { SelectionFormula } from './selection/selectionFormula.ts';
import { ReadAhead } from './readAhead.ts';
import { openSource, placesOf } from './source.ts';
import { TermMarks } from './termMarks.ts';

export interface FormulaServices {
  readonly extensionUri: vscode.Uri;
  readonly python: PythonReader;
  readonly typesetter: Typesetter;
  /** Of the workspace. */
  readonly memento: vscode.Memento;
}

export function registerFormulas({ extensionUri, python, typesetter, memento }: FormulaServices): vscode.Disposable {
  const finder = new FormulaFinder(python);
  const diagnostics = new FormulaDiagnostics(finder);
  const marks = new TermMarks();
  const selection = new SelectionFormula({ extensionUri, python, typesetter, finder, marks });
  const debugging = registerDebugging({ extensionUri, python, typesetter, finder, marks });
  return vscode.Disposable.from(
    marks,
    selection,
    debugging.subscription,
    diagnostics,
    vscode.languages.registerCodeActionsProvider({ language: 'python' }, new FormulaActions(diagnostics, finder), FormulaActions.metadata),
    new FormulaList(finder, typesetter, memento),
    new ReadAhead(finder, typesetter),
    vscode.languages.registerHoverProvider({ language: 'python' }, new CodeHover(finder, typesetter, diagnostics, debugging.valuesOf)),
    vscode.languages.registerHoverProvider('*', new MathHover(python, typesetter)),
    vscode.workspace.registerTextDocumentContentProvider(ruleScheme, new RulePages(extensionUri)),
    vscode.window.registerWebviewPanelSerializer(panels.formula, selection),
    vscode.commands.registerCommand(commands.formulaOfSelection, () => selection.run()),
    vscode.commands.registerCommand(commands.copyFormula, copyFormula),
    vscode.commands.registerCommand(innerCommands.goToFormula, goToFormula),
    vscode.commands.registerCommand(innerCommands.showTerms, async (argument: unknown) => {
      const request = parseMarkRequest(argument);
      if (request) await marks.show(request);
    }),
    vscode.commands.registerCommand(innerCommands.hideTerms, () => marks.clear()),
    vscode.commands.registerCommand(innerCommands.explainRule, explainRule),
    vscode.commands.registerCommand(innerCommands.turnOffRule, turnOffRule),
  );
}

/** @param argument LaTeX, from a link; or a formula of the list */
async function copyFormula(argument: unknown): Promise<void> {
  const latex = isEntry(argument) ? plainLatex(argument.finding.latex) : argument;
  if (typeof latex === 'string') await copyText(latex, 'LaTeX');
}

/** Selects a formula of the list in its file or cell. */
async function goToFormula(uri: unknown, start: unknown, end: unknown): Promise<void> {
  if (typeof uri !== 'string' || typeof start !== 'number' || typeof end !== 'number') return;
  const source = openSource(uri);
  const place = source && placesOf(source, { start, end })[0];
  if (place) await showRange(place.document, place.range);
}
