import type { Frame } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { closeEditors, openGenlens, shownPanel, workspaceOf } from './genlens.ts';
import type { Editor } from './harness/editor.ts';

/** Two functions, of which one calls the other. */
export const shapes =
  'def area(width, height):\n    return width * height\n\ndef volume(width, height, depth):\n    return area(width, height) * depth\n';

/**
 * Sets up the tests of the block that it is called in: real VS Code with Genlens, in a workspace of its own with these files. `opened`
 * takes the editor, and does what else is done once.
 */
export function editorOn(files: Readonly<Record<string, string | Uint8Array>>, opened: (editor: Editor) => unknown): void {
  const cleanUp: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    const { folder, remove } = await workspaceOf(files);
    cleanUp.push(remove);
    const editor = await openGenlens({ workspace: folder });
    cleanUp.push(
      () => editor.dispose(),
      () => closeEditors(editor),
    );
    await opened(editor);
  });
  afterAll(async () => {
    for (const clean of cleanUp.reverse()) await clean();
  });
}

/** Opens a file of the workspace and explains it; its panel, once it shows the run. */
export async function explainFile(editor: Editor, name: string): Promise<Frame> {
  await editor.openFile(name);
  await editor.command('Genlens: Explain Attention');
  return shownPanel(editor, name);
}
