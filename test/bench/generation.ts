/** The budget of continuing a text: as fast as the bare loop with the same model and cache. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { defaultDecoding, type DecodingSettings } from '../../src/protocol/generation.ts';
import type { EngineSettings, ModelSource } from '../../src/protocol/inference.ts';
import { openPool } from './engine.ts';
import { median, type Figure } from './report.ts';

const settings: EngineSettings = { provider: 'cpu', threads: 2, memoryLimit: 8 * 2 ** 30 };
const steps = 200;
/** An empty cache of the bundled model: layers, keys and values, batch, heads, tokens, width. */
const past = [6, 2, 1, 4, 0, 64];

/** Tokens a second as told to the asking process, over those of the loop, turn and turn about; on the bundled model. */
export async function measureGeneration(root: string, source: ModelSource, rounds: number): Promise<Figure[]> {
  const bare = fork(join(import.meta.dirname, 'bareLoop.ts'), [source.path, String(settings.threads)]);
  await once(bare, 'message');
  const pool = openPool(root);
  try {
    const client = pool.acquire(source, settings);
    const prompt = 'def attention(queries, keys, values, mask=None):\n    """Scaled dot-product attention."""\n';
    const ids = (await client.attention({ text: prompt })).tokens!.map(({ id }) => id);
    const continued = async (decoding: Partial<DecodingSettings>): Promise<{ ms: number; count: number }> => {
      const request = { prompt, continuation: [], settings: { ...defaultDecoding, ...decoding, maxTokens: steps + 1 } };
      const { stepsMs, tokens } = await client.generate(request, { onItem: () => undefined });
      return { ms: stepsMs / (tokens - 1), count: tokens - 1 };
    };
    const ratios: { greedy: number[]; sample: number[] } = { greedy: [], sample: [] };
    const speeds: number[] = [];
    for (let round = -1; round < rounds * 2; round++) {
      for (const method of ['greedy', 'sample'] as const) {
        const own = await continued({ method, seed: round + 2 });
        // A text may end early: the loop then takes as many steps.
        const reference = await runLoop(bare, ids, own.count);
        // The first of each warms up; of a short one the clock says little.
        if (round < 0 || own.count < steps / 4) continue;
        ratios[method].push(reference / own.ms);
        speeds.push(1000 / own.ms);
      }
    }
    const how = `bundled model, ${ids.length} + ${steps} tokens, ${rounds * 2} rounds in turn, tokens told to the asking process`;
    return [
      {
        what: 'continuing a text, most probable tokens / bare loop, speed',
        value: median(ratios.greedy),
        unit: 'x',
        budget: 0.95,
        least: true,
        how,
      },
      {
        what: 'continuing a text, drawn tokens / bare loop, speed',
        value: median(ratios.sample),
        unit: 'x',
        budget: 0.95,
        least: true,
        how,
      },
      { what: 'continuing a text', value: median(speeds), unit: 'tokens/s', budget: null, how },
    ];
  } finally {
    pool.dispose();
    bare.kill();
  }
}

async function runLoop(bare: ChildProcess, ids: readonly number[], count: number): Promise<number> {
  bare.send({ ids, past, steps: count });
  const [answer] = (await once(bare, 'message')) as [{ ms: number }];
  return answer.ms;
}
