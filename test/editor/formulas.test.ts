import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { palettes } from '../../src/typeset/palette.ts';
import type { ThemeKind } from '../../src/protocol/typesetting.ts';
import { closeEditors, problemsOf, reloadWindow, workspaceOf } from './genlens.ts';
import { openEditor, type Editor, type Theme } from './harness/editor.ts';
import { until } from './harness/until.ts';
import { knownCode } from './standIn/code.ts';
import { extensionWithStandIn } from './standIn/extension.ts';

const { attention, kl, near } = knownCode;
const python = [
  'import math, torch',
  '',
  'def attention(q, k, v):',
  `    return ${attention.code}`,
  '',
  'def loss(mu, logvar):',
  '    """The divergence $D_{KL}$, see :math:`\\\\mathrm{softmax}(x)`."""',
  `    ${kl.code}`,
  `    weights = ${near.code}`,
  '    return kl',
  '',
].join('\n');
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length - 1;
const markdown = 'Attention is\n\n$$\\mathrm{softmax}(QK^\\top)V$$\n\nand costs $5 and $6. It is $x_1$, or $\\left(x$.\n';
const cell = (source: string, kind = 'code') => ({
  cell_type: kind,
  metadata: {},
  source,
  ...(kind === 'code' && { execution_count: null, outputs: [] }),
});
const files = {
  'loss.py': python,
  'other.py': 'x = 1\n',
  'broken.py': `def f(:\n    (\n    ${kl.code}\n  return [\n`,
  'dies.py': `# dies\n${kl.code}\n`,
  'text.md': markdown,
  'paper.tex': '\\newcommand{\\sm}{\\mathrm{softmax}}\nThe map $\\sm(x)$ is\n',
  'code.cpp': '/// The norm \\f$\\lVert x\\rVert_2\\f$.\nint x;\nconst char* y = "$x^2$";\n',
  'notebook.ipynb': JSON.stringify({
    cells: [cell('import torch'), cell('Where $x_1$ is', 'markdown'), cell(`y = 2\n${kl.code}`), cell('z = 3')],
    metadata: { language_info: { name: 'python' } },
    nbformat: 4,
    nbformat_minor: 5,
  }),
};

/** Folds or unfolds the first family of the list, after which there are so many rows. A list that is drawn anew may miss a click. */
async function toggleFirst(editor: Editor, expected: number): Promise<void> {
  const rows = editor.page.locator('.sidebar .monaco-list-row');
  await until(`there are ${expected} rows`, async () => {
    if ((await rows.count()) === expected) return true;
    await rows.nth(0).locator('.monaco-tl-twistie').click();
    await editor.page.waitForTimeout(1_000);
    return (await rows.count()) === expected;
  });
}

/** What comes within a moment, of a machine that has much to do. */
const soon = <T>(probe: () => T) => expect.poll(probe, { timeout: 20_000 });

describe('formulas', () => {
  let editor: Editor;
  let hover: Locator;
  const cleanUp: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    const extension = await extensionWithStandIn();
    const workspace = await workspaceOf(files);
    cleanUp.push(extension.remove, workspace.remove);
    editor = await openEditor({ workspace: workspace.folder, extensionDevelopmentPath: extension.folder });
    hover = editor.page.locator('.monaco-hover:visible .hover-row').first();
    cleanUp.push(
      () => editor.dispose(),
      () => closeEditors(editor),
    );
    await editor.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  afterAll(async () => {
    for (const clean of cleanUp.reverse()) await clean();
  });

  /** Shows the hover at a place of the active editor, and gives its text. */
  async function hoverAt(line: number, character: number): Promise<string> {
    await editor.page.keyboard.press('Escape');
    await editor.select({ start: [line, character], end: [line, character] });
    return until('a hover is shown', async () => {
      await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('editor.action.showHover'));
      await editor.page.waitForTimeout(300);
      return (await hover.isVisible()) && (await hover.innerText());
    });
  }

  /** What the extensions answer to a hover at a place of a document, as Markdown; in a notebook of its cell. */
  async function hoverText(file: string, line: number, character: number, cellIndex: number | null = null): Promise<string[]> {
    return editor.evaluateInHost(
      async (vscode, name, at, index) => {
        const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
        if (!folder) throw new Error('no folder is open');
        const uri = vscode.Uri.joinPath(folder, name);
        const document =
          index === null
            ? await vscode.workspace.openTextDocument(uri)
            : (await vscode.workspace.openNotebookDocument(uri)).cellAt(index).document;
        const position = new vscode.Position(at[0], at[1]);
        const hovers: { contents: { value: string }[] }[] = await vscode.commands.executeCommand(
          'vscode.executeHoverProvider',
          document.uri,
          position,
        );
        return hovers.flatMap(({ contents }) => contents.map(({ value }) => value));
      },
      file,
      [line, character] as const,
      cellIndex,
    );
  }

  /** Runs the link of a hover with this text, as a click does. */
  async function follow(text: string): Promise<void> {
    await hover.locator('a', { hasText: text }).first().click();
  }

  const svgOf = (text: string): string => Buffer.from(/base64,([^"]*)/.exec(text)?.[1] ?? '', 'base64').toString();
  const marks = (): Locator => editor.page.locator('.editor-instance .view-overlays .cdr[class*="ced-"]');

  describe('on hover', () => {
    it('are shown with their name, what they are, their symbols and their source', async () => {
      await editor.openFile('loss.py');
      const text = (await hoverAt(lineOf(python, kl.code), 6)).replaceAll('\u00a0', ' ');
      expect(text).toMatch(/^KL of a diagonal Gaussian to N\(0, I\) · VAE/);
      expect(text).toContain('Here: mean over the batch; in nats.');
      expect(text).toMatch(/\bmu\b[^]*: /);
      expect(text).toMatch(/\blogvar\b[^]*held as log-variance/);
      expect(text).toContain('As it is written:');
      expect(text).toContain('Kingma and Welling');
      expect(text).toContain('Copy LaTeX');
      expect(text).not.toContain('Show on a model');
      expect(await hover.locator('img').count()).toBe(4);
    });

    const themes: readonly [Theme, ThemeKind][] = [
      ['Light Modern', 'light'],
      ['Default High Contrast', 'highContrast'],
      ['Default High Contrast Light', 'highContrastLight'],
      ['Dark Modern', 'dark'],
    ];
    it.each(themes)('are drawn in the colours of %s', async (theme, kind) => {
      await editor.configure({ 'workbench.colorTheme': theme });
      await until('the theme is there', () =>
        editor.evaluateInHost(
          (vscode, index) => Number(vscode.window.activeColorTheme.kind) === index,
          { light: 1, dark: 2, highContrast: 3, highContrastLight: 4 }[kind],
        ),
      );
      await editor.openFile('loss.py');
      await hoverAt(lineOf(python, kl.code), 6);
      const { ink, terms } = palettes[kind];
      const drawn = await hover
        .locator('img')
        .first()
        .evaluate((image: HTMLImageElement) => {
          const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
          const context = canvas.getContext('2d');
          context?.drawImage(image, 0, 0);
          const { data } = context?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: new Uint8ClampedArray() };
          const colours: Record<string, number> = {};
          for (let at = 0; at < data.length; at += 4) {
            if ((data[at + 3] ?? 0) < 255) continue;
            const colour = `#${[...data.slice(at, at + 3)].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
            colours[colour] = (colours[colour] ?? 0) + 1;
          }
          return { width: image.width, height: image.height, colours };
        });
      expect(drawn.width).toBeGreaterThan(200);
      expect(drawn.width).toBeLessThanOrEqual(480);
      expect(drawn.height).toBeGreaterThan(20);
      for (const colour of [ink, terms[0]!, terms[1]!]) expect(drawn.colours[colour] ?? 0, colour).toBeGreaterThan(3);
      expect(await problemsOf(editor)).toEqual([]);
    });

    it('are all of a function where its name is pointed at', async () => {
      const texts = await hoverText('loss.py', lineOf(python, 'def loss'), 5);
      expect(texts.map((text) => /\*\*(.*?)\*\*/.exec(text)?.[1]?.replace(/&#\d+;/g, ''))).toEqual([
        expect.stringMatching(/^KL of a diagonal Gaussian/),
        expect.stringMatching(/^Nearly: Attention weights/),
      ]);
    });

    it('say where code is nearly a formula', async () => {
      const [text] = await hoverText('loss.py', lineOf(python, 'weights ='), 20);
      expect(text).toContain('**Not equal** to the formula');
      expect(await hoverText('loss.py', lineOf(python, 'weights ='), 5)).toEqual([text]);
      expect(await hoverText('loss.py', lineOf(python, 'weights ='), 2)).toEqual([]);
    });

    it('are found in a file that does not parse, and a reader that dies takes nothing else along', async () => {
      expect((await hoverText('broken.py', 2, 6)).join()).toContain('KL of a diagonal Gaussian');
      expect(await hoverText('dies.py', 1, 6)).toEqual([]);
      expect((await hoverText('loss.py', lineOf(python, attention.code), 12)).join()).toContain('Scaled dot');
      expect(await problemsOf(editor)).toEqual([]);
    });

    it('are found in the cells of a notebook, each in its place, and in its texts', async () => {
      await editor.openFile('notebook.ipynb');
      expect((await hoverText('notebook.ipynb', 1, 3, 2)).join()).toContain('KL of a diagonal Gaussian');
      expect(await hoverText('notebook.ipynb', 0, 3, 2)).toEqual([]);
      expect(await hoverText('notebook.ipynb', 0, 3, 3)).toEqual([]);
      const [text = ''] = await hoverText('notebook.ipynb', 0, 8, 1);
      expect(svgOf(text)).toMatch(/^<svg/);
    });

    it('are drawn where LaTeX stands in documents, docstrings and comments, with a name where it has one', async () => {
      const [named = ''] = await hoverText('text.md', 2, 10);
      expect(svgOf(named)).toContain('</svg>');
      expect(named).toContain('**Scaled dot');
      expect(svgOf((await hoverText('text.md', 4, 28)).join())).toContain('</svg>');
      expect((await hoverText('text.md', 4, 43)).join()).toContain('This cannot be drawn: ');
      expect(await hoverText('text.md', 4, 12)).toEqual([]);
      expect((await hoverText('paper.tex', 1, 10)).join()).toContain('**Scaled dot');
      const docstring = lineOf(python, 'The divergence');
      expect(svgOf((await hoverText('loss.py', docstring, 25)).join())).toContain('</svg>');
      expect((await hoverText('loss.py', docstring, 50)).join()).toContain('**Scaled dot');
      expect(svgOf((await hoverText('code.cpp', 0, 20)).join())).toContain('</svg>');
      expect(await hoverText('code.cpp', 2, 20)).toEqual([]);
    });

    it('are not shown where that is turned off', async () => {
      await editor.configure({ 'genlens.formulas.hover': false });
      expect(await hoverText('loss.py', lineOf(python, kl.code), 6)).toEqual([]);
      expect(await hoverText('text.md', 2, 10)).toEqual([]);
      await editor.configure({ 'genlens.formulas.hover': true });
      expect(await hoverText('loss.py', lineOf(python, kl.code), 6)).toHaveLength(1);
    });

    it('give their LaTeX to the clipboard, without terms', async () => {
      await editor.openFile('loss.py');
      await hoverAt(lineOf(python, kl.code), 6);
      await follow('Copy LaTeX');
      const copied = await until('it is copied', async () => {
        const text = await editor.page.evaluate(() => navigator.clipboard.readText());
        return text.includes('log') && text;
      });
      expect(copied).toBe(String.raw`-\tfrac12\,\mathbb{E}\sum_j\bigl(1+\log\sigma^2-\mu^2-\exp{\log\sigma^2}\bigr)`);
    });

    it('show where their terms are, until Escape, an edit or a click', async () => {
      await editor.openFile('loss.py');
      const line = lineOf(python, kl.code);
      await hoverAt(line, 6);
      await follow('Where each term is');
      // logvar twice, mu once.
      await soon(() => marks().count()).toBe(3);
      await editor.page.keyboard.press('Escape');
      await soon(() => marks().count()).toBe(0);

      await hoverAt(line, 6);
      await follow('logvar');
      await soon(() => marks().count()).toBe(2);
      await editor.select({ start: [0, 0], end: [0, 0] });
      await soon(() => marks().count()).toBe(0);

      await hoverAt(line, 6);
      await follow('mu');
      await soon(() => marks().count()).toBe(1);
      await editor.evaluateInHost((vscode) =>
        vscode.window.activeTextEditor?.edit((edit) => edit.insert(new vscode.Position(0, 0), '# \n')),
      );
      await soon(() => marks().count()).toBe(0);
      await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('undo'));
      expect(await problemsOf(editor)).toEqual([]);
    });
  });

  describe('of this file, in the side bar', () => {
    const rows = (): Locator => editor.page.locator('.sidebar .monaco-list-row');
    const listed = (): Promise<string[]> =>
      rows().evaluateAll((all) =>
        all.map((row) => [...row.querySelectorAll('.label-name, .label-description')].map(({ textContent }) => textContent).join(' ')),
      );
    const welcome = (): Locator => editor.page.locator('.sidebar .welcome-view-content:visible');
    const all: unknown[] = [
      expect.stringMatching(/^VAE 1$/),
      expect.stringMatching(/^KL of a diagonal Gaussian.* loss, line 8$/),
      expect.stringMatching(/^Transformer 2$/),
      expect.stringMatching(/^Scaled dot-product attention attention, line 4$/),
      expect.stringMatching(/^Attention weights loss, line 9$/),
    ];

    it('are listed by family, and a click goes there', async () => {
      await closeEditors(editor);
      await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.view.extension.genlens'));
      await soon(() => welcome().innerText()).toContain('Open a Python file');
      await editor.openFile('loss.py');
      await soon(listed).toEqual(all);
      await rows().nth(1).click();
      const selected = (): Promise<string | undefined> =>
        editor.evaluateInHost((vscode) => vscode.window.activeTextEditor?.document.getText(vscode.window.activeTextEditor.selection));
      await soon(selected).toBe(kl.code);
      // By keyboard alone.
      await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.formulas.focus'));
      await editor.page.keyboard.press('ArrowDown');
      await editor.page.keyboard.press('ArrowDown');
      await editor.page.keyboard.press('Enter');
      await soon(selected).toBe(attention.code);
    });

    it('follow the editor and its edits, and say when there are none', async () => {
      await editor.openFile('other.py');
      await soon(() => welcome().innerText()).toContain('No formula that Genlens knows');
      await editor.evaluateInHost(
        (vscode, code) => vscode.window.activeTextEditor?.edit((edit) => edit.insert(new vscode.Position(1, 0), `${code}\n`)),
        kl.code,
      );
      await soon(listed).toEqual([expect.stringMatching(/^VAE 1$/), expect.stringMatching(/line 2$/)]);
      await editor.openFile('notebook.ipynb');
      await soon(listed).toEqual([expect.stringMatching(/^VAE 1$/), expect.stringMatching(/line 2 of cell 3$/)]);
      await editor.openFile('text.md');
      await soon(() => welcome().innerText()).toContain('Open a Python file');
    });

    it('stay as they were folded', async () => {
      await editor.openFile('loss.py');
      await soon(listed).toEqual(all);
      await toggleFirst(editor, 4);
      await soon(listed).toEqual([all[0], ...all.slice(2)]);
      await closeEditors(editor);
      await editor.openFile('loss.py');
      await soon(listed).toEqual([all[0], ...all.slice(2)]);
      await toggleFirst(editor, 5);
      await soon(listed).toEqual(all);
      expect(await problemsOf(editor)).toEqual([]);
    });
  });

  describe('of a selection', () => {
    const label = 'Genlens: Formula of the Selection';
    let panel: Frame;

    it('are copied, and shown with the names that they have', async () => {
      await editor.openFile('loss.py');
      const line = lineOf(python, kl.code);
      await editor.select({ start: [line, 12], end: [line, 40] });
      await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.formulaOfSelection'));
      panel = await editor.panelFrame('Formula');
      await panel.getByText('loss.py, line 8').waitFor();
      await panel.getByText('This is: KL of a diagonal Gaussian to N(0, I).').waitFor();
      const symbols = panel.locator('.selection-symbol');
      expect((await symbols.locator('code').allInnerTexts()).sort()).toEqual(['logvar', 'mu']);
      expect(await editor.page.evaluate(() => navigator.clipboard.readText())).toContain(String.raw`\sum_j\bigl(1+\log\sigma^2`);
    });

    it('are linked with the code both ways', async () => {
      await panel.locator('.formula-term[data-term="logvar"]').first().hover();
      await soon(() => marks().count()).toBe(2);
      expect(await panel.locator('.formula-term.lit').count()).toBe(2);
      await panel.locator('h1').hover();
      await soon(() => marks().count()).toBe(0);
      const line = lineOf(python, kl.code);
      const at = `    ${kl.code}`.indexOf('mu.pow');
      await editor.select({ start: [line, at], end: [line, at] });
      await soon(() =>
        panel.locator('.formula-term.lit').evaluateAll((all) => all.map((term) => (term as HTMLElement).dataset['term'])),
      ).toEqual(['mu']);
    });

    it('say that the code was edited, and are read again', async () => {
      await editor.evaluateInHost((vscode) =>
        vscode.window.visibleTextEditors[0]?.edit((edit) => edit.insert(new vscode.Position(10, 0), '# \n')),
      );
      await panel.getByText('The code was edited since.').waitFor();
      await panel.getByText('Read it again').click();
      await soon(() => panel.getByText('The code was edited since.').count()).toBe(0);
      expect(await problemsOf(editor)).toEqual([]);
    });

    it('are not asked of nothing', async () => {
      await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.focusFirstEditorGroup'));
      await editor.openFile('other.py');
      await editor.select({ start: [0, 0], end: [0, 0] });
      await editor.command(label);
      await editor.notification(/no expression or function at the cursor/);
      await editor.openFile('text.md');
      await editor.command(label);
      await editor.notification(/There is no Python to read/);
    });
  });

  it('are listed, folded and shown as they were after the window was reloaded', async () => {
    await editor.openFile('loss.py');
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.view.extension.genlens'));
    const rows = editor.page.locator('.sidebar .monaco-list-row');
    await soon(() => rows.count()).toBe(5);
    await toggleFirst(editor, 4);
    await soon(() => rows.count()).toBe(4);
    await reloadWindow(editor);
    await soon(() => rows.count()).toBe(4);
    const panel = await editor.panelFrame('Formula');
    await panel.getByText(/^loss\.py, line \d+$/).waitFor();
    expect(await panel.locator('.formula-term').count()).toBe(3);
    expect(await problemsOf(editor)).toEqual([]);
  });
});
