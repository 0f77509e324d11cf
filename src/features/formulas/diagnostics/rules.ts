/** What can be done about a rule: read its page, or turn it off. */

import * as vscode from 'vscode';
import { ruleScheme, settings } from '../../../contributions.ts';
import { rules, type RuleId } from '../../../python/checks/rules.ts';
import { openSettings } from '../../settings.ts';

const isRule = (value: unknown): value is RuleId => typeof value === 'string' && Object.hasOwn(rules, value);

/**
 * The address of a rule's page. Where the editor shows problems it opens addresses of documents, and runs no commands; one of a scheme
 * of its own can have the editor's preview of Markdown for its editor, and no file of a user is meant by it.
 */
export const rulePage = (rule: string): vscode.Uri => vscode.Uri.from({ scheme: ruleScheme, path: `/${rule}.md` });

/** What stands at such addresses. */
export class RulePages implements vscode.TextDocumentContentProvider {
  readonly #folder: vscode.Uri;

  constructor(extensionUri: vscode.Uri) {
    this.#folder = vscode.Uri.joinPath(extensionUri, 'media', 'rules');
  }

  async provideTextDocumentContent({ path }: vscode.Uri): Promise<string> {
    const rule = /^\/([\w-]+)\.md$/.exec(path)?.[1];
    if (!isRule(rule)) throw new Error(`There is no rule at ${path}.`);
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.#folder, `${rule}.md`)));
  }
}

/** Opens the page of a rule beside the code. */
export async function explainRule(rule: unknown): Promise<void> {
  if (isRule(rule)) await vscode.commands.executeCommand('vscode.open', rulePage(rule), vscode.ViewColumn.Beside);
}

/** In the workspace, where one is open, and there where it is set already; else for the user. */
export async function turnOffRule(uri: unknown, rule: unknown): Promise<void> {
  if (!isRule(rule) || typeof uri !== 'string') return;
  const configuration = vscode.workspace.getConfiguration(undefined, vscode.Uri.parse(uri));
  const { globalValue, workspaceValue, workspaceFolderValue } = configuration.inspect<Record<string, unknown>>(settings.formulaRules) ?? {};
  const { Global, Workspace, WorkspaceFolder } = vscode.ConfigurationTarget;
  const inFolder = workspaceFolderValue !== undefined && vscode.workspace.workspaceFile !== undefined;
  const inWorkspace = vscode.workspace.workspaceFolders !== undefined;
  const [target, before] = inFolder
    ? [WorkspaceFolder, workspaceFolderValue]
    : inWorkspace
      ? [Workspace, workspaceValue]
      : [Global, globalValue];
  await configuration.update(settings.formulaRules, { ...before, [rule]: 'off' }, target);
  const where = target === Global ? '' : ' in this workspace';
  const answer = await vscode.window.showInformationMessage(`"${rules[rule].name}" is turned off${where}.`, 'Open Setting');
  if (answer) await openSettings(settings.formulaRules);
}
