/** The budget of sampling by diffusion: as fast as the bare loop of the same evaluations. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { resolveDiffusion } from '../../src/models/diffusion/source.ts';
import { defaultDiffusion, type DiffusionRequest } from '../../src/protocol/diffusion.ts';
import type { EngineSettings } from '../../src/protocol/inference.ts';
import { openPool } from './engine.ts';
import { median, type Figure } from './report.ts';

const settings: EngineSettings = { provider: 'cpu', threads: 2, memoryLimit: 8 * 2 ** 30 };
const steps = 20;
/** Ids of a caption. */
const ids = 7;

/** Samples of one seed without guidance, where what is not the model weighs most, and of eight seeds with it; turn and turn about with the loop. */
export async function measureDiffusion(root: string, rounds: number): Promise<Figure[]> {
  const source = await resolveDiffusion('diffusion-glyphs', join(root, 'models'));
  const bare = fork(join(import.meta.dirname, 'bareDiffusion.ts'), [join(source.folder, source.bundled!.model), String(settings.threads)]);
  await once(bare, 'message');
  const pool = openPool(root);
  const figures: Figure[] = [];
  try {
    const client = pool.acquireDiffusion(source, settings);
    const { sizes } = await client.load();
    for (const [seeds, guidance] of [
      [1, 1],
      [8, 2],
    ] as const) {
      const request: DiffusionRequest = {
        ...{ seeds: Array.from({ length: seeds }, (_, i) => i), conditions: [{ prompt: 'A b bold' }] },
        ...{ sampler: null, options: {}, run: { steps }, guidance, rescale: defaultDiffusion.rescale },
        ...{ shown: { tensors: ['x', 'clean'], side: 56 }, keep: 'all' },
      };
      const ratios: number[] = [];
      const speeds: number[] = [];
      for (let round = -1; round < rounds; round++) {
        const began = performance.now();
        const { runId, timesteps } = await client.sample(request, { onItem: () => undefined });
        const own = performance.now() - began;
        await client.release({ runId });
        bare.send({ timesteps: [...timesteps], rows: guidance === 1 ? seeds : 2 * seeds, sizes, ids });
        const [{ ms }] = (await once(bare, 'message')) as [{ ms: number }];
        // The first of each warms up.
        if (round < 0) continue;
        ratios.push(ms / own);
        speeds.push((1000 * steps) / own);
      }
      const what = `${seeds === 1 ? 'one seed' : `${seeds} seeds`}${guidance === 1 ? '' : ' with guidance'}`;
      const how = `bundled model of glyph pairs, ${steps} steps of DDIM, ${rounds} rounds in turn, two pictures an evaluation told to the asking process`;
      figures.push(
        { what: `diffusion, ${what} / bare loop, speed`, value: median(ratios), unit: 'x', budget: 0.95, least: true, how },
        { what: `diffusion, ${what}, evaluations a second`, value: median(speeds), unit: '', budget: null, how },
      );
    }
    return figures;
  } finally {
    pool.dispose();
    bare.kill();
  }
}
