/**
 * An inference process whose service does what the test's text says, on the real runtime. Built as a bundle of its own; its worker's
 * bundle lies beside it.
 */

import { join } from 'node:path';
import { runInferenceProcess } from '../../../../src/engine/inference/life.ts';
import type { GeneratedToken, TransformerService } from '../../../../src/protocol/generation.ts';
import type { AttentionRun, LoadedModel } from '../../../../src/protocol/inference.ts';
import { RpcError } from '../../../../src/protocol/rpc.ts';

const side = 1000;

runInferenceProcess<TransformerService>(join(__dirname, 'worker.cjs'), (runtime) => {
  const runs = new Map<string, string>();
  let session = -1;
  let loads = 0;
  let sha256 = '';

  return {
    load: async ({ source, settings }, context) => {
      context.progress({ message: `loading in ${process.pid}`, fraction: 0.5 });
      if (source.name === 'never loads') await new Promise(() => undefined);
      if (source.name === 'dies') process.exit(9);
      const opened = await runtime.open({ model: source.path, settings });
      session = opened.session;
      sha256 = source.sha256?.[source.path] ?? `${process.env['FAKE_SHA256'] ?? 'same'}`;
      loads++;
      const model: LoadedModel = {
        inputs: opened.inputs,
        outputs: opened.outputs,
        parameters: loads,
        sites: [],
        uncovered: [],
        hasTokenizer: false,
        context: null,
        provider: opened.provider,
        loadMs: process.pid,
      };
      return model;
    },

    attention: async (request, context) => {
      const { text = '' } = request;
      if (text === 'slow') {
        context.progress({ message: `running in ${process.pid}` });
        const x = { type: 'float32', shape: [side, side], data: new Float32Array(side * side) };
        await runtime.run({ session, feeds: { x }, fetches: ['y'] });
      }
      if (text === 'wait') {
        context.progress({ message: `running in ${process.pid}` });
        await new Promise(() => undefined);
      }
      if (text === 'exit') process.exit(3);
      if (text === 'abort') process.abort();
      if (text === 'no memory') {
        process.stderr.write("terminate called after throwing an instance of 'std::bad_alloc'\n", () => process.exit(1));
        await new Promise(() => undefined);
      }
      if (text === 'throw') {
        setTimeout(() => {
          throw new TypeError('nobody caught this');
        });
        await new Promise(() => undefined);
      }
      if (text === 'hang') for (;;);
      if (text === 'refuse') throw new RpcError('too-long', 'The text has 9 tokens; the model takes 8.');
      // Counted from one in every process, as ids of different processes may be equal.
      const runId = `${runs.size + 1}`;
      runs.set(runId, text);
      const run: AttentionRun = {
        runId,
        recipe: {
          model: 'fake',
          sha256,
          files: { '/models/weights.data': process.env['FAKE_STAMP'] ?? 'same' },
          request,
          settings: { provider: 'cpu', threads: 1, memoryLimit: 0 },
        },
        sites: [],
        provider: { requested: 'cpu', used: 'cpu', engineVersion: '0' },
        source: { kind: 'operands', maxDifference: 0 },
        runMs: process.pid,
        keptBytes: text.length,
      };
      return run;
    },

    /** Gives as many tokens as are asked for; then it dies, waits to be cancelled or fails, as the prompt says. */
    generate: async ({ prompt, settings: { maxTokens } }, context) => {
      for (let id = 0; id < maxTokens; id++) {
        const rest = { logProbability: 0, rank: 1, entropy: 0, drawn: 1, candidates: 1, alternatives: [] };
        const token: GeneratedToken = { id, text: `${process.pid}`, added: `${id} `, ...rest };
        context.item([token]);
      }
      if (prompt === 'exit') setTimeout(() => process.exit(3), 100);
      if (prompt === 'exit' || prompt === 'wait') {
        context.progress({ message: 'waiting' });
        await new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(new Error('given up'))));
      }
      throw new RpcError('no-logits', 'A stand-in gives no logits.');
    },
    shade: () => new Float32Array(),
    predictions: () => {
      throw new RpcError('no-logits', 'There are none.');
    },
    nextToken: () => {
      throw new RpcError('no-logits', 'There are none.');
    },
    likelyTokens: () => {
      throw new RpcError('no-logits', 'There are none.');
    },
    portable: () => {
      throw new RpcError('no-operands', 'Nothing is kept.');
    },
    headScores: () => ({ patterns: [], heads: [] }),
    valueNorms: () => ({ norms: new Float32Array() }),
    edgeEffects: () => {
      throw new RpcError('no-logits', 'A stand-in gives no logits.');
    },
    cell: () => {
      throw new RpcError('no-operands', 'Nothing is kept.');
    },

    /** The run's text as character codes. */
    row: ({ runId, query }) => {
      const text = textOf(runId);
      // Query -1 asks to forget: as a service does that needs the room.
      if (query === -1) runs.delete(runId);
      return Float32Array.from(text, (character) => character.charCodeAt(0));
    },
    comparison: () => {
      throw new RpcError('not-comparable', 'Nothing is.');
    },
    comparedTile: () => ({ rows: 0, columns: 0, values: new Uint16Array() }),
    /** Both runs' texts as character codes; query -1 asks to forget the second, -2 never to keep both. */
    comparedRow: ({ a, b, query }) => {
      const codesOf = (runId: string): Float32Array => Float32Array.from(textOf(runId), (character) => character.charCodeAt(0));
      const row = { a: codesOf(a.runId), b: codesOf(b.runId) };
      if (query < 0) runs.delete(b.runId);
      if (query === -2) textOf(b.runId);
      return row;
    },
    tile: async ({ runId }, context) => {
      textOf(runId);
      // Ends only by its signal.
      await new Promise((_, reject) => {
        context.progress({ message: 'drawing' });
        context.signal.addEventListener('abort', () => reject(new Error('given up')));
      });
      throw new Error('unreachable');
    },
    thumbnails: () => {
      throw new Error('a plain failure');
    },
    writeWeights: () => undefined,
    release: ({ runId }) => void runs.delete(runId),
  };

  function textOf(runId: string): string {
    const text = runs.get(runId);
    if (text === undefined) throw new RpcError('unknown-run', `There is no run ${runId}.`);
    return text;
  }
});
