/**
 * The bare engine: a process that does nothing but `session.run`, to hold Genlens against. Started with the model's path, the number
 * of threads and the ids; runs once for each message it gets and answers with the milliseconds and its peak memory.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { peakBytes } from './peak.ts';

const [path = '', threads = '2', input = 'ids'] = process.argv.slice(2);
const session = await InferenceSession.create(path, { intraOpNumThreads: Number(threads), logSeverityLevel: 3 });

process.on('message', (feeds: { ids: readonly number[]; past?: readonly number[] }) => {
  void (async () => {
    const tensors: Record<string, Tensor> = {
      [input]: new Tensor('int64', BigInt64Array.from(feeds.ids, BigInt), [1, feeds.ids.length]),
    };
    if (feeds.past) tensors['past'] = new Tensor('float32', new Float32Array(0), feeds.past);
    const began = performance.now();
    await session.run(tensors);
    process.send?.({ ms: performance.now() - began, peakBytes: peakBytes('self') });
  })();
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
