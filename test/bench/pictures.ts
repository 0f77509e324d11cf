/** The budget of sampling pictures: as fast as the bare loop of the decoder. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { resolveVae } from '../../src/models/vae/source.ts';
import type { EngineSettings } from '../../src/protocol/inference.ts';
import { openPool } from './engine.ts';
import { median, type Figure } from './report.ts';

const settings: EngineSettings = { provider: 'cpu', threads: 2, memoryLimit: 8 * 2 ** 30 };
const batches = 16;

/** Samples a second as told to the asking process, over those of the loop, turn and turn about; on the bundled autoencoder. */
export async function measurePictures(root: string, rounds: number): Promise<Figure[]> {
  const source = await resolveVae('vae-glyphs', join(root, 'models'));
  const bare = fork(join(import.meta.dirname, 'barePictures.ts'), [source.decoder, String(settings.threads)]);
  await once(bare, 'message');
  const pool = openPool(root);
  try {
    const client = pool.acquireVae(source, settings);
    const { latent } = await client.load();
    const { batch } = await client.sample({ seed: 1, first: 0, count: 1, temperature: 1 });
    const count = batches * batch;
    const ratios: number[] = [];
    const speeds: number[] = [];
    const turns = 3 * rounds;
    for (let round = -1; round < turns; round++) {
      const began = performance.now();
      await client.sample({ seed: round + 2, first: 0, count, temperature: 1 }, { onItem: () => undefined });
      const own = performance.now() - began;
      bare.send({ batches, batch, latent });
      const [{ ms }] = (await once(bare, 'message')) as [{ ms: number }];
      // The first of each warms up.
      if (round < 0) continue;
      ratios.push(ms / own);
      speeds.push((1000 * count) / own);
    }
    const how = `bundled autoencoder, ${count} samples in batches of ${batch}, ${turns} rounds in turn, pictures told to the asking process`;
    return [
      { what: 'sampling pictures / bare loop, speed', value: median(ratios), unit: 'x', budget: 0.95, least: true, how },
      { what: 'samples a second', value: median(speeds), unit: '', budget: null, how },
    ];
  } finally {
    pool.dispose();
    bare.kill();
  }
}
