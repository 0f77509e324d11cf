/** The budgets that only the real editor can show: activation, and the first picture after the command. */
import { join } from 'node:path';
import { openEditor, type Editor } from '../editor/harness/editor.ts';
import { median, type Figure } from './report.ts';

/** Milliseconds to load the extension's code and to activate it, as the editor has them: without the wait for its turn in a new window. */
async function activationOf(editor: Editor, name: string): Promise<number> {
  // The list shows as many rows as there is room for.
  await editor.page.setViewportSize({ width: 1280, height: 4000 });
  await editor.command('Developer: Show Running Extensions');
  const row = editor.page.locator('.runtime-extensions-editor .monaco-list-row', { has: editor.page.getByText(name, { exact: true }) });
  const found = /Activation: (\d+)ms/.exec(await row.first().innerText());
  if (!found) throw new Error(`The editor lists no activation time of ${name}.`);
  return Number(found[1]);
}

/**
 * Milliseconds from a cursor key to the last change of the paint that follows it, as the page of the editor has them: through the
 * extension host, the inference process and back.
 */
async function paintingOf(editor: Editor, moves: number): Promise<number[]> {
  await editor.page.evaluate(() => {
    const painted = (): string =>
      [...document.querySelectorAll('.editor-instance .view-overlays [class*="TextEditorDecorationType"]')]
        .map((mark) => `${mark.className} ${(mark as HTMLElement).style.cssText} ${(mark.parentElement as HTMLElement).style.cssText}`)
        .join();
    const state = { pressed: 0, changed: 0, paint: painted() };
    document.addEventListener('keydown', () => Object.assign(state, { pressed: performance.now(), changed: 0 }), true);
    new MutationObserver(() => {
      const now = painted();
      if (now !== state.paint) Object.assign(state, { changed: performance.now(), paint: now });
    }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['class', 'style'] });
    Object.assign(window, { genlensPaint: state });
  });
  const times: number[] = [];
  for (let move = 0; move < moves; move++) {
    await editor.page.keyboard.press(move % 4 === 3 ? 'ArrowDown' : 'Control+ArrowRight');
    await editor.page.waitForTimeout(400);
    const { pressed, changed } = await editor.page.evaluate(
      () => (window as unknown as { genlensPaint: { pressed: number; changed: number } }).genlensPaint,
    );
    // Where the next word is of the same token nothing is painted anew.
    if (changed > pressed) times.push(changed - pressed);
  }
  return times;
}

export async function measureEditor(root: string): Promise<Figure[]> {
  const activations: number[] = [];
  const pictures: number[] = [];
  const paints: number[] = [];
  for (let round = 0; round < 3; round++) {
    const editor = await openEditor({ workspace: join(root, 'test', 'editor', 'workspace'), extensionDevelopmentPath: root });
    try {
      await editor.openFile('attention.py');
      // A new window activates extensions of its own, which no first picture should wait for.
      await editor.evaluateInHost((vscode) => vscode.extensions.getExtension('genlens.genlens')?.activate());
      // About 512 tokens, which the budget is for.
      await editor.select({ start: [0, 0], end: [38, 0] });
      const began = performance.now();
      await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.explainAttention').then(() => undefined));
      const panel = await editor.panelFrame(/^Attention/);
      await panel.locator('.overview-row:not(.pending)').first().waitFor();
      pictures.push(performance.now() - began);
      await editor.command('View: Focus First Editor Group');
      // Within what was run.
      await editor.select({ start: [13, 8], end: [13, 8] });
      await editor.page.waitForTimeout(1_000);
      paints.push(...(await paintingOf(editor, 24)));
      activations.push(await activationOf(editor, 'Genlens'));
    } finally {
      await editor.dispose();
    }
  }
  return [
    {
      what: 'activation',
      value: median(activations),
      unit: 'ms',
      budget: 50,
      how: 'loading the code and activate(), by the editor’s own clock, 3 windows',
    },
    {
      what: 'Explain Attention, cold, command to first picture',
      value: median(pictures),
      unit: 'ms',
      budget: 1500,
      how: 'a fresh window of the VS Code server in Chromium, about 512 tokens, first layer drawn',
    },
    {
      what: 'the painted text follows the cursor',
      value: median(paints),
      unit: 'ms',
      budget: 50,
      how: `from the key to the last change of the paint, mean of all heads, ${paints.length} moves`,
    },
  ];
}
