import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath } from '@vscode/test-electron';
import { _electron as electron } from 'playwright-core';
import { toolsFolder } from '../../setup/paths.ts';
import type { Window, WindowOptions } from './window.ts';

/** Opens a window of desktop VS Code, which is downloaded at the first use. Its size and scale are the desktop's. */
export async function openDesktopWindow(options: WindowOptions, prepare: (page: Window['page']) => Promise<void>): Promise<Window> {
  const executablePath = await downloadAndUnzipVSCode({ cachePath: path.join(toolsFolder, 'vscode') });
  const folders = ['--user-data-dir', path.join(options.dataFolder, 'data'), '--extensions-dir', options.extensionsFolder];
  if (options.vsix !== undefined) {
    const [cli = executablePath, ...args] = resolveCliArgsFromVSCodeExecutablePath(executablePath, { reuseMachineInstall: true });
    const installed = spawnSync(cli, [...args, ...folders, '--install-extension', options.vsix], { encoding: 'utf8' });
    if (installed.status !== 0) throw new Error(`${options.vsix} could not be installed:\n${installed.stdout}${installed.stderr}`);
  }
  const app = await electron.launch({
    executablePath,
    args: [...folders, '--no-sandbox', '--disable-updates', '--skip-welcome', '--skip-release-notes', options.workspace],
    env: { ...(process.env as Record<string, string>), ...options.env },
  });
  let output = '';
  for (const stream of [app.process().stdout, app.process().stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const page = await app.firstWindow();
  await prepare(page);
  return { page, output: () => output, close: () => app.close() };
}
