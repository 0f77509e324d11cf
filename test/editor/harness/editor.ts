import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { linkExtension } from '../../setup/vscode-server/start.ts';
import { Bridge, type HostFunction } from './bridge.ts';
import { openDesktopWindow } from './desktop.ts';
import { isOfExtension, readLogs, watchProblems, type Problem } from './log.ts';
import { runCommand } from './palette.ts';
import { openServerWindow } from './server.ts';
import { until } from './until.ts';
import type { Window } from './window.ts';

export type Theme = 'Dark Modern' | 'Light Modern' | 'Default High Contrast' | 'Default High Contrast Light';

export interface EditorOptions {
  /** A folder whose copy is opened, so that a test may write into it. An empty folder without it. */
  readonly workspace?: string;
  /** The extension as a folder (built), or as a .vsix file, which is installed; or neither. */
  readonly extensionDevelopmentPath?: string;
  readonly vsix?: string;
  /** Folders of further extensions. */
  readonly extensions?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Dark Modern without it. */
  readonly theme?: Theme;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly deviceScaleFactor?: number;
  /** Added to the environment of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the workspace is trusted without asking (true without it). With false the editor asks as it does for a user. */
  readonly trusted?: boolean;
}

/** Quiet, still and the same on every machine. */
const baseSettings = {
  'workbench.reduceMotion': 'on',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'editor.cursorBlinking': 'solid',
  'files.autoSave': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'telemetry.telemetryLevel': 'off',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'window.menuBarVisibility': 'compact',
  'git.openRepositoryInParentFolders': 'never',
  'github.gitAuthentication': false,
};

/**
 * Real VS Code with the extension in it: its server on the loopback interface, its window in Chromium; or, with
 * GENLENS_DESKTOP=1, desktop VS Code.
 *
 *     const editor = await openEditor({ workspace, extensionDevelopmentPath: root });
 *     await editor.openFile('attention.py');
 *     await editor.command('Genlens: Explain Attention');
 *     const panel = await editor.panelFrame(/^Attention/);
 *     await panel.getByRole('button', { name: 'Fit' }).click();
 *     const title = await editor.evaluateInHost((vscode) => vscode.window.tabGroups.activeTabGroup.activeTab?.label);
 *     expect(await editor.problems()).toEqual([]);
 *     await editor.dispose();
 *
 * Settings, extensions, logs and the workspace's copy live in a temporary folder that `dispose` removes.
 */
export async function openEditor(options: EditorOptions = {}): Promise<Editor> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'genlens-editor-')));
  const bridge = new Bridge(folder);
  const workspace = path.join(folder, 'workspace');
  await mkdir(workspace);
  if (options.workspace !== undefined) await cp(options.workspace, workspace, { recursive: true });
  const extensionsFolder = path.join(folder, 'extensions');
  await mkdir(extensionsFolder);
  const named = [path.join(import.meta.dirname, 'bridge'), options.extensionDevelopmentPath, ...(options.extensions ?? [])];
  const extensions = named.filter((name) => name !== undefined);
  for (const extension of extensions) await linkExtension(extension, extensionsFolder);
  await writeSettings(folder, {
    ...baseSettings,
    'workbench.colorTheme': options.theme ?? 'Dark Modern',
    'security.workspace.trust.enabled': options.trusted === false,
    ...options.settings,
  });
  const windowOptions = {
    dataFolder: folder,
    extensionsFolder,
    workspace,
    vsix: options.vsix,
    env: { ...options.env, ...bridge.env },
    viewport: options.viewport ?? { width: 1280, height: 800 },
    deviceScaleFactor: options.deviceScaleFactor ?? 1,
  };
  const problems: Problem[] = [];
  const openWindow = process.env['GENLENS_DESKTOP'] === '1' ? openDesktopWindow : openServerWindow;
  const window = await openWindow(windowOptions, (page) => watchProblems(page, problems));
  const editor = new Editor({ folder, workspace, window, bridge, problems, extensions });
  try {
    await editor.ready();
  } catch (error) {
    const seen = await editor.describe();
    await editor.dispose();
    throw new Error(`The editor did not open.\n${seen}`, { cause: error });
  }
  return editor;
}

interface Parts {
  readonly folder: string;
  readonly workspace: string;
  readonly window: Window;
  readonly bridge: Bridge;
  readonly problems: Problem[];
  /** Where extensions come from that are not installed from a file. */
  readonly extensions: readonly string[];
}

/** An open window of VS Code. */
export class Editor {
  readonly #parts: Parts;
  /** Playwright's page: the whole window, for the keyboard, the mouse and whatever has no method here. */
  readonly page: Page;
  /** The opened folder: the copy that the test may write into. */
  readonly workspace: string;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.page = parts.window.page;
    this.workspace = parts.workspace;
  }

  /** Waits until the workbench is drawn and the extension host answers. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .statusbar').waitFor({ timeout: 60_000 });
    await this.evaluateInHost(() => undefined);
  }

  /** Runs a command as a user does: F1, its label as the palette shows it, Enter. Does not wait for what it does. */
  async command(label: string): Promise<void> {
    await runCommand(this.page, label);
  }

  /**
   * Calls `fn` inside the extension host with the `vscode` API and `args`. The function travels as source text: it sees its
   * arguments and globals only. Arguments and result travel as JSON.
   */
  async evaluateInHost<A extends unknown[], R>(fn: HostFunction<A, R>, ...args: A): Promise<Awaited<R>> {
    return this.#parts.bridge.call(fn, ...args);
  }

  /** The process id of the extension host. */
  async hostProcess(): Promise<number> {
    return this.#parts.bridge.hostProcess();
  }

  /** Opens a file of the workspace, as a permanent tab with the focus, and its notebook editor where it is a notebook. */
  async openFile(file: string): Promise<void> {
    const absolute = path.resolve(this.workspace, file);
    await this.evaluateInHost(async (vscode, name) => {
      await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(name), { preview: false });
    }, absolute);
    await this.page
      .locator(`.tab.active[data-resource-name="${path.basename(file)}"]`)
      .first()
      .waitFor();
  }

  /** Opens an untitled document with this content, with the focus. */
  async openUntitled(content: string, language = 'plaintext'): Promise<void> {
    await this.evaluateInHost(
      async (vscode, text, id) => {
        const document = await vscode.workspace.openTextDocument({ content: text, language: id });
        await vscode.window.showTextDocument(document, { preview: false });
      },
      content,
      language,
    );
  }

  /** Selects in the active text editor: lines and characters counted from 0, in UTF-16 units; an empty range sets the cursor. */
  async select(range: { start: [line: number, character: number]; end: [line: number, character: number] }): Promise<void> {
    await this.evaluateInHost((vscode, { start, end }) => {
      const editor = vscode.window.activeTextEditor;
      if (!editor) throw new Error('no active text editor');
      editor.selection = new vscode.Selection(start[0], start[1], end[0], end[1]);
      editor.revealRange(editor.selection);
    }, range);
  }

  /** The labels of the open tabs, group by group. */
  async tabs(): Promise<string[]> {
    return this.evaluateInHost((vscode) => vscode.window.tabGroups.all.flatMap((group) => group.tabs.map((tab) => tab.label)));
  }

  /**
   * The page inside a visible webview, by the title of its panel or view, once it has been loaded.
   * @throws after 45 s, with the titles of the webviews that are there.
   */
  async panelFrame(title: string | RegExp): Promise<Frame> {
    const matches = (text: string): boolean => (typeof title === 'string' ? text === title : title.test(text));
    let titles: string[] = [];
    const find = async (): Promise<Frame | undefined> => {
      titles = [];
      for (const frame of this.page.frames()) {
        const found = await webviewTitle(frame).catch(() => undefined);
        if (found === undefined) continue;
        titles.push(found);
        if (matches(found)) return frame;
      }
      return undefined;
    };
    try {
      return await until(`a webview with the title ${String(title)} is there`, find);
    } catch (error) {
      throw new Error(`No visible webview has the title ${String(title)}; there are: ${titles.join(' | ') || 'none'}`, { cause: error });
    }
  }

  /** The notifications that are shown (toasts), as text. */
  async notifications(): Promise<string[]> {
    return this.page.locator('.notifications-toasts .notification-list-item-message').allTextContents();
  }

  /** Waits for a notification whose text matches and gives its text. */
  async notification(pattern: RegExp): Promise<string> {
    return until(`a notification matches ${String(pattern)}`, async () => (await this.notifications()).find((text) => pattern.test(text)));
  }

  /** Writes a picture of the whole window. */
  async screenshot(file: string): Promise<void> {
    await mkdir(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file });
  }

  /** Changes settings while the editor runs; waits until the extension host has them. */
  async configure(settings: Readonly<Record<string, unknown>>): Promise<void> {
    await this.evaluateInHost(async (vscode, values) => {
      for (const [key, value] of Object.entries(values)) {
        await vscode.workspace.getConfiguration().update(key, value, vscode.ConfigurationTarget.Global);
      }
    }, settings);
  }

  /**
   * Reloads the window, as *Developer: Reload Window* does, and waits until it is ready again. Waits first until the state of
   * the webviews is saved, which the editor does a moment after they set it.
   */
  async reload(): Promise<void> {
    await this.page.waitForTimeout(1500);
    await this.#parts.bridge.forget();
    await this.page.reload();
    await this.ready();
  }

  /** What the extension wrote to an output channel, by the channel's name. */
  async outputChannel(name: string): Promise<string> {
    return readLogs(path.join(this.#parts.folder, 'data/logs'), new RegExp(`exthost\\d*.*${name}\\.log$`));
  }

  /** The log of the extension host. */
  async log(): Promise<string> {
    return readLogs(path.join(this.#parts.folder, 'data/logs'), /(remoteexthost|exthost)\.log$/);
  }

  /** What went wrong and is the extension's: errors in its pages, breaches of their policy, errors in the extension host's log. */
  async problems(): Promise<Problem[]> {
    const folders = [...this.#parts.extensions, path.join(this.#parts.folder, 'extensions')];
    const host = [...(await this.log()).matchAll(/^.*\[error\] .*(?:\n(?!\d{4}-|---).*)*/gm)].map(([text]): Problem => ({
      kind: 'extension host',
      text,
      source: '',
    }));
    return [...this.#parts.problems, ...host].filter((problem) => isOfExtension(problem, folders));
  }

  /** Everything that may tell why a test failed. */
  async describe(): Promise<string> {
    const problems = this.#parts.problems.map(({ kind, text, source }) => `[${kind}] ${text} (${source.split('\n')[0]})`);
    return [`processes:\n${this.#parts.window.output()}`, `page:\n${problems.join('\n')}`, await this.log()].join('\n\n');
  }

  /** Ends the window with all the processes that it started, and removes their folder. */
  async dispose(): Promise<void> {
    await this.#parts.window.close();
    await rm(this.#parts.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The title of the webview whose content `frame` is; undefined where it is another frame, or hidden. */
async function webviewTitle(frame: Frame): Promise<string | undefined> {
  if (frame.parentFrame() === null) return undefined;
  const element = await frame.frameElement();
  if ((await element.getAttribute('id')) !== 'active-frame' || !(await element.isVisible())) return undefined;
  const outer = await frame.parentFrame()?.frameElement();
  if (!(await outer?.evaluate((node) => (node as Element).classList.contains('ready')))) return undefined;
  return (await element.getAttribute('title')) ?? undefined;
}

async function writeSettings(folder: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  // The user's settings are read at the start, the machine's are watched: an extension host sees both.
  for (const place of ['data/User', 'data/Machine']) {
    await mkdir(path.join(folder, place), { recursive: true });
    await writeFile(path.join(folder, place, 'settings.json'), JSON.stringify(settings, undefined, 2));
  }
}
