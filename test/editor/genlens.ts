import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Frame, Locator, Page } from 'playwright-core';
import type { AttentionResult } from '../../src/protocol/attention.ts';
import { root } from '../setup/paths.ts';
import { openEditor, type Editor, type EditorOptions } from './harness/editor.ts';
import { pick, quickInput } from './harness/palette.ts';
import { until } from './harness/until.ts';

/** Real VS Code with Genlens in it: the built tree, or what GENLENS_EXTENSION names (another folder, or a .vsix file). */
export async function openGenlens(options: EditorOptions): Promise<Editor> {
  const named = process.env['GENLENS_EXTENSION'] ?? root;
  return openEditor({ ...(named.endsWith('.vsix') ? { vsix: named } : { extensionDevelopmentPath: named }), ...options });
}

/** A temporary folder with these files, for a workspace; `remove` when done. */
export async function workspaceOf(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'genlens-workspace-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Closes every editor without asking, also those with unsaved text. */
export async function closeEditors(editor: Editor): Promise<void> {
  await editor.evaluateInHost(async (vscode) => {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const shown = tabs.map(({ input }) => (input instanceof vscode.TabInputText ? input.uri.toString() : ''));
    for (const document of vscode.workspace.textDocuments) {
      // Settings that the editor is writing are unsaved text too, which no editor shows.
      if (!document.isDirty || !shown.includes(document.uri.toString())) continue;
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    }
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
}

/** Reloads the window once its layout is kept: in a browser the editor writes it, and its webviews' state, every 5 s when idle. */
export async function reloadWindow(editor: Editor): Promise<void> {
  const panels = (await editor.tabs()).filter(
    (label) => label.startsWith('Attention: ') || ['Formula', 'VAE in Two Dimensions', 'GAN'].includes(label),
  );
  await until('the editor has written that the panels are open', async () => {
    const state = await keptState(editor.page);
    return panels.every((label) => state.includes(label));
  });
  await editor.page.waitForTimeout(5_500);
  await editor.reload();
  // While the window comes up a restored panel's page is made anew, and a frame of the one before is lost.
  let frames: readonly Frame[] = [];
  await until('the pages in the window are those that stay', async () => {
    const before = frames;
    await editor.page.waitForTimeout(2_000);
    frames = editor.page.frames();
    const isPanel = (frame: Frame): boolean => frame.url().includes('/fake.html');
    return frames.some(isPanel) && frames.length === before.length && frames.every((frame) => before.includes(frame));
  });
}

/** All that the editor keeps of its windows in the browser. */
async function keptState(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error(request.error?.message));
      });
    const values: unknown[] = [];
    for (const { name } of await indexedDB.databases()) {
      if (!name?.startsWith('vscode-web-state-db')) continue;
      const database = await settled(indexedDB.open(name));
      for (const store of database.objectStoreNames) values.push(await settled(database.transaction(store).objectStore(store).getAll()));
      database.close();
    }
    return JSON.stringify(values);
  });
}

/** Selects a cell of the active notebook (counted from 0), once the notebook's editor is there. */
export async function selectCell(editor: Editor, index: number): Promise<void> {
  await until('a cell of the notebook is selected', () =>
    editor.evaluateInHost((vscode, cell) => {
      const notebook = vscode.window.activeNotebookEditor;
      if (!notebook) return false;
      if (notebook.selection.start === cell && !notebook.selection.isEmpty) return true;
      notebook.selections = [new vscode.NotebookRange(cell, cell + 1)];
      return false;
    }, index),
  );
}

/** Runs a command from the palette without pressing Escape first, which would empty the selection (of text or of cells). */
export async function commandOnSelection(editor: Editor, label: string): Promise<void> {
  await editor.page.keyboard.press('F1');
  await (await quickInput(editor.page)).fill(`>${label}`);
  await pick(editor.page, label);
}

/** The box that asks for a prompt, once it is there: the palette that asked for it may still be closing. */
export async function promptBox(editor: Editor): Promise<Locator> {
  await editor.page.locator('.quick-input-widget', { hasText: 'Explain Attention of a Prompt' }).waitFor();
  return quickInput(editor.page);
}

/** The panel of a document, once it shows a run. */
export async function shownPanel(editor: Editor, name: string): Promise<Frame> {
  const frame = await editor.panelFrame(`Attention: ${name}`);
  await frame.locator('.headline').waitFor();
  return frame;
}

/** What a panel says of where its run is from: "lines 1–78 of 113" and the rest of that row. */
export async function factsOf(frame: Frame): Promise<string> {
  return frame.locator('.facts').innerText();
}

/** How many tokens the panel's first line says were run. */
export async function tokensOf(frame: Frame): Promise<number> {
  const headline = await frame.locator('.headline').innerText();
  const match = /^How ([\d,]+) tokens? of /.exec(headline);
  if (!match) throw new Error(`The panel says: ${headline}`);
  return Number(match[1]?.replaceAll(',', ''));
}

type Recorder = typeof globalThis & { shownResults?: unknown[] };

/** Does something that makes the panel show a result anew, and gives that result as the panel was sent it. */
export async function nextResult(frame: Frame, action: () => Promise<unknown>): Promise<AttentionResult> {
  await frame.evaluate(() => {
    const recorder = globalThis as Recorder;
    recorder.shownResults = [];
    addEventListener('message', ({ data }: MessageEvent<{ kind?: string; method?: string; params?: unknown }>) => {
      if (data.kind === 'call' && data.method === 'show') recorder.shownResults?.push(data.params);
    });
  });
  await action();
  const result = await until('the panel shows a new result', () => frame.evaluate(() => (globalThis as Recorder).shownResults?.[0]));
  return result as AttentionResult;
}

/** Calls the host as the panel's page does, and gives its answer. */
export async function callHost(frame: Frame, method: string, params: unknown): Promise<unknown> {
  return frame.evaluate(
    ([name, value]) =>
      new Promise<unknown>((resolve, reject) => {
        const id = Math.floor(Math.random() * 2 ** 40) + 2 ** 40;
        addEventListener('message', ({ data }: MessageEvent<{ kind?: string; id?: number; value?: unknown; message?: string }>) => {
          if (data.id !== id) return;
          if (data.kind === 'result') resolve(data.value);
          else if (data.kind === 'error') reject(new Error(data.message));
        });
        acquireVsCodeApi().postMessage({ kind: 'call', id, method: name, params: value });
      }),
    [method, params] as const,
  );
}

/** The inference processes of an editor. */
export async function inferenceProcesses(editor: Editor): Promise<number[]> {
  const host = await editor.hostProcess();
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  return stdout
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null && Number(match[2]) === host && /[/\\]inference\.cjs/.test(match[3] ?? ''))
    .map((match) => Number(match?.[1]));
}

/** The one inference process, once it is there. */
export async function inferenceProcess(editor: Editor): Promise<number> {
  return until('there is an inference process', async () => (await inferenceProcesses(editor))[0]);
}

/**
 * Without what the editor complains of itself: its page when a window with a webview is reloaded, and its settings' file when it is opened
 * by two that set something at once.
 */
export async function problemsOf(editor: Editor): Promise<string[]> {
  const problems = await editor.problems();
  return problems
    .filter(({ source, text }) => !source.includes('/webview/browser/pre/index.html') && !/User\/settings\.json already exists!/.test(text))
    .map(({ kind, text }) => `${kind}: ${text}`);
}
