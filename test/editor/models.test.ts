import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from 'playwright-core';
import { readNpz } from '../../src/formats/npz.ts';
import { root } from '../setup/paths.ts';
import { closeEditors, factsOf, nextResult, openGenlens, problemsOf, shownPanel, workspaceOf } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { paletteRows, pick, quickInput } from './harness/palette.ts';
import { until } from './harness/until.ts';

const explain = 'Genlens: Explain Attention';
const chooseModel = 'Genlens: Choose Model';
const fixtures = path.join(root, 'test/fixtures');
const fixture = (name: string): Promise<Buffer> => readFile(path.join(fixtures, name));

interface Manifest {
  title: string;
  family: string;
  context: number;
  model: string;
}

/** The bundled model as its own files say. */
async function bundledModel(): Promise<Manifest & { megabytes: string }> {
  const named = process.env['GENLENS_EXTENSION'] ?? root;
  const folder = path.join(named.endsWith('.vsix') ? root : named, 'models/code-transformer');
  const manifest = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as Manifest;
  return { ...manifest, megabytes: ((await stat(path.join(folder, manifest.model))).size / 1e6).toFixed(1) };
}

/** Layers × heads of the causal fixture, from the weights that PyTorch wrote. */
async function sizeOfCausal(): Promise<{ layers: number; heads: number }> {
  const weights = await readNpz(await fixture('inference/causal/expected.npz'));
  const layers = [...weights.keys()].filter((name) => name.startsWith('weights_')).length;
  return { layers, heads: weights.get('weights_0')?.shape[1] ?? 0 };
}

/** Layers × heads of the pictures in a panel's overview. */
async function sizeOf(panel: Frame): Promise<{ layers: number; heads: number }> {
  await expect.poll(() => panel.locator('.overview-row.pending').count()).toBe(0);
  const cells = await panel
    .locator('.thumbnail')
    .evaluateAll((elements) => elements.map((element) => ({ ...(element as HTMLElement).dataset })));
  return { layers: new Set(cells.map(({ row }) => row)).size, heads: new Set(cells.map(({ head }) => head)).size };
}

async function modelFiles(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const causal = await fixture('inference/causal/model.onnx');
  const tokenizer = await fixture('inference/causal/tokenizer.json');
  return workspaceOf({
    'tiny/tiny.onnx': causal,
    'tiny/tokenizer.json': tokenizer,
    'silent/silent.onnx': causal,
    'notes/notes.onnx': 'These are notes, and no model.\n',
    'notes/tokenizer.json': tokenizer,
    'fused/fused.onnx': await fixture('onnx/fused-microsoft.onnx'),
    'fused/tokenizer.json': tokenizer,
    'plain/plain.onnx': await fixture('onnx/no-attention-ts-17.onnx'),
    'plain/tokenizer.json': tokenizer,
  });
}

describe('Choose Model', () => {
  let editor: Editor;
  let models: string;
  let remove: () => Promise<void>;

  beforeAll(async () => {
    const files = await modelFiles();
    const workspace = await workspaceOf({ 'text.txt': 'the cat sat on the mat\n' });
    models = files.folder;
    remove = async () => void (await Promise.all([files.remove(), workspace.remove()]));
    editor = await openGenlens({ workspace: workspace.folder, settings: { 'files.simpleDialog.enable': true } });
  });
  afterEach(async () => {
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('notifications.clearAll'));
    await editor.page.keyboard.press('Escape');
    await closeEditors(editor);
  });
  afterAll(async () => {
    await editor.dispose();
    await remove();
  });

  const chosen = (): Promise<unknown> => editor.evaluateInHost((vscode) => vscode.workspace.getConfiguration().get('genlens.model'));

  /** Adds a file as a user does who types its path into the editor's own file dialog. */
  async function addFile(file: string): Promise<void> {
    await editor.command(chooseModel);
    await pick(editor.page, 'Add an ONNX file…');
    const field = await quickInput(editor.page);
    await until('the file dialog is open', async () => (await field.inputValue()).startsWith('/'));
    // The dialog goes on filling its field while it reads the folder that it opens with.
    await until('the file dialog has found the file', async () => {
      if ((await field.inputValue()) !== path.join(models, file)) await field.fill(path.join(models, file));
      return (await paletteRows(editor.page)).includes(path.basename(file));
    });
    await editor.page.keyboard.press('Enter');
  }

  async function rows(): Promise<string[]> {
    await until('the models are listed', async () => (await paletteRows(editor.page)).some((row) => row.includes('Add an ONNX file')));
    return editor.page.locator('.quick-input-list .monaco-list-row').allInnerTexts();
  }

  it('lists the bundled model with its family, its size and its context', async () => {
    const { title, family, context, megabytes } = await bundledModel();
    await editor.command(chooseModel);
    const [bundled] = (await rows()).filter((row) => row.includes(title));
    expect(bundled).toContain(`${family} · ${megabytes} MB · context ${context.toLocaleString('en')} tokens`);
  });

  it('adds a file, which explains the visible panel at once and whatever comes after', async () => {
    await editor.openFile('text.txt');
    await editor.command(explain);
    const panel = await shownPanel(editor, 'text.txt');
    expect(await factsOf(panel)).toContain((await bundledModel()).title);
    const result = await nextResult(panel, () => addFile('tiny/tiny.onnx'));
    expect(result.subject.modelName).toBe('tiny.onnx');
    expect(await editor.notification(/tiny\.onnx was added/)).toMatch(/2 attention layers, .* parameters/);
    expect(await factsOf(panel)).toContain('tiny.onnx');
    expect(await sizeOf(panel)).toEqual(await sizeOfCausal());
    await closeEditors(editor);
    await editor.openFile('text.txt');
    await editor.command(explain);
    expect(await factsOf(await shownPanel(editor, 'text.txt'))).toContain('tiny.onnx');
    await editor.command(chooseModel);
    const listed = (await rows()).find((row) => row.includes('tiny.onnx'));
    expect(listed).toContain('2 attention layers');
    expect(listed).toContain(path.join(models, 'tiny'));
  });

  it('goes back to the bundled model, and the visible panel with it', async () => {
    await editor.openFile('text.txt');
    await editor.command(explain);
    const panel = await shownPanel(editor, 'text.txt');
    const { title } = await bundledModel();
    const result = await nextResult(panel, async () => {
      await editor.command(chooseModel);
      await pick(editor.page, title);
    });
    expect(result.subject.modelName).toBe(title);
  });

  it('takes a removed model off the list; was it the chosen one, the bundled one explains again', async () => {
    await addFile('tiny/tiny.onnx');
    await until('the added model is chosen', async () => (await chosen()) === path.join(models, 'tiny/tiny.onnx'));
    await editor.openFile('text.txt');
    await editor.command(explain);
    const panel = await shownPanel(editor, 'text.txt');
    expect(await factsOf(panel)).toContain('tiny.onnx');
    const result = await nextResult(panel, async () => {
      await editor.command(chooseModel);
      await rows();
      const row = editor.page.locator('.quick-input-list .monaco-list-row', { hasText: 'tiny.onnx' });
      await row.hover();
      await row.locator('.codicon-trash').click();
      await until('it is gone', async () => !(await paletteRows(editor.page)).includes('tiny.onnx'));
      await editor.page.keyboard.press('Escape');
    });
    expect(result.subject.modelName).toBe((await bundledModel()).title);
    expect((await stat(path.join(models, 'tiny/tiny.onnx'))).isFile()).toBe(true);
  });

  it.each([
    ['silent/silent.onnx', /silent\.onnx has no tokenizer\.json beside it.*Put the model’s tokenizer\.json into .*\/silent and add/],
    ['notes/notes.onnx', /notes\.onnx was not added\. .*notes\.onnx.*ONNX/],
    ['fused/fused.onnx', /attention of fused\.onnx is in fused operators that are not covered yet: .*Attention/],
    ['plain/plain.onnx', /No attention was found in plain\.onnx/],
  ])('says why %s is not added', async (file, message) => {
    const before = await chosen();
    await addFile(file);
    await editor.notification(message);
    expect(await chosen()).toBe(before);
    await editor.command(chooseModel);
    expect((await rows()).filter((row) => row.includes(path.basename(file)))).toEqual([]);
  });

  it('says so when an added model’s file is gone, and offers another', async () => {
    await editor.configure({ 'genlens.model': path.join(models, 'gone.onnx') });
    await editor.openFile('text.txt');
    await editor.command(explain);
    const panel = await editor.panelFrame(/^Attention/);
    await panel.getByRole('alert').filter({ hasText: 'gone.onnx' }).waitFor();
    await panel.getByRole('button', { name: 'Choose model' }).click();
    await rows();
    await pick(editor.page, (await bundledModel()).title);
    expect(await factsOf(await shownPanel(editor, 'text.txt'))).toContain((await bundledModel()).title);
    // The editor repeats each error that it notifies of in its console.
    expect((await problemsOf(editor)).filter((problem) => !problem.startsWith('console: notes.onnx was not added.'))).toEqual([]);
  });
});

describe('in a workspace that is not trusted', () => {
  let editor: Editor;
  let remove: () => Promise<void>;

  beforeAll(async () => {
    const files = await modelFiles();
    const workspace = await workspaceOf({ 'text.txt': 'the cat sat on the mat\n' });
    remove = async () => void (await Promise.all([files.remove(), workspace.remove()]));
    editor = await openGenlens({
      workspace: workspace.folder,
      trusted: false,
      settings: { 'genlens.model': path.join(files.folder, 'tiny/tiny.onnx'), 'security.workspace.trust.startupPrompt': 'never' },
    });
  });
  afterAll(async () => {
    await editor.dispose();
    await remove();
  });

  it('runs a bundled model in place of an added one, says so, and runs the added one once the workspace is trusted', async () => {
    const { title } = await bundledModel();
    expect(await editor.evaluateInHost((vscode) => vscode.workspace.isTrusted)).toBe(false);
    await editor.openFile('text.txt');
    await editor.command(explain);
    const panel = await shownPanel(editor, 'text.txt');
    expect(await factsOf(panel)).toContain(title);
    await panel.getByText(`${title} stands in for tiny.onnx`).waitFor();
    await editor.command(chooseModel);
    await until('trust is offered', async () => (await paletteRows(editor.page)).some((row) => row.includes('Manage Workspace Trust')));
    expect((await paletteRows(editor.page)).filter((row) => /\.onnx|ONNX/.test(row))).toEqual([]);
    await pick(editor.page, 'Manage Workspace Trust…');
    await editor.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
    await until('the workspace is trusted', () => editor.evaluateInHost((vscode) => vscode.workspace.isTrusted));
    await editor.openFile('text.txt');
    await editor.command(explain);
    const trusted = await shownPanel(editor, 'text.txt');
    await until('the added model runs', async () => (await factsOf(trusted)).includes('tiny.onnx'));
    expect(await trusted.getByText('stands in for').count()).toBe(0);
    expect(await problemsOf(editor)).toEqual([]);
  });
});
