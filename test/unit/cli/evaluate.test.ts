import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/arguments.ts';
import { UsageError } from '../../../src/cli/usage.ts';
import type { TwoSetsOf } from '../../../src/protocol/vae.ts';
import { npyOf } from '../engine/inference/vae/npy.ts';
import { normals } from '../../../src/maths/random/normal.ts';
import { linear } from '../maths/vae/fixtures.ts';
import { buildCli, type BuiltCli, type Ended } from './support/builtCli.ts';

const root = join(import.meta.dirname, '../../..');
const model = linear['linear-3'];
const fixture = join(root, 'test/fixtures/vae/linear-3');
const answers = ['--answer', 'likelihood=gaussian', '--answer', 'deviation=0.5'];

let built: BuiltCli;
let folder: string;
const data = () => join(folder, 'data.npy');

beforeAll(async () => {
  built = await buildCli('evaluate');
  folder = await mkdtemp(join(tmpdir(), 'genlens-evaluate-'));
  await writeFile(data(), npyOf(Float32Array.from(model.pictures.flat()), [8, 9]));
});
afterAll(async () => {
  await built.remove();
  await rm(folder, { recursive: true });
});

const genlens = (...args: string[]): Promise<Ended> => built.run(args);

interface Report {
  count: number;
  elbo: { mean: number; standardError: number } | null;
  withoutNats: string | null;
  active: number;
  items: {
    elbo: number | null;
    kl: number;
    klByDimension: number[];
    logEvidence: { value: number; method: string; standardError: number; paretoShape: number; effectiveSize: number } | null;
  }[];
  copying: { z: number; samples: number; trainCount: number } | null;
  twoSets: TwoSetsOf | null;
  withoutTwoSets: string | null;
}

describe('genlens evaluate', () => {
  it('gives a linear-Gaussian model what is known of it in closed form', async () => {
    const { code, stdout } = await genlens(
      'evaluate',
      fixture,
      '--data',
      data(),
      '--train',
      data(),
      '--draws',
      '300',
      '--evidence',
      '8',
      '--json',
      ...answers,
    );
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as Report;
    expect(report).toMatchObject({ count: 8, active: 3, withoutNats: null, copying: { samples: 500, trainCount: 8 } });
    expect(report.items).toHaveLength(8);
    report.items.forEach(({ elbo, kl, klByDimension, logEvidence }, i) => {
      expect(Math.abs(elbo! - model.elbo[i]!)).toBeLessThan(1);
      const variances = model.logVariance.map(Math.exp);
      klByDimension.forEach((value, j) =>
        expect(value).toBeCloseTo(0.5 * (model.mean[i]![j]! ** 2 + variances[j]! - model.logVariance[j]! - 1), 3),
      );
      expect(klByDimension.reduce((sum, value) => sum + value, 0)).toBeCloseTo(kl, 6);
      expect(logEvidence!.method).toBe('importance');
      expect(logEvidence!.paretoShape).toBeLessThan(0.7);
      expect(Math.abs(logEvidence!.value - model.logEvidence[i]!)).toBeLessThan(5 * logEvidence!.standardError);
    });
    const mean = model.elbo.reduce((sum, value) => sum + value / 8, 0);
    expect(Math.abs(report.elbo!.mean - mean)).toBeLessThan(0.4);
    // Samples of the model lie farther from eight items than these from themselves.
    expect(report.copying!.z).toBeGreaterThan(3);
    // The same data twice is not told apart.
    expect(report).toMatchObject({ twoSets: { differ: false, inBoth: 8, data: { first: 8, second: 8 } }, withoutTwoSets: null });
    expect(report.twoSets!.membership).toMatchObject({ memberFamilies: 8, withoutModel: { otherFamilies: 8 } });
  });

  it('compares the training data with the data, and looks for members only where these do not differ', async () => {
    const z = normals({ seed: 4, stream: 0 }, 240 * 3);
    const noise = normals({ seed: 5, stream: 0 }, 240 * 9);
    const drawn = Float32Array.from(noise, (value, at) => {
      const [item, number] = [Math.floor(at / 9), at % 9];
      return model.offset[number]! + model.weights[number]!.reduce((sum, w, j) => sum + w * z[3 * item + j]!, 0) + 0.5 * value;
    });
    const write = (name: string, values: Float32Array) => writeFile(join(folder, `${name}.npy`), npyOf(values, [values.length / 9, 9]));
    await write('one', drawn.slice(0, 1080));
    await write('other', drawn.slice(1080));
    await write(
      'shifted',
      drawn.slice(1080).map((value) => value + 3),
    );
    await write('few', drawn.slice(0, 45));
    const ask = (others: string, train: string, ...more: string[]) =>
      genlens(
        'evaluate',
        fixture,
        '--data',
        join(folder, `${others}.npy`),
        '--train',
        join(folder, `${train}.npy`),
        '--evidence',
        '0',
        ...more,
      );
    const alike = (await ask('other', 'one', ...answers)).stdout;
    expect(alike).toMatch(
      /^As data, the training data and the data are not told apart: \d+\.\d % of .* \(p = \d\.\d{3}; 120 training items, 120 of the data\)$/m,
    );
    expect(alike).toMatch(
      /^ {2}the ELBO of an item finds .* to .* % of the members at 1 % false positives \(AUC 0\.\d{3}, .* over items drawn again\)$/m,
    );
    expect(alike).toMatch(
      /^ {2}without the model, .* ridge regression finds .* \(AUC 0\.\d{3}; permuted coins give .* to .*, p = \d\.\d{3}\)$/m,
    );
    expect((await ask('other', 'one')).stdout).toMatch(
      /^ {2}Members cannot be looked for without an ELBO: It is not said which distribution/m,
    );
    const different = (await ask('shifted', 'one', ...answers)).stdout;
    expect(different).toMatch(/^As data, the training data and the data differ: .*\n {2}Nothing is said of membership/m);
    expect(different).not.toMatch(/false positives/);
    expect(JSON.parse((await ask('shifted', 'one', '--json', ...answers)).stdout)).toMatchObject({
      twoSets: { differ: true, data: { p: 0.001 }, membership: null },
    });
    expect((await ask('other', 'few', ...answers)).stdout).toMatch(
      /^The data and the training data are not compared: .*few\.npy holds 5 items/m,
    );
  }, 60_000);

  it('says it in words, and what the files leave open', async () => {
    const { stdout } = await genlens('evaluate', fixture, '--data', data(), ...answers);
    expect(stdout).toMatch(/^linear-3: 3 latent dimensions, 8 items/);
    expect(stdout).toMatch(/^ELBO -?\d+\.\d\d ± .* nats .* = reconstruction/m);
    expect(stdout).toMatch(/^log p\(x\) of 8 items: .* by importance sampling, a lower bound in the mean$/m);
    expect(stdout).toMatch(/Dimensions: 3 active, 0 collapsed/);
    const open = await genlens('evaluate', join(root, 'test/fixtures/vae/linear-2'), '--data', data());
    expect(open.code).toBe(1);
    expect(open.stderr).toMatch(/Which values.*\n.*--answer range=0\.\.1/);
    const without = await genlens('evaluate', fixture, '--data', data(), '--json');
    expect(JSON.parse(without.stdout)).toMatchObject({
      elbo: null,
      withoutNats: expect.stringMatching(/likelihood/) as unknown,
      kl: expect.any(Number) as unknown,
    });
  });

  it('fails on data that is not there or does not fit, with what to do', async () => {
    const missing = await genlens('evaluate', fixture, '--data', join(folder, 'none.npy'), ...answers);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringMatching(/none\.npy cannot be read/)]);
    const other = await genlens('evaluate', join(root, 'models/code-transformer'), '--data', data());
    expect([other.code, other.stderr]).toEqual([1, expect.stringMatching(/family transformer/)]);
  });
});

describe('its command line', () => {
  const parse = (line: string): unknown => parseCommandLine(line.split(' '));
  it('is read', () => {
    expect(parse('evaluate m --data d --train t --draws 2 --evidence 0 --samples 9 --seed 3 --answer range=0..1 --json')).toMatchObject({
      command: 'evaluate',
      model: 'm',
      data: 'd',
      train: 't',
      draws: 2,
      evidence: 0,
      samples: 9,
      seed: 3,
      answers: { range: '0..1' },
      json: true,
    });
  });
  it.each([
    'evaluate m',
    'evaluate --data d',
    'evaluate m --data d --draws 0',
    'evaluate m --data d --answer range',
    'evaluate m n --data d',
  ])('is refused: %s', (line) => expect(() => parse(line)).toThrow(UsageError));
});
