/**
 * The bare loop: a process that does nothing but `session.run` with a cache, to hold continuing a text against. Started with the model's
 * path and the number of threads; for each message it runs the ids, then as many most probable tokens one by one as it is asked for, and
 * answers with the milliseconds a token took.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [path = '', threads = '2'] = process.argv.slice(2);
const session = await InferenceSession.create(path, { intraOpNumThreads: Number(threads), logSeverityLevel: 3, enableMemPattern: false });

process.on('message', ({ ids, past, steps }: { ids: readonly number[]; past: readonly number[]; steps: number }) => {
  void (async () => {
    let cache: Tensor = new Tensor('float32', new Float32Array(0), past);
    let next = ids;
    let began = 0;
    for (let step = 0; step <= steps; step++) {
      const tensor = new Tensor('int64', BigInt64Array.from(next, BigInt), [1, next.length]);
      const { logits, present } = await session.run({ ids: tensor, past: cache });
      cache = present as Tensor;
      next = [mostProbable(logits!)];
      if (step === 0) began = performance.now();
    }
    process.send?.({ ms: (performance.now() - began) / steps });
  })();
});
process.on('disconnect', () => process.exit());
process.send?.('ready');

function mostProbable({ data, dims }: Tensor): number {
  const row = (data as Float32Array).subarray(-dims.at(-1)!);
  let best = 0;
  for (let id = 1; id < row.length; id++) if (row[id]! > row[best]!) best = id;
  return best;
}
