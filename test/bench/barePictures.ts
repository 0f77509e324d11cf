/**
 * The bare loop of pictures: a process that does nothing but `session.run` of a decoder, to hold sampling against. Started with the decoder's
 * path and the number of threads; for each message it decodes as many batches as it is asked for and answers with the milliseconds it took.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [path = '', threads = '2'] = process.argv.slice(2);
const session = await InferenceSession.create(path, { intraOpNumThreads: Number(threads), logSeverityLevel: 3 });

process.on('message', ({ batches, batch, latent }: { batches: number; batch: number; latent: number }) => {
  void (async () => {
    const z = Float32Array.from({ length: batch * latent }, (_, at) => Math.sin(at));
    const began = performance.now();
    for (let done = 0; done < batches; done++) await session.run({ z: new Tensor('float32', z, [batch, latent]) }, ['image']);
    process.send?.({ ms: performance.now() - began });
  })();
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
