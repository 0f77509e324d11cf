import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineClient } from '../../../../../src/engine/client.ts';
import type { Explanation } from '../../../../../src/features/attention/explanation.ts';
import type { ReadText } from '../../../../../src/features/attention/comparison/otherText.ts';
import type { ComparedText, OtherText } from '../../../../../src/protocol/attention.ts';
import type { AttentionRequest } from '../../../../../src/protocol/inference.ts';
import { RpcError, type CallOptions } from '../../../../../src/protocol/rpc.ts';

vi.mock('vscode', () => ({
  window: {
    createOutputChannel: () => ({ debug: () => undefined, error: () => undefined }),
    withProgress: () => Promise.resolve(),
  },
  ProgressLocation: {},
}));
const { Comparison } = await import('../../../../../src/features/attention/comparison/comparison.ts');

const head: ComparedText = { kind: 'head' };
const other: ComparedText = { kind: 'file', uri: 'file:///other.py' };

/** A model that runs what it is given when the test says so. */
function fakeClient() {
  const runs: { request: AttentionRequest; finish: () => void; fail: (error: unknown) => void; options: CallOptions }[] = [];
  const released: string[] = [];
  let rerunning: ((event: { runId: string; reason: string }) => void) | undefined;
  const client = {
    source: { name: 'tiny' },
    attention: (request: AttentionRequest, options: CallOptions) =>
      new Promise((resolve, reject) => {
        const runId = `run ${runs.length + 1}`;
        const finish = (): void => resolve({ runId, tokens: [], window: { start: 0, end: request.text?.length, totalTokens: 3 } });
        runs.push({ request, finish, fail: reject, options });
        options.signal?.addEventListener('abort', () => reject(new RpcError('cancelled', 'Cancelled.')));
      }),
    release: ({ runId }: { runId: string }) => Promise.resolve(void released.push(runId)),
    onRerunning: (listener: typeof rerunning) => {
      rerunning = listener;
      return { dispose: () => (rerunning = undefined) };
    },
  };
  return { client: client as unknown as EngineClient, runs, released, rerun: (runId: string) => rerunning?.({ runId, reason: 'Lost.' }) };
}

const explanation = (text: string): Explanation => ({ taken: { text }, result: { text, run: { runId: 'own' } } }) as unknown as Explanation;
const textOf = (text: string): ReadText => ({
  title: 'other.py',
  taken: { text, start: 0, focus: 0, cut: false },
  lines: { start: 0, total: 1 },
  unchanged: 'It is the same.',
});

describe('a comparison', () => {
  let engine: ReturnType<typeof fakeClient>;
  let told: OtherText[];
  let texts: Record<string, ReadText | Error>;
  let shown: { shown: Explanation; client: EngineClient; read: ReturnType<typeof vi.fn<() => Promise<unknown>>> };
  let comparison: InstanceType<typeof Comparison>;
  const last = (): OtherText => told.at(-1)!;
  const started = (count: number) => vi.waitFor(() => expect(engine.runs).toHaveLength(count));

  beforeEach(() => {
    engine = fakeClient();
    told = [];
    texts = { head: textOf('before'), file: textOf('other') };
    shown = { shown: explanation('now'), client: engine.client, read: vi.fn<() => Promise<unknown>>() };
    comparison = new Comparison(
      shown as never,
      (other) => told.push(other),
      (text) => {
        const read = texts[text.kind]!;
        return read instanceof Error ? Promise.reject(read) : Promise.resolve(read);
      },
    );
  });

  it('runs the text through the same model, says how far it is, and keeps the run until another takes its place', async () => {
    const work = comparison.with(head);
    await started(1);
    expect(engine.runs[0]!.request).toEqual({ text: 'before', focus: 0 });
    engine.runs[0]!.options.onProgress!({ message: 'Running 3 tokens' });
    expect(last()).toMatchObject({ text: head, result: null, progress: { message: 'Running 3 tokens' } });
    engine.runs[0]!.finish();
    await work;
    expect(last()).toMatchObject({
      result: { run: { runId: 'run 1' }, subject: { title: 'other.py', modelName: 'tiny' } },
      progress: null,
    });
    const next = comparison.with(other);
    await started(2);
    expect(engine.released).toEqual([]);
    engine.runs[1]!.finish();
    await next;
    expect(engine.released).toEqual(['run 1']);
    comparison.dispose();
    expect(engine.released).toEqual(['run 1', 'run 2']);
  });

  it('does not run a text again that it holds, unless the model is another', async () => {
    const work = comparison.with(head);
    await started(1);
    engine.runs[0]!.finish();
    await work;
    comparison.reset();
    shown.shown = explanation('edited');
    await comparison.with(head);
    expect(engine.runs).toHaveLength(1);
    expect(last()).toMatchObject({ result: { run: { runId: 'run 1' } }, progress: null });
    const another = fakeClient();
    shown.client = another.client;
    const again = comparison.with(head);
    await vi.waitFor(() => expect(another.runs).toHaveLength(1));
    another.runs[0]!.finish();
    await again;
    expect(engine.released).toEqual(['run 1']);
  });

  it('runs nothing where the text is the one explained', async () => {
    texts['head'] = textOf('now');
    await comparison.with(head);
    expect(engine.runs).toEqual([]);
    expect(last()).toMatchObject({ result: { run: { runId: 'own' } }, notice: 'It is the same.' });
  });

  it('asked twice for a text under way runs it once', async () => {
    const [first, second] = [comparison.with(head), comparison.with(head)];
    await started(1);
    engine.runs[0]!.finish();
    await Promise.all([first, second]);
    expect(engine.runs).toHaveLength(1);
  });

  it('drops what came too late: another text was chosen, or another text is explained', async () => {
    const late = comparison.with(head);
    await started(1);
    const chosen = comparison.with(other);
    await started(2);
    engine.runs[0]!.finish();
    await late;
    expect(engine.released).toEqual(['run 1']);
    expect(last()).toMatchObject({ text: other, result: null });
    comparison.reset();
    engine.runs[1]!.finish();
    await chosen;
    expect(engine.released).toEqual(['run 1', 'run 2']);
    expect(last()).toMatchObject({ text: other, result: null });
  });

  it('says what went wrong, and tries again', async () => {
    texts['head'] = new RpcError('no-head', 'There is no commit.');
    await comparison.with(head);
    expect(last()).toMatchObject({ result: null, progress: null, failure: { message: 'There is no commit.', actions: ['retry'] } });
    texts['head'] = textOf('before');
    const work = comparison.with(head);
    await started(1);
    expect(last().failure).toBeNull();
    comparison.cancel();
    await work;
    expect(last()).toMatchObject({ failure: { actions: ['retry'] } });
  });

  it('tells that its run is made again while it is read, and forgets a run that cannot be', async () => {
    const work = comparison.with(head);
    await started(1);
    engine.runs[0]!.finish();
    await work;
    shown.read.mockImplementationOnce(async () => {
      engine.rerun('run 1');
      expect(last()).toMatchObject({ progress: { message: 'Lost.' }, result: { run: { runId: 'run 1' } } });
      await Promise.resolve();
      return 'row';
    });
    const never = new AbortController().signal;
    expect(await comparison.read('comparedRow', {} as never, never)).toBe('row');
    expect(last().progress).toBeNull();
    shown.read.mockRejectedValueOnce(new RpcError('model-changed', 'Changed.'));
    await expect(comparison.read('comparedRow', {} as never, never)).rejects.toMatchObject({ code: 'model-changed' });
    expect(engine.released).toEqual(['run 1']);
    const again = comparison.with(head);
    await started(2);
    engine.runs[1]!.finish();
    await again;
  });

  it('lets its run go when the text is compared with itself', async () => {
    const work = comparison.with(head);
    await started(1);
    engine.runs[0]!.finish();
    await work;
    await comparison.with({ kind: 'same' });
    expect(engine.released).toEqual(['run 1']);
  });
});
