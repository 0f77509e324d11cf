/** Questions that follow each other in the editor's pick list, back and forth. */

import * as vscode from 'vscode';

/** The user wants the step before. */
export const back = Symbol('back');

export interface Step<Item extends vscode.QuickPickItem> {
  readonly title: string;
  readonly question: string;
  readonly items: readonly Item[];
  /** The item that Enter takes; else the first. */
  readonly active?: Item | undefined;
  readonly step?: number;
  readonly totalSteps?: number;
  /** There is a step before it. */
  readonly canGoBack: boolean;
}

/** undefined: the user has closed it. */
export async function pickStep<Item extends vscode.QuickPickItem>(step: Step<Item>): Promise<Item | typeof back | undefined> {
  const picker = vscode.window.createQuickPick<Item>();
  Object.assign(picker, { title: step.title, placeholder: step.question, step: step.step, totalSteps: step.totalSteps });
  // Going on by a click elsewhere would lose all answers.
  picker.ignoreFocusOut = true;
  picker.buttons = step.canGoBack ? [vscode.QuickInputButtons.Back] : [];
  picker.items = step.items;
  if (step.active) picker.activeItems = [step.active];
  return shown(picker, () => picker.selectedItems[0]);
}

export interface TextStep extends Pick<Step<never>, 'title' | 'question' | 'step' | 'totalSteps'> {
  readonly value: string;
  /** What is wrong with a text; undefined: nothing. */
  readonly wrong: (text: string) => string | undefined;
}

/** A text that is typed. There is always a step before it. */
export async function typeStep({ title, question, step, totalSteps, value, wrong }: TextStep): Promise<string | typeof back | undefined> {
  const box = vscode.window.createInputBox();
  Object.assign(box, { title, prompt: question, step, totalSteps, value });
  box.ignoreFocusOut = true;
  box.buttons = [vscode.QuickInputButtons.Back];
  box.onDidChangeValue((text) => (box.validationMessage = wrong(text)));
  return shown(box, () => {
    box.validationMessage = wrong(box.value);
    return box.validationMessage === undefined ? box.value : undefined;
  });
}

type Shown = vscode.QuickInput & { readonly onDidAccept: vscode.Event<void>; readonly onDidTriggerButton: vscode.Event<unknown> };

/** @param taken what was accepted; undefined: it stays open */
async function shown<T>(input: Shown, taken: () => T | undefined): Promise<T | typeof back | undefined> {
  try {
    return await new Promise<T | typeof back | undefined>((resolve) => {
      input.onDidAccept(() => {
        const value = taken();
        if (value !== undefined) resolve(value);
      });
      input.onDidTriggerButton(() => resolve(back));
      input.onDidHide(() => resolve(undefined));
      input.show();
    });
  } finally {
    input.dispose();
  }
}
