/** A long Python file in the editor. */

import { labelledFiles } from '../unit/python/corpus/labelled.ts';
import type { Editor } from './harness/editor.ts';

/** A file of so many lines, of the labelled ones. */
export function fileOf(count: number): string {
  const all = labelledFiles('seen').flatMap(({ text }) => text.split('\n'));
  return Array.from({ length: count }, (_, line) => all[line % all.length]).join('\n');
}

/** What the extensions answer to a hover in the active editor, as Markdown. */
export async function hoversAt(editor: Editor, line: number, character: number): Promise<string[]> {
  return editor.evaluateInHost(
    async (vscode, row, column) => {
      const document = vscode.window.activeTextEditor?.document;
      if (!document) throw new Error('no active text editor');
      const hovers: { contents: { value: string }[] }[] = await vscode.commands.executeCommand(
        'vscode.executeHoverProvider',
        document.uri,
        new vscode.Position(row, column),
      );
      return hovers.flatMap(({ contents }) => contents.map(({ value }) => value));
    },
    line,
    character,
  );
}

type Recorder = typeof globalThis & { longestBlocks?: { stop: () => number } };

/** From now on measures for how long at most nothing else comes to its turn in the extension host. */
export async function watchHost(editor: Editor): Promise<void> {
  await editor.evaluateInHost(() => {
    const every = 2;
    let [last, longest] = [performance.now(), 0];
    const timer = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last - every);
      last = now;
    }, every);
    (globalThis as Recorder).longestBlocks = {
      stop: () => {
        clearInterval(timer);
        return longest;
      },
    };
  });
}

/** Milliseconds. */
export async function longestBlock(editor: Editor): Promise<number> {
  return editor.evaluateInHost(() => (globalThis as Recorder).longestBlocks?.stop() ?? NaN);
}
