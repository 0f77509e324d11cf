/** A page with a view of points alone, in a real browser. */

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { startHarness, type Harness } from './harness.ts';
import type { PointsPage } from './pages/points.ts';

declare global {
  interface Window {
    pointsPage: PointsPage;
  }
}

const root = join(import.meta.dirname, '../..');

/** Builds the page, which is not shipped, into a folder of its own. */
export async function startPointsHarness(): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), 'genlens-points-'));
  await build({
    entryPoints: { points: join(import.meta.dirname, 'pages/points.ts') },
    ...{ outdir: folder, bundle: true, minify: true, format: 'esm', target: 'chrome130' },
  });
  for (const file of ['codicon.css', 'codicon.ttf']) await cp(join(root, 'node_modules/@vscode/codicons/dist', file), join(folder, file));
  const harness = await startHarness({ view: 'points', standIn: 'alone.ts', folder });
  return {
    open: (options) => harness.open(options),
    async close() {
      await harness.close();
      await rm(folder, { recursive: true });
    },
  };
}
