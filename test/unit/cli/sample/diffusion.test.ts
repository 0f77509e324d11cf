import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elementsOf } from '../../../../src/formats/elements.ts';
import { readNpy, writeNpy } from '../../../../src/formats/npy.ts';
import { normals } from '../../../../src/maths/random/normal.ts';
import { buildCli, type BuiltCli, type Ended } from '../support/builtCli.ts';

const root = join(import.meta.dirname, '../../../..');
const model = join(root, 'models/diffusion-glyphs');
const size = 28 * 56;

let built: BuiltCli;
let folder: string;
beforeAll(async () => {
  built = await buildCli('sample-diffusion');
  folder = await mkdtemp(join(tmpdir(), 'genlens-sample-diffusion-'));
});
afterAll(async () => {
  await built.remove();
  await rm(folder, { recursive: true });
});
const genlens = (...args: string[]): Promise<Ended> => built.run(args);
const at = (name: string): string => join(folder, name);

async function array(name: string): Promise<{ type: string; shape: readonly number[]; values: Float32Array }> {
  const { type, shape, data } = readNpy(await readFile(at(name)));
  return { type, shape, values: elementsOf('float32', data) as Float32Array };
}

async function save(name: string, shape: readonly number[], values: Float32Array): Promise<string> {
  await writeFile(at(name), writeNpy({ type: 'float32', shape, data: new Uint8Array(values.buffer) }));
  return at(name);
}

describe('genlens sample, of a diffusion model', () => {
  it('writes samples and the trajectory, and how to have them again to the byte', async () => {
    const args = [
      'sample',
      model,
      '--steps',
      '5',
      '--prompt',
      'A b bold',
      '--guidance',
      '2',
      '--seed',
      '9',
      '--n',
      '3',
      '--provider',
      'cpu',
    ];
    const { code, stdout } = await genlens(...args, '--out', at('a'), '--trajectory', at('new/t.npy'), '--json');
    expect(code).toBe(0);
    expect(await readFile(at('a/sample.json'), 'utf8')).toBe(stdout);
    const report = JSON.parse(stdout) as { recipe: object; evaluations: object[]; samples: object[] };
    expect(report.recipe).toMatchObject({
      exact: true,
      request: { guidance: 2, seeds: [9, 10, 11], conditions: [{ prompt: 'A b bold' }] },
    });
    expect(report.samples).toHaveLength(3);
    const [samples, trajectory] = [await array('a/samples.npy'), await array('new/t.npy')];
    expect([samples.type, samples.shape]).toEqual(['float32', [3, 1, 28, 56]]);
    expect([trajectory.type, trajectory.shape]).toEqual(['float32', [6, 3, 1, 28, 56]]);
    expect(trajectory.values.slice(5 * 3 * size)).toEqual(samples.values);
    expect(trajectory.values.slice(size, 2 * size)).toEqual(Float32Array.from(normals({ seed: 10, stream: 0 }, size)));
    await genlens(...args, '--out', at('b'), '--trajectory', at('u.npy'));
    expect(await readFile(at('b/samples.npy'))).toEqual(await readFile(at('a/samples.npy')));
    expect(await readFile(at('u.npy'))).toEqual(await readFile(at('new/t.npy')));
  });

  it('begins with the noise of a file, scaled as the sampler says, and draws another file’s on the way', async () => {
    const draw = (stream: number, count: number): Float32Array => Float32Array.from(normals({ seed: 77, stream }, count * size));
    const init = await save('init.npy', [2, 1, 28, 56], draw(0, 2));
    const noise = await save('noise.npy', [4, 2, 1, 28, 56], draw(1, 8));
    const common = ['sample', model, '--steps', '4', '--prompt', 'c D', '--sampler', 'EulerAncestralDiscreteScheduler', '--init', init];
    const first = await genlens(...common, '--noise', noise, '--trajectory', at('v.npy'), '--json');
    expect(first.code).toBe(0);
    const report = JSON.parse(first.stdout) as { draws: number; evaluations: { sigma: number }[]; recipe: { request: object } };
    expect(report.draws).toBe(4);
    expect(report.recipe.request).toMatchObject({ init: { file: init, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown } });
    const { shape, values } = await array('v.npy');
    expect(shape).toEqual([5, 2, 1, 28, 56]);
    const sigma = report.evaluations[0]!.sigma;
    draw(0, 2).forEach((value, i) => expect(Math.abs(values[i]! - sigma * value)).toBeLessThan(1e-3 * sigma));
    // The seed does not matter where all noise is given.
    await genlens(...common, '--noise', noise, '--seed', '5', '--trajectory', at('w.npy'));
    expect((await array('w.npy')).values).toEqual(values);
  });

  it('samples a folder of diffusers as diffusers does, with pictures of latents beside them', async () => {
    const pipelines = join(root, 'test/fixtures/diffusion-models');
    const expected = JSON.parse(await readFile(join(pipelines, 'expected.json'), 'utf8')) as Record<
      string,
      { init: string; cases: { steps: number; labels?: number[]; guidance?: number; trajectory: string }[] }
    >;
    const { init, cases } = expected['classes']!;
    const floats = (text: string): Float32Array => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
    const { steps, labels, guidance, trajectory } = cases[1]!;
    const from = await save('latents.npy', [2, 4, 8, 8], floats(init));
    const all = floats(trajectory);
    // Both items have one label on a command line: each is compared in the run of its own.
    for (const [item, label] of [
      [0, String(labels![0])],
      [1, 'great white shark'],
    ] as const) {
      const args = [
        '--steps',
        String(steps),
        '--guidance',
        String(guidance),
        '--label',
        label,
        '--init',
        from,
        '--trajectory',
        at('p.npy'),
      ];
      const { code, stderr, stdout } = await genlens('sample', join(pipelines, 'classes'), ...args, '--out', at('p'));
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^classes: 2 samples in .*samples\.npy, class /);
      const { shape, values } = await array('p.npy');
      expect(shape).toEqual([steps + 1, 2, 4, 8, 8]);
      for (let step = 0; step <= steps; step++)
        for (let i = 0; i < 256; i++) {
          const place = (step * 2 + item) * 256 + i;
          expect(Math.abs(values[place]! - all[place]!)).toBeLessThan(1e-3);
        }
    }
    const [samples, latents] = [await array('p/samples.npy'), await array('p/latents.npy')];
    expect([samples.shape, latents.shape]).toEqual([
      [2, 3, 16, 16],
      [2, 4, 8, 8],
    ]);
  });

  it('takes settings of a file, which options go before', async () => {
    const settings = at('settings.json');
    const diffusion = {
      sampler: 'dpm-solver-multistep',
      options: { use_karras_sigmas: true },
      run: { steps: 9 },
      condition: { prompt: 'x y' },
    };
    await writeFile(settings, JSON.stringify({ model: 'x', diffusion }));
    const { stdout, stderr } = await genlens('sample', model, '--settings', settings, '--steps', '3', '--json');
    const report = JSON.parse(stdout) as object;
    expect(stderr).toBe('');
    expect(report).toMatchObject({
      sampler: 'dpm-solver-multistep',
      scheduler: { useKarrasSigmas: true },
      recipe: { request: { run: { steps: 3 } } },
    });
    for (const [wrong, words] of [
      [{ steps: 3 }, 'the whole is not'],
      [{ run: { steps: 0 } }, 'run.steps is not'],
      [{ guidance: 'much' }, 'guidance is not'],
    ] as const) {
      await writeFile(settings, JSON.stringify(wrong));
      const ended = await genlens('sample', model, '--settings', settings);
      expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining(words)]);
    }
  });

  it('says what is wrong with files, names and values', async () => {
    const init = await save('small.npy', [2, 1, 28, 28], new Float32Array(2 * 28 * 28));
    const right = await save('right.npy', [1, 1, 28, 56], new Float32Array(size).fill(1));
    const nan = await save('nan.npy', [1, 1, 28, 56], new Float32Array(size).fill(NaN));
    const few = await save('few.npy', [1, 1, 1, 28, 56], new Float32Array(size));
    const others = await save('others.npy', [1, 2, 1, 28, 56], new Float32Array(2 * size));
    await writeFile(at('text.npy'), 'no array');
    const cases: [string[], number, RegExp][] = [
      [['--init', init], 1, /small\.npy has the shape \[2, 1, 28, 28\]; \[batch, 1, 28, 56\] is needed/],
      [['--init', right, '--n', '2'], 1, /has 1 items, and --n 2/],
      [['--init', nan], 1, /init has NaN at place 0/],
      [['--init', at('text.npy')], 1, /text\.npy: It is not a \.npy file/],
      [['--init', at('nowhere.npy')], 1, /nowhere\.npy: cannot read/],
      [['--noise', others], 1, /others\.npy has noise for 2 items; 1 are sampled/],
      [['--noise', right], 1, /\[k, batch, 1, 28, 56\] is needed/],
      [['--noise', few, '--sampler', 'ddpm'], 1, /noise has 1 draws.*index 1/],
      [['--sampler', 'euler2'], 1, /no sampler "euler2"/],
      [['--label', '3'], 1, /told no class/],
      [['--prompt', 'Hello'], 1, /"Hello" is none/],
      [['--guidance', 'much'], 2, /--guidance takes a number/],
      [['--steps', '0'], 2, /--steps takes a whole number/],
      [['--steps', '2000'], 1, /num_inference_steps \(2000\) must be a whole number from 1 to 1000/],
      [['--trajectory', ''], 2, /--trajectory needs the name of a file/],
      [['--trajectory', join(at('text.npy'), 't.npy')], 1, /t\.npy: cannot write/],
    ];
    for (const [args, status, words] of cases) {
      const { code, stderr } = await genlens('sample', model, '--steps', '3', ...args);
      expect([args, code, stderr]).toEqual([args, status, expect.stringMatching(words)]);
    }
    const other = await genlens('sample', join(root, 'test/fixtures/gan-models/numbered'), '--steps', '3');
    expect([other.code, other.stderr]).toEqual([1, expect.stringMatching(/--steps is for diffusion models/)]);
  }, 120_000);
});
