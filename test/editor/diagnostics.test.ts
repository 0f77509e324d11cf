import type { Locator } from 'playwright-core';
import type { CodeAction } from 'vscode';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeEditors, openGenlens, problemsOf, workspaceOf } from './genlens.ts';
import { openEditor, type Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';
import { knownCode } from './standIn/code.ts';
import { extensionWithStandIn } from './standIn/extension.ts';

const { masked, unscaled } = knownCode;
const rule = masked.wrong.rule;
const wrong = `import torch\n\ndef attend(a, b, d, scores, mask):\n    x = ${masked.code}\n    return ${unscaled.code}\n`;
const twice = `x = ${masked.code}\ny = ${masked.code}\nz = ${unscaled.code}\n`;
const cell = (source: string) => ({ cell_type: 'code', metadata: {}, source, execution_count: null, outputs: [] });
const files = {
  'wrong.py': wrong,
  'twice.py': twice,
  'empty.py': '',
  'waits.py': `# waits\n${wrong}`,
  'dies.py': `# dies\n${wrong}`,
  'notebook.ipynb': JSON.stringify({
    cells: [cell('import torch'), cell(`y = 2\nx = ${masked.code}`), cell('z = 3')],
    metadata: { language_info: { name: 'python' } },
    nbformat: 4,
    nbformat_minor: 5,
  }),
};

/** What comes within a moment, of a machine that has much to do. */
const soon = <T>(probe: () => T) => expect.poll(probe, { timeout: 20_000 });

/** As the editor has it; lines from 0. */
interface Told {
  severity: string;
  message: string;
  code: unknown;
  line: number;
  text: string;
  related: string[];
}

describe('what is wrong with formulas', () => {
  let editor: Editor;
  const cleanUp: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    const extension = await extensionWithStandIn();
    const workspace = await workspaceOf(files);
    cleanUp.push(extension.remove, workspace.remove);
    editor = await openEditor({ workspace: workspace.folder, extensionDevelopmentPath: extension.folder });
    cleanUp.push(
      () => editor.dispose(),
      () => closeEditors(editor),
    );
    await editor.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  afterEach(async () => {
    await editor.configure({ 'genlens.formulas.rules': {}, 'genlens.formulas.diagnostics': true });
    await closeEditors(editor);
  });
  afterAll(async () => {
    for (const clean of cleanUp.reverse()) await clean();
  });

  /** Of all open documents whose address ends so, or of all. */
  const told = (ending = ''): Promise<Told[]> =>
    editor.evaluateInHost((vscode, end) => {
      const all = vscode.languages.getDiagnostics().filter(([uri]) => uri.toString().endsWith(end));
      return all.flatMap(([uri, diagnostics]) => {
        const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
        return diagnostics
          .filter(({ source }) => source === 'Genlens')
          .map(({ severity, message, code, range, relatedInformation = [] }) => ({
            severity: vscode.DiagnosticSeverity[severity] ?? '',
            message,
            code: typeof code === 'object' ? code.value : code,
            line: range.start.line,
            text: document?.getText(range) ?? 'closed',
            related: relatedInformation.map(({ message: said, location }) => `${said} ${document?.getText(location.range) ?? ''}`),
          }));
      });
    }, ending);
  const rulesTold = async (ending = ''): Promise<unknown[]> =>
    (await told(ending)).map(({ code, severity }) => `${String(code)} ${severity}`);
  const text = (): Promise<string | undefined> => editor.evaluateInHost((vscode) => vscode.window.activeTextEditor?.document.getText());
  const run = (command: string, ...args: unknown[]): Promise<unknown> =>
    editor.evaluateInHost(
      async (vscode, name, given) => {
        await vscode.commands.executeCommand(name, ...given);
      },
      command,
      args,
    );
  /** Titles of what the light bulb offers at a place of the active editor. */
  const offered = (line: number, character: number): Promise<string[]> =>
    editor.evaluateInHost(
      async (vscode, at) => {
        const { document } = vscode.window.activeTextEditor!;
        const position = new vscode.Position(at[0], at[1]);
        const actions: { title: string }[] = await vscode.commands.executeCommand(
          'vscode.executeCodeActionProvider',
          document.uri,
          new vscode.Range(position, position),
        );
        return actions.map(({ title }) => title);
      },
      [line, character] as const,
    );
  const place = (code: string, part: string): [line: number, character: number] => {
    const before = code.slice(0, code.indexOf(part)).split('\n');
    return [before.length - 1, before.at(-1)!.length + 1];
  };
  /** Chooses from the light bulb at a place, as a user does: the list closes where the focus comes to rest elsewhere, and is asked for again. */
  async function choose(at: [number, number], title: string): Promise<void> {
    await editor.select({ start: at, end: at });
    const row = editor.page.locator('.action-widget .action-list-item-action, .action-widget .monaco-list-row', { hasText: title }).first();
    await until(`the light bulb has offered “${title}”`, async () => {
      await run('workbench.action.focusActiveEditorGroup');
      await run('editor.action.quickFix');
      return row.click({ timeout: 4_000 }).then(
        () => true,
        () => editor.page.keyboard.press('Escape').then(() => false),
      );
    });
  }

  it('is told while it is typed, in its place, with what has to do with it, and goes when it is mended', async () => {
    await editor.openFile('empty.py');
    await run('workbench.action.focusActiveEditorGroup');
    await editor.page.keyboard.insertText(`x = ${masked.code}`);
    const expected = {
      severity: 'Warning',
      message: masked.wrong.message,
      code: rule,
      text: '1e-9',
      related: ['The mask is here. mask == 0'],
    };
    await soon(() => told()).toEqual([{ ...expected, line: 0 }]);
    await editor.page.locator('.view-overlays .squiggly-warning').first().waitFor();
    // Above it: it stays where it belongs, and is said anew there.
    await editor.evaluateInHost((vscode) => vscode.window.activeTextEditor!.edit((edit) => edit.insert(new vscode.Position(0, 0), '# \n')));
    await soon(() => told()).toEqual([{ ...expected, line: 1 }]);
    await run('editor.action.selectAll');
    await run('workbench.action.focusActiveEditorGroup');
    await editor.page.keyboard.insertText('y = 2');
    await soon(() => told()).toEqual([]);
    expect(await problemsOf(editor)).toEqual([]);
  });

  it('is told of unsaved documents, by its own severity, and no longer once they are closed', async () => {
    await editor.openUntitled(wrong, 'python');
    await soon(() => rulesTold()).toEqual([`${rule} Warning`, 'planted Information']);
    await closeEditors(editor);
    await soon(() => rulesTold()).toEqual([]);
  });

  it('is not told of a document that nobody sees, nor of other languages', async () => {
    await editor.evaluateInHost(async (vscode, file) => {
      await vscode.workspace.openTextDocument(vscode.Uri.file(file));
    }, `${editor.workspace}/twice.py`);
    await editor.openUntitled(wrong, 'plaintext');
    await editor.openFile('wrong.py');
    await soon(() => rulesTold('wrong.py')).toHaveLength(2);
    expect(await rulesTold()).toHaveLength(2);
  });

  it('is told of documents that nobody can write', async () => {
    await editor.evaluateInHost(async (vscode, content) => {
      vscode.workspace.registerTextDocumentContentProvider('planted', { provideTextDocumentContent: () => content });
      await vscode.window.showTextDocument(vscode.Uri.parse('planted:/only.py'));
    }, wrong);
    await soon(() => rulesTold('planted:/only.py')).toHaveLength(2);
  });

  it('is told although the thread that looks for it dies of another file meanwhile', async () => {
    await editor.openFile('waits.py');
    await run('workbench.action.splitEditor');
    await editor.openFile('dies.py');
    await soon(() => rulesTold('waits.py')).toHaveLength(2);
    expect(await rulesTold('dies.py')).toEqual([]);
    expect(await problemsOf(editor)).toEqual([]);
  });

  it('is told in the cell of a notebook that it stands in, until that is gone', async () => {
    await editor.openFile('notebook.ipynb');
    await soon(() => told()).toMatchObject([{ line: 1, text: '1e-9', related: ['The mask is here. mask == 0'] }]);
    await editor.evaluateInHost(async (vscode) => {
      const { notebook } = vscode.window.activeNotebookEditor!;
      const edit = new vscode.WorkspaceEdit();
      edit.set(notebook.uri, [vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(1, 2))]);
      await vscode.workspace.applyEdit(edit);
    });
    await soon(() => told()).toEqual([]);
    await run('workbench.action.revertAndCloseActiveEditor');
  });

  it('has the severity that the settings say, or none', async () => {
    await editor.openFile('wrong.py');
    await soon(() => rulesTold()).toHaveLength(2);
    await editor.configure({ 'genlens.formulas.rules': { [rule]: 'error', planted: 'off' } });
    await soon(() => rulesTold()).toEqual([`${rule} Error`]);
    await editor.configure({ 'genlens.formulas.diagnostics': false });
    await soon(() => rulesTold()).toEqual([]);
    await editor.configure({ 'genlens.formulas.diagnostics': true, 'genlens.formulas.rules': { [rule]: 'nonsense' } });
    await soon(() => rulesTold()).toEqual([`${rule} Warning`, 'planted Information']);
  });

  describe('on hover', () => {
    const hover = (): Locator => editor.page.locator('.monaco-hover:visible').first();
    async function hoverAt(at: [number, number]): Promise<string> {
      await editor.page.keyboard.press('Escape');
      await editor.select({ start: at, end: at });
      await run('workbench.action.focusActiveEditorGroup');
      return until('a hover is shown', async () => {
        await run('editor.action.showHover');
        await editor.page.waitForTimeout(300);
        return (
          (await hover().isVisible()) &&
          (await hover().locator('.hover-row img').count()) > 0 &&
          (await hover().innerText()).replaceAll('\u00a0', ' ')
        );
      });
    }
    const count = (text: string, part: string): number => text.split(part).length - 1;

    it('is said once, by the editor in its place and by the formula elsewhere, with what would be right', async () => {
      await editor.openFile('wrong.py');
      await soon(() => rulesTold()).toHaveLength(2);
      const { message } = unscaled.wrong;
      const inPlace = await hoverAt(place(wrong, unscaled.wrong.at));
      const beside = await hoverAt(place(wrong, 'torch.softmax'));
      for (const text of [inPlace, beside]) {
        expect(count(text, message), text).toBe(1);
        expect(text).toMatch(/Nearly: Attention weights/);
        expect(text).toMatch(/Is\s+Formula/);
        expect(text).not.toContain('Not equal');
      }
      expect(inPlace).toContain('Genlensplanted');
      expect(beside).not.toContain('Genlensplanted');
      await hover().locator('.codicon-info').waitFor();
      for (const sign of ['removed', 'added']) expect(await hover().locator(`.codicon-diff-${sign}`).count()).toBe(1);
      await editor.configure({ 'genlens.formulas.rules': { planted: 'off' } });
      await soon(() => rulesTold()).toHaveLength(1);
      expect(
        await editor.evaluateInHost(
          async (vscode, at) => {
            const { document } = vscode.window.activeTextEditor!;
            return (
              await vscode.commands.executeCommand<unknown[]>(
                'vscode.executeHoverProvider',
                document.uri,
                new vscode.Position(at[0], at[1]),
              )
            ).length;
          },
          place(wrong, 'torch.softmax'),
        ),
      ).toBe(0);
    });

    it('leads to the page of its rule, as it does among the problems', async () => {
      const shown = (): Promise<string | undefined> =>
        editor.evaluateInHost((vscode) => {
          const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
          return input instanceof vscode.TabInputCustom ? `${input.viewType} ${input.uri.toString()}` : input?.constructor.name;
        });
      const page = `vscode.markdown.preview.editor genlens-rule:/${rule}.md`;
      const read = (): Promise<string[]> =>
        Promise.all(
          editor.page.frames().map((frame) =>
            frame
              .locator('h1')
              .first()
              .innerText({ timeout: 500 })
              .catch(() => ''),
          ),
        );
      await editor.openFile('wrong.py');
      await soon(() => rulesTold()).toHaveLength(2);
      await hoverAt(place(wrong, '1e-9'));
      await hover().locator('a', { hasText: rule }).click();
      await soon(() => shown()).toBe(page);
      await soon(() => read()).toContain('A mask that leaves weight');
      await closeEditors(editor);
      await editor.openFile('wrong.py');
      await soon(() => rulesTold()).toHaveLength(2);
      await run('workbench.actions.view.problems');
      await editor.page.locator('.markers-panel a', { hasText: rule }).first().click();
      await soon(() => shown()).toBe(page);
      await run('workbench.action.closePanel');
      await closeEditors(editor);
      await editor.openFile('wrong.py');
      await soon(() => rulesTold()).toHaveLength(2);
      await choose(place(wrong, '1e-9'), `Explain rule ${rule}`);
      await soon(() => shown()).toBe(page);
      expect(await problemsOf(editor)).toEqual([]);
    });
  });

  it('is marked in the list of formulas', async () => {
    await editor.openFile('wrong.py');
    await run('workbench.view.extension.genlens');
    const rows = editor.page.locator('.sidebar .monaco-list-row');
    const label = (part: string): Locator => editor.page.locator('.sidebar .monaco-list-row', { hasText: part });
    await soon(() => rows.count()).toBe(4);
    await label('Attention weights').locator('.codicon-info').waitFor();
    await label('masked_fill').locator('.codicon-warning').waitFor();
    expect(await label('masked_fill').getAttribute('aria-label')).toContain(masked.wrong.message);
    await editor.configure({ 'genlens.formulas.diagnostics': false });
    await soon(() => rows.count()).toBe(0);
    await run('workbench.action.closeSidebar');
  });

  it('is said beside the formula of a selection', async () => {
    await editor.openFile('wrong.py');
    await soon(() => rulesTold()).toHaveLength(2);
    const [line, character] = place(wrong, 'scores.masked');
    await editor.select({ start: [line, character - 1], end: [line, character - 1 + masked.code.length] });
    await run('genlens.formulaOfSelection');
    const panel = await editor.panelFrame('Formula');
    await soon(() => panel.locator('.banner.warning').innerText()).toBe(masked.wrong.message);
  });

  describe('can be mended', () => {
    it('by what the light bulb prefers, and undone in one step', async () => {
      await editor.openFile('wrong.py');
      await soon(() => rulesTold()).toHaveLength(2);
      const at = place(wrong, '1e-9');
      expect(await offered(...at)).toEqual([
        'Set it to minus infinity',
        `Explain rule ${rule}`,
        `Ignore ${rule} on this line`,
        `Turn off rule ${rule}`,
      ]);
      expect((await offered(...place(wrong, 'import'))).filter((title) => title.includes(rule))).toEqual([]);
      await editor.select({ start: at, end: at });
      await run('editor.action.autoFix');
      await soon(text).toBe(wrong.replace('1e-9', 'float("-inf")'));
      await soon(() => rulesTold()).toEqual(['planted Information']);
      await run('undo');
      await soon(text).toBe(wrong);
      await soon(() => rulesTold()).toHaveLength(2);
    });

    it('all of one rule at once, and on saving what is not meant so', async () => {
      await editor.openFile('twice.py');
      await soon(() => rulesTold()).toHaveLength(3);
      const mended = twice.replaceAll('1e-9', 'float("-inf")');
      await choose(place(twice, '1e-9'), `Fix all of ${rule} in this file`);
      await soon(text).toBe(mended);
      await run('undo');
      await soon(text).toBe(twice);
      await editor.configure({ 'editor.codeActionsOnSave': { 'source.fixAll.genlens': 'explicit' } });
      await run('workbench.action.files.save');
      await soon(text).toBe(mended);
      await editor.configure({ 'editor.codeActionsOnSave': {} });
    });

    it('by a comment in its place', async () => {
      await editor.openFile('wrong.py');
      await soon(() => rulesTold()).toHaveLength(2);
      await choose(place(wrong, '1e-9'), `Ignore ${rule} on this line`);
      await soon(text).toBe(wrong.replace('1e-9)', `1e-9)  # genlens: ignore[${rule}]`));
      await run('undo');
      await soon(text).toBe(wrong);
    });

    it('by turning its rule off, in the workspace', async () => {
      await editor.openFile('wrong.py');
      await soon(() => rulesTold()).toHaveLength(2);
      await choose(place(wrong, '1e-9'), `Turn off rule ${rule}`);
      await soon(() => rulesTold()).toEqual(['planted Information']);
      await editor.notification(/is turned off in this workspace/);
      const set = await editor.evaluateInHost(
        (vscode) => vscode.workspace.getConfiguration().inspect('genlens.formulas.rules')?.workspaceValue,
      );
      expect(set).toEqual({ [rule]: 'off' });
      await editor.evaluateInHost((vscode) =>
        vscode.workspace.getConfiguration().update('genlens.formulas.rules', undefined, vscode.ConfigurationTarget.Workspace),
      );
      await soon(() => rulesTold()).toHaveLength(2);
    });
  });
});

describe('what is wrong with code that is really read', () => {
  const code = [
    'import torch',
    'import torch.nn.functional as F',
    '',
    'def attend(q, k, v, mask):',
    '    scores = q @ k.transpose(-2, -1) / q.size(-1) ** 0.5',
    '    scores = scores.masked_fill(mask == 0, 1e-9)',
    '    return F.softmax(scores, dim=-1) @ v',
    '',
    'def train_step(model, images, labels):',
    '    return F.cross_entropy(F.softmax(model(images), dim=1), labels)',
    '',
  ].join('\n');
  let editor: Editor;
  const cleanUp: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    const workspace = await workspaceOf({ 'attend.py': code });
    cleanUp.push(workspace.remove);
    editor = await openGenlens({ workspace: workspace.folder });
    cleanUp.push(() => editor.dispose());
  });
  afterAll(async () => {
    for (const clean of cleanUp.reverse()) await clean();
  });

  it('is told, and no longer once a comment asks for that; undone, it is told again, and then mended', async () => {
    const told = (): Promise<string[]> =>
      editor.evaluateInHost((vscode) => {
        const { document } = vscode.window.activeTextEditor!;
        return vscode.languages.getDiagnostics(document.uri).map(({ code: of, range, severity }) => {
          const rule = typeof of === 'object' ? of.value : of;
          return `${String(rule)} ${vscode.DiagnosticSeverity[severity]} ${document.getText(range)}`;
        });
      });
    /** Of what is offered at the problem that comes there. */
    const act = (title: string, place: number): Promise<void> =>
      editor.evaluateInHost(
        async (vscode, beginning, index) => {
          const { document } = vscode.window.activeTextEditor!;
          const actions: CodeAction[] = await vscode.commands.executeCommand(
            'vscode.executeCodeActionProvider',
            document.uri,
            vscode.languages.getDiagnostics(document.uri)[index]!.range,
            undefined,
            // How many are asked for their edits.
            10,
          );
          const edit = actions.find((action) => action.title.startsWith(beginning))?.edit;
          if (!edit) throw new Error(`Offered: ${actions.map((action) => action.title).join(', ')}`);
          await vscode.workspace.applyEdit(edit);
        },
        title,
        place,
      );
    const text = (): Promise<string | undefined> => editor.evaluateInHost((vscode) => vscode.window.activeTextEditor?.document.getText());
    const mask = 'mask-keeps-weight Warning scores.masked_fill(mask == 0, 1e-9)';
    const twice = expect.stringMatching(/^probabilities-for-logits Warning .*softmax/) as string;
    await editor.openFile('attend.py');
    await soon(told).toEqual([mask, twice]);
    // The formula that it spoils is computed a line below.
    const hovers = await editor.evaluateInHost(async (vscode) => {
      const { uri } = vscode.window.activeTextEditor!.document;
      const all: { contents: { value: string }[] }[] = await vscode.commands.executeCommand(
        'vscode.executeHoverProvider',
        uri,
        new vscode.Position(5, 20),
      );
      return all.flatMap(({ contents }) => contents.map(({ value }) => value.split('\n')[0]));
    });
    expect(hovers).toEqual([expect.stringMatching(/^\*\*Scaled dot.*attention\*\*/)]);
    await act('Ignore', 0);
    expect(await text()).toContain('1e-9)  # genlens: ignore[mask-keeps-weight]\n');
    await soon(told).toEqual([twice]);
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('undo'));
    await soon(told).toEqual([mask, twice]);
    await act('', 1);
    await soon(told).toEqual([mask]);
    expect(await text()).toBe(code.replace('F.softmax(model(images), dim=1)', 'model(images)'));
    expect(await problemsOf(editor)).toEqual([]);
  });
});
