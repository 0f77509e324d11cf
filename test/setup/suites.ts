import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findChromium, installChromium } from './chromium.ts';
import { runNode } from './run.ts';
import { addTallies, closingLine, tallyOf, type Tally, type VitestReport } from './tally.ts';
import { findDebugPython } from './pythonEnvironment.ts';
import { build } from './tools.ts';
import { installVSCodeServer } from './vscode-server/install.ts';

export type Suite = 'unit' | 'web' | 'editor' | 'python';

/** What a suite needs beside the dependencies and the build. */
const needs: Readonly<Record<Suite, readonly (() => Promise<void>)[]>> = {
  unit: [],
  web: [installChromium],
  editor: [installChromium, installVSCodeServer],
  python: [installChromium, installVSCodeServer, async () => void (process.env['GENLENS_DEBUG_PYTHON'] = await findDebugPython())],
};

/**
 * Builds, runs the suites one after the other and ends with one closing line over all of them. A suite that cannot start
 * counts as one failed test. `args` go to vitest: files to run, or `-t NAME`.
 * @returns the exit code.
 */
export async function runSuites(suites: readonly Suite[], args: readonly string[] = []): Promise<number> {
  let total: Tally = { passed: 0, failed: 0, skipped: 0 };
  // What ships is what is tested.
  const built = (await build(['--production'])) === 0;
  if (!built) console.error('The build failed: no suite can run.');
  for (const suite of suites) {
    const tally = built ? await runSuite(suite, args) : undefined;
    if (tally) console.log(`${suite}: ${closingLine(tally)}`);
    else console.error(`${suite}: could not run`);
    total = addTallies(total, tally ?? { passed: 0, failed: 1, skipped: 0 });
  }
  console.log(closingLine(total));
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

async function runSuite(suite: Suite, args: readonly string[]): Promise<Tally | undefined> {
  const folder = await mkdtemp(path.join(tmpdir(), 'genlens-report-'));
  try {
    for (const install of needs[suite]) await install();
    const file = path.join(folder, 'report.json');
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', '--project', suite];
    const chromium = findChromium();
    if (chromium !== undefined) process.env['GENLENS_CHROMIUM'] = chromium;
    const code = await runNode([...vitest, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args]);
    const report = JSON.parse(await readFile(file, 'utf8')) as VitestReport;
    return tallyOf(report, code);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
