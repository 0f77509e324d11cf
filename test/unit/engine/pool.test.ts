import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EngineClient } from '../../../src/engine/client.ts';
import { EnginePool, type PoolOptions } from '../../../src/engine/pool.ts';
import { defaultDecoding, type GeneratedToken, type GenerationRequest } from '../../../src/protocol/generation.ts';
import type { EngineSettings, ModelSource, RowRequest } from '../../../src/protocol/inference.ts';
import type { CallOptions, Progress } from '../../../src/protocol/rpc.ts';
import { bundle } from './support/bundles.ts';
import { slowModel } from './support/tinyModels.ts';

const settings: EngineSettings = { provider: 'cpu', threads: 1, memoryLimit: 2 ** 30 };
const gibibyte = 2 ** 30;

let built: Awaited<ReturnType<typeof bundle>>;
let folder: string;
let model: string;
const pools: EnginePool[] = [];

beforeAll(async () => {
  built = await bundle('pool', {
    inference: 'test/unit/engine/support/fakeInference.ts',
    worker: 'src/engine/worker/main.ts',
    owner: 'test/unit/engine/support/orphaning.ts',
  });
  folder = await mkdtemp(join(tmpdir(), 'genlens-pool-'));
  model = join(folder, 'slow.onnx');
  await writeFile(model, slowModel(400));
});
afterEach(() => pools.splice(0).forEach((pool) => pool.dispose()));
afterAll(async () => {
  await built.remove();
  await rm(folder, { recursive: true });
});

function newPool(options: Partial<PoolOptions> = {}): EnginePool {
  const pool = new EnginePool({ entry: join(built.folder, 'inference.cjs'), log: () => undefined, ...options });
  pools.push(pool);
  return pool;
}

const sourceOf = (name: string): ModelSource => ({ id: name, name, path: model });
const acquire = (pool: EnginePool, name = 'm'): EngineClient => pool.acquire(sourceOf(name), settings);

/** A call that can be cancelled, and the process that reports to be `doing` it. */
function begun<T>(call: (options: CallOptions) => Promise<T>, doing: 'loading' | 'running' = 'running') {
  const abort = new AbortController();
  let tell!: (pid: number) => void;
  const pid = new Promise<number>((resolve) => (tell = resolve));
  const promise = call({
    signal: abort.signal,
    onProgress: ({ message }) => {
      const [, what, where] = /^(\w+) in (\d+)/.exec(message) ?? [];
      if (what === doing) tell(Number(where));
    },
  });
  promise.catch(() => undefined);
  return { promise, pid, abort };
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const gone = (pid: number) => vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 20_000, interval: 20 });
const textOf = async (client: EngineClient, runId: string, row: Partial<RowRequest> = {}) =>
  String.fromCharCode(...(await client.row({ runId, map: { kind: 'head', site: 0, head: 0 }, query: 0, ...row })));

describe('a process a model', () => {
  it('starts on first use, loads once for all, and is the same for the same model and settings', async () => {
    const pool = newPool();
    const client = acquire(pool);
    expect(pool.running).toEqual([]);
    const [first, second, run] = await Promise.all([client.load(), acquire(pool).load(), client.attention({ text: 'hello' })]);
    expect([first.parameters, second.parameters]).toEqual([1, 1]);
    expect(run.runMs).toBe(first.loadMs);
    expect(pool.running).toMatchObject([{ model: 'm', pid: first.loadMs }]);
    expect(first.loadMs).not.toBe(process.pid);
    expect(await textOf(client, run.runId)).toBe('hello');
    expect(acquire(pool, 'other')).not.toBe(client);
    expect(pool.acquire(sourceOf('m'), { ...settings, threads: 2 })).not.toBe(client);
  });

  it('passes errors of the service through and keeps the process', async () => {
    const client = acquire(newPool());
    const { loadMs } = await client.load();
    await expect(client.attention({ text: 'refuse' })).rejects.toMatchObject({
      code: 'too-long',
      message: expect.stringContaining('9 tokens') as unknown,
    });
    expect((await client.load()).loadMs).toBe(loadMs);
  });

  it('reports progress of a shared load to everyone who waits', async () => {
    const client = acquire(newPool());
    const seen: Progress[][] = [[], []];
    await Promise.all(seen.map((list) => client.load({ onProgress: (progress) => list.push(progress) })));
    expect(seen[0]).toMatchObject([{ message: expect.stringContaining('loading') as unknown, fraction: 0.5 }]);
    expect(seen[1]).toEqual(seen[0]);
  });

  it('tries a failed load anew, in a fresh process', async () => {
    const pool = newPool();
    const late = join(folder, 'late.onnx');
    const client = pool.acquire({ id: 'late', name: 'late', path: late }, settings);
    await expect(client.load()).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining(late) as unknown });
    expect(pool.running).toEqual([]);
    await writeFile(late, slowModel(1));
    expect((await client.load()).inputs).toMatchObject([{ name: 'x' }]);
  });
});

describe('a process that ends', () => {
  it('killed in mid-run: says so, and the next request works in a fresh process', async () => {
    const pool = newPool();
    const client = acquire(pool);
    const exits: string[] = [];
    client.onExit((reason) => exits.push(reason));
    const { promise, pid } = begun((options) => client.attention({ text: 'slow' }, options));
    const killed = await pid;
    process.kill(killed, 'SIGKILL');
    await expect(promise).rejects.toMatchObject({ code: 'out-of-memory', message: expect.stringMatching(/SIGKILL.*memory/) as unknown });
    expect(exits).toEqual([expect.stringContaining('SIGKILL')]);
    const run = await client.attention({ text: 'again' });
    expect(run.runMs).not.toBe(killed);
    expect(await textOf(client, run.runId)).toBe('again');
  });

  it.each([
    ['exit', 'crashed', /exit code 3/],
    ['abort', 'out-of-memory', /SIGABRT|134/],
    ['no memory', 'out-of-memory', /ran out of memory \(exit code 1\)/],
    ['throw', 'crashed', /nobody caught this/],
  ])('by "%s": rejects what was pending with words', async (text, code, words) => {
    const pool = newPool();
    const client = acquire(pool);
    const pending = [client.attention({ text }), client.attention({ text: 'wait' })];
    for (const call of pending) await expect(call).rejects.toMatchObject({ code, message: expect.stringMatching(words) as unknown });
    expect((await client.attention({ text: 'fine' })).keptBytes).toBe(4);
  });

  it('while loading: rejects every waiter', async () => {
    const client = acquire(newPool(), 'dies');
    for (const call of [client.load(), client.load(), client.attention({ text: '' })])
      await expect(call).rejects.toMatchObject({ code: 'crashed', message: expect.stringContaining('exit code 9') as unknown });
  });

  it('cannot be started: says what was wrong', async () => {
    const client = acquire(newPool({ execPath: '/nowhere/node' }));
    await expect(client.load()).rejects.toMatchObject({ code: 'crashed', message: expect.stringContaining('/nowhere/node') as unknown });
  });

  it('has its runs made again under the same id, and says why', async () => {
    const client = acquire(newPool());
    const [one, two] = [await client.attention({ text: 'one' }), await client.attention({ text: 'two' })];
    const again: { runId: string; reason: string }[] = [];
    client.onRerunning((event) => again.push(event));
    process.kill(one.runMs, 'SIGKILL');
    await gone(one.runMs);
    // Asked for in the other order: the new process gives them each other's old ids.
    expect(await Promise.all([textOf(client, two.runId), textOf(client, two.runId)])).toEqual(['two', 'two']);
    expect(await textOf(client, one.runId)).toBe('one');
    expect(again.map(({ runId }) => runId)).toEqual([two.runId, one.runId]);
    expect(again[0]!.reason).toContain('SIGKILL');
  });

  it('has both runs of a comparison made again, whichever was lost, under the same ids', async () => {
    const client = acquire(newPool());
    const [a, b] = [await client.attention({ text: 'one' }), await client.attention({ text: 'two' })];
    const reasons: string[] = [];
    client.onRerunning(({ runId, reason }) => reasons.push(`${runId === a.runId ? 'a' : 'b'}: ${reason}`));
    const map = { kind: 'head', site: 0, head: 0 } as const;
    const compared = async (query: number): Promise<string[]> => {
      const row = await client.comparedRow({ a: { runId: a.runId, map }, b: { runId: b.runId, map }, query });
      return [row.a, row.b].map((codes) => String.fromCharCode(...codes));
    };
    expect(await compared(-1)).toEqual(['one', 'two']);
    expect(reasons).toEqual([]);
    // The second was freed behind the client's back.
    expect(await compared(0)).toEqual(['one', 'two']);
    expect(reasons).toEqual(['a: The result was freed to make room.', 'b: The result was freed to make room.']);
    process.kill(client.process!.pid!, 'SIGKILL');
    await vi.waitFor(() => expect(client.process).toBeUndefined());
    expect(await compared(0)).toEqual(['one', 'two']);
    expect(reasons.slice(2).map((reason) => reason.slice(0, 2))).toEqual(['a:', 'b:']);
    await expect(compared(-2)).rejects.toMatchObject({ code: 'memory', message: expect.stringContaining('two texts') as unknown });
    await client.release({ runId: b.runId });
    await expect(compared(0)).rejects.toMatchObject({ code: 'unknown-run' });
  });

  it('has runs made again that the service freed', async () => {
    const client = acquire(newPool());
    const { runId } = await client.attention({ text: 'freed' });
    await textOf(client, runId, { query: -1 });
    const again = vi.fn();
    client.onRerunning(again);
    expect(await textOf(client, runId)).toBe('freed');
    expect(again).toHaveBeenCalledWith({ runId, reason: expect.stringContaining('freed') as unknown });
  });

  it.each([
    ['the model', 'FAKE_SHA256', 'slow.onnx'],
    ['weights that it keeps outside', 'FAKE_STAMP', '/models/weights.data'],
  ])('does not make a run again when a file has changed: %s', async (_, variable, named) => {
    const env: Record<string, string> = { [variable]: 'before' };
    const client = newPool({ env }).acquire(sourceOf('changing'), settings);
    const { runId, runMs } = await client.attention({ text: 'old' });
    env[variable] = 'after';
    process.kill(runMs, 'SIGKILL');
    await gone(runMs);
    await expect(textOf(client, runId)).rejects.toMatchObject({
      code: 'model-changed',
      message: expect.stringContaining(named) as unknown,
    });
    const { runId: anew } = await client.attention({ text: 'new' });
    expect(await textOf(client, anew)).toBe('new');
  });

  it('lets go of results whose process has ended', async () => {
    const pool = newPool();
    const client = acquire(pool);
    const { runId, runMs } = await client.attention({ text: 'x' });
    process.kill(runMs, 'SIGKILL');
    await gone(runMs);
    await client.release({ runId });
    await client.release({ runId: 'never was' });
    expect(pool.running).toEqual([]);
    await expect(textOf(client, runId)).rejects.toMatchObject({ code: 'unknown-run' });
  });

  it('does not make again what was released or never was', async () => {
    const client = acquire(newPool());
    const { runId } = await client.attention({ text: 'x' });
    await client.release({ runId });
    for (const unknown of [runId, 'forged', '1']) await expect(textOf(client, unknown)).rejects.toMatchObject({ code: 'unknown-run' });
  });

  it('hangs: is ended when its main thread does not answer', async () => {
    const client = acquire(newPool({ pingInterval: 100, pingsMissed: 60 }));
    await expect(client.attention({ text: 'hang' })).rejects.toMatchObject({
      code: 'unresponsive',
      message: expect.stringContaining('did not answer for 6 s') as unknown,
    });
    expect((await client.attention({ text: 'fine' })).keptBytes).toBe(4);
  });

  it('is not ended while a long run leaves its main thread free; who waits is told', async () => {
    const client = acquire(newPool({ stallSeconds: 0.2 }));
    const told = new Promise<string>((resolve) => {
      const onProgress = ({ message }: Progress) => {
        if (message.includes('Cancel')) resolve(message);
      };
      client.attention({ text: 'slow' }, { onProgress }).catch(() => undefined);
    });
    expect(await told).toMatch(/No sign of progress/);
    await client.process!.measure();
    expect(client.process?.end).toBeUndefined();
    expect(client.busy).toBe(true);
  });
});

describe('cancelling', () => {
  it('ends the process in mid-run at once', async () => {
    const pool = newPool();
    const client = acquire(pool);
    const exits = vi.fn();
    client.onExit(exits);
    const { promise, pid, abort } = begun((options) => client.attention({ text: 'slow' }, options));
    const ended = await pid;
    abort.abort();
    await expect(promise).rejects.toMatchObject({ code: 'cancelled' });
    await gone(ended);
    expect(exits).not.toHaveBeenCalled();
    expect(await client.attention({ text: 'next' })).toMatchObject({ keptBytes: 4 });
  });

  it('ends the process during the load', async () => {
    const pool = newPool();
    const client = acquire(pool, 'never loads');
    const { promise, pid, abort } = begun((options) => client.load(options), 'loading');
    const ended = await pid;
    abort.abort();
    await expect(promise).rejects.toMatchObject({ code: 'cancelled' });
    await gone(ended);
    expect(pool.running).toEqual([]);
  });

  it('of one who waits for a load leaves it to the others', async () => {
    const client = acquire(newPool());
    const abort = new AbortController();
    const given = client.load({ signal: abort.signal });
    const other = client.load();
    const pid = client.process!.pid;
    abort.abort();
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    expect((await other).loadMs).toBe(pid);
  });

  it('of a run repeats what else the process was doing, and earlier runs when asked for', async () => {
    const client = acquire(newPool());
    const earlier = await client.attention({ text: 'earlier' });
    const cancelled = begun((options) => client.attention({ text: 'wait' }, options));
    await cancelled.pid;
    const innocent = begun((options) => client.attention({ text: 'slow' }, options));
    const first = await innocent.pid;
    cancelled.abort.abort();
    await expect(cancelled.promise).rejects.toMatchObject({ code: 'cancelled' });
    await gone(first);
    await vi.waitFor(() => expect(client.process?.pid).not.toBe(first));
    innocent.abort.abort();
    await expect(innocent.promise).rejects.toMatchObject({ code: 'cancelled' });
    expect(await textOf(client, earlier.runId)).toBe('earlier');
  });

  it('of a tile does not cost the process', async () => {
    const client = acquire(newPool());
    const { runId, runMs } = await client.attention({ text: 'kept' });
    const abort = new AbortController();
    const drawn = client.tile(
      { runId, map: { kind: 'head', site: 0, head: 0 }, queryStart: 0, queryEnd: 1, keyStart: 0, keyEnd: 1, rows: 1, columns: 1 },
      { signal: abort.signal, onProgress: () => abort.abort() },
    );
    await expect(drawn).rejects.toMatchObject({ code: 'cancelled' });
    expect(isAlive(runMs)).toBe(true);
    expect(await textOf(client, runId)).toBe('kept');
    expect(client.process?.pid).toBe(runMs);
  });

  it('of a read alone leaves the run that is made again for it', async () => {
    const client = acquire(newPool());
    const { runId, runMs } = await client.attention({ text: 'kept' });
    process.kill(runMs, 'SIGKILL');
    await gone(runMs);
    const drop = new AbortController();
    client.onRerunning(() => drop.abort());
    await expect(client.row({ runId, map: { kind: 'head', site: 0, head: 0 }, query: 0 }, { drop: drop.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const again = client.process?.pid;
    expect(again).toBeDefined();
    expect(await textOf(client, runId)).toBe('kept');
    expect(client.process?.pid).toBe(again);
  });
});

describe('limits', () => {
  it('ends the process used longest ago when together they hold too much, and brings its runs back when asked', async () => {
    const pool = newPool({ poolMemory: 1 });
    const [a, b] = [acquire(pool, 'a'), acquire(pool, 'b')];
    const run = await a.attention({ text: 'from a' });
    await b.load();
    await gone(run.runMs);
    expect(pool.running.map(({ model }) => model)).toEqual(['b']);
    const again = vi.fn();
    a.onRerunning(again);
    expect(await textOf(a, run.runId)).toBe('from a');
    expect(again).toHaveBeenCalledWith({ runId: run.runId, reason: expect.stringContaining('room') as unknown });
    await vi.waitFor(() => expect(pool.running.map(({ model }) => model)).toEqual(['a']));
  });

  it('keeps processes that fit, and those at work', async () => {
    const pool = newPool({ poolMemory: 16 * gibibyte });
    const [a, b] = [acquire(pool, 'a'), acquire(pool, 'b')];
    const working = begun((options) => a.attention({ text: 'slow' }, options));
    const pid = await working.pid;
    await b.load();
    await vi.waitFor(() => expect(pool.running.every(({ residentBytes }) => residentBytes > 2 ** 24)).toBe(true));
    expect(pool.running).toHaveLength(2);
    pool.configure({ poolMemory: 1 });
    await b.load();
    await b.process!.measure();
    expect(isAlive(pid)).toBe(true);
    expect(pool.running.find(({ model }) => model === 'a')).toMatchObject({ busy: true });
  });

  it('ends a process that was not used for a while', async () => {
    const pool = newPool({ idleMinutes: 0.02 });
    const client = acquire(pool);
    const { loadMs } = await client.load();
    await gone(loadMs);
    expect(pool.running).toEqual([]);
    expect((await client.load()).loadMs).not.toBe(loadMs);
  });

  it('disposed: ends every process and refuses what comes after', async () => {
    const pool = newPool();
    const client = acquire(pool);
    const { promise, pid } = begun((options) => client.attention({ text: 'slow' }, options));
    const ended = await pid;
    pool.dispose();
    await expect(promise).rejects.toMatchObject({ code: 'closed' });
    await gone(ended);
    await expect(client.load()).rejects.toMatchObject({ code: 'closed' });
    expect(() => acquire(pool)).toThrow('closed');
  });
});

describe('changed settings', () => {
  const changed = { ...settings, threads: 2 };

  it('end the process of the old ones at once when nothing is under way, and its runs can still be read', async () => {
    const pool = newPool();
    const client = acquire(pool);
    const run = await client.attention({ text: 'before' });
    const other = await acquire(pool, 'other').load();
    const now = pool.acquire(sourceOf('m'), changed);
    await gone(run.runMs);
    expect(isAlive(other.loadMs)).toBe(true);
    await now.load();
    const again = vi.fn();
    client.onRerunning(again);
    expect(await textOf(client, run.runId)).toBe('before');
    expect(again).toHaveBeenCalledWith({ runId: run.runId, reason: expect.stringContaining('settings') as unknown });
    // Who goes on reading does not wait for a new process each time.
    const { pid } = client.process!;
    expect(await textOf(client, run.runId)).toBe('before');
    expect(client.process!.pid).toBe(pid);
    expect(pool.running).toHaveLength(3);
    expect(acquire(pool)).toBe(client);
  });

  it('let the old process finish the last of what is under way', async () => {
    const pool = newPool();
    const client = acquire(pool);
    const { runId, runMs } = await client.attention({ text: 'kept' });
    const drop = new AbortController();
    const area = { queryStart: 0, queryEnd: 1, keyStart: 0, keyEnd: 1, rows: 1, columns: 1 };
    let begin!: () => void;
    const drawing = new Promise<void>((resolve) => (begin = resolve));
    const tile = client.tile({ runId, map: { kind: 'head', site: 0, head: 0 }, ...area }, { drop: drop.signal, onProgress: begin });
    await drawing;
    await pool.acquire(sourceOf('m'), changed).load();
    expect(await textOf(client, runId)).toBe('kept');
    expect(isAlive(runMs)).toBe(true);
    drop.abort();
    await expect(tile).rejects.toMatchObject({ code: 'cancelled' });
    await gone(runMs);
    expect(pool.running.map(({ pid }) => pid)).not.toContain(runMs);
  });

  it('gather no clients that nobody needs; who has kept one can go on with it', async () => {
    const pool = newPool();
    const old = acquire(pool);
    const { runId } = await old.attention({ text: 'x' });
    pool.acquire(sourceOf('m'), changed);
    await old.release({ runId });
    pool.acquire(sourceOf('m'), changed);
    expect(acquire(pool)).not.toBe(old);
    const { loadMs } = await old.load();
    expect(pool.running.map(({ pid }) => pid)).toEqual([loadMs]);
    pool.dispose();
    await gone(loadMs);
    await expect(old.load()).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('a continuation', () => {
  const request = (prompt: string, maxTokens: number): GenerationRequest => ({
    prompt,
    continuation: [],
    settings: { ...defaultDecoding, maxTokens },
  });

  it('leaves what was drawn with its caller where the process ends in the middle, and says so', async () => {
    const client = acquire(newPool());
    const told: number[] = [];
    const ended = client.generate(request('exit', 3), { onItem: (tokens) => told.push(...tokens.map(({ id }) => id)) });
    await expect(ended).rejects.toMatchObject({
      code: 'crashed',
      message: expect.stringMatching(/exit code 3.*3 tokens that were drawn before stay/) as string,
    });
    expect(told).toEqual([0, 1, 2]);
    const before = client.generate(request('exit', 0));
    await expect(before).rejects.toMatchObject({ code: 'crashed', message: expect.not.stringContaining('drawn before') as string });
    await expect(client.generate(request('', 1))).rejects.toMatchObject({ code: 'no-logits', message: 'A stand-in gives no logits.' });
  });

  it('is cancelled without its process', async () => {
    const client = acquire(newPool());
    const { loadMs } = await client.load();
    const abort = new AbortController();
    const told: number[] = [];
    const onItem = ([token]: readonly GeneratedToken[]): void => {
      told.push(token!.id);
      if (told.length === 2) abort.abort();
    };
    await expect(client.generate(request('wait', 2), { signal: abort.signal, onItem })).rejects.toMatchObject({ code: 'cancelled' });
    expect((await client.load()).loadMs).toBe(loadMs);
  });

  it('is drawn again where its process was ended for another, and tells each token once', async () => {
    const client = acquire(newPool());
    const pids = new Set<string>();
    const told: number[] = [];
    const other = begun((options) => client.attention({ text: 'wait' }, options));
    await other.pid;
    let waiting = 0;
    const ended = client.generate(request('wait', 3), {
      onItem: ([token]) => {
        told.push(token!.id);
        pids.add(token!.text);
      },
      onProgress: ({ message }) => {
        if (message !== 'waiting') return;
        if (++waiting === 1) other.abort.abort();
        else client.end('Enough.');
      },
      signal: AbortSignal.timeout(3000),
    });
    ended.catch(() => undefined);
    await vi.waitFor(() => expect(waiting).toBeGreaterThan(1), { timeout: 20_000 });
    expect(told).toEqual([0, 1, 2]);
    expect(pids.size).toBe(1);
    await expect(ended).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('an owner that dies', () => {
  it('takes the inference process with it, even in mid-run', async () => {
    const owner = spawn(process.execPath, [join(built.folder, 'owner.cjs'), model], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => {
      owner.stdout.setEncoding('utf8').on('data', (text: string) => {
        const running = /running in (\d+)/.exec(text);
        if (running) resolve(Number(running[1]));
      });
    });
    expect(isAlive(pid)).toBe(true);
    owner.kill('SIGKILL');
    await gone(pid);
  });
});
