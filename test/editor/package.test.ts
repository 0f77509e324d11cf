import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rules } from '../../src/python/checks/rules.ts';
import { packageExtension } from '../setup/package/main.ts';
import { platformName, platforms } from '../setup/package/platforms.ts';
import { sampleWorkspace } from '../setup/paths.ts';
import { callHost, problemsOf } from './genlens.ts';
import { openEditor, type Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';

const target = platformName(`${process.platform}-${process.arch}`);

describe(`the package for ${target}`, () => {
  let folder: string;
  let editor: Editor;
  let installed: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'genlens-vsix-'));
    const { file } = await packageExtension(target, folder);
    editor = await openEditor({ vsix: file, workspace: sampleWorkspace });
    installed = await editor.evaluateInHost((vscode) => vscode.extensions.getExtension('genlens.genlens')?.extensionPath ?? '');
  });

  afterAll(async () => {
    await editor.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('holds the native files of this platform and of no other', async () => {
    const files = await readdir(installed, { recursive: true });
    const native = files.filter((file) => /\.(node|dll|dylib|so)(\.\d+)*$/.test(file)).map((file) => file.split(path.sep).join('/'));
    const { engine, tokenizers } = platforms[target];
    const expected = [...engine.map((file) => `onnxruntime-node/bin/napi-v6/${file}`), `tokenizers/${tokenizers}`];
    expect(native.sort()).toEqual(expected.map((file) => `dist/node_modules/${file}`).sort());
  });

  it('explains a file with nothing but itself', async () => {
    await editor.openFile('attention.py');
    await editor.command('Genlens: Explain Attention');
    const panel = await editor.panelFrame(/^Attention: attention\.py/);
    await until('every head is drawn', async () => {
      const rows = await panel.locator('.overview-row').count();
      return rows > 0 && (await panel.locator('.overview-row.pending').count()) === 0;
    });
    expect(await callHost(panel, 'symbols', {})).toMatchObject({ source: 'reader' });
    expect(await problemsOf(editor)).toEqual([]);
  });

  it('knows a formula in code, and draws it, with nothing but itself', async () => {
    await editor.openFile('vae.py');
    const hoverText = (): Promise<string> =>
      editor.evaluateInHost(async (vscode) => {
        const document = vscode.window.activeTextEditor?.document;
        if (!document) throw new Error('no active text editor');
        const place = document.positionAt(document.getText().indexOf('kl = ') + 1);
        const hovers: { contents: { value: string }[] }[] = await vscode.commands.executeCommand(
          'vscode.executeHoverProvider',
          document.uri,
          place,
        );
        return hovers.flatMap(({ contents }) => contents.map(({ value }) => value)).join();
      });
    const text = await until('the formula is shown', async () => {
      const shown = await hoverText();
      return shown !== '' && shown;
    });
    expect(text).toContain('**KL of a diagonal Gaussian');
    expect(text).toContain('<img src="data:image/svg+xml;base64,');
    expect(await problemsOf(editor)).toEqual([]);
  });

  it('has the command line in it', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [path.join(installed, 'dist/cli.js'), 'inspect', 'code-transformer', '--json'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ family: expect.any(String) as string });
  });

  it('has the pages of the rules in it', () => {
    const ended = spawnSync(process.execPath, [path.join(installed, 'dist/cli.js'), 'formulas', '-', '--sarif'], {
      input: '',
      encoding: 'utf8',
    });
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    const log = JSON.parse(ended.stdout) as { runs: { tool: { driver: { rules: { id: string; help: { markdown: string } }[] } } }[] };
    const pages = log.runs[0]!.tool.driver.rules.map(({ id, help }) => [id, help.markdown.split('\n')[0]]);
    expect(pages).toEqual(
      Object.entries(rules)
        .map(([id, { name }]) => [id, `# ${name}`])
        .sort(),
    );
  });
});
