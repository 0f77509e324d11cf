/**
 * The bare engine at training: a process that does nothing but `session.run` of the step, on one batch that is drawn beforehand. Started with
 * the step's path; answers each number of steps that it is sent with the steps a second.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [path = ''] = process.argv.slice(2);
const session = await InferenceSession.create(path, { intraOpNumThreads: 1, enableMemPattern: false, logSeverityLevel: 3 });
const shapes = new Map(session.inputMetadata.map((input) => [input.name, input.isTensor ? (input.shape as number[]) : []]));
const sizeOf = (name: string): number => shapes.get(name)!.reduce((product, size) => product * size, 1);
const tensor = (name: string, value: (index: number) => number): Tensor =>
  new Tensor(
    'float32',
    Float32Array.from({ length: sizeOf(name) }, (_, i) => value(i)),
    shapes.get(name),
  );
const parts = ['parameters', 'first', 'second', 'step'];
const fixed = {
  x: tensor('x', (i) => 2 * Math.sin(1.3 * i)),
  noise: tensor('noise', (i) => 1.5 * Math.sin(2.1 * i)),
  ...Object.fromEntries(
    Object.entries({ beta: 1, rate: 2e-3, beta1: 0.9, beta2: 0.999 }).map(([name, value]) => [name, tensor(name, () => value)]),
  ),
};
let state = Object.fromEntries(parts.map((name) => [name, tensor(name, (i) => (name === 'parameters' ? 0.2 * Math.sin(0.7 * i) : 0))]));

process.on('message', (steps: number) => {
  void (async () => {
    const began = performance.now();
    for (let step = 0; step < steps; step++) {
      const outputs = await session.run({ ...state, ...fixed });
      state = Object.fromEntries(parts.map((name) => [name, outputs[`next_${name}`]!]));
    }
    process.send?.((1000 * steps) / (performance.now() - began));
  })();
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
