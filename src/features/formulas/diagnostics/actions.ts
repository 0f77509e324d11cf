/** What the light bulb offers where a formula is wrong. */

import * as vscode from 'vscode';
import { fixAllKind, innerCommands } from '../../../contributions.ts';
import type { Diagnostic, Fix } from '../../../protocol/python.ts';
import type { FormulaFinder } from '../finder.ts';
import { openSource, placeOf, sourceOf, type Source } from '../source.ts';
import { isSafe, togetherOf, type Edit } from './fixes.ts';
import type { FormulaDiagnostics } from './formulaDiagnostics.ts';
import { ignoreEdit } from './ignoring.ts';
import { levelsFor } from './level.ts';
import { shownOf, type ShownDiagnostic } from './shown.ts';

const { QuickFix, SourceFixAll } = vscode.CodeActionKind;
const fixAll = SourceFixAll.append(fixAllKind);

/** An edit that is made when it is asked for: the code may be another by then. */
class EditAction extends vscode.CodeAction {
  readonly source: Source;
  readonly make: () => vscode.WorkspaceEdit;

  constructor(title: string, kind: vscode.CodeActionKind, source: Source, make: () => vscode.WorkspaceEdit) {
    super(title, kind);
    this.source = source;
    this.make = make;
  }
}

export class FormulaActions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = { providedCodeActionKinds: [QuickFix, fixAll] };
  readonly #diagnostics: Pick<FormulaDiagnostics, 'of'>;
  readonly #finder: Pick<FormulaFinder, 'check'>;

  constructor(diagnostics: Pick<FormulaDiagnostics, 'of'>, finder: Pick<FormulaFinder, 'check'>) {
    this.#diagnostics = diagnostics;
    this.#finder = finder;
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    { only }: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const source = sourceOf(document);
    if (!source) return [];
    if (only && fixAll.intersects(only)) return this.#fixAll(source, document);
    if (only && !only.intersects(QuickFix)) return [];
    const all = this.#diagnostics.of(document);
    return all.filter(({ shown }) => shown.range.intersection(range)).flatMap((one) => actionsOn(one, source, all));
  }

  resolveCodeAction(action: vscode.CodeAction): vscode.CodeAction {
    if (!(action instanceof EditAction)) return action;
    const { uri, version } = action.source;
    if (openSource(uri)?.version === version) action.edit = action.make();
    else vscode.window.setStatusBarMessage('The code was edited since: nothing was changed.', 5_000);
    return action;
  }

  /** On saving it may be asked of a text that has just been edited. */
  async #fixAll(source: Source, document: vscode.TextDocument): Promise<vscode.CodeAction[]> {
    const findings = await this.#finder.check(source);
    const all = findings ? shownOf(source, findings, levelsFor(source.uri)) : [];
    const safe = all.filter((one) => one.document === document && isSafe(one.diagnostic));
    if (safe.length === 0) return [];
    return [new EditAction('Fix all formulas that are wrong', fixAll, source, () => editOf(source, togetherOf(fixesOf(safe))))];
  }
}

function actionsOn(one: ShownDiagnostic, source: Source, all: readonly ShownDiagnostic[]): vscode.CodeAction[] {
  const { diagnostic, document, shown } = one;
  const { rule, fix } = diagnostic;
  const edit = (title: string, make: () => vscode.WorkspaceEdit): vscode.CodeAction => new EditAction(title, QuickFix, source, make);
  const command = (title: string, name: string, ...args: unknown[]): vscode.CodeAction => {
    const made = new vscode.CodeAction(title, QuickFix);
    made.command = { command: name, title, arguments: args };
    return made;
  };
  const actions: vscode.CodeAction[] = [];
  if (fix) {
    const preferred = edit(fix.title, () => editOf(source, fix.edits));
    preferred.isPreferred = true;
    actions.push(preferred);
    const alike = all.filter((other) => other.diagnostic.rule === rule && other.diagnostic.fix);
    if (alike.length > 1) actions.push(edit(`Fix all of ${rule} in this file`, () => editOf(source, togetherOf(fixesOf(alike)))));
  }
  actions.push(
    command(`Explain rule ${rule}`, innerCommands.explainRule, rule),
    edit(`Ignore ${rule} on this line`, () => ignoring(document, shown.range.start, rule)),
    command(`Turn off rule ${rule}`, innerCommands.turnOffRule, source.uri, rule),
  );
  for (const action of actions) action.diagnostics = [shown];
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
