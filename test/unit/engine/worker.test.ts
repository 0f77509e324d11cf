import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relativeDifference } from '../../../src/engine/worker/agreement.ts';
import { RuntimeClient } from '../../../src/engine/worker/client.ts';
import { explainLoadFailure, hasCudaLibrary, loadEngine, type Engine } from '../../../src/engine/worker/engine.ts';
import { engineMessage } from '../../../src/engine/worker/failures.ts';
import { openOnProvider, sessionOptions } from '../../../src/engine/worker/providers.ts';
import { createRuntime } from '../../../src/engine/worker/runtime.ts';
import type { EngineSettings } from '../../../src/protocol/inference.ts';
import type { RawTensor, SessionRequest } from '../../../src/protocol/worker.ts';
import { bundle } from './support/bundles.ts';
import { castModel, onnxModel, slowModel, unaryModel } from './support/tinyModels.ts';

const settings: EngineSettings = { provider: 'cpu', threads: 1, memoryLimit: 2 ** 30 };
const shipped = () => loadEngine(undefined, import.meta.filename);
const floats = (...values: number[]): RawTensor => ({ type: 'float32', shape: [values.length], data: Float32Array.from(values) });

let folder: string;
let built: Awaited<ReturnType<typeof bundle>>;
let client: RuntimeClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genlens-worker-'));
  built = await bundle('worker', { worker: 'src/engine/worker/main.ts' });
  client = new RuntimeClient(join(built.folder, 'worker.cjs'));
});
afterAll(async () => {
  client.dispose();
  await built.remove();
  await rm(folder, { recursive: true });
});

async function runOnce(model: Uint8Array, feeds: Record<string, RawTensor>, fetches = ['y']) {
  const { session } = await client.open({ model, settings });
  try {
    return await client.run({ session, feeds, fetches });
  } finally {
    await client.close({ session });
  }
}

describe('sessions in the worker thread', () => {
  it('opens a file or bytes, names what goes in and out, and runs', async () => {
    const model = onnxModel(
      [
        { op: 'Add', inputs: ['a', 'b'], outputs: ['sum'] },
        { op: 'Mul', inputs: ['a', 'b'], outputs: ['product'] },
      ],
      [
        { name: 'a', type: 'float32', shape: ['n', 2] },
        { name: 'b', type: 'float32', shape: [2] },
      ],
      [
        { name: 'sum', type: 'float32', shape: ['n', 2] },
        { name: 'product', type: 'float32', shape: ['n', 2] },
      ],
    );
    const path = join(folder, 'two.onnx');
    await writeFile(path, model);
    for (const given of [path, model]) {
      const { session, ...info } = await client.open({ model: given, settings });
      expect(info).toMatchObject({
        inputs: [
          { name: 'a', type: 'float32', shape: ['n', 2] },
          { name: 'b', type: 'float32', shape: [2] },
        ],
        outputs: [{ name: 'sum' }, { name: 'product' }],
        provider: { requested: 'cpu', used: 'cpu', engineVersion: expect.stringMatching(/^1\.\d+\.\d+/) as unknown },
      });
      const feeds = { a: { type: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }, b: floats(10, 100) };
      const outputs = await client.run({ session, feeds, fetches: ['product'] });
      expect(outputs).toEqual({ product: { type: 'float32', shape: [2, 2], data: Float32Array.of(10, 200, 30, 400) } });
      await client.close({ session });
      await expect(client.run({ session, feeds, fetches: ['sum'] })).rejects.toMatchObject({ code: 'unknown-session' });
    }
  });

  it('runs on from what the run before has left, by turns of several sessions', async () => {
    const sum = onnxModel(
      [{ op: 'Add', inputs: ['a', 'b'], outputs: ['sum'] }],
      ['a', 'b'].map((name) => ({ name, type: 'float32', shape: ['n'] }) as const),
      [{ name: 'sum', type: 'float32', shape: ['n'] }],
    );
    const product = onnxModel(
      [{ op: 'Mul', inputs: ['a', 'b'], outputs: ['product'] }],
      ['a', 'b'].map((name) => ({ name, type: 'float32', shape: ['n'] }) as const),
      [{ name: 'product', type: 'float32', shape: ['n'] }],
    );
    const [add, multiply] = [await client.open({ model: sum, settings }), await client.open({ model: product, settings })];
    const phases = [
      { session: add.session, reads: { a: 'x' }, writes: { sum: 'x' }, fetches: ['sum'] },
      { session: multiply.session, reads: { a: 'x', b: 'factor' }, writes: { product: 'y' }, fetches: [] },
    ];
    const state = { x: floats(1, 2), y: floats(0, 0), factor: floats(10, 100), idle: floats(7) };
    const steps = [
      { phase: 0, feeds: { b: floats(1, 1) } },
      { phase: 1, feeds: {} },
      { phase: 0, feeds: { b: floats(5, 5) } },
    ];
    const result = await client.iterate({ state, phases, steps });
    expect(result.state).toEqual({ x: floats(7, 8), y: floats(20, 300), factor: floats(10, 100), idle: floats(7) });
    expect(result.outputs).toEqual([{ sum: floats(2, 3) }, {}, { sum: floats(7, 8) }]);
    expect(state.x).toEqual(floats(1, 2));
    await expect(client.iterate({ state: {}, phases, steps })).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/"x", which is not in the state/) as unknown,
    });
    await expect(client.iterate({ state, phases, steps: [{ phase: 2, feeds: {} }] })).rejects.toMatchObject({ code: 'bad-input' });
    await expect(client.iterate({ state, phases, steps: [{ phase: 0, feeds: { b: floats(1, 2, 3) } }] })).rejects.toMatchObject({
      code: 'run-failed',
    });
    await client.close(add);
    await client.close(multiply);
    await expect(client.iterate({ state, phases, steps })).rejects.toMatchObject({ code: 'unknown-session' });
  });

  it('runs on each of several feeds, which may share arrays, and fails as a whole', async () => {
    const shape = ['n'] as const;
    const model = onnxModel(
      [{ op: 'Add', inputs: ['a', 'b'], outputs: ['y'] }],
      [
        { name: 'a', type: 'float32', shape },
        { name: 'b', type: 'float32', shape },
      ],
      [{ name: 'y', type: 'float32', shape }],
    );
    const { session } = await client.open({ model, settings });
    const shared = floats(1, 2);
    const feeds = [floats(10, 20), floats(30, 40), shared].map((b) => ({ a: shared, b }));
    const outputs = await client.runEach({ session, feeds, fetches: ['y'] });
    expect(outputs.map(({ y }) => [...y!.data])).toEqual([
      [11, 22],
      [31, 42],
      [2, 4],
    ]);
    expect([...shared.data]).toEqual([1, 2]);
    const wrong = client.runEach({ session, feeds: [...feeds, { a: shared, b: floats(1, 2, 3) }], fetches: ['y'] });
    await expect(wrong).rejects.toMatchObject({ code: 'run-failed' });
    expect(await client.runEach({ session, feeds: [], fetches: ['y'] })).toEqual([]);
    await client.close({ session });
  });

  it('keeps results whole after their session is closed', async () => {
    const values = Float32Array.from({ length: 1 << 20 }, (_, i) => i);
    const { y } = await runOnce(unaryModel('Neg', 'float32'), { x: { type: 'float32', shape: [values.length], data: values } });
    for (let i = 0; i < 4; i++)
      await runOnce(unaryModel('Abs', 'float32'), { x: { type: 'float32', shape: [values.length], data: values } });
    expect(y!.data).toEqual(values.map((value) => -value));
    expect(y!.data.byteLength).toBe(y!.data.buffer.byteLength);
  });

  it('gives float16 as bits, and takes it as bits', async () => {
    const { y } = await runOnce(castModel('float32', 'float16'), { x: floats(1, -2, 0.5, 65504) });
    expect(y).toEqual({ type: 'float16', shape: [4], data: Uint16Array.of(0x3c00, 0xc000, 0x3800, 0x7bff) });
    const back = await runOnce(castModel('float16', 'float32'), { x: y! });
    expect(back.y!.data).toEqual(Float32Array.of(1, -2, 0.5, 65504));
  });

  it.each([
    ['int64', BigInt64Array.of(0n, 3n, -7n)],
    ['int32', Int32Array.of(0, 3, -7)],
    ['int8', Int8Array.of(0, 3, -7)],
    ['bool', Uint8Array.of(0, 1, 1)],
    ['float64', Float64Array.of(0, 3, -7)],
  ] as const)('carries %s both ways', async (type, data) => {
    expect((await runOnce(castModel('float32', type), { x: floats(0, 3, -7) })).y).toEqual({ type, shape: [3], data });
    const back = await runOnce(castModel(type, 'float32'), { x: { type, shape: [3], data } });
    expect(back.y!.data).toEqual(type === 'bool' ? Float32Array.of(0, 1, 1) : Float32Array.of(0, 3, -7));
  });

  it('carries tensors without values', async () => {
    expect((await runOnce(unaryModel('Neg', 'float32'), { x: floats() })).y).toEqual(floats());
  });

  it('refuses strings, on the way in and out', async () => {
    await expect(runOnce(castModel('float32', 'string'), { x: floats(1) })).rejects.toMatchObject({
      code: 'unsupported-type',
      message: expect.stringContaining('"y"') as unknown,
    });
    const strings = { type: 'string', shape: [1], data: Uint8Array.of(1) };
    await expect(runOnce(castModel('string', 'float32'), { x: strings })).rejects.toMatchObject({ code: 'unsupported-type' });
  });

  it.each([
    [
      'a wrong size',
      { x: { type: 'float32', shape: [3], data: Float32Array.of(1) } },
      'bad-input',
      /"x" has 1 values; its shape \[3\] needs 3/,
    ],
    ['data of another type', { x: { type: 'float32', shape: [1], data: Int32Array.of(1) } }, 'bad-input', /"x" cannot be float32/],
    ['a missing input', {}, 'run-failed', /'x' is missing/],
    ['a wrong type', { x: { type: 'int32', shape: [1], data: Int32Array.of(1) } }, 'run-failed', /int32/],
  ])('says what is wrong with %s', async (_what, feeds, code, message) => {
    const failing = runOnce(unaryModel('Neg', 'float32'), feeds);
    await expect(failing).rejects.toMatchObject({ code, message: expect.stringMatching(message) as unknown });
  });

  it.each([
    ['not a model', Uint8Array.of(1, 2, 3), /protobuf/],
    ['a missing file', '/nowhere/model.onnx', /\/nowhere\/model\.onnx/],
    ['an unknown operator', unaryModel('Frobnicate', 'float32'), /Frobnicate/],
    ['a type it has not', castModel('float32', 'bfloat16'), /type/],
  ])('says why %s cannot be opened', async (_what, model, message) => {
    await expect(client.open({ model, settings })).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('says so when memory runs out', async () => {
    const huge = onnxModel(
      [{ op: 'Expand', inputs: ['x', 'shape'], outputs: ['y'] }],
      [
        { name: 'x', type: 'float32', shape: [1] },
        { name: 'shape', type: 'int64', shape: ['r'] },
      ],
      [{ name: 'y', type: 'float32', shape: ['n'] }],
    );
    const shape = { type: 'int64', shape: [1], data: BigInt64Array.of(2n ** 50n) };
    await expect(runOnce(huge, { x: floats(1), shape })).rejects.toMatchObject({ code: 'memory' });
  });

  it('prepares for a session, also of an engine that is not there', async () => {
    await client.prepare({ settings });
    await expect(client.prepare({ settings: { ...settings, enginePath: folder } })).rejects.toMatchObject({ code: 'no-engine' });
    expect((await runOnce(unaryModel('Neg', 'float32'), { x: floats(1) })).y!.data).toEqual(Float32Array.of(-1));
  });

  it('rejects everything under way with words when the thread ends, and whatever is asked after', async () => {
    const script = join(folder, 'dying.cjs');
    await writeFile(script, `require('node:worker_threads').parentPort.once('message', () => { throw new Error('the ceiling fell') })`);
    const dying = new RuntimeClient(script);
    const died = new Promise((resolve) => dying.onDied(resolve));
    const reason = expect.stringContaining('the ceiling fell') as unknown;
    await expect(dying.close({ session: 1 })).rejects.toMatchObject({ code: 'closed', message: reason });
    await expect(dying.close({ session: 1 })).rejects.toMatchObject({ code: 'closed', message: reason });
    expect(await died).toEqual(reason);
  });
});

describe('providers', () => {
  it.each(['cuda', 'webgpu', 'coreml', 'directml'] as const)(
    'falls back from %s to the CPU, or has it, and says which and why',
    async (provider) => {
      const info = await client.open({ model: unaryModel('Neg', 'float32'), settings: { ...settings, provider } });
      const { y } = await client.run({ session: info.session, feeds: { x: floats(1, 2) }, fetches: ['y'] });
      await client.close({ session: info.session });
      expect(y!.data).toEqual(Float32Array.of(-1, -2));
      expect(info.provider.requested).toBe(provider);
      if (info.provider.used !== provider)
        expect(info.provider).toMatchObject({ used: 'cpu', reason: expect.stringContaining(provider) as unknown });
    },
  );

  /** Opens what a machine with these providers could. */
  const open = (requested: EngineSettings['provider'], works: readonly string[], present = ['cpu', 'cuda', 'webgpu', 'coreml', 'dml']) => {
    const tried: string[] = [];
    const opened = openOnProvider(requested, { version: '1.0.0', supported: new Set(present), unavailable: new Map() }, async (backend) => {
      tried.push(backend);
      if (!works.includes(backend)) throw new Error(`${backend} is broken`);
      return {} as never;
    });
    return opened.then(({ provider, unproven }) => ({ tried, ...provider, unproven }));
  };

  it('tries under auto what is in the build, and never webgpu', async () => {
    expect(await open('auto', ['cuda', 'cpu'])).toMatchObject({ used: 'cuda', tried: ['cuda'], unproven: false });
    expect(await open('auto', ['cpu'])).toMatchObject({
      used: 'cpu',
      tried: ['cuda', 'coreml', 'dml', 'cpu'],
      reason: expect.stringMatching(/cuda.*coreml.*directml/) as unknown,
    });
    expect(await open('auto', ['cpu'], ['cpu', 'webgpu'])).toMatchObject({ used: 'cpu', tried: ['cpu'] });
  });

  it('has coreml and directml prove themselves under auto, not when they were chosen', async () => {
    expect(await open('auto', ['coreml', 'cpu'])).toMatchObject({ used: 'coreml', unproven: true });
    expect(await open('auto', ['dml', 'cpu'])).toMatchObject({ used: 'directml', unproven: true });
    expect(await open('directml', ['dml', 'cpu'])).toMatchObject({ used: 'directml', unproven: false });
  });

  it('does not try again what is broken whatever the model', async () => {
    const tried: string[] = [];
    const providers = { version: '1.0.0', supported: new Set(['cpu', 'cuda']), unavailable: new Map() };
    const again = () =>
      openOnProvider('cuda', providers, async (backend) => {
        tried.push(backend);
        if (backend === 'cuda') throw new Error('OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library');
        return {} as never;
      });
    const first = await again();
    expect(first.provider).toMatchObject({ used: 'cpu', reason: expect.stringMatching(/cuda could not be loaded.*cuDNN/) as unknown });
    expect((await again()).provider).toEqual(first.provider);
    expect(tried).toEqual(['cuda', 'cpu', 'cpu']);
  });

  it('finds the library for CUDA where the engine would load it', async () => {
    const files = join(folder, 'bin/napi-v6', process.platform, process.arch);
    expect(hasCudaLibrary({ ...shipped(), folder })).toBe(false);
    await mkdir(files, { recursive: true });
    expect(hasCudaLibrary({ ...shipped(), folder })).toBe(false);
    await writeFile(join(files, 'libonnxruntime_providers_cuda.so'), '');
    expect(hasCudaLibrary({ ...shipped(), folder })).toBe(true);
  });

  it('gives the error of the CPU when not even that opens the model', async () => {
    await expect(open('cuda', [])).rejects.toThrow('cpu is broken');
  });
});

it('a session of short runs keeps its other options, and an ordinary one the engine’s way of waiting', async () => {
  const extra = (request: Parameters<typeof sessionOptions>[1]) => sessionOptions('cpu', request, settings).extra?.['session'];
  const folderOnly = { model_external_initializers_file_folder_path: '/models' };
  expect(extra({ externalFolder: '/models' })).toEqual(folderOnly);
  expect(extra({ externalFolder: '/models', shortRuns: true })).toEqual({ ...folderOnly, intra_op: { allow_spinning: '0' } });
  expect(extra({})).toBeUndefined();
  const { session } = await client.open({ model: unaryModel('Neg', 'float32'), settings: { ...settings, threads: 2 }, shortRuns: true });
  expect((await client.run({ session, feeds: { x: floats(1, -2) }, fetches: ['y'] }))['y']?.data).toEqual(Float32Array.of(-1, 2));
  await client.close({ session });
});

describe('the self-test', () => {
  /** An engine whose CoreML multiplies by `factor`: ONNX Runtime's own sessions with their outputs scaled. */
  function engineWithCoreml(factor: number | undefined): { engine: Engine; released: string[] } {
    const { api: real, folder } = shipped();
    const released: string[] = [];
    const create = async (model: Uint8Array, options: { executionProviders: string[] }) => {
      const provider = options.executionProviders[0]!;
      const session = await real.InferenceSession.create(model, { ...options, executionProviders: ['cpu'] });
      return {
        inputMetadata: session.inputMetadata,
        outputMetadata: session.outputMetadata,
        release: async () => {
          released.push(provider);
          await session.release();
        },
        run: async (feeds: Parameters<typeof session.run>[0], fetches: string[]) => {
          const results = await session.run(feeds, fetches);
          if (provider !== 'coreml') return results;
          if (factor === undefined) throw new Error('no such kernel');
          const y = results['y']!;
          return {
            y: new real.Tensor(
              'float32',
              (y.data as Float32Array).map((value) => value * factor),
              y.dims,
            ),
          };
        },
      };
    };
    const engine = {
      Tensor: real.Tensor,
      env: real.env,
      listSupportedBackends: () => [{ name: 'cpu' }, { name: 'coreml' }],
      InferenceSession: { create },
    };
    return { engine: { api: engine as unknown as Engine['api'], folder }, released };
  }

  const context = { signal: new AbortController().signal, progress: () => undefined };
  const bytes = unaryModel('Neg', 'float32');
  const feeds = { x: floats(1, 2, 4) };

  async function proved(factor: number | undefined, provider: 'auto' | 'coreml' = 'auto') {
    const { engine, released } = engineWithCoreml(factor);
    const runtime = createRuntime(() => engine);
    const request: SessionRequest = { model: bytes.slice(), settings: { ...settings, provider } };
    const { session, provider: before } = await runtime.open(request, context);
    const report = await runtime.selfTest({ session, feeds, fetches: ['y'] }, context);
    const { y } = await runtime.run({ session, feeds, fetches: ['y'] }, context);
    return { before, report, released, y: [...(y!.data as Float32Array)] };
  }

  it('keeps a provider that agrees with the CPU within 1e-3', async () => {
    const { before, report, released } = await proved(1.0005);
    expect(before.used).toBe('coreml');
    expect(report).toEqual(before);
    expect(released).toEqual(['cpu']);
  });

  it.each([
    ['differs', 1.01, /differs from the CPU by 0\.01/],
    ['gives NaN', NaN, /differs from the CPU by Infinity/],
    ['fails', undefined, /no such kernel/],
  ])('goes on on the CPU, with the reason, when it %s', async (_how, factor, reason) => {
    const { report, released, y } = await proved(factor);
    expect(report).toMatchObject({ requested: 'auto', used: 'cpu', reason: expect.stringMatching(reason) as unknown });
    expect(released).toEqual(['coreml']);
    expect(y).toEqual([-1, -2, -4]);
  });

  it('leaves a provider alone that was chosen by name', async () => {
    const { report, released } = await proved(1.01, 'coreml');
    expect(report).toEqual({ requested: 'coreml', used: 'coreml', engineVersion: expect.any(String) as unknown });
    expect(released).toEqual([]);
  });

  it('measures differences against the largest value of each output', () => {
    const reference = { a: floats(0, 100), b: floats(0.001, 0) };
    expect(relativeDifference({ a: floats(0.1, 100), b: floats(0.001, 0) }, reference)).toBeCloseTo(1e-3, 9);
    expect(relativeDifference({ a: floats(0, 100), b: floats(0.002, 0) }, reference)).toBeCloseTo(1, 5);
    expect(relativeDifference({ a: floats(0, 100) }, reference)).toBe(Infinity);
    expect(relativeDifference({ a: floats(0, NaN) }, { a: floats(0, NaN) })).toBe(0);
    expect(relativeDifference({ a: floats(0, -Infinity) }, { a: floats(0, 3) })).toBe(Infinity);
    const half = (...bits: number[]): RawTensor => ({ type: 'float16', shape: [bits.length], data: Uint16Array.from(bits) });
    expect(relativeDifference({ a: half(0x3c00, 0x0001) }, { a: half(0x4000, 0x8001) })).toBeCloseTo(0.5, 6);
  });
});

describe("the engine's errors", () => {
  it.each([
    [
      "Non-zero status code returned while running Expand node. Name:'' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 4503599627370496",
      "Non-zero status code returned while running Expand node. Name:'' Status Message: Failed to allocate memory for requested buffer of size 4503599627370496",
    ],
    [
      '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters',
      'Failed to get a WebGPU adapter: No supported adapters',
    ],
    [
      "Load model /models/x.h:1 y/model.onnx failed. File doesn't exist",
      "Load model /models/x.h:1 y/model.onnx failed. File doesn't exist",
    ],
    ['/onnxruntime/b.cc:1 f(int) ', '/onnxruntime/b.cc:1 f(int)'],
  ])('lose only the places in its source', (said, words) => {
    expect(engineMessage(new Error(said))).toBe(words);
  });
});

describe('finding the engine', () => {
  it('takes a folder that is or holds an onnxruntime-node', async () => {
    const own = join(import.meta.dirname, '../../../node_modules/onnxruntime-node');
    expect(loadEngine(own, '/').api.InferenceSession).toBe(shipped().api.InferenceSession);
    const holding = join(folder, 'holding');
    await mkdir(join(holding, 'node_modules/onnxruntime-node'), { recursive: true });
    await writeFile(join(holding, 'node_modules/onnxruntime-node/package.json'), '{ "name": "onnxruntime-node", "main": "i.js" }');
    await writeFile(join(holding, 'node_modules/onnxruntime-node/i.js'), 'exports.env = { mark: 7 }');
    expect(loadEngine(holding, '/').api.env).toEqual({ mark: 7 });
  });

  it('names a folder without one, and what to do', async () => {
    const opening = client.open({ model: unaryModel('Neg', 'float32'), settings: { ...settings, enginePath: folder } });
    await expect(opening).rejects.toMatchObject({
      code: 'no-engine',
      message: expect.stringMatching(new RegExp(`${folder}.*genlens\\.engine\\.path`)) as unknown,
    });
  });

  const failed = (code: string) => Object.assign(new Error('cause'), { code });
  it.each([
    ['ERR_DLOPEN_FAILED', 'win32', 'x64', false, /126.*Visual C\+\+.*x64/],
    ['MODULE_NOT_FOUND', 'darwin', 'x64', false, /darwin-x64.*Remote-SSH.*remote inference server/],
    ['ERR_DLOPEN_FAILED', 'linux', 'x64', true, /musl.*Remote-SSH/],
    ['ERR_DLOPEN_FAILED', 'linux', 'x64', false, /linux-x64: cause/],
  ] as const)('explains %s on %s-%s', (code, platform, arch, musl, words) => {
    expect(explainLoadFailure(failed(code), { platform, arch, musl, enginePath: undefined })).toMatch(words);
  });
});

describe('a run under way', () => {
  it('rejects its caller at once when cancelled', async () => {
    const { session } = await client.open({ model: slowModel(3), settings });
    const abort = new AbortController();
    const x = { type: 'float32', shape: [600, 600], data: new Float32Array(360_000) };
    const running = client.run({ session, feeds: { x }, fetches: ['y'] }, { signal: abort.signal });
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    await client.close({ session });
  });
});
