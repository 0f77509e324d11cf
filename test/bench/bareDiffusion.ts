/**
 * The bare loop of a denoiser: a process that does nothing but `session.run`, to hold sampling against. Started with the denoiser's path and the
 * number of threads; for each message it evaluates as often as it is asked to and answers with the milliseconds it took.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [path = '', threads = '2'] = process.argv.slice(2);
const session = await InferenceSession.create(path, { intraOpNumThreads: Number(threads), logSeverityLevel: 3 });

process.on('message', ({ timesteps, rows, sizes, ids }: { timesteps: number[]; rows: number; sizes: number[]; ids: number }) => {
  void (async () => {
    const length = rows * sizes.reduce((product, size) => product * size, 1);
    const sample = Float32Array.from({ length }, (_, at) => Math.sin(at));
    const caption = new BigInt64Array(rows * ids).fill(1n);
    const began = performance.now();
    for (const timestep of timesteps)
      await session.run(
        {
          sample: new Tensor('float32', sample, [rows, ...sizes]),
          timestep: new Tensor('int64', new BigInt64Array(rows).fill(BigInt(timestep)), [rows]),
          caption: new Tensor('int64', caption, [rows, ids]),
        },
        ['v'],
      );
    process.send?.({ ms: performance.now() - began });
  })();
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
