import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEditor, type Editor } from './harness/editor.ts';

/** A small extension with a good and a bad command: what the harness tells of it must be true. */
const manifest = {
  name: 'probe',
  publisher: 'genlens-test',
  version: '1.0.0',
  engines: { vscode: '^1.105.0' },
  main: './extension.cjs',
  contributes: {
    commands: [
      { command: 'probe.show', title: 'Show', category: 'Probe' },
      { command: 'probe.breach', title: 'Breach', category: 'Probe' },
      { command: 'probe.throw', title: 'Throw', category: 'Probe' },
    ],
  },
};
const source = `
const vscode = require('vscode');
const policy = "default-src 'none'; script-src 'nonce-a'";
const page = (script) => '<!doctype html><meta http-equiv="Content-Security-Policy" content="' + policy + '"><button>before</button>' + script;
exports.activate = (context) => {
  const channel = vscode.window.createOutputChannel('Probe log', { log: true });
  const open = (title, script) => {
    const panel = vscode.window.createWebviewPanel('probe', title, vscode.ViewColumn.Beside, { enableScripts: true });
    panel.webview.html = page(script);
  };
  context.subscriptions.push(
    vscode.commands.registerCommand('probe.show', () => {
      channel.info('shown');
      open('Probe: good', '<script nonce="a">document.querySelector("button").textContent = "after";</script>');
      vscode.window.showInformationMessage('The probe is shown.');
    }),
    vscode.commands.registerCommand('probe.breach', () => open('Probe: bad', '<script>document.title = "never";</script>')),
    vscode.commands.registerCommand('probe.throw', () => { throw new Error('thrown by the probe'); }),
  );
};
`;

describe('the editor harness', () => {
  let folder: string;
  let editor: Editor;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'genlens-probe-'));
    await mkdir(path.join(folder, 'workspace'));
    await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
    await writeFile(path.join(folder, 'extension.cjs'), source);
    await writeFile(path.join(folder, 'workspace/sample.py'), 'def f():\n    return 1\n');
    editor = await openEditor({ workspace: path.join(folder, 'workspace'), extensionDevelopmentPath: folder });
  });

  afterAll(async () => {
    await editor.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('opens a file of the workspace and selects in it', async () => {
    await editor.openFile('sample.py');
    await editor.select({ start: [0, 4], end: [0, 5] });
    const selected = await editor.evaluateInHost((vscode) => {
      const active = vscode.window.activeTextEditor;
      return active && { text: active.document.getText(active.selection), language: active.document.languageId };
    });
    expect(selected).toEqual({ text: 'f', language: 'python' });
  });

  it('runs a command from the palette and reaches the page and the notification that it opens', async () => {
    await editor.command('Probe: Show');
    const page = await editor.panelFrame('Probe: good');
    expect(await page.locator('button').textContent()).toBe('after');
    expect(await editor.notification(/probe/)).toBe('The probe is shown.');
    expect(await editor.tabs()).toEqual(['sample.py', 'Probe: good']);
    expect(await editor.outputChannel('Probe log')).toMatch(/\[info\] shown/);
    expect(await editor.problems()).toEqual([]);
  });

  it('passes an error in the extension host on to the test', async () => {
    const failed = editor.evaluateInHost(async (_vscode, text) => Promise.reject(new Error(text)), 'from inside');
    await expect(failed).rejects.toThrow('from inside');
  });

  it('reports what a page does against its content security policy', async () => {
    await editor.command('Probe: Breach');
    await editor.panelFrame('Probe: bad');
    await expect.poll(() => editor.problems()).toContainEqual(expect.objectContaining({ kind: 'content security policy' }));
  });

  it('reports what a command throws', async () => {
    await editor.command('Probe: Throw');
    const thrown = { kind: 'extension host', text: expect.stringContaining('thrown by the probe') as string };
    await expect.poll(() => editor.problems()).toContainEqual(expect.objectContaining(thrown));
  });

  it('reloads the window into a new extension host', async () => {
    const before = await editor.hostProcess();
    await editor.reload();
    expect(await editor.hostProcess()).not.toBe(before);
    expect(await editor.tabs()).toContain('sample.py');
  });
});
