/** The engine's budgets: what it costs to have every attention map on demand, and how fast the maps come. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EnginePool } from '../../src/engine/pool.ts';
import type { EngineClient } from '../../src/engine/client.ts';
import type { AttentionRequest, EngineSettings, ModelSource } from '../../src/protocol/inference.ts';
import { randomTransformer } from './random-transformer.ts';
import { peakBytes } from './peak.ts';
import { median, type Figure } from './report.ts';

const settings: EngineSettings = { provider: 'cpu', threads: 2, memoryLimit: 8 * 2 ** 30 };
const tokens = 1024;

export function openPool(root: string): EnginePool {
  return new EnginePool({ entry: join(root, 'dist', 'inference.cjs'), log: () => {} });
}

/** Ids without a pattern that a model could see, the same every time. */
function idsOf(length: number, vocabulary: number): number[] {
  return Array.from({ length }, (_, index) => (index * 7919 + 13) % vocabulary);
}

function requestOf(ids: readonly number[]): AttentionRequest {
  const data = new Uint8Array(BigInt64Array.from(ids, BigInt).buffer);
  return { feeds: { ids: { type: 'int64', shape: [1, ids.length], data } } };
}

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const began = performance.now();
  const result = await work();
  return [performance.now() - began, result];
}

/** A run with every map on demand against the bare run, turn and turn about, and the maps' own times. */
export async function measureRuns(root: string, out: string, rounds: number): Promise<Figure[]> {
  const size = { layers: 6, heads: 8, headDim: 64, vocabulary: 8192 };
  const path = join(out, 'random-6x8.onnx');
  await writeFile(path, randomTransformer(size));
  const bare = fork(join(import.meta.dirname, 'bare.ts'), [path, String(settings.threads)]);
  await once(bare, 'message');
  const pool = openPool(root);
  try {
    const client = pool.acquire({ id: path, name: 'random', path }, settings);
    const ids = idsOf(tokens, size.vocabulary);
    const request = requestOf(ids);
    const ratios: number[] = [];
    let peak = 0;
    let run = await client.attention(request);
    await runBare(bare, ids);
    for (let round = 0; round < rounds; round++) {
      const reference = await runBare(bare, ids);
      await client.release({ runId: run.runId });
      run = await client.attention(request);
      ratios.push(run.runMs / reference.ms);
      peak = reference.peakBytes;
    }
    const memory = peakBytes(pool.running[0]?.pid ?? 0) / peak;
    const how = `6 x 8 heads, width 512, ${tokens} tokens, ${rounds} rounds in turn`;
    return [
      { what: 'run with every map on demand / bare run, time', value: median(ratios), unit: 'x', budget: 1.1, how },
      { what: 'the same, peak memory', value: memory, unit: 'x', budget: 1.4, how },
      ...(await measureMaps(client, run.runId, rounds)),
    ];
  } finally {
    pool.dispose();
    bare.kill();
  }
}

async function runBare(bare: ChildProcess, ids: readonly number[]): Promise<{ ms: number; peakBytes: number }> {
  bare.send({ ids });
  const [answer] = (await once(bare, 'message')) as [{ ms: number; peakBytes: number }];
  return answer;
}

async function measureMaps(client: EngineClient, runId: string, rounds: number): Promise<Figure[]> {
  const whole = { runId, queryStart: 0, queryEnd: tokens, keyStart: 0, keyEnd: tokens, rows: tokens, columns: tokens };
  const heads: number[] = [];
  const rows: number[] = [];
  const overviews: number[] = [];
  for (let round = 0; round < rounds * 4; round++) {
    heads.push((await timed(() => client.tile({ ...whole, map: { kind: 'head', site: round % 6, head: round % 8 } })))[0]);
    rows.push((await timed(() => client.row({ runId, map: { kind: 'head', site: round % 6, head: round % 8 }, query: 900 })))[0]);
  }
  for (let round = 0; round < rounds; round++) {
    const all = Array.from({ length: 6 }, (_, site) => ({ runId, site, size: 96 }));
    overviews.push((await timed(() => Promise.all(all.map((each) => client.thumbnails(each)))))[0]);
  }
  return [
    {
      what: 'thumbnails of 6 x 8 heads, process to process',
      value: median(overviews),
      unit: 'ms',
      budget: null,
      how: `${tokens} x ${tokens} cells each; the overview fills layer by layer`,
    },
    {
      what: 'one head at full resolution, process to process',
      value: median(heads),
      unit: 'ms',
      budget: 40,
      how: `${tokens} x ${tokens} cells`,
    },
    { what: 'one row of a head', value: median(rows), unit: 'ms', budget: 10, how: `${tokens} keys` },
  ];
}

/**
 * A model of GPT-2's size: from the run to the last thumbnail. On two cores of the same kind Inspectus drew its maps of as many heads and
 * tokens in 49 s and 2.1 GB; BertViz's model view drew nothing of 256 tokens in 240 s, its head view took 78 s at 512.
 */
export async function measureLarge(root: string, out: string): Promise<Figure[]> {
  const size = { layers: 12, heads: 12, headDim: 64, vocabulary: 8192 };
  const path = join(out, 'random-12x12.onnx');
  await writeFile(path, randomTransformer(size));
  const pool = openPool(root);
  try {
    const client = pool.acquire({ id: path, name: 'random', path }, settings);
    await client.load();
    const loaded = peakBytes(pool.running[0]?.pid ?? 0);
    const [ms] = await timed(async () => {
      const { runId } = await client.attention(requestOf(idsOf(tokens, size.vocabulary)));
      await Promise.all(Array.from({ length: size.layers }, (_, site) => client.thumbnails({ runId, site, size: 96 })));
    });
    const how = `12 x 12 heads, width 768, ${tokens} tokens; Inspectus: 49 s and 2.1 GB; BertViz: nothing in 240 s at 256 tokens`;
    return [
      { what: 'run and thumbnails of 12 x 12 heads, process to process', value: ms, unit: 'ms', budget: null, how },
      {
        what: 'the same, peak memory above that of the loaded model',
        value: (peakBytes(pool.running[0]?.pid ?? 0) - loaded) / 1e6,
        unit: 'MB',
        budget: null,
        how: 'the inference process',
      },
    ];
  } finally {
    pool.dispose();
  }
}

/** From nothing to the first thumbnails of the bundled model at 512 tokens, and again with a loaded model. */
export async function measureExplain(root: string, source: ModelSource, rounds: number): Promise<Figure[]> {
  const text = readFileSync(join(root, 'test', 'bench', 'engine.ts'), 'utf8')
    .repeat(2)
    .slice(0, 1300);
  const cold: number[] = [];
  const warm: number[] = [];
  let counted = 0;
  const explain = async (client: EngineClient, round: number): Promise<void> => {
    const run = await client.attention({ text: `# ${round}\n${text}` });
    counted = run.tokens?.length ?? 0;
    await client.thumbnails({ runId: run.runId, site: 0, size: 96 });
  };
  for (let round = 0; round < Math.max(3, rounds / 3); round++) {
    const pool = openPool(root);
    try {
      const client = pool.acquire(source, { ...settings, threads: 0 });
      cold.push((await timed(() => explain(client, 0)))[0]);
      for (let again = 1; again <= 3; again++) warm.push((await timed(() => explain(client, again)))[0]);
    } finally {
      pool.dispose();
    }
  }
  const how = `bundled model, ${counted} tokens, first layer's thumbnails`;
  return [
    { what: 'Explain Attention, cold, engine part', value: median(cold), unit: 'ms', budget: 1500, how },
    { what: 'Explain Attention, warm, engine part', value: median(warm), unit: 'ms', budget: 400, how },
  ];
}
