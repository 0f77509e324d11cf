/** The budgets of the design, measured: ratios in one run wherever the machine's own speed would decide. */
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { readBundledModel } from '../../src/models/registry.ts';
import { measureAdversarial } from './adversarial.ts';
import { measureDiffusion } from './diffusion.ts';
import { measureEditor } from './editor.ts';
import { measureExplain, measureLarge, measureRuns } from './engine.ts';
import { measureFormulas } from './formulas.ts';
import { measureGeneration } from './generation.ts';
import { measureLongFiles } from './longFile.ts';
import { measurePictures } from './pictures.ts';
import { measurePoints } from './points.ts';
import { met, table, type Figure } from './report.ts';
import { measureTraining } from './training.ts';
import { measureViews } from './view.ts';

export interface Options {
  root: string;
  out: string;
  flags: ReadonlySet<string>;
}

/**
 * Prints a table (or, with --json, the figures) and writes figures.json. Exit code 0 however the figures are, since a busy machine
 * is no defect; with --strict 1 when a budget is missed.
 */
export async function main({ root, out, flags }: Options): Promise<number> {
  const quick = flags.has('--quick');
  const rounds = quick ? 3 : 9;
  const { source } = await readBundledModel(join(root, 'models', 'code-transformer'));
  const figures: Figure[] = [
    ...(await measureRuns(root, out, rounds)),
    ...(await measureExplain(root, source, rounds)),
    ...(await measureGeneration(root, source, rounds)),
    ...(await measurePictures(root, rounds)),
    ...(await measureDiffusion(root, rounds)),
    ...(await measureTraining(root, rounds, quick)),
    ...(await measureAdversarial(root, rounds, quick)),
    ...(await measureViews(rounds)),
    ...(await measurePoints(rounds)),
    ...(await measureFormulas(root, quick)),
    ...(await measureSizes(root)),
    ...(quick ? [] : [...(await measureLarge(root, out)), ...(await measureEditor(root)), ...(await measureLongFiles(root))]),
  ];
  await writeFile(join(out, 'figures.json'), `${JSON.stringify(figures, null, 2)}\n`);
  console.log(flags.has('--json') ? JSON.stringify(figures, null, 2) : table(figures));
  return flags.has('--strict') && !figures.every(met) ? 1 : 0;
}

async function measureSizes(root: string): Promise<Figure[]> {
  const eager = readFileSync(join(root, 'dist', 'extension.cjs'));
  const models = join(root, 'models');
  const sizes: number[] = [];
  for (const entry of await readdir(models, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === 'train') continue;
    for (const file of await readdir(join(models, entry.name))) sizes.push((await stat(join(models, entry.name, file))).size);
  }
  return [
    {
      what: 'the bundle that activation loads',
      value: eager.length / 1024,
      unit: 'KB',
      budget: 300,
      how: `as it is shipped; ${(gzipSync(eager).length / 1024).toFixed(0)} KB compressed`,
    },
    {
      what: 'bundled models together',
      value: sizes.reduce((sum, size) => sum + size, 0) / 1e6,
      unit: 'MB',
      budget: 24,
      how: 'files on disk',
    },
  ];
}
