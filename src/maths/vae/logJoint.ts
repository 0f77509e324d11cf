/** log p(x, z) of one x, as a function of z that is asked for in batches: the only thing that the methods here need of a decoder. */

/**
 * @param z [count, latent], as float32: what a decoder is given
 * @returns [count] in nats; -Infinity where x is impossible
 */
export type LogJoint = (z: Float32Array, count: number) => Promise<Float64Array>;

/** A decoder that gave what is no number. */
export class NotANumberError extends Error {
  override readonly name = 'NotANumberError';
}

/**
 * Asks, counts what was asked, and refuses what is no number.
 *
 * @throws NotANumberError with the first z
 */
export function counted(logJoint: LogJoint, latent: number): { ask: LogJoint; evaluations: () => number } {
  let evaluations = 0;
  const ask: LogJoint = async (z, count) => {
    const values = await logJoint(z, count);
    evaluations += count;
    const wrong = values.findIndex((value) => Number.isNaN(value) || value === Infinity);
    if (wrong >= 0) {
      const place = [...z.subarray(wrong * latent, wrong * latent + Math.min(latent, 4))].map((value) => value.toPrecision(4)).join(', ');
      throw new NotANumberError(`log p(x, z) is ${values[wrong]} at z = (${place}${latent > 4 ? ', ...' : ''}).`);
    }
    return values;
  };
  return { ask, evaluations: () => evaluations };
}
