import fc from 'fast-check';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { transferring } from '../../../src/protocol/messages.ts';
import { connect, duplex, serve } from '../../../src/protocol/peer.ts';
import { RpcError, type CallContext, type Channel, type Handlers, type Progress, type Streamed } from '../../../src/protocol/rpc.ts';

interface Calculator {
  add(params: { a: number; b: number }): number;
  fail(params: { code?: string }): never;
  wait(params: { key: string }): string;
  bytes(params: { values: Float32Array }): Float32Array;
  count(params: { to: number; then?: 'fail' | 'give a function' }): Streamed<{ at: number }, string>;
}

/** Two ends of a line that clones like the real ones and can be cut, jammed or fed by hand. */
class Line {
  readonly left = new End();
  readonly right = new End();
  constructor() {
    this.left.other = this.right;
    this.right.other = this.left;
  }
}

class End implements Channel {
  other!: End;
  readonly sent: unknown[] = [];
  jam: (() => void | Promise<void>) | undefined;
  private readonly listeners = new Set<(message: unknown) => void>();
  private readonly closers = new Set<(reason: string) => void>();
  send(message: unknown, transfer: readonly ArrayBuffer[] = []): void | Promise<void> {
    if (this.jam) return this.jam();
    const copy: unknown = structuredClone(message, { transfer: [...transfer] });
    this.sent.push(copy);
    queueMicrotask(() => this.other.receive(copy));
  }
  receive(message: unknown): void {
    for (const listener of this.listeners) listener(message);
  }
  close(reason: string): void {
    for (const closer of this.closers) closer(reason);
  }
  onMessage(listener: (message: unknown) => void) {
    this.listeners.add(listener);
    return { dispose: () => void this.listeners.delete(listener) };
  }
  onClose(listener: (reason: string) => void) {
    this.closers.add(listener);
    return { dispose: () => void this.closers.delete(listener) };
  }
}

/** A server whose `wait` is answered by the test. */
function setUp() {
  const line = new Line();
  const waits = new Map<string, { resolve: (text: string) => void; context: CallContext }>();
  const handlers: Handlers<Calculator> = {
    add: ({ a, b }) => a + b,
    fail: ({ code }) => {
      if (code !== undefined) throw new RpcError(code, 'as asked');
      throw new TypeError('plain failure');
    },
    wait: ({ key }, context) => new Promise((resolve) => waits.set(key, { resolve, context })),
    bytes: ({ values }) => values.map((value) => value * 2),
    count: async ({ to, then }, context) => {
      for (let at = 0; at < to; at++) {
        context.item({ at });
        if (at % 2 === 1) await settled();
      }
      if (then === 'fail') throw new RpcError('tired', 'as asked');
      if (then === 'give a function') context.item({ at: (() => 0) as unknown as number });
      return `${to} counted`;
    },
  };
  const server = serve<Calculator>(line.right, handlers);
  const client = connect<Calculator>(line.left);
  return { line, waits, server, client };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof RpcError ? error.code : String(error)),
  );

describe('calls', () => {
  it('answers concurrent calls in any order', async () => {
    const { client, waits } = setUp();
    const order: string[] = [];
    const calls = ['a', 'b', 'c'].map((key) => client.wait({ key }).then((text) => order.push(text)));
    await settled();
    for (const key of ['c', 'a', 'b']) waits.get(key)!.resolve(key.toUpperCase());
    await Promise.all(calls);
    expect(order).toEqual(['C', 'A', 'B']);
  });

  it('gives each caller its own answer whatever the order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...Array(12).keys()], { minLength: 12 }), async (order) => {
        const { client, waits } = setUp();
        const calls = order.map((key) => client.wait({ key: `${key}` }));
        await settled();
        for (const key of order.toSorted((a, b) => a - b)) waits.get(`${key}`)!.resolve(`answer ${key}`);
        expect(await Promise.all(calls)).toEqual(order.map((key) => `answer ${key}`));
      }),
      { numRuns: 20 },
    );
  });

  it('carries errors by code and message and never a stack', async () => {
    const { client, line } = setUp();
    await expect(client.fail({ code: 'too-long' })).rejects.toMatchObject({ name: 'RpcError', code: 'too-long', message: 'as asked' });
    await expect(client.fail({})).rejects.toMatchObject({ code: 'failed', message: 'plain failure' });
    expect(JSON.stringify(line.right.sent)).not.toContain('peer.test');
  });

  it('tells the server side of failures with their stack', async () => {
    const line = new Line();
    const onError = vi.fn();
    const handlers: Handlers<Pick<Calculator, 'fail'>> = {
      fail: () => {
        throw new TypeError('inner');
      },
    };
    serve(line.right, handlers, { onError });
    await codeOf(connect<Calculator>(line.left).fail({}));
    expect(onError).toHaveBeenCalledWith(
      'fail',
      expect.objectContaining({ message: 'inner', stack: expect.stringContaining('peer.test') as unknown }),
    );
  });

  it('is not thenable and survives being returned from an async function', async () => {
    const { client, line } = setUp();
    const returned = await (async () => client)();
    expect(await returned.add({ a: 1, b: 2 })).toBe(3);
    expect(line.left.sent).toHaveLength(1);
    expect(JSON.stringify({ client })).toBe('{"client":{}}');
  });

  it('reports progress while a call runs and not after', async () => {
    const { client, waits } = setUp();
    const seen: Progress[] = [];
    const call = client.wait({ key: 'a' }, { onProgress: (progress) => seen.push(progress) });
    await settled();
    const { context, resolve } = waits.get('a')!;
    context.progress({ message: 'half', fraction: 0.5 });
    context.progress({ message: 'too much', fraction: 7 });
    await settled();
    resolve('done');
    await call;
    context.progress({ message: 'late' });
    await settled();
    expect(seen).toEqual([
      { message: 'half', fraction: 0.5 },
      { message: 'too much', fraction: 1 },
    ]);
  });

  it('fails the call whose progress listener throws, and only that', async () => {
    const { client, waits } = setUp();
    const bad = client.wait(
      { key: 'bad' },
      {
        onProgress: () => {
          throw new Error('listener');
        },
      },
    );
    const good = client.wait({ key: 'good' });
    await settled();
    waits.get('bad')!.context.progress({ message: 'now' });
    await expect(bad).rejects.toThrow('listener');
    await settled();
    expect(waits.get('bad')!.context.signal.aborted).toBe(true);
    waits.get('good')!.resolve('fine');
    expect(await good).toBe('fine');
  });

  it('gives items in order, all of them before the result', async () => {
    const { client } = setUp();
    const seen: number[] = [];
    const result = await client.count({ to: 5 }, { onItem: ({ at }) => seen.push(at) });
    expect(result).toBe('5 counted');
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(await client.count({ to: 3 })).toBe('3 counted');
  });

  it('gives the items before an error, and fails where one cannot be sent', async () => {
    const { client } = setUp();
    const seen: number[] = [];
    const onItem = ({ at }: { at: number }): unknown => seen.push(at);
    expect(await codeOf(client.count({ to: 2, then: 'fail' }, { onItem }))).toBe('tired');
    expect(seen).toEqual([0, 1]);
    expect(await codeOf(client.count({ to: 2, then: 'give a function' }))).toBe('unsendable');
  });

  it('gives no items after it was cancelled, and fails the call whose item listener throws', async () => {
    const { client } = setUp();
    const seen: number[] = [];
    const abort = new AbortController();
    const onItem = ({ at }: { at: number }): void => {
      seen.push(at);
      if (at === 1) abort.abort();
    };
    expect(await codeOf(client.count({ to: 9 }, { onItem, signal: abort.signal }))).toBe('cancelled');
    await settled();
    expect(seen).toEqual([0, 1]);
    const failing = (): never => {
      throw new Error('listener');
    };
    await expect(client.count({ to: 9 }, { onItem: failing })).rejects.toThrow('listener');
  });
});

describe('cancelling', () => {
  it('rejects at once, aborts the handler and ignores its late answer', async () => {
    const { client, waits, line } = setUp();
    const abort = new AbortController();
    const call = client.wait({ key: 'a' }, { signal: abort.signal });
    await settled();
    abort.abort();
    expect(await codeOf(call)).toBe('cancelled');
    await settled();
    expect(waits.get('a')!.context.signal.aborted).toBe(true);
    waits.get('a')!.resolve('late');
    await settled();
    expect(line.right.sent).toEqual([]);
  });

  it('does not send what was cancelled before', async () => {
    const { client, line } = setUp();
    expect(await codeOf(client.add({ a: 1, b: 2 }, { signal: AbortSignal.abort() }))).toBe('cancelled');
    expect(line.left.sent).toEqual([]);
  });

  it('says nothing when the signal aborts after the answer', async () => {
    const { client, line } = setUp();
    const abort = new AbortController();
    await client.add({ a: 1, b: 2 }, { signal: abort.signal });
    abort.abort();
    expect(line.left.sent).toHaveLength(1);
  });
});

describe('broken lines', () => {
  it('rejects everything pending and everything later with the reason', async () => {
    const { client, line } = setUp();
    const calls = [client.wait({ key: 'a' }), client.wait({ key: 'b' })];
    line.left.close('The process was killed (SIGKILL).');
    for (const call of [...calls, client.add({ a: 1, b: 1 })])
      await expect(call).rejects.toMatchObject({ code: 'closed', message: 'The process was killed (SIGKILL).' });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('EPIPE');
      },
    ],
    ['rejects', () => Promise.reject(new Error('EPIPE'))],
  ])('rejects everything pending when a send %s', async (_how, jam) => {
    const { client, line } = setUp();
    const waiting = client.wait({ key: 'a' });
    line.left.jam = jam;
    const failed = client.add({ a: 1, b: 1 });
    for (const call of [waiting, failed])
      await expect(call).rejects.toMatchObject({ code: 'closed', message: expect.stringContaining('EPIPE') as unknown });
  });

  it('fails only the call whose parameters cannot be cloned', async () => {
    const { client, waits } = setUp();
    const waiting = client.wait({ key: 'a' });
    expect(await codeOf(client.add({ a: 1, b: (() => 1) as unknown as number }))).toBe('unsendable');
    waits.get('a')!.resolve('still here');
    expect(await waiting).toBe('still here');
  });

  it('answers with an error when a result cannot be cloned', async () => {
    const line = new Line();
    serve<{ get(params: object): unknown }>(line.right, { get: () => () => 1 });
    expect(await codeOf(connect<{ get(params: object): unknown }>(line.left).get({}))).toBe('unsendable');
  });

  it('aborts handlers when the line closes or the server is disposed', async () => {
    for (const end of ['close', 'dispose'] as const) {
      const { client, line, waits, server } = setUp();
      const call = codeOf(client.wait({ key: 'a' }));
      await settled();
      if (end === 'close') line.right.close('gone');
      else server.dispose();
      expect(waits.get('a')!.context.signal.aborted).toBe(true);
      client.dispose();
      expect(await call).toBe('closed');
    }
  });
});

describe('forged and malformed messages', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'nothing', ''])('does not call "%s"', async (method) => {
    const { line } = setUp();
    line.right.receive({ kind: 'call', id: 7, method, params: {} });
    await settled();
    expect(line.right.sent).toMatchObject([{ kind: 'error', id: 7, code: 'unknown-method' }]);
  });

  it('does not call what a handler object inherits or holds beside functions', async () => {
    class Service {
      count = 1;
      secret(): string {
        return 'leaked';
      }
    }
    const line = new Line();
    serve(line.right, new Service() as unknown as Handlers<object>);
    for (const method of ['secret', 'count']) line.right.receive({ kind: 'call', id: 1, method, params: {} });
    await settled();
    expect(line.right.sent).toMatchObject([{ code: 'unknown-method' }, { code: 'unknown-method' }]);
  });

  it('answers a call without a method name, drops a call without an id', async () => {
    const { line } = setUp();
    line.right.receive({ kind: 'call', id: 1, method: 7 });
    for (const id of [undefined, '1', 1.5, NaN, -1n, {}]) line.right.receive({ kind: 'call', id, method: 'add', params: { a: 1, b: 2 } });
    await settled();
    expect(line.right.sent).toMatchObject([{ kind: 'error', id: 1, code: 'malformed' }]);
  });

  it('does not let a forged id take over a running call', async () => {
    const { client, line, waits } = setUp();
    const call = client.wait({ key: 'a' });
    await settled();
    line.right.receive({ kind: 'call', id: 1, method: 'add', params: { a: 1, b: 2 } });
    await settled();
    waits.get('a')!.resolve('mine');
    expect(await call).toBe('mine');
  });

  it('ignores answers to ids that are not pending', async () => {
    const { client, line } = setUp();
    for (const kind of ['result', 'error', 'progress', 'item'])
      line.left.receive({ kind, id: 99, value: 1, code: 'x', message: 'y', progress: { message: '' } });
    expect(await client.add({ a: 2, b: 3 })).toBe(5);
  });

  it('turns a misshapen error into an error', async () => {
    const { client, line } = setUp();
    const call = client.wait({ key: 'a' });
    line.left.receive({ kind: 'error', id: 1, code: {}, message: 3 });
    await expect(call).rejects.toMatchObject({ code: 'failed', message: expect.any(String) as unknown });
  });

  it('stays alive under any message, and still answers', async () => {
    const kinds = fc.constantFrom('call', 'cancel', 'result', 'error', 'progress', 'item', '__proto__', 'constructor');
    const shaped = fc.record(
      {
        kind: fc.oneof(kinds, fc.anything()),
        id: fc.oneof(fc.integer({ min: 50, max: 60 }), fc.anything()),
        method: fc.oneof(fc.constantFrom('add', 'fail', 'wait', 'bytes', 'toString', '__proto__'), fc.anything()),
        params: fc.anything(),
        value: fc.anything(),
        progress: fc.anything(),
        code: fc.anything(),
        message: fc.anything(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(shaped, fc.anything()), { maxLength: 20 }), async (messages) => {
        const { client, line } = setUp();
        for (const message of messages) {
          line.right.receive(message);
          line.left.receive(message);
        }
        await settled();
        expect(await client.add({ a: 20, b: 22 })).toBe(42);
      }),
      { numRuns: 200 },
    );
  });
});

describe('binary data', () => {
  it('posts only what a view shows of its buffer', async () => {
    const { client, line } = setUp();
    const whole = new Float32Array(1000).fill(3);
    const part = whole.subarray(10, 14);
    expect(await client.bytes({ values: part })).toEqual(new Float32Array([6, 6, 6, 6]));
    const sent = line.left.sent[0] as { params: { values: Float32Array } };
    expect(sent.params.values.buffer.byteLength).toBe(16);
    expect(part.buffer.byteLength).toBe(4000);
  });

  it('hands marked buffers over instead of copying', async () => {
    const { client } = setUp();
    const values = new Float32Array([1, 2]);
    expect(await client.bytes(transferring({ values }, [values.buffer]))).toEqual(new Float32Array([2, 4]));
    expect(values).toHaveLength(0);
  });
});

describe('duplex', () => {
  const ports: MessageChannel[] = [];
  afterEach(() => ports.splice(0).forEach(({ port1 }) => port1.close()));

  interface Named {
    name(params: object): string;
  }

  it('carries calls both ways over one real port, with ids of their own', async () => {
    const { portChannel } = await import('../../../src/protocol/channels.ts');
    const channel = new MessageChannel();
    ports.push(channel);
    const left = duplex<Named, Named>(portChannel(channel.port1), { name: () => 'left' });
    const right = duplex<Named, Named>(portChannel(channel.port2), { name: () => 'right' });
    expect(await Promise.all([left.name({}), right.name({}), left.name({})])).toEqual(['right', 'left', 'right']);
    const waiting = codeOf(left.name({}));
    left.dispose();
    expect(await waiting).toBe('closed');
    expect(await codeOf(left.name({}))).toBe('closed');
  });
});
