import * as vscode from 'vscode';
import { storageKeys } from '../../contributions.ts';
import { chooseOther } from './comparison/chooseOther.ts';
import type { AttentionPanels } from './panels.ts';
import { panelKey } from './subject.ts';
import { targetOf, textInSight } from './target.ts';

/** @param argument what the menu passes that the command was chosen from */
export async function explainAttention(
  panels: AttentionPanels,
  askPrompt: () => Promise<string | undefined>,
  argument: unknown,
): Promise<void> {
  const target = targetOf(argument);
  if (target.kind === 'text') await panels.explain(target.subject);
  else if (panels.active) await panels.active.explainHere();
  else if (target.kind === 'nothing') {
    const inSight = textInSight();
    await (inSight ? panels.explain(inSight) : explainPrompt(panels, askPrompt));
  } else {
    const explain = 'Explain a Prompt…';
    const chosen = await vscode.window.showWarningMessage(
      `The editor gives extensions no text of “${target.name}”: it is binary, or larger than 50 MB. Open a part of it as a text of its own, or explain a prompt.`,
      explain,
    );
    if (chosen === explain) await explainPrompt(panels, askPrompt);
  }
}

/** Compares what the active panel explains, or the text that the command was chosen on. */
export async function compareAttention(panels: AttentionPanels, kind: 'head' | 'file', argument: unknown): Promise<void> {
  const target = targetOf(argument);
  const { active } = panels;
  const subject = active ? null : target.kind === 'text' ? target.subject : textInSight();
  if (!active && !subject) {
    void vscode.window.showInformationMessage('There is no text to compare. Open one, then compare its attention.');
    return;
  }
  const text = kind === 'head' ? ({ kind } as const) : await chooseOther(active ? active.key : subject && panelKey(subject));
  if (!text) return;
  if (active) active.compare(text);
  else if (subject) await panels.compare(subject, text);
}

export async function explainPrompt(panels: AttentionPanels, askPrompt: () => Promise<string | undefined>): Promise<void> {
  const text = await askPrompt();
  if (text !== undefined) await panels.explain({ kind: 'prompt', text });
}

/** Asks for a prompt, beginning with the last one. */
export async function askPrompt(memento: vscode.Memento): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title: 'Explain Attention of a Prompt',
    prompt: 'A text for the model to read. The panel then shows what it attended to.',
    placeHolder: 'def fibonacci(n):',
    value: memento.get(storageKeys.lastPrompt, ''),
    ignoreFocusOut: true,
  });
  if (text !== undefined) await memento.update(storageKeys.lastPrompt, text);
  return text;
}
