import * as vscode from 'vscode';
import { settings } from '../../../contributions.ts';
import { setting } from '../../settings.ts';
import { levelsBy, type LevelOf } from './levels.ts';

/** What the user says of the rules, for the file or notebook at an address. */
export function levelsFor(uri: string): LevelOf {
  const scope = vscode.Uri.parse(uri);
  return levelsBy(setting(settings.formulaDiagnostics, scope), setting(settings.formulaRules, scope));
}

/** The user says something else. */
export function onLevelsChanged(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if ([settings.formulaDiagnostics, settings.formulaRules].some((name) => change.affectsConfiguration(name))) listener();
  });
}
