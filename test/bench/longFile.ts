/** What only the real editor can show of long Python files: that keys are not held up, and how fast hovers come. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEditor } from '../editor/harness/editor.ts';
import { fileOf, hoversAt, longestBlock, watchHost } from '../editor/longFile.ts';
import { median, type Figure } from './report.ts';

export async function measureLongFiles(root: string): Promise<Figure[]> {
  const workspace = await mkdtemp(join(tmpdir(), 'genlens-long-'));
  await writeFile(join(workspace, 'hover.py'), fileOf(2_000));
  await writeFile(join(workspace, 'long.py'), fileOf(10_000));
  const editor = await openEditor({ workspace, extensionDevelopmentPath: root });
  try {
    await editor.evaluateInHost((vscode) => vscode.extensions.getExtension('genlens.genlens')?.activate());
    await editor.openFile('hover.py');
    await editor.page.waitForTimeout(2_000);
    const lines = fileOf(2_000).split('\n');
    const timed = async (line: number): Promise<{ ms: number; shown: boolean }> => {
      const began = performance.now();
      const texts = await hoversAt(editor, line, lines[line]!.search(/\S/) + 1);
      return { ms: performance.now() - began, shown: texts.length > 0 };
    };
    const returns = lines.flatMap((line, index) => (/^\s+return .*\(/.test(line) ? [index] : []));
    const first = await timed(returns[0]!);
    const far = await timed(returns[returns.length >> 1]!);
    for (const line of returns) await timed(line);
    const warm: number[] = [];
    for (const line of returns) {
      const { ms, shown } = await timed(line);
      if (shown) warm.push(ms);
    }
    warm.sort((a, b) => a - b);

    await editor.openFile('long.py');
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.view.extension.genlens'));
    await editor.command('View: Focus First Editor Group');
    const blocks: number[] = [];
    for (let round = 0; round < 5; round++) {
      await editor.select({ start: [round * 2_000, 0], end: [round * 2_000, 0] });
      await watchHost(editor);
      await editor.page.keyboard.type('# some words that are typed here\n', { delay: 40 });
      await editor.page.waitForTimeout(1_000);
      blocks.push(await longestBlock(editor));
    }
    const how = 'from the bridge to the host and back';
    return [
      {
        what: 'hover in a file of 2,000 lines, first ever',
        value: first.ms,
        unit: 'ms',
        budget: 400,
        how: `${how}, of what is in view, two seconds after the file was opened`,
      },
      { what: 'the next one, far from what was in view', value: far.ms, unit: 'ms', budget: null, how },
      {
        what: 'hover on a formula in a file of 2,000 lines, warm',
        value: warm[Math.floor(warm.length * 0.95)] ?? NaN,
        unit: 'ms',
        budget: 30,
        how: `${how}, 95th percentile of ${warm.length}`,
      },
      {
        what: 'longest block of the host while a file of 10,000 lines is written in',
        value: median(blocks),
        unit: 'ms',
        budget: 30,
        how: `lateness of a timer of 2 ms, with the list of formulas open; ${blocks.length} lines typed, at most ${Math.max(...blocks).toFixed(0)} ms`,
      },
    ];
  } finally {
    await editor.dispose();
    await rm(workspace, { recursive: true, force: true });
  }
}
