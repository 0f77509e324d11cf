import { runNode } from './run.ts';

/** Builds what ships into dist. */
export async function build(args: readonly string[] = []): Promise<number> {
  return runNode(['esbuild.mjs', ...args]);
}

export async function typecheck(): Promise<number> {
  return runNode(['node_modules/typescript/bin/tsc', '--noEmit']);
}

/** The linter and the formatter, both to the end. */
export async function lint(): Promise<number> {
  const rules = await runNode(['node_modules/eslint/bin/eslint.js', '--config', '.eslint.config.mjs', '.']);
  const format = await runNode(['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.']);
  return rules || format;
}

/** Whether every import goes the way the design says. */
export async function arrows(): Promise<number> {
  const depcruise = 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs';
  return runNode([depcruise, 'src', 'webview', '--config', '.dependency-cruiser.cjs']);
}

/** Measures the budgets on a production build. */
export async function bench(args: readonly string[]): Promise<number> {
  return (await build(['--production'])) || runNode(['test/bench/run.mjs', ...args]);
}
