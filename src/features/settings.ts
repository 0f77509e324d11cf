import * as vscode from 'vscode';
import type { Settings } from '../contributions.ts';

/**
 * A setting's value; package.json holds the defaults.
 * @param scope a document, where it may be another one for its folder or language
 */
export function setting<K extends keyof Settings>(key: K, scope?: vscode.ConfigurationScope): Settings[K] {
  return vscode.workspace.getConfiguration(undefined, scope).get(key) as Settings[K];
}

/** What package.json gives for a setting. */
export function settingDefault<K extends keyof Settings>(key: K): Settings[K] {
  return vscode.workspace.getConfiguration().inspect(key)?.defaultValue as Settings[K];
}

/** Opens the settings editor at a setting (or at all that begin with it). */
export async function openSettings(key: string): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', key);
}
