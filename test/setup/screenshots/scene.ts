/** What every picture is made by. */

import type { Editor } from '../../editor/harness/editor.ts';

export type Scene = (editor: Editor) => Promise<unknown>;

/** Lets what was asked for arrive and be drawn. */
export async function settle(editor: Editor): Promise<void> {
  await editor.page.waitForTimeout(1500);
}
