/** Pictures of formulas in code and in texts. */

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Editor } from '../../editor/harness/editor.ts';
import { until } from '../../editor/harness/until.ts';
import { debuggedWorkspace } from '../paths.ts';
import { settle, type Scene } from './scene.ts';

export const ofFormulas: Readonly<Record<string, Scene>> = {
  'formulas-hover': hoverOnLoss,
  'formulas-selection': openSelection,
  'formulas-markdown': hoverOnMarkdown,
  'formulas-checked': hoverOnNearMiss,
  'formulas-debugging': stopAtOverflow,
};

/** What a VAE's loss is, on hover, beside the list of the file's formulas. */
async function hoverOnLoss(editor: Editor): Promise<void> {
  await editor.openFile('vae.py');
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.formulas.focus'));
  await editor.page.locator('.sidebar .monaco-list-row').filter({ hasText: 'beta-VAE' }).waitFor();
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup'));
  for (let step = 0; step < 2; step++)
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.decreaseViewWidth'));
  await hoverOn(editor, 'kl = -0.5', 2);
  // By its upper edge, as a user makes room for all that it says.
  const box = await editor.page.locator('.monaco-resizable-hover:visible').boundingBox();
  if (!box) throw new Error('The hover is not on the screen.');
  const { page } = editor;
  await page.mouse.move(box.x + box.width / 2, box.y + 1);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y - 228, { steps: 10 });
  await page.mouse.up();
  // Off the edge, which lights up under the pointer.
  await page.mouse.move(box.x + box.width - 24, box.y + box.height - 60, { steps: 4 });
  await settle(editor);
}

/** LaTeX in a text, drawn and named on hover, with a command that the text defines. */
async function hoverOnMarkdown(editor: Editor): Promise<void> {
  await writeFile(path.join(editor.workspace, 'notes.md'), notes);
  await editor.openFile('notes.md');
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.closeSidebar'));
  await hoverOn(editor, String.raw`\KL{q_\phi(z \mid x)}{p(z)} =`, 2);
  // The first name is late: it waits until formulas are loaded.
  await editor.page.keyboard.press('Escape');
  await hoverOn(editor, String.raw`\KL{q_\phi(z \mid x)}{p(z)} =`, 2);
  await editor.page.locator('.monaco-hover:visible').getByText('KL of a diagonal Gaussian').waitFor();
}

const notes = String.raw`# Variational auto-encoders

$$
\newcommand{\KL}[2]{D_{\mathrm{KL}}\bigl(#1\,\|\,#2\bigr)}
$$

The encoder gives a diagonal Gaussian $q_\phi(z \mid x) = \mathcal N(\mu, \sigma^2)$, the prior is a standard normal.

- The **reconstruction** is what it costs to say $x$ when $z$ is known.
- The **divergence** is what it costs to say $z$, against the prior. It is zero only where the encoder
  tells nothing of $x$.

## The loss

Their sum is never below $-\log p_\theta(x)$, and the mean over a batch is what is minimised:

$$
\mathcal L(x) = -\mathbb E_{q_\phi(z \mid x)}\bigl[\log p_\theta(x \mid z)\bigr] + \KL{q_\phi(z \mid x)}{p(z)}
$$

Between the two Gaussians the divergence has a closed form:

$$
\KL{q_\phi(z \mid x)}{p(z)} = -\tfrac12 \sum_j \bigl(1 + \log \sigma_j^2 - \mu_j^2 - \sigma_j^2\bigr)
$$

A draw of $z$ has to let gradients through, so the noise is drawn by itself:

$$
z = \mu + \sigma \odot \epsilon, \qquad \epsilon \sim \mathcal N(0, I)
$$

With a factor $\beta > 1$ on the divergence the latents are simpler, and less of $x$ is told.
`;

/** The formula of a selected expression in a panel beside it, with one of its terms pointed at. */
async function openSelection(editor: Editor): Promise<void> {
  await editor.openFile('vae.py');
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.closeSidebar'));
  await editor.evaluateInHost((vscode) => {
    const shown = vscode.window.activeTextEditor!;
    const { document } = shown;
    const line = document.positionAt(document.getText().indexOf('kl = -0.5')).line;
    const code = document.lineAt(line).text;
    shown.selection = new vscode.Selection(line, code.indexOf('-0.5'), line, code.length);
    shown.revealRange(shown.selection, vscode.TextEditorRevealType.InCenter);
  });
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.formulaOfSelection'));
  const panel = await editor.panelFrame('Formula');
  // What is marked shows better without a selection over it.
  await editor.evaluateInHost((vscode) => {
    const [shown] = vscode.window.visibleTextEditors;
    if (shown) shown.selection = new vscode.Selection(shown.selection.start, shown.selection.start);
  });
  await panel.getByText('This is: KL of a diagonal Gaussian').waitFor();
  await settle(editor);
  await panel.locator('.formula-term[data-term="logvar"]').first().hover();
  await settle(editor);
}

/** A program with two slips: what the code has and what the formula has, in the hover, beside the problems of the file. */
async function hoverOnNearMiss(editor: Editor): Promise<void> {
  await writeFile(path.join(editor.workspace, 'encoder.py'), slips);
  await editor.openFile('encoder.py');
  await editor.evaluateInHost(async (vscode) => {
    await vscode.commands.executeCommand('workbench.action.closeSidebar');
    await vscode.commands.executeCommand('workbench.actions.view.problems');
  });
  await editor.page.locator('.markers-panel .monaco-list-row').nth(2).waitFor();
  await hoverOn(editor, 'return -0.5', 12);
  await editor.page.mouse.move(1180, 500);
  await settle(editor);
}

const slips = `import torch
from torch import nn


class Encoder(nn.Module):
    """Gives the mean and the log-variance of each latent, and a draw of them."""

    def __init__(self, width=256, latents=16):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(784, width), nn.GELU())
        self.head = nn.Linear(width, 2 * latents)

    def forward(self, x):
        mu, logvar = self.head(self.body(x)).chunk(2, dim=-1)
        std = torch.exp(0.5 * logvar)
        z = mu + std * torch.rand_like(std)
        return z, mu, logvar


def kl_divergence(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu - logvar.exp(), dim=-1)
`;

/** Debugs a program until a term of a loss overflows. */
async function stopAtOverflow(editor: Editor): Promise<void> {
  const text = await readFile(path.join(debuggedWorkspace, 'vae.py'), 'utf8');
  await writeFile(path.join(editor.workspace, 'divergence.py'), text);
  await editor.openFile('divergence.py');
  await editor.evaluateInHost(
    async (vscode, line) => {
      const folder = vscode.workspace.workspaceFolders![0]!;
      const uri = vscode.Uri.joinPath(folder.uri, 'divergence.py');
      const place = new vscode.Location(uri, new vscode.Position(line, 0));
      vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(place, true, undefined, '2')]);
      const program = { program: uri.fsPath, console: 'internalConsole' };
      await vscode.debug.startDebugging(folder, { type: 'debugpy', request: 'launch', name: 'vae', ...program });
    },
    text.slice(0, text.indexOf('kl = -0.5')).split('\n').length - 1,
  );
  await until('the program has stopped', () => editor.evaluateInHost((vscode) => vscode.debug.activeStackItem !== undefined));
  await editor.evaluateInHost(async (vscode) => {
    await vscode.commands.executeCommand('genlens.stopped.focus');
    await vscode.commands.executeCommand('workbench.action.closePanel');
  });
  for (const name of ['Variables', 'Watch', 'Call Stack', 'Breakpoints'])
    await editor.page.locator('.pane-header', { hasText: name }).click();
  const view = await editor.panelFrame(/Formula/);
  await view.getByText('Infinity arises').waitFor();
  await editor.page.mouse.move(800, 700);
  await settle(editor);
}

/** Shows the hover `within` characters into the first place of the active editor with this text. */
async function hoverOn(editor: Editor, text: string, within: number): Promise<void> {
  const place = await editor.evaluateInHost(
    (vscode, part, offset) => {
      const { document } = vscode.window.activeTextEditor!;
      const { line, character } = document.positionAt(document.getText().indexOf(part) + offset);
      return [line, character] as [line: number, character: number];
    },
    text,
    within,
  );
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup'));
  await editor.select({ start: place, end: place });
  await settle(editor);
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('editor.action.showHover'));
  await editor.page.locator('.monaco-hover:visible .hover-row img').first().waitFor();
  await settle(editor);
}
