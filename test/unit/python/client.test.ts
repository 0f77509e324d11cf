import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PythonReader, type PythonReaderOptions } from '../../../src/python/client.ts';
import { bundle } from '../engine/support/bundles.ts';

const modules = join(import.meta.dirname, '../../../node_modules');
const text = 'class A:\n    def m(self): pass\n';
const symbols = [
  { name: 'A', kind: 'class', start: 0, end: 30, depth: 0 },
  { name: 'm', kind: 'method', start: 13, end: 30, depth: 1 },
];

let folder: string;
let built: Awaited<ReturnType<typeof bundle>>;
const readers: PythonReader[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genlens-python-'));
  built = await bundle('python', { python: 'src/python/reader/main.ts' });
  for (const file of ['web-tree-sitter/web-tree-sitter.wasm', 'tree-sitter-python/tree-sitter-python.wasm'])
    await copyFile(join(modules, file), join(built.folder, basename(file)));
});
afterEach(() => readers.splice(0).forEach((reader) => reader.dispose()));
afterAll(async () => {
  await built.remove();
  await rm(folder, { recursive: true });
});

function open(options: PythonReaderOptions): PythonReader {
  const reader = new PythonReader(options);
  readers.push(reader);
  return reader;
}

/** A thread that is not what it should be: answers with its own number, by the lines given. */
async function odd(onMessage: string, before = ''): Promise<string> {
  const entry = join(folder, `${crypto.randomUUID()}.cjs`);
  await writeFile(
    entry,
    `const { parentPort, threadId } = require('node:worker_threads');
     ${before}
     parentPort.on('message', ({ id, params }) => {
       const answer = () => parentPort.postMessage({ kind: 'result', id, value: threadId });
       ${onMessage}
     });`,
  );
  return entry;
}

describe('the thread that reads Python', () => {
  it('reads, one call after the other and side by side', async () => {
    const reader = open({ entry: join(built.folder, 'python.cjs') });
    expect(await reader.outline({ text })).toEqual(symbols);
    const all = await Promise.all([reader.outline({ text: '' }), reader.outline({ text }), reader.outline({ text: 'def f(' })]);
    expect(all.map((found) => found.map(({ name }) => name))).toEqual([[], ['A', 'm'], ['f']]);
  });

  it('finds formulas and writes LaTeX', async () => {
    const reader = open({ entry: join(built.folder, 'python.cjs'), timeLimit: 30_000 });
    const code = 'import torch.nn.functional as F\n\ndef loss(model, x, t, noise):\n    return F.mse_loss(model(x, t), noise)\n';
    const findings = await reader.formulas({ key: 'a', text: code });
    expect(findings.map(({ formula, holder }) => [formula, holder?.name])).toEqual([['ddpm_eps_mse', 'loss']]);
    expect(await reader.formulas({ key: 'a', text: code, within: { start: 0, end: 3 } })).toEqual([]);
    expect(await reader.unread({ key: 'a' })).toEqual([]);
    expect(await reader.unread({ key: 'b' })).toEqual([]);
    const start = code.indexOf('model(x');
    expect(await reader.latex({ text: code, start, end: start + 11 })).toMatchObject({
      start,
      end: start + 11,
      variables: [{ code: 'model' }, { code: 'x' }, { code: 't' }],
    });
  });

  it('that hangs on a text is ended: what was asked behind it is asked of another', async () => {
    const reader = open({ entry: await odd(`if (params.text === 'hang') for (;;); answer();`), timeLimit: 500 });
    const first = await reader.outline({ text });
    const hanging = reader.outline({ text: 'hang' });
    const behind = reader.outline({ text });
    await expect(hanging).rejects.toMatchObject({ code: 'unresponsive', message: expect.stringContaining('0.5 s') as unknown });
    const second = await behind;
    expect(second).not.toEqual(first);
    expect(await reader.outline({ text })).toEqual(second);
  });

  it('that dies says of what, and the next call has another', async () => {
    const reader = open({ entry: await odd(`if (params.text === 'die') throw new Error('the ceiling fell'); answer();`) });
    const first = await reader.outline({ text });
    await expect(reader.outline({ text: 'die' })).rejects.toMatchObject({ code: 'closed', message: /reads Python.*the ceiling fell/ });
    expect(await reader.outline({ text })).not.toEqual(first);
  });

  it('that takes too much memory ends alone', async () => {
    const reader = open({
      entry: await odd(`if (params.text === 'fill') for (const all = []; ; ) all.push(new Array(1e5).fill(0.5)); answer();`),
      timeLimit: 60_000,
    });
    await expect(reader.outline({ text: 'fill' })).rejects.toMatchObject({ code: 'closed', message: /memory/ });
    expect(await reader.outline({ text })).toEqual(expect.any(Number));
  });

  it('cannot start: says why at each call', async () => {
    const reader = open({ entry: await odd('answer();', `require('./nowhere.cjs');`) });
    for (let time = 0; time < 2; time++)
      await expect(reader.outline({ text })).rejects.toMatchObject({ code: 'closed', message: /nowhere\.cjs/ });
    await expect(open({ entry: join(folder, 'none.cjs') }).outline({ text })).rejects.toMatchObject({
      code: 'closed',
      message: /none\.cjs/,
    });
  });

  it('finds its grammar missing: says which file', async () => {
    const alone = await mkdtemp(join(folder, 'alone-'));
    await copyFile(join(built.folder, 'python.cjs'), join(alone, 'python.cjs'));
    await expect(open({ entry: join(alone, 'python.cjs') }).outline({ text })).rejects.toThrow(/tree-sitter.*\.wasm/);
  });

  it('ends when nothing was asked of it for a while, not while something is', async () => {
    const reader = open({ entry: await odd(`params.text === 'slow' ? setTimeout(answer, 200) : answer();`), idle: 50 });
    const first = await reader.outline({ text });
    const slow = await reader.outline({ text: 'slow' });
    expect(slow).toEqual(first);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await reader.outline({ text })).not.toEqual(first);
  });

  it('is not started again once its owner has closed it', async () => {
    const reader = open({ entry: await odd(`if (params.text !== 'never') answer();`) });
    const pending = reader.outline({ text: 'never' });
    reader.dispose();
    await expect(pending).rejects.toMatchObject({ code: 'closed' });
    await expect(reader.outline({ text })).rejects.toMatchObject({ code: 'closed' });
  });
});
