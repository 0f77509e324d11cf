import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import type { DebugStackFrame, SourceBreakpoint } from 'vscode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGenlens, problemsOf } from '../editor/genlens.ts';
import type { Editor } from '../editor/harness/editor.ts';
import { until } from '../editor/harness/until.ts';
import { debugPython } from './adapter.ts';

const workspace = path.join(import.meta.dirname, 'workspace');
const text = readFileSync(path.join(workspace, 'vae.py'), 'utf8');
/** Counted from 0. */
const lineOf = (part: string): number => text.slice(0, text.indexOf(part)).split('\n').length - 1;

let editor: Editor;
beforeAll(async () => {
  editor = await openGenlens({
    workspace,
    extensions: [path.join(import.meta.dirname, 'debugger')],
    env: { GENLENS_DEBUG_PYTHON: debugPython() },
    settings: { 'debug.toolBarLocation': 'docked', 'debug.openDebug': 'openOnDebugBreak' },
  });
});
afterAll(async () => editor.dispose());

/** Starts the program, which stops at these lines, and waits for the first stop. */
async function debug(lines: readonly number[], type = 'debugpy'): Promise<void> {
  await editor.openFile('vae.py');
  await editor.evaluateInHost(
    async (vscode, breakpoints, of) => {
      const folder = vscode.workspace.workspaceFolders![0]!;
      const uri = vscode.Uri.joinPath(folder.uri, 'vae.py');
      vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
      vscode.debug.addBreakpoints(
        breakpoints.map((line) => new vscode.SourceBreakpoint(new vscode.Location(uri, new vscode.Position(line, 0)))),
      );
      await vscode.debug.startDebugging(folder, {
        type: of,
        request: 'launch',
        name: 'vae',
        program: uri.fsPath,
        console: 'internalConsole',
      });
    },
    lines,
    type,
  );
}

/** Ends the program, and waits until it has ended. */
async function end(): Promise<void> {
  await editor.evaluateInHost((vscode) => vscode.debug.stopDebugging());
  await until('nothing is debugged', () => editor.evaluateInHost((vscode) => vscode.debug.activeDebugSession === undefined));
}

/** The page of the view, where it is shown. */
const view = (): Promise<Frame> => editor.panelFrame(/Formula/);
/** What the view says, once it says this. */
async function says(pattern: RegExp): Promise<string> {
  return until(`the view says ${String(pattern)}`, async () => {
    const said = (await (await view()).locator('.stop').innerText()).replaceAll('\u00a0', ' ');
    return pattern.test(said) && said;
  });
}
async function next(command: 'continue' | 'stepOver'): Promise<void> {
  await editor.evaluateInHost((vscode, name) => vscode.commands.executeCommand(`workbench.action.debug.${name}`), command);
}

/** What stands at the end of a line (counted from 0), behind its code. */
async function atEndOf(line: number): Promise<string> {
  const code = text.split('\n')[line]!;
  const lines = await editor.page.locator('.editor-instance .view-line').allTextContents();
  const shown = lines.map((one) => one.replaceAll('\u00a0', ' ')).find((one) => one.startsWith(code));
  return shown?.slice(code.length) ?? '';
}

/** The rows of the view: what each is of, what is said of it, and how it is marked. */
async function rows(): Promise<{ code: string; values: string; mark: string }[]> {
  const frame = await view();
  return frame.locator('.stop-row').evaluateAll((all) =>
    all.map((row) => ({
      code: row.querySelector('code')?.textContent ?? '',
      values: (row.querySelector('.stop-values')?.textContent ?? '').replace(/\s+/g, ' ').trim(),
      mark: ['origin', 'spoiled'].find((mark) => row.classList.contains(mark)) ?? '',
    })),
  );
}
async function row(code: string): Promise<{ values: string; mark: string } | null> {
  const found = (await rows()).find((one) => one.code === code);
  return found ? { values: found.values, mark: found.mark } : null;
}

const soon = <T>(probe: () => T) => expect.poll(probe, { timeout: 20_000 });
const kl = lineOf('kl = -0.5');

describe('while Python is debugged', () => {
  afterAll(async () => {
    expect(await problemsOf(editor)).toEqual([]);
  });

  it('shows the values of a formula and of its terms at the line where the program has stopped', async () => {
    await debug([kl, lineOf('reconstruction = '), lineOf('z = mu')]);
    await until('the program has stopped', () => editor.evaluateInHost((vscode) => vscode.debug.activeStackItem !== undefined));
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.stopped.focus'));
    const said = await says(/All terms are finite/);
    expect(said).toContain('KL of a diagonal Gaussian to N(0, I)');
    expect(said).toContain(`vae.py, line ${kl + 1}`);
    expect(said).toContain('The program is about to run this line: kl holds what it held before.');
    expect(await row('logvar')).toEqual({ values: 'float32[4, 3] −2.33 … 1.37 mean −0.25', mark: '' });
    expect((await row('np.exp(logvar)'))?.values).toMatch(/^float32\[4, 3\] 0\.0978 … 3\.92 mean /);
    expect((await rows()).at(-1)).toMatchObject({ code: '-0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar), axis=-1)', mark: '' });
    await soon(() => atEndOf(kl)).toContain('logvar  float32[4, 3]  −2.33 … 1.37');
  });

  it('says after a step whether what the program computed is what is computed here', async () => {
    await next('stepOver');
    expect(await says(/No formula on line/)).toContain(`No formula on line ${kl + 2}. In this function:`);
    await soon(() => atEndOf(kl)).toMatch(/^ ?kl  float32\[4\]  0\.\d+ … \d/);
    await (await view()).locator('.stop-choices button').click();
    expect(await says(/All terms are finite/)).toContain('kl holds what this computes from the values of now.');
    expect((await rows()).at(-1)).toMatchObject({ code: 'kl', values: expect.stringMatching(/^float32\[4\] 0\.\d+ … \d/) as unknown });
  });

  it('marks the term at which infinity arises, in the formula, in its row and at the end of the line', async () => {
    await next('continue');
    expect(await says(/arises/)).toContain('Infinity arises at np.exp(logvar): 1 of 12 is infinite.');
    expect(await row('np.exp(logvar)')).toMatchObject({ mark: 'origin' });
    expect(await row('1 + logvar - mu**2 - np.exp(logvar)')).toMatchObject({ mark: 'spoiled' });
    const marked = await (
      await view()
    )
      .locator('.formula-box .origin')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-term')));
    const own = await (await view()).locator('.stop-row.origin').getAttribute('data-term');
    expect(marked).toEqual([own]);
    await soon(() => atEndOf(kl)).toContain('Infinity arises at np.exp(logvar)');
  });

  it('marks in the code the term that is pointed at', async () => {
    const marks = editor.page.locator('.editor-instance .view-overlays .cdr[class*="ced-"]');
    const before = await marks.count();
    const frame = await view();
    await frame.locator('.stop-row', { has: frame.locator('code', { hasText: /^logvar$/ }) }).hover();
    await soon(() => marks.count()).toBe(before + 2);
    await (await view()).locator('.stop-headline').hover();
    await soon(() => marks.count()).toBe(before);
  });

  it('says of NaN that it was there before', async () => {
    await next('continue');
    expect(await says(/Already in/)).toContain('Already in logvar: 1 of 12 is NaN.');
    expect(await row('logvar')).toMatchObject({ values: expect.stringContaining('1 of 12 is NaN') as unknown, mark: 'spoiled' });
    expect(await row('1 + logvar')).toMatchObject({ mark: 'spoiled' });
  });

  it('tells the values in the hover of the formula', async () => {
    const contents = await editor.evaluateInHost(async (vscode, line) => {
      const uri = vscode.window.activeTextEditor!.document.uri;
      const position = new vscode.Position(line, 6);
      const hovers: { contents: { value: string }[] }[] = await vscode.commands.executeCommand(
        'vscode.executeHoverProvider',
        uri,
        position,
      );
      return hovers.flatMap((hover) =>
        // Pictures are long.
        hover.contents.map(({ value }) => value.slice(0, 400).replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))),
      );
    }, kl);
    expect(contents.join('\n')).toMatch(/\*\*Infinity arises\*\* at np\.exp\(logvar\): /);
    expect(contents.join('\n')).toMatch(
      /Values before this line runs:\* \*\*logvar\*\* float32\[4, 3\] −1\.25 … 100, 1 of 12 is NaN; \*\*mu\*\*/,
    );
    expect(contents.join('\n')).toContain('KL of a diagonal Gaussian');
  });

  it('follows the frame that is chosen in the call stack', async () => {
    const frames = editor.page.locator('.debug-call-stack .monaco-list-row');
    const choose = (name: string, pattern: RegExp): Promise<unknown> =>
      until(`the view follows the frame of ${name}`, async () => {
        await frames.filter({ hasText: name }).first().click();
        await editor.page.waitForTimeout(1_000);
        return pattern.test(await (await view()).locator('.stop').innerText());
      });
    await choose('main', /The program waits within this line/);
    expect((await row('divergence(mu, logvar)'))?.values).toBe('not computed: calls `divergence`, and nothing is called');
    await choose('divergence', /The program is about to run this line/);
  });

  it('is shown anew when a value is set', async () => {
    await editor.evaluateInHost(async (vscode) => {
      const item = vscode.debug.activeStackItem as DebugStackFrame;
      await item.session.customRequest('evaluate', { expression: 'logvar.fill(0)', frameId: item.frameId, context: 'repl' });
    });
    await says(/All terms are finite/);
    expect((await row('logvar'))?.values).toBe('float32[4, 3] 0');
  });

  it('reads of what is large a part, and says so', async () => {
    await editor.evaluateInHost((vscode, line) => {
      const own = vscode.debug.breakpoints.filter(
        (one) => 'location' in one && (one as SourceBreakpoint).location.range.start.line === line,
      );
      vscode.debug.removeBreakpoints(own);
    }, kl);
    await next('continue');
    const said = await says(/reconstruction|recon/);
    expect(said).toContain('Of recon, x a part was read: what needs all of it is not computed.');
    expect((await row('recon'))?.values).toBe('float32[1000, 1000] 0 in 3,969 of 1,000,000 that were read');
    expect((await row('recon - x'))?.values).toBe('not computed: is too large to be read whole');
  });

  it('does not ask a property, which would run code, and goes on', async () => {
    await next('continue');
    await says(/Reparametrisation/);
    expect((await row('self.sigma'))?.values).toBe('is a property, which runs code when it is read');
    expect((await row('mu'))?.values).toMatch(/^float32\[4, 3\]/);
    expect((await row('mu + self.sigma * noise'))?.values).toBe('not computed: is a property, which runs code when it is read');
    const asked = await editor.evaluateInHost(async (vscode) => {
      const item = vscode.debug.activeStackItem as DebugStackFrame;
      const asking = { expression: 'asked', frameId: item.frameId, context: 'watch' };
      return ((await item.session.customRequest('evaluate', asking)) as { result: string }).result;
    });
    expect(asked).toBe('[]');
  });

  it('is not there when nothing is debugged', async () => {
    await end();
    await soon(async () =>
      (await editor.page.locator('.pane-header', { hasText: 'Formula' }).allTextContents()).filter((title) => title === 'Formula'),
    ).toEqual([]);
  });

  it('shows nothing at the ends of lines where that is turned off', async () => {
    await editor.configure({ 'genlens.formulas.inlineValues': false });
    await debug([kl]);
    await says(/All terms are finite/);
    expect(await atEndOf(kl)).toBe('');
    await editor.configure({ 'genlens.formulas.inlineValues': true });
    await end();
  });

  it('leaves the editor’s own values at the ends of other lines, where these are on', async () => {
    await editor.configure({ 'debug.inlineValues': 'on' });
    await debug([kl]);
    await soon(() => atEndOf(kl - 1)).toMatch(/mu = array/);
    await soon(() => atEndOf(kl)).toContain('logvar  float32[4, 3]');
    await editor.configure({ 'debug.inlineValues': 'auto' });
    await end();
  });

  it('says of a debugger that is not supported which ones are', async () => {
    await debug([kl], 'another');
    await says(/This debugger is not supported/);
    await end();
  });
});
