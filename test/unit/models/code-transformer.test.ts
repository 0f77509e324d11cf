import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineClient } from '../../../src/engine/client.ts';
import { EnginePool } from '../../../src/engine/pool.ts';
import { readNpy, type NpyArray } from '../../../src/formats/npy.ts';
import { readNpz } from '../../../src/formats/npz.ts';
import type { Manifest } from '../../../src/models/manifest.ts';
import { readBundledModel } from '../../../src/models/registry.ts';
import type { ModelSource } from '../../../src/protocol/inference.ts';
import { bundle } from '../engine/support/bundles.ts';

const root = join(import.meta.dirname, '../../..');
const modelFolder = join(root, 'models/code-transformer');
const fixtures = join(root, 'test/fixtures/code-transformer');
/** Float32 in ONNX Runtime against float32 in PyTorch, of weights between 0 and 1. */
const tolerance = 1e-4;

let manifest: Manifest;
let source: ModelSource;
let built: Awaited<ReturnType<typeof bundle>>;
let folder: string;
let pool: EnginePool;
let client: EngineClient;

beforeAll(async () => {
  ({ manifest, source } = await readBundledModel(modelFolder));
  built = await bundle('code-transformer', {
    inference: 'src/engine/inference/main.ts',
    worker: 'src/engine/worker/main.ts',
  });
  folder = await mkdtemp(join(tmpdir(), 'genlens-code-transformer-'));
  pool = new EnginePool({ entry: join(built.folder, 'inference.cjs'), log: () => undefined });
  client = pool.acquire(source, { provider: 'cpu', threads: 1, memoryLimit: 2 ** 30 });
});

afterAll(async () => {
  pool.dispose();
  await built.remove();
  await rm(folder, { recursive: true });
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A copy of its own, aligned for typed arrays (a Buffer's `slice` would share memory). */
const copied = ({ data }: NpyArray): ArrayBuffer => Uint8Array.from(data).buffer;

function floats(array: NpyArray): Float32Array {
  expect(array.type).toBe('float32');
  return new Float32Array(copied(array));
}

describe('the manifest', () => {
  it('lists every file of the folder but itself, with its hash', async () => {
    const files = (await readdir(modelFolder)).filter((name) => name !== 'manifest.json');
    expect(Object.keys(manifest.files).sort()).toEqual(files.sort());
    for (const file of files) expect(sha256(await readFile(join(modelFolder, file))), file).toBe(manifest.files[file]);
  });

  it('says of the inputs and outputs what the file says', async () => {
    const { inputs, outputs, context, parameters } = await client.load();
    expect(inputs).toEqual(manifest.inputs);
    expect(outputs).toEqual(manifest.outputs);
    expect(context).toBe(manifest.context);
    expect([256, 512, 1024]).toContain(context);
    expect(parameters).toBeGreaterThan(1e6);
  });

  it('holds metrics that pass the gates', () => {
    const { heads, repeatedShare } = manifest.metrics as {
      heads: Record<string, { score: number; chance: number }>;
      repeatedShare: { samples: number; code: number };
    };
    expect(heads.induction!.score).toBeGreaterThanOrEqual(0.5);
    expect(heads.previousToken!.score).toBeGreaterThanOrEqual(0.5);
    expect(heads.bracket!.score).toBeGreaterThanOrEqual(10 * heads.bracket!.chance);
    expect(repeatedShare.samples).toBeLessThanOrEqual(repeatedShare.code + 0.1);
  });
});

describe('the attention of the bundled file', () => {
  it('is what PyTorch computes from the same float16-rounded weights', async () => {
    const text = await readFile(join(fixtures, 'text.txt'), 'utf8');
    const expected = await readNpz(await readFile(join(fixtures, 'attention.npz')));
    const attention = expected.get('attention')!;
    const [layers, heads, length] = attention.shape as [number, number, number];
    const modelHash = Buffer.from(copied(expected.get('sha256')!)).toString('hex');
    expect(modelHash, 'attention.npz is of another model: run test/fixtures/code-transformer/make.py').toBe(manifest.files[manifest.model]);

    const run = await client.attention({ text });
    expect(run.tokens!.map(({ id }) => BigInt(id))).toEqual([...new BigInt64Array(copied(expected.get('ids')!))]);
    expect(run.sites.map(({ layer }) => layer)).toEqual([...Array(layers).keys()]);

    const weights = floats(attention);
    const perLayer = heads * length * length;
    for (const { index, layer } of run.sites) {
      const path = join(folder, `${layer}.npy`);
      await client.writeWeights({ runId: run.runId, site: index, path });
      const written = readNpy(await readFile(path));
      expect(written.shape).toEqual([1, heads, length, length]);
      const differences = floats(written).map((value, i) => Math.abs(value - weights[layer * perLayer + i]!));
      expect(Math.max(...differences), `layer ${layer}`).toBeLessThanOrEqual(tolerance);
    }
  });
});

describe('the heads of the bundled file, found by their scores', () => {
  /** Words without sense, given twice: nothing but their repetition tells what comes next. */
  const words = Array.from(
    { length: 80 },
    (_, i) => ['zeta', 'qux', 'plum', 'ion', 'berg', 'wisp', 'dune'][(i * i + 3 * i) % 7]! + ((i * 37) % 61),
  );
  const repeated = `${words.join(' ')}\n`.repeat(2);

  it('attend to the token before, and on repeated text to what followed before, far above chance', async () => {
    const run = await client.attention({ text: repeated });
    const sites = [];
    for (const { index } of run.sites) sites.push(await client.headScores({ runId: run.runId, site: index, withoutFirst: false }));
    for (const [name, metric] of [
      ['previous', 'previousToken'],
      ['induction', 'induction'],
    ] as const) {
      const all = sites.flatMap(({ patterns, heads }, layer) =>
        heads.map((scores, head) => ({ layer, head, ...scores.patterns[patterns.indexOf(name)]! })),
      );
      const best = all.reduce((most, other) => (other.score! > most.score! ? other : most));
      expect(best.eligible).toBeGreaterThan(100);
      expect(best.score!, JSON.stringify(best)).toBeGreaterThan(0.5);
      expect(best.score!).toBeGreaterThan(10 * best.chance!);
      // Measured by the model's makers on other text, in PyTorch.
      const { [metric]: known } = manifest.metrics.heads as Record<string, { layer: number; head: number; score: number }>;
      const same = all.find(({ layer, head }) => layer === known!.layer && head === known!.head);
      expect(same!.score!, JSON.stringify(same)).toBeGreaterThan(0.5 * known!.score);
    }
  });
});
