import { installVsix, startVSCodeServer } from '../../setup/vscode-server/start.ts';
import { launchChromium } from './browser.ts';
import type { Window, WindowOptions } from './window.ts';

/** Opens a window of VS Code's server in Chromium; `prepare` sees its page before anything is loaded. */
export async function openServerWindow(options: WindowOptions, prepare: (page: Window['page']) => Promise<void>): Promise<Window> {
  if (options.vsix !== undefined) await installVsix(options.vsix, options);
  const server = await startVSCodeServer(options);
  try {
    const browser = await launchChromium();
    const close = async (): Promise<void> => {
      await browser.close();
      await server.stop();
    };
    const { viewport, deviceScaleFactor } = options;
    const page = await (await browser.newContext({ viewport, deviceScaleFactor })).newPage();
    await prepare(page);
    await page.goto(server.address(options.workspace));
    return { page, output: () => server.output(), close };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
