/** Ways from one z to another. */

export type WalkWay = 'linear' | 'spherical';

/** Below this sine of the angle between the ends, there is no arc that is told from the line. */
const NO_ARC = 1e-6;

/**
 * The place at 0 <= t <= 1 between two z. Linear: (1 - t) a + t b, which is shorter than its ends in the middle. Spherical: along the arc,
 * (sin((1 - t) w) a + sin(t w) b) / sin w with w the angle between a and b (Shoemake 1985; for z: White 2016, arXiv:1609.04468); the line where
 * they point the same way or opposite ways.
 */
export function between(a: ArrayLike<number>, b: ArrayLike<number>, t: number, way: WalkWay): Float64Array {
  const [ofA, ofB] = way === 'spherical' ? onArc(a, b, t) : [1 - t, t];
  return Float64Array.from({ length: a.length }, (_, j) => ofA * a[j]! + ofB * b[j]!);
}

function onArc(a: ArrayLike<number>, b: ArrayLike<number>, t: number): [ofA: number, ofB: number] {
  let [product, squareA, squareB] = [0, 0, 0];
  for (let j = 0; j < a.length; j++) {
    product += a[j]! * b[j]!;
    squareA += a[j]! ** 2;
    squareB += b[j]! ** 2;
  }
  const lengths = Math.sqrt(squareA * squareB);
  const angle = lengths > 0 ? Math.acos(Math.max(-1, Math.min(1, product / lengths))) : 0;
  const sine = Math.sin(angle);
  return sine > NO_ARC ? [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine] : [1 - t, t];
}

/** [steps, z]: both ends and what lies between, evenly; the ends are the given ones to the last bit. */
export function walked(a: Float32Array, b: Float32Array, steps: number, way: WalkWay): Float32Array {
  const z = new Float32Array(steps * a.length);
  for (let step = 0; step < steps; step++) {
    const t = steps > 1 ? step / (steps - 1) : 0;
    z.set(t === 0 ? a : t === 1 ? b : between(a, b, t, way), step * a.length);
  }
  return z;
}
