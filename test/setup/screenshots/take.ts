/** Takes the pictures of README.md from the extension as it is, in real VS Code. */

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openEditor, type Editor, type Theme } from '../../editor/harness/editor.ts';
import { installChromium } from '../chromium.ts';
import { debuggerExtension, root, sampleWorkspace } from '../paths.ts';
import { findDebugPython } from '../pythonEnvironment.ts';
import { build } from '../tools.ts';
import { installVSCodeServer } from '../vscode-server/install.ts';
import type { Scene } from './scene.ts';
import { scenes } from './scenes.ts';

const size = { width: 1280, height: 800 };
/** Beside each other on one sheet, at half their size. */
const otherThemes: readonly Theme[] = ['Light Modern', 'Default High Contrast', 'Default High Contrast Light'];

/** `npm run screenshots -- [NAME ...]`: each picture, and a sheet of it in the other themes. */
export async function takeScreenshots(names: readonly string[]): Promise<number> {
  const known = Object.keys(scenes);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`There is no picture "${unknown}", but: ${known.join(', ')}.`);
  await installChromium();
  await installVSCodeServer();
  const python = await findDebugPython();
  if ((await build(['--production'])) !== 0) throw new Error('The build failed: see the messages above.');
  for (const [name, scene] of Object.entries(scenes)) {
    if (names.length > 0 && !names.includes(name)) continue;
    await inWindow(scene, { python, theme: 'Dark Modern', scale: 1.5 }, async (editor) =>
      write(`${name}.png`, await editor.page.screenshot()),
    );
    const pictures: Buffer[] = [];
    for (const [index, theme] of otherThemes.entries()) {
      await inWindow(scene, { python, theme, scale: 1 }, async (editor) => {
        pictures.push(await editor.page.screenshot());
        if (index === otherThemes.length - 1) await write(`${name}-themes.jpg`, await sheet(editor, pictures));
      });
    }
  }
  return 0;
}

interface WindowOptions {
  readonly theme: Theme;
  readonly scale: number;
  /** What a debugged program runs on. */
  readonly python: string;
}

async function inWindow(scene: Scene, { theme, scale, python }: WindowOptions, take: (editor: Editor) => Promise<void>): Promise<void> {
  const editor = await openEditor({
    workspace: sampleWorkspace,
    extensionDevelopmentPath: root,
    extensions: [debuggerExtension],
    env: { GENLENS_DEBUG_PYTHON: python },
    theme,
    viewport: size,
    deviceScaleFactor: scale,
    settings: { 'workbench.activityBar.location': 'hidden', 'editor.minimap.enabled': false, 'editor.occurrencesHighlight': 'off' },
  });
  try {
    await scene(editor);
    await take(editor);
  } finally {
    await editor.dispose();
  }
}

/** Pictures side by side, put together in a page of the window's own browser. */
async function sheet(editor: Editor, pictures: readonly Buffer[]): Promise<Buffer> {
  const page = await editor.page.context().newPage();
  await page.setViewportSize({ width: (size.width / 2) * pictures.length, height: size.height / 2 });
  const images = pictures.map(
    (picture) => `<img src="data:image/png;base64,${picture.toString('base64')}" width="${size.width / 2}" height="${size.height / 2}">`,
  );
  await page.setContent(`<body style="display: flex; margin: 0">${images.join('')}</body>`, { waitUntil: 'load' });
  return page.screenshot({ type: 'jpeg', quality: 85 });
}

async function write(name: string, picture: Buffer): Promise<void> {
  const file = path.join(root, 'media/screenshots', name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, picture);
  console.log(file);
}
