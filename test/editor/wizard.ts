/** The steps of a wizard, and the editor's own dialog for files, as a user takes them. */

import path from 'node:path';
import type { Editor } from './harness/editor.ts';
import { paletteRows, pick, quickInput } from './harness/palette.ts';
import { until } from './harness/until.ts';

/** Takes a row of the step that asks so. */
export async function answer(editor: Editor, question: RegExp, label: string): Promise<void> {
  await until(`it is asked: ${String(question)}`, async () => question.test(await asked(editor)));
  await pick(editor.page, label);
}

/** What the step asks; empty where there is none. */
export async function asked(editor: Editor): Promise<string> {
  return (await editor.page.locator('.quick-input-widget input.input').getAttribute('placeholder')) ?? '';
}

/** Types a path into the editor's own dialog. */
export async function choosePath(editor: Editor, wanted: string): Promise<void> {
  await quickInput(editor.page);
  const field = editor.page.locator('.quick-input-widget input.input');
  await until('the dialog is open', async () => (await field.inputValue()).startsWith('/'));
  // While it opens the dialog still writes its own folder into the field: it is typed until the dialog lists what it names.
  await until('the dialog has found it', async () => {
    if ((await field.inputValue()) !== wanted) await field.fill(wanted);
    return (await paletteRows(editor.page)).includes(path.basename(wanted));
  });
  // For a folder, Enter may only have gone into it: it is taken by the next one.
  await until('the dialog has closed', async () => {
    if (!(await field.isVisible()) || !(await field.inputValue()).startsWith('/')) return true;
    await editor.page.keyboard.press('Enter');
    await editor.page.waitForTimeout(700);
    return false;
  });
}
