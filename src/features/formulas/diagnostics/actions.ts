/** What the light bulb offers where a formula is wrong. */

import * as vscode from 'vscode';
import { fixAllKind, innerCommands } from '../../../contributions.ts';
import type { Diagnostic, Fix } from '../../../protocol/python.ts';
import type { FormulaFinder } from '../finder.ts';
import { placeOf, sourceOf, sourceUri, type Source } from '../source.ts';
import { isSafe, togetherOf, type Edit } from './fixes.ts';
import type { FormulaDiagnostics } from './formulaDiagnostics.ts';
import { ignoreEdit } from './ignoring.ts';
import { levelsFor } from './level.ts';
import { shownOf, type ShownDiagnostic } from './shown.ts';

const { QuickFix, SourceFixAll } = vscode.CodeActionKind;
const fixAll = SourceFixAll.append(fixAllKind);

export class FormulaActions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = { providedCodeActionKinds: [QuickFix, fixAll] };
  readonly #diagnostics: FormulaDiagnostics;
  readonly #finder: FormulaFinder;

  constructor(diagnostics: FormulaDiagnostics, finder: FormulaFinder) {
    this.#diagnostics = diagnostics;
    this.#finder = finder;
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    { only }: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    const source = sourceOf(document);
    if (!source) return [];
    if (only && SourceFixAll.intersects(only)) return this.#fixAll(source, document, token);
    if (only && !only.intersects(QuickFix)) return [];
    const all = this.#diagnostics.of(document);
    return all.filter(({ shown }) => shown.range.intersection(range)).flatMap((one) => actionsOn(one, source, all));
  }

  /** On saving it may be asked of a text that has just been edited. */
  async #fixAll(source: Source, document: vscode.TextDocument, token: vscode.CancellationToken): Promise<vscode.CodeAction[]> {
    const { version } = document;
    const findings = await this.#finder.check(source);
    if (!findings || token.isCancellationRequested || document.version !== version) return [];
    const own = shownOf(source, findings, levelsFor(source.uri)).filter((one) => one.document === document && isSafe(one.diagnostic));
    if (own.length === 0) return [];
    const action = new vscode.CodeAction('Fix all formulas that are wrong', fixAll);
    action.edit = editOf(source, togetherOf(fixesOf(own)));
    return [action];
  }
}

function actionsOn(one: ShownDiagnostic, source: Source, all: readonly ShownDiagnostic[]): vscode.CodeAction[] {
  const { diagnostic, document, shown } = one;
  const { rule, fix } = diagnostic;
  const action = (title: string, does: vscode.WorkspaceEdit | vscode.Command): vscode.CodeAction => {
    const made = new vscode.CodeAction(title, QuickFix);
    made.diagnostics = [shown];
    if (does instanceof vscode.WorkspaceEdit) made.edit = does;
    else made.command = does;
    return made;
  };
  const actions: vscode.CodeAction[] = [];
  if (fix) {
    const preferred = action(fix.title, editOf(source, fix.edits));
    preferred.isPreferred = true;
    actions.push(preferred);
    const alike = all.filter((other) => other.diagnostic.rule === rule && other.diagnostic.fix);
    if (alike.length > 1) actions.push(action(`Fix all of ${rule} in this file`, editOf(source, togetherOf(fixesOf(alike)))));
  }
  const explained = { command: innerCommands.explainRule, title: 'Explain', arguments: [rule] };
  const turnedOff = { command: innerCommands.turnOffRule, title: 'Turn off', arguments: [sourceUri(document), rule] };
  actions.push(
    action(`Explain rule ${rule}`, explained),
    action(`Ignore ${rule} on this line`, ignoring(document, shown.range.start, rule)),
    action(`Turn off rule ${rule}`, turnedOff),
  );
  return actions;
}

const fixesOf = (shown: readonly { diagnostic: Diagnostic }[]): Fix[] => shown.flatMap(({ diagnostic }) => diagnostic.fix ?? []);

function editOf(source: Source, edits: readonly Edit[]): vscode.WorkspaceEdit {
  const made = new vscode.WorkspaceEdit();
  for (const { text, ...span } of edits) {
    const place = placeOf(source, span);
    if (place) made.replace(place.document.uri, place.range, text);
  }
  return made;
}

function ignoring(document: vscode.TextDocument, at: vscode.Position, rule: string): vscode.WorkspaceEdit {
  const { start, text } = ignoreEdit(document.getText(), document.offsetAt(at), rule);
  const made = new vscode.WorkspaceEdit();
  made.insert(document.uri, document.positionAt(start), text);
  return made;
}
