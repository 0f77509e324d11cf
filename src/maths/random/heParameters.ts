/** First parameters of a network, drawn. */

import { normals } from './normal.ts';
import type { RandomStream } from './stream.ts';

/**
 * He's rule (He et al. 2015, arXiv:1502.01852, equation 10): a matrix's entries are normal with variance 2 over the layer's inputs, biases 0.
 * Place i of the stream is parameter i, whether it is a bias or not.
 *
 * @param layers shapes in order: [outputs, inputs] of a matrix, [outputs] of a bias
 * @returns all of them as one vector [P]
 */
export function heParameters(layers: readonly (readonly number[])[], stream: RandomStream): Float32Array {
  const sizes = layers.map((shape) => shape.reduce((product, size) => product * size, 1));
  const drawn = normals(
    stream,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  let end = 0;
  layers.forEach((shape, layer) => {
    const scale = shape.length > 1 ? Math.sqrt(2 / shape.at(-1)!) : 0;
    const begin = end;
    end += sizes[layer]!;
    for (let i = begin; i < end; i++) drawn[i]! *= scale;
  });
  return new Float32Array(drawn);
}
