import * as vscode from 'vscode';
import { commands, innerCommands } from '../../contributions.ts';
import { viewOf } from './views.ts';

/** Markdown whose links may run the commands that hovers on formulas have, and no others. */
export function trusted(text: string): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(text);
  markdown.supportHtml = markdown.supportThemeIcons = true;
  markdown.isTrusted = { enabledCommands: [commands.copyFormula, innerCommands.showTerms, ...Object.values(viewOf)] };
  return markdown;
}
