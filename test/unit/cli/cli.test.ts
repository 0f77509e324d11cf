import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpy } from '../../../src/formats/npy.ts';
import { openPortable } from '../../../src/maps/portable/openPortable.ts';
import { measured } from '../../../src/python/reader/measure.ts';
import type { DecodingSettings, GeneratedToken } from '../../../src/protocol/generation.ts';
import { readReport } from '../report/readReport.ts';
import { fixtureArrays, fixtures, floats, largestDifference } from '../engine/inference/support/service.ts';
import { buildCli, type BuiltCli, type Ended } from './support/builtCli.ts';

const root = join(import.meta.dirname, '../../..');
const tolerance = 1e-5;

/** Stands in for the page of reports, which is built with the views. */
const page = { 'report.js': '/* the script */', 'report.css': '/* the style */', 'report-icons.css': '/* the icons */' };

let built: BuiltCli;
let folder: string;
const causal = join(fixtures, 'causal/model.onnx');
const at = (name: string): string => join(folder, name);

/** Puts a file system of 64 KiB on a folder; root may, in most places. */
const mountTiny = (on: string): boolean => spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'genlens-test', on]).status === 0;

const tinyDisk = ((): boolean => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const probe = mkdtempSync(join(tmpdir(), 'genlens-mount-'));
  const mounted = mountTiny(probe);
  if (mounted) spawnSync('umount', [probe]);
  rmdirSync(probe);
  return mounted;
})();

const genlens: BuiltCli['run'] = (args, surroundings) => built.run(args, surroundings);

beforeAll(async () => {
  // Laid out as it ships: the pages of rules lie beside the folder of the bundles.
  built = await buildCli('cli');
  await mkdir(join(built.folder, 'webview'));
  for (const file of ['web-tree-sitter/web-tree-sitter.wasm', 'tree-sitter-python/tree-sitter-python.wasm'])
    await cp(join(root, 'node_modules', file), join(built.folder, basename(file)));
  await writeFile(join(built.folder, 'formulas.json'), measured());
  await cp(join(root, 'media/rules'), join(built.folder, '../media/rules'), { recursive: true });
  for (const [name, content] of Object.entries(page)) await writeFile(join(built.folder, 'webview', name), content);
  folder = await mkdtemp(join(tmpdir(), 'genlens-cli-'));
});
afterAll(async () => {
  await built.remove();
  await rm(folder, { recursive: true, force: true });
});

describe('genlens attention', () => {
  it('writes the weights that PyTorch computes for given tensors', async () => {
    const out = at('new/given');
    const ended = await genlens(['attention', causal, '--inputs', join(fixtures, 'causal/feeds.npz'), '--out', out, '--provider', 'cpu']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('2 attention sites');
    const expected = await fixtureArrays('causal/expected.npz');
    const report = JSON.parse(await readFile(join(out, 'attention.json'), 'utf8')) as {
      model: string;
      tokens?: unknown;
      sites: Record<string, unknown>[];
    };
    expect(report).toMatchObject({ model: causal, sites: [{ layer: 0 }, { layer: 1 }] });
    expect(report.tokens).toBeUndefined();
    for (const [i, site] of report.sites.entries()) {
      expect(site).toMatchObject({ kind: 'self', batch: 2, heads: 3, queries: 40, keys: 40 });
      const file = readNpy(await readFile(join(out, site['file'] as string)));
      expect(file).toMatchObject({ type: 'float32', shape: [2, 3, 40, 40] });
      expect(largestDifference(floats(file), floats(expected.get(`weights_${i}`)))).toBeLessThanOrEqual(tolerance);
    }
    expect((await readdir(out)).sort()).toEqual(['attention-0.npy', 'attention-1.npy', 'attention.json']);
  });

  it('takes a text from a file or standard input, and one head of one layer', async () => {
    const expected = await fixtureArrays('causal/text.npz');
    const text = new TextDecoder().decode(expected.get('text')!.data);
    await writeFile(at('text.py'), text);
    const args = (out: string): string[] => ['--out', at(out), '--layer', '1', '--head', '2', '--json', '--provider', 'cpu'];
    const fromFile = await genlens(['attention', causal, '--file', at('text.py'), ...args('file')]);
    const fromInput = await genlens(['attention', causal, '--file', '-', ...args('input')], { input: text });
    expect(fromFile).toMatchObject({ code: 0, stderr: '' });
    expect(fromInput.stdout).toBe(fromFile.stdout);
    expect(await readFile(at('file/attention.json'), 'utf8')).toBe(fromFile.stdout);
    const report = JSON.parse(fromFile.stdout) as { tokens: { text: string }[]; sites: { heads: number; head: number; file: string }[] };
    expect(report.sites).toMatchObject([{ layer: 1, heads: 1, head: 2 }]);
    expect(report.tokens[0]).toMatchObject({ start: 0 });
    const file = readNpy(await readFile(join(at('file'), report.sites[0]!.file)));
    const n = report.tokens.length;
    expect(file.shape).toEqual([1, 1, n, n]);
    const head = floats(expected.get('weights_1')).subarray(2 * n * n, 3 * n * n);
    expect(largestDifference(floats(file), head)).toBeLessThanOrEqual(tolerance);
  });

  it('says which lines of a longer text were run', async () => {
    const ended = await genlens([
      'attention',
      causal,
      '--file',
      join(import.meta.dirname, 'cli.test.ts'),
      '--out',
      at('long'),
      '--provider',
      'cpu',
    ]);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/genlens: the text has \d+ tokens, more than fit: lines 1 to \d+ of \d+ were run/);
  });

  it.each([
    [['nothing.onnx', '--text', 'a'], 'no model, file or folder "nothing.onnx"'],
    [[causal, '--text', ''], 'The text is empty'],
    [[causal, '--file', '/nowhere.txt'], '/nowhere.txt: cannot read: there is no such file'],
    [[causal, '--inputs', import.meta.filename], 'cli.test.ts: It is not a .npz'],
    [[causal, '--inputs', join(fixtures, 'cached/feeds.npz')], 'The model has no input ids'],
    [[causal, '--text', 'a', '--layer', '7'], 'there is no layer 7; the model has 0, 1'],
    [[causal, '--text', 'a', '--head', '3'], 'there is no head 3'],
  ])('fails with a message and leaves nothing behind: %j', async (args, message) => {
    const ended = await genlens(['attention', ...args, '--out', at('failed/deep'), '--provider', 'cpu']);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('genlens: ');
    expect(ended.stderr).toContain(message);
    await expect(stat(at('failed'))).rejects.toThrow('ENOENT');
  });

  it('fails where the folder cannot be written to', async () => {
    await writeFile(at('a-file'), '');
    const ended = await genlens(['attention', causal, '--text', 'a', '--out', at('a-file'), '--provider', 'cpu']);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('cannot write to this folder: there is a file of that name');
    await mkdir(at('read-only'));
    await chmod(at('read-only'), 0o555);
    await chmod(folder, 0o755);
    // Root may write anywhere.
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    const refused = await genlens(['attention', causal, '--text', 'a', '--out', at('read-only'), '--provider', 'cpu'], { uid });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(`${at('read-only')}: cannot write to this folder: permission denied`);
    expect(await readdir(at('read-only'))).toEqual([]);
  });

  it('leaves an earlier result as it was when the new one cannot be written', async () => {
    const args = ['attention', causal, '--inputs', join(fixtures, 'causal/feeds.npz'), '--out', at('full'), '--provider', 'cpu'];
    // Blocks of 512 bytes; a file of weights has 38,400.
    const nothing = await genlens(args, { fileBlocks: 16 });
    expect(nothing).toMatchObject({ code: 1, stdout: '' });
    expect(nothing.stderr).toMatch(/attention-0\.npy cannot be written: the file would be larger than the system allows/);
    await expect(stat(at('full'))).rejects.toThrow('ENOENT');

    expect(await genlens(args)).toMatchObject({ code: 0 });
    const contents = async (): Promise<string[]> =>
      Promise.all(
        (await readdir(at('full'))).sort().map(async (name) => `${name} ${(await readFile(join(at('full'), name))).toString('base64')}`),
      );
    const before = await contents();
    expect(before).toHaveLength(3);
    expect(await genlens([...args, '--head', '0', '--layer', '1'], { fileBlocks: 16 })).toMatchObject({ code: 1 });
    expect(await contents()).toEqual(before);
  });

  it.runIf(tinyDisk)('says that there is no space left, and leaves nothing behind', async () => {
    const disk = at('disk');
    await mkdir(disk);
    expect(mountTiny(disk)).toBe(true);
    try {
      const args = ['attention', causal, '--inputs', join(fixtures, 'causal/feeds.npz'), '--out', disk, '--provider', 'cpu'];
      const full = await genlens(args);
      expect(full).toMatchObject({ code: 1, stdout: '' });
      expect(full.stderr).toMatch(/attention-1\.npy cannot be written: there is no space left on the device\. Free some space/);
      expect(await readdir(disk)).toEqual([]);
      // What fits is written.
      expect(await genlens([...args, '--layer', '0', '--head', '0'])).toMatchObject({ code: 0, stderr: '' });
    } finally {
      spawnSync('umount', [disk]);
    }
  });

  it('never leaves an index beside files of another run', async () => {
    const out = at('mixed');
    const args = (text: string): string[] => ['attention', causal, '--text', text, '--out', out, '--provider', 'cpu'];
    expect(await genlens(args('one'))).toMatchObject({ code: 0 });
    // The second of the new files cannot take its place.
    await rm(join(out, 'attention-1.npy'));
    await mkdir(join(out, 'attention-1.npy'));
    const stopped = await genlens(args('two and three'));
    expect(stopped).toMatchObject({ code: 1, stdout: '' });
    expect(stopped.stderr).toContain(`${join(out, 'attention-1.npy')}: cannot write: it is a folder`);
    expect(await readdir(out)).toEqual(['attention-1.npy']);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const ended = await genlens(['attention', causal, '--file', '-', '--out', at('interrupted'), '--provider', 'cpu'], {
      input: 'some text',
      until: (child) => {
        // As soon as there is something that could be left behind.
        const look = setInterval(() => {
          if (child.exitCode === null && !existsSync(at('interrupted'))) return;
          clearInterval(look);
          child.kill('SIGINT');
        }, 1);
      },
    });
    expect(ended.signal ?? ended.code).toSatisfy((end: unknown) => end === 'SIGINT' || end === 0);
    const left = await readdir(at('interrupted')).catch(() => []);
    expect(left.filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('genlens attention --html', () => {
  const text = 'def area(width):\n    return width * width\n';
  const args = (html: string, ...more: string[]): string[] => [
    'attention',
    causal,
    '--text',
    text,
    '--html',
    html,
    '--provider',
    'cpu',
    ...more,
  ];

  it('writes a report of the run, alone or beside its weights', async () => {
    const alone = await genlens(args(at('alone.html')));
    expect(alone).toMatchObject({ code: 0, stderr: '' });
    expect(alone.stdout).toMatch(new RegExp(`2 attention sites.*\\nReport written to ${at('alone.html')} \\(\\d+\\.\\d MB\\)\\n$`));
    const data = readReport(await readFile(at('alone.html'), 'utf8'));
    expect(data).toMatchObject({
      genlens: (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }).version,
      view: null,
      result: { text, subject: { kind: 'prompt', title: 'prompt' }, run: { recipe: { model: 'model.onnx', request: {} } } },
    });
    expect(data.result.run.tokens?.map((token) => text.slice(token.start, token.end)).join('')).toBe(text);
    expect(data.sites).toHaveLength(2);

    const both = await genlens(args(at('both.html'), '--out', at('both'), '--json'));
    expect(both).toMatchObject({ code: 0, stderr: '' });
    expect(both.stdout).toBe(await readFile(at('both/attention.json'), 'utf8'));
    expect(readReport(await readFile(at('both.html'), 'utf8')).sites).toEqual(data.sites);
  });

  it('holds weights that are as far from PyTorch’s as it says', async () => {
    const html = at('given.html');
    const ended = await genlens(['attention', causal, '--inputs', join(fixtures, 'causal/feeds.npz'), '--html', html, '--provider', 'cpu']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { sites, result } = readReport(await readFile(html, 'utf8'));
    expect(result.subject).toMatchObject({ title: 'feeds.npz' });
    const expected = await fixtureArrays('causal/expected.npz');
    for (const [i, site] of sites.entries()) {
      const { heads, queries, keys } = site;
      const range = { batch: 0, head: null, queryStart: 0, queryEnd: queries };
      const weights = await openPortable(site).read(range, 'zero', new AbortController().signal);
      const told = floats(expected.get(`weights_${i}`)).subarray(0, heads * queries * keys);
      expect(largestDifference(weights, told)).toBeLessThanOrEqual(site.maxDifference + tolerance);
    }
  });

  it('names the lines of a file of which a part was run', async () => {
    const ended = await genlens([
      'attention',
      causal,
      '--file',
      join(import.meta.dirname, 'cli.test.ts'),
      '--html',
      at('long.html'),
      '--provider',
      'cpu',
    ]);
    expect(ended.code).toBe(0);
    const { result } = readReport(await readFile(at('long.html'), 'utf8'));
    expect(result.subject).toMatchObject({ kind: 'editor', title: 'cli.test.ts', windowed: true, lines: { first: 1 } });
    // No more of the file than is shown.
    expect(result.text.split('\n').length).toBeLessThanOrEqual(result.subject.lines!.last);
    expect(result.run.tokens?.at(-1)?.end).toBe(result.text.length);
  });

  it('fails with a message, leaves an earlier report as it was, and nothing behind', async () => {
    const missing = await genlens(args(at('nowhere/report.html')));
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toContain(`${at('nowhere/report.html')}: cannot write: there is no such file or folder`);

    await mkdir(at('reports'));
    await writeFile(at('reports/report.html'), 'before');
    const full = await genlens(args(at('reports/report.html')), { fileBlocks: 1 });
    expect(full).toMatchObject({ code: 1, stdout: '' });
    expect(full.stderr).toContain('the file would be larger than the system allows');
    expect(await readFile(at('reports/report.html'), 'utf8')).toBe('before');
    expect(await readdir(at('reports'))).toEqual(['report.html']);

    await mkdir(at('reports/folder.html'));
    const taken = await genlens(args(at('reports/folder.html')));
    expect(taken).toMatchObject({ code: 1, stdout: '' });
    expect(taken.stderr).toContain(`${at('reports/folder.html')}: cannot write: it is a folder`);
    expect((await readdir(at('reports'))).sort()).toEqual(['folder.html', 'report.html']);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    await mkdir(at('stopped'));
    const ended = await genlens(args(at('stopped/report.html')), {
      until: (child) => {
        // As soon as there is something that could be left behind.
        const look = setInterval(() => {
          if (child.exitCode === null && readdirSync(at('stopped')).length === 0) return;
          clearInterval(look);
          child.kill('SIGINT');
        }, 1);
      },
    });
    expect(ended.signal ?? ended.code).toSatisfy((end: unknown) => end === 'SIGINT' || end === 0);
    expect((await readdir(at('stopped'))).filter((name) => name !== 'report.html')).toEqual([]);
  });
});

describe('genlens inspect', () => {
  it('tells what a model is, for people and for programs', async () => {
    const [plain, json] = [
      await genlens(['inspect', causal, '--provider', 'cpu']),
      await genlens(['inspect', causal, '--json', '--provider', 'cpu']),
    ];
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    for (const text of ['Family: transformer', 'input_ids', '[batch, sequence]', 'Attention: 2 sites', 'Provider: cpu'])
      expect(plain.stdout).toContain(text);
    expect(JSON.parse(json.stdout)).toMatchObject({
      model: causal,
      family: 'transformer',
      parameters: 22_067,
      hasTokenizer: true,
      sites: [{ layer: 0, kind: 'self' }, { layer: 1 }],
      provider: { used: 'cpu' },
    });
  });

  it('takes a folder', async () => {
    await cp(join(fixtures, 'cached'), at('copied'), { recursive: true });
    expect(await genlens(['inspect', at('copied'), '--json', '--provider', 'cpu'])).toMatchObject({ code: 0 });
  });
});

describe('genlens sample', () => {
  const model = join(fixtures, '../generation/cached');
  const cpu = ['--provider', 'cpu', '--threads', '1'];
  interface Sampled {
    recipe: { sha256: string; prompt: string; settings: DecodingSettings; provider: { used: string } };
    samples: { seed: number; text: string; tokens: GeneratedToken[] }[];
  }
  const sampled = ({ stdout }: Ended): Sampled => JSON.parse(stdout) as Sampled;

  it('continues a text as transformers does, and gives the same again for the same seed and settings', async () => {
    const expected = JSON.parse(await readFile(join(model, '../expected.json'), 'utf8')) as {
      cached: { prompt: string; greedy: number[] }[];
    };
    const [{ prompt, greedy }] = expected.cached as [{ prompt: string; greedy: number[] }];
    await writeFile(at('greedy.json'), '{"method": "greedy", "maxTokens": 20}');
    const ended = await genlens(['sample', model, '--prompt', prompt, '--settings', at('greedy.json'), '--json', ...cpu]);
    expect(ended.code).toBe(0);
    expect(sampled(ended).samples[0]!.tokens.map(({ id }) => id)).toEqual(greedy);

    await writeFile(at('prompt.txt'), prompt);
    const settings: Partial<DecodingSettings> = { temperature: 1.5, topP: 1, maxTokens: 12 };
    await writeFile(at('draw.json'), JSON.stringify(settings));
    const draw = (more: string[]): Promise<Ended> => genlens(['sample', model, '--settings', at('draw.json'), ...cpu, ...more]);
    const [first, again] = [
      await draw(['--file', at('prompt.txt'), '--n', '2', '--seed', '5', '--json']),
      await draw(['--prompt', prompt, '--seed', '6', '--json']),
    ];
    const [made, other] = [sampled(first), sampled(again)];
    expect(made.samples.map(({ seed }) => seed)).toEqual([5, 6]);
    expect(other.samples[0]!.tokens).toEqual(made.samples[1]!.tokens);
    expect(made.samples[0]!.tokens).not.toEqual(made.samples[1]!.tokens);
    expect(made.recipe).toMatchObject({
      prompt,
      settings: { ...settings, seed: 5 },
      provider: { used: 'cpu' },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });

    const text = await draw(['--prompt', prompt, '--seed', '6', '--out', at('sampled')]);
    expect(text.stdout.replace(/\n$/, '')).toBe(other.samples[0]!.text.replace(/\n$/, ''));
    expect(text.stderr).toContain('tokens/s');
    expect(await readFile(at('sampled/6.txt'), 'utf8')).toBe(other.samples[0]!.text);
    expect((JSON.parse(await readFile(at('sampled/sample.json'), 'utf8')) as Sampled).samples[0]!.tokens).toEqual(other.samples[0]!.tokens);
  });

  it('decodes samples of a variational autoencoder, the same from the same seed, with settings as the view copies them', async () => {
    await writeFile(at('pictures.json'), JSON.stringify({ model: 'vae-glyphs-2', pictures: { count: 3, seed: 5, temperature: 0.5 } }));
    const sampled = async (folder: string): Promise<Buffer> => {
      const ended = await genlens([
        'sample',
        join(root, 'models/vae-glyphs-2'),
        '--settings',
        at('pictures.json'),
        '--out',
        at(folder),
        ...cpu,
      ]);
      expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('3 samples') as string });
      return readFile(at(`${folder}/samples.npy`));
    };
    const first = await sampled('one');
    expect(readNpy(first).shape).toEqual([3, 1, 28, 28]);
    expect((await sampled('two')).equals(first)).toBe(true);
  });

  it('tells what is wrong with settings, models and seeds', async () => {
    await writeFile(at('unknown.json'), '{"topk": 3}');
    await writeFile(at('broken.json'), '{');
    const vae = join(root, 'models/vae-glyphs');
    for (const [args, words] of [
      [[model, '--settings', at('unknown.json')], /unknown\.json: there is no setting "topk"\. The settings are method/],
      [[model, '--settings', at('broken.json')], /broken\.json is not JSON/],
      [[model, '--settings', at('nowhere.json')], /nowhere\.json: cannot read/],
      [[model, '--seed', '4294967295', '--n', '2'], /seed \(4294967296\)/],
      [[causal, '--prompt', ''], /prompt is empty/],
      [[vae, '--prompt', 'x'], /continues no text/],
      [[vae, '--steps', '3'], /--steps is for diffusion models/],
      [[join(fixtures, 'biased/model.onnx'), '--prompt', 'x'], /no tokenizer\.json/],
    ] as const) {
      const ended = await genlens(['sample', ...args, ...cpu]);
      expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(words) as string });
    }
  });
});

describe('genlens formulas', () => {
  const loss =
    'import torch.nn.functional as F\n\ndef loss(mu, logvar):\n    return -0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum(1).mean()\n';
  const name = 'KL of a diagonal Gaussian to N(0, I) (kl_diag_std_normal)';

  it('prints a line for each, and tells what could not be read', async () => {
    await mkdir(at('code/deep'), { recursive: true });
    await writeFile(at('code/a.py'), loss);
    await writeFile(at('code/deep/b.py'), `# nothing\n`);
    await writeFile(at('code/broken.ipynb'), '{');
    const ended = await genlens(['formulas', at('code'), at('missing')]);
    expect(ended.stdout).toBe(`${at('code/a.py')}:4:5 ${name}: mean over the batch\n`);
    expect(ended.stderr).toContain(`${at('code/broken.ipynb')}: it is no notebook`);
    expect(ended.stderr).toContain(`${at('missing')}: cannot read`);
    expect(ended.code).toBe(2);
    expect(await genlens(['formulas', at('code/deep')])).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  });

  it('prints JSON of standard input', async () => {
    const ended = await genlens(['formulas', '-', '--json'], { input: loss });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const [found, ...others] = JSON.parse(ended.stdout) as Record<string, unknown>[];
    expect(others).toEqual([]);
    const line = loss.split('\n')[3]!;
    const [column, endColumn] = [line.indexOf('mu ') + 1, line.indexOf('mu ') + 3];
    expect(found).toMatchObject({
      ...{
        file: '-',
        line: 4,
        column: 5,
        endLine: 4,
        endColumn: line.length + 1,
        formula: 'kl_diag_std_normal',
        name: 'KL of a diagonal Gaussian to N(0, I)',
      },
      ...{ equality: 'exact', remarks: ['mean over the batch'], diagnostics: [] },
      latex: expect.stringContaining(String.raw`\sigma^{2}`) as unknown,
      variables: expect.arrayContaining([
        {
          code: 'mu',
          symbol: String.raw`\mu`,
          term: 'mean',
          encoding: null,
          places: [{ file: '-', line: 4, column, endLine: 4, endColumn }],
        },
      ]) as unknown,
    });
    expect(found!['latex']).not.toContain('term');
  });

  it('counts lines of a notebook in its cells', async () => {
    const cells = ['import torch', loss, 'loss(1, 2)'].map((source) => ({ cell_type: 'code', source }));
    await writeFile(at('book.ipynb'), JSON.stringify({ cells: [{ cell_type: 'markdown', source: '$x$' }, ...cells] }));
    const { stdout } = await genlens(['formulas', at('book.ipynb')]);
    expect(stdout.split('\n')[0]).toBe(`${at('book.ipynb')}:cell 3:4:5 ${name}: mean over the batch`);
  });

  const masked = `import torch.nn.functional as F

def attend(q, k, v, mask):
    scores = (q @ k.transpose(-2, -1) / q.size(-1) ** 0.5).masked_fill(mask == 0, 1e-9)
    return F.softmax(scores, dim=-1) @ v
`;
  const rule = 'mask-keeps-weight';

  it('prints what is wrong as compilers do, alone where that is asked for', async () => {
    await writeFile(at('masked.py'), masked);
    const fault = /^(.*masked\.py):(\d+):(\d+): warning: .*\[mask-keeps-weight\]$/m;
    const plain = await genlens(['formulas', at('masked.py')]);
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    expect(plain.stdout).toMatch(/^.*masked\.py:5:5 Scaled dot-product attention \(sdpa\)/m);
    const [line, file, ...place] = fault.exec(plain.stdout)!;
    expect([file, ...place]).toEqual([at('masked.py'), '4', String(masked.split('\n')[3]!.indexOf('(q @') + 1)]);
    expect((await genlens(['formulas', '-q', at('masked.py')])).stdout).toBe(`${line}\n`);
    await writeFile(at('masked.ipynb'), JSON.stringify({ cells: [{ cell_type: 'code', source: masked }] }));
    expect((await genlens(['formulas', '-q', at('masked.ipynb')])).stdout).toBe(`${line.replace('masked.py:', 'masked.ipynb:cell 1:')}\n`);
  });

  it('ends with the status that --fail-on asks for, by severities that --rule sets', async () => {
    await writeFile(at('masked.py'), masked);
    const code = async (...args: string[]): Promise<number | null> => (await genlens(['formulas', at('masked.py'), ...args])).code;
    expect(await code('--fail-on', 'warning')).toBe(1);
    expect(await code('--fail-on', 'warning', '--sarif')).toBe(1);
    expect(await code('--fail-on', 'warning', '--rule', `${rule}=info`)).toBe(0);
    expect(await code('--fail-on', 'hint', '--rule', `${rule}=info`)).toBe(1);
    expect(await code('--fail-on', 'hint', at('missing'))).toBe(2);
    expect(await code('--fail-on', 'high')).toBe(2);
    const off = await genlens(['formulas', '-q', '--fail-on', 'hint', '--rule', `${rule}=off`, at('masked.py')]);
    expect(off).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    const lower = await genlens(['formulas', '-q', '--rule', `${rule}=info`, at('masked.py')]);
    expect(lower.stdout).toMatch(/: info: .*\[mask-keeps-weight\]\n$/);
  });

  it('leaves out what a comment asks to ignore, also in a notebook', async () => {
    const ignoring = masked.replace('1e-9)', `1e-9)  # genlens: ignore[${rule}]`);
    await writeFile(at('ignored.py'), ignoring);
    await writeFile(at('ignored.ipynb'), JSON.stringify({ cells: [{ cell_type: 'code', source: ignoring.split(/(?<=\n)/) }] }));
    const paths = [at('ignored.py'), at('ignored.ipynb')];
    const ended = await genlens(['formulas', '-q', '--fail-on', 'hint', ...paths]);
    expect(ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    const logged = await genlens(['formulas', '--sarif', '--ignored', '--fail-on', 'hint', ...paths]);
    expect(logged).toMatchObject({ code: 0, stderr: '' });
    const { runs } = JSON.parse(logged.stdout) as { runs: { results: { suppressions: unknown }[] }[] };
    expect(runs[0]!.results.map(({ suppressions }) => suppressions)).toEqual([[{ kind: 'inSource' }], [{ kind: 'inSource' }]]);
  });

  it('prints diagnostics under their findings as JSON', async () => {
    const nameless = 'import torch\n\ndef odd(x, mask):\n    return torch.softmax(torch.where(mask, x, 0.0), dim=-1)\n';
    const { stdout } = await genlens(['formulas', '-', '--json'], { input: nameless });
    const line = nameless.split('\n')[3]!;
    expect(JSON.parse(stdout)).toMatchObject([
      {
        ...{ file: '-', line: 4, formula: null, name: null },
        diagnostics: [
          {
            ...{ rule, severity: 'warning', message: expect.any(String) as string, file: '-', line: 4, endLine: 4 },
            ...{ column: line.indexOf('torch.where') + 1, endColumn: line.indexOf(', dim') + 1, related: [] },
          },
        ],
      },
    ]);
  });

  it('prints SARIF with the pages of the rules, and what could not be read', async () => {
    await writeFile(at('masked.py'), masked);
    const { stdout, code, stderr } = await genlens(['formulas', at('masked.py'), at('missing.py'), '--sarif']);
    expect(code).toBe(2);
    expect(stderr).toContain('missing.py: cannot read');
    const { version, runs } = JSON.parse(stdout) as { version: string; runs: Record<string, unknown>[] };
    expect(version).toBe('2.1.0');
    expect(runs).toMatchObject([
      {
        tool: { driver: { name: 'Genlens', rules: expect.arrayContaining([expect.objectContaining({ id: rule })]) as unknown } },
        invocations: [{ executionSuccessful: false, toolExecutionNotifications: [{ level: 'error' }] }],
        results: [{ ruleId: rule, level: 'warning', locations: [{ physicalLocation: { region: { startLine: 4 } } }] }],
      },
    ]);
    const help = (runs[0] as { tool: { driver: { rules: { id: string; help: { markdown: string } }[] } } }).tool.driver.rules;
    expect(help.find(({ id }) => id === rule)!.help.markdown).toBe(await readFile(join(root, `media/rules/${rule}.md`), 'utf8'));
  });

  it('reads nothing that is too long to be code', async () => {
    await writeFile(at('long.py'), `x = "${'a'.repeat(2_000_000)}"`);
    const ended = await genlens(['formulas', at('long.py')]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('2000006 characters are more than the 2000000 that are read');
  });
});

describe('genlens', () => {
  it('prints help and version, and tells a wrong command line by its exit status', async () => {
    const version = (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }).version;
    expect(await genlens(['--version'])).toEqual({ code: 0, signal: null, stdout: `genlens ${version}\n`, stderr: '' });
    expect((await genlens(['--help'])).stdout).toContain('Usage: genlens COMMAND');
    expect((await genlens(['attention', '--help'])).stdout).toContain('--inputs FEEDS.npz');
    const wrong = await genlens(['attention', 'm']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('Try "genlens attention --help"');
  });

  it('does not crash when its reader closes the pipe', async () => {
    const ended = await genlens(['inspect', causal, '--provider', 'cpu'], { until: (child) => child.stdout?.destroy() });
    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
  });
});
