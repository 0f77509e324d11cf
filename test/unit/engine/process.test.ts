import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { portChannel } from '../../../src/protocol/channels.ts';
import { askedEnd, describeExit, type ExitFacts, type ProcessEnd } from '../../../src/engine/exit.ts';
import { InferenceProcess } from '../../../src/engine/process.ts';
import { SharedTask } from '../../../src/engine/sharedTask.ts';
import type { InferenceService } from '../../../src/protocol/inference.ts';
import type { Progress } from '../../../src/protocol/rpc.ts';

const ping = { pingInterval: 60_000, pingsMissed: 6 };

describe('the end of a process, in words', () => {
  const facts: ExitFacts = { code: null, signal: null, stderr: '', residentBytes: 0 };
  it.each<[Partial<ExitFacts>, ProcessEnd['code'], RegExp]>([
    [{ signal: 'SIGKILL', residentBytes: 3.26 * 2 ** 30 }, 'out-of-memory', /killed \(SIGKILL\).*memory.*3\.3 GiB/],
    [{ signal: 'SIGSEGV' }, 'crashed', /native code \(SIGSEGV\)/],
    [{ signal: 'SIGBUS' }, 'crashed', /native code \(SIGBUS\)/],
    [{ signal: 'SIGTERM' }, 'crashed', /ended from outside \(SIGTERM\)/],
    [{ signal: 'SIGABRT' }, 'out-of-memory', /aborted \(SIGABRT\)/],
    [{ code: 134 }, 'out-of-memory', /exit code 134/],
    [
      { code: 134, stderr: 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory' },
      'out-of-memory',
      /ran out of memory/,
    ],
    [{ code: 1, stderr: "terminate called after throwing 'std::bad_alloc'" }, 'out-of-memory', /ran out of memory \(exit code 1\)/],
    [{ code: 3 }, 'crashed', /by itself \(exit code 3\)/],
    [{ code: 1, stderr: 'first\nlast words\n' }, 'crashed', /It last wrote: last words/],
    [{ code: 70, failure: 'the ceiling fell' }, 'crashed', /failed: the ceiling fell/],
    [{ code: 70, failure: 'Array buffer allocation failed' }, 'out-of-memory', /ran out of memory/],
    [{ code: 0xc0000005 }, 'crashed', /0xc0000005, access violation/],
    [{ code: 0xc0000005 | 0 }, 'crashed', /0xc0000005, access violation/],
    [{ code: 0xc0000017 }, 'out-of-memory', /0xc0000017, no memory/],
  ])('%j', (given, code, words) => {
    const end = describeExit({ ...facts, ...given });
    expect(end).toMatchObject({ code, message: expect.stringMatching(words) as unknown });
    expect(end.message.startsWith(`${end.cause} `)).toBe(true);
    expect(end.message).toMatch(/next request starts a new process/);
    expect(end.cause).not.toMatch(/next request/);
  });
});

describe('a process that is not what it should be', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'genlens-process-'))));
  afterAll(() => rm(folder, { recursive: true }));

  async function start(script: string) {
    const entry = join(folder, `${crypto.randomUUID()}.cjs`);
    await writeFile(entry, script);
    const log: string[] = [];
    const process = new InferenceProcess<InferenceService>({ family: 'transformer', entry, log: (line) => log.push(line), ...ping });
    const ended = new Promise<ProcessEnd>((resolve) => process.onEnd(resolve));
    return { process, ended, log };
  }

  it('cannot harm its owner by what it sends', async () => {
    const { process, ended } = await start(`
      const messages = [null, 0, '', [], 'call', { kind: 'result', id: 1e9 }, { kind: 'error', id: 1, code: {}, message: [] },
        { kind: 'progress', id: 1, progress: 7 }, { kind: 'call', id: -1, method: '__proto__', params: null },
        { kind: 'call', id: 2, method: 'failed', params: null }, { kind: 'call', id: 3, method: 'failed', params: { message: 7 } },
        new Map([['kind', 'call']]), { kind: 'call', id: 4, method: { toString: 1 } }];
      process.once('message', async () => {
        for (const message of messages) await new Promise((done) => process.send(message, done));
        process.exit(5);
      });`);
    // The forged error with id 1 answers the first call there is.
    await expect(process.remote.release({ runId: '' })).rejects.toMatchObject({ code: 'failed' });
    expect(await ended).toMatchObject({ code: 'crashed', message: expect.stringContaining('exit code 5') as unknown });
  });

  it('does not start: its last words are in the message', async () => {
    const { process, ended } = await start(`require('./nowhere.cjs')`);
    await expect(process.measure()).rejects.toMatchObject({ code: 'closed' });
    expect((await ended).message).toMatch(/exit code 1.*Cannot find module '\.\/nowhere\.cjs'/);
  });

  it('has what it prints logged, line by line', async () => {
    const { ended, log } = await start(`console.log('one\\ntwo'); console.error('three'); process.exit(0)`);
    await ended;
    expect(log).toEqual(expect.arrayContaining(['one', 'two', 'three']));
  });

  it('is told to end more than once: only the first reason counts', async () => {
    const { process, ended } = await start(`setInterval(() => {}, 1000); process.on('message', () => {})`);
    const pending = process.measure();
    process.kill(askedEnd('first'));
    process.kill(askedEnd('second'));
    await expect(pending).rejects.toMatchObject({ code: 'closed' });
    expect(await ended).toMatchObject({ code: 'asked', message: 'first' });
    await expect(process.measure()).rejects.toMatchObject({ code: 'closed' });
  });

  it('does not inherit options that are for its owner', async () => {
    vi.stubEnv('NODE_OPTIONS', '--no-such-option');
    try {
      const { ended, log } = await start(`console.log('options ' + process.env.NODE_OPTIONS, process.env.ELECTRON_RUN_AS_NODE)`);
      await ended;
      expect(log).toContain('options undefined 1');
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('a port', () => {
  it('says that it was closed, also to who asks later', async () => {
    const { port1, port2 } = new MessageChannel();
    const channel = portChannel(port2);
    const early = new Promise((resolve) => channel.onClose(resolve));
    port1.close();
    expect(await early).toMatch(/closed/);
    expect(await new Promise((resolve) => channel.onClose(resolve))).toMatch(/closed/);
    const never = vi.fn();
    channel.onClose(never).dispose();
    await new Promise((resolve) => setImmediate(resolve));
    expect(never).not.toHaveBeenCalled();
  });
});

describe('shared work', () => {
  function share() {
    const abandon = vi.fn();
    let report!: (progress: Progress) => void;
    let finish!: (result: string) => void;
    const task = new SharedTask<string>((onProgress) => {
      report = onProgress;
      return new Promise((resolve) => (finish = resolve));
    }, abandon);
    return { task, finish, abandon, report };
  }

  it('is abandoned when the last who waits gives up, not before', async () => {
    const { task, abandon } = share();
    const [a, b] = [new AbortController(), new AbortController()];
    const waits = [a, b].map(({ signal }) => task.join({ signal }));
    for (const wait of waits) wait.catch(() => undefined);
    a.abort();
    await expect(waits[0]).rejects.toMatchObject({ code: 'cancelled' });
    expect(abandon).not.toHaveBeenCalled();
    b.abort();
    await expect(waits[1]).rejects.toMatchObject({ code: 'cancelled' });
    expect(abandon).toHaveBeenCalledOnce();
  });

  it('is not abandoned once done, nor by who never waited', async () => {
    const { task, finish, abandon } = share();
    await expect(task.join({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    const abort = new AbortController();
    const wait = task.join({ signal: abort.signal });
    finish('done');
    expect(await wait).toBe('done');
    abort.abort();
    expect(await task.join()).toBe('done');
    expect(abandon).not.toHaveBeenCalled();
  });

  it('tells who joins late the latest progress, and who left none', async () => {
    const { task, finish, report } = share();
    const [early, late] = [vi.fn(), vi.fn()];
    const abort = new AbortController();
    const left = task.join({ onProgress: early, signal: abort.signal });
    left.catch(() => undefined);
    report({ message: 'one' });
    const second = task.join({ onProgress: late });
    abort.abort();
    report({ message: 'two' });
    finish('');
    await second;
    expect(early.mock.calls).toEqual([[{ message: 'one' }]]);
    expect(late.mock.calls).toEqual([[{ message: 'one' }], [{ message: 'two' }]]);
  });
});
