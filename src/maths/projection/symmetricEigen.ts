/** Eigenvalues and eigenvectors of a real symmetric matrix. */

/** The largest first. */
export interface SymmetricEigen {
  values: Float64Array;
  /** [n, n]: row i is the vector of value i, of length 1. */
  vectors: Float64Array;
}

/**
 * Householder's tridiagonalisation and QL with implicit shifts (Martin, Reinsch and Wilkinson 1968; Bowdler et al. 1968: tred2 and tql2 of
 * EISPACK). Some 9 n^3 steps.
 *
 * @param matrix [n, n]; its lower triangle is read
 * @throws RangeError where it holds what is no number
 */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  if (!matrix.every(Number.isFinite)) throw new RangeError('A matrix with numbers that are not finite has no eigenvalues.');
  const v = matrix.slice();
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  tridiagonalise(v, diagonal, beside, n);
  diagonalise(v, diagonal, beside, n);
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => diagonal[b]! - diagonal[a]!);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => vectors.set(v.subarray(from * n, (from + 1) * n), to * n));
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors };
}

/** `v` becomes the rows of the transform; the tridiagonal matrix stands in `diagonal` and, from 1 on, in `beside`. */
function tridiagonalise(v: Float64Array, diagonal: Float64Array, beside: Float64Array, n: number): void {
  const reflectors = new Float64Array(n * n);
  const scales = new Float64Array(n);
  const product = new Float64Array(n);
  for (let k = n - 1; k > 0; k--) {
    // Row k's first k numbers are reflected to (0, ..., 0, beside[k]).
    const u = reflectors.subarray(k * n, k * n + k);
    // Without the last, beside which the others may be too small to be seen in a sum.
    let others = 0;
    for (let j = 0; j < k; j++) {
      u[j] = v[k * n + j]!;
      if (j < k - 1) others += u[j]! * u[j]!;
    }
    diagonal[k] = v[k * n + k]!;
    const last = u[k - 1]!;
    if (others === 0) {
      beside[k] = last;
      continue;
    }
    const squares = others + last * last;
    const length = last > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
    beside[k] = length;
    u[k - 1] = last - length;
    const scale = squares - last * length;
    scales[k] = scale;
    let overlap = 0;
    for (let i = 0; i < k; i++) {
      let sum = 0;
      for (let j = 0; j <= i; j++) sum += v[i * n + j]! * u[j]!;
      for (let j = i + 1; j < k; j++) sum += v[j * n + i]! * u[j]!;
      product[i] = sum / scale;
      overlap += product[i]! * u[i]!;
    }
    for (let i = 0; i < k; i++) product[i]! -= (overlap / (2 * scale)) * u[i]!;
    for (let i = 0; i < k; i++) for (let j = 0; j <= i; j++) v[i * n + j]! -= u[i]! * product[j]! + product[i]! * u[j]!;
  }
  diagonal[0] = v[0]!;
  v.fill(0);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  // The transform's rows: reflections from the smallest on.
  for (let k = 1; k < n; k++) {
    const scale = scales[k]!;
    if (scale === 0) continue;
    const u = reflectors.subarray(k * n, k * n + k);
    for (let i = 0; i < k; i++) {
      let sum = 0;
      for (let j = 0; j < k; j++) sum += v[i * n + j]! * u[j]!;
      for (let j = 0; j < k; j++) v[i * n + j]! -= (sum / scale) * u[j]!;
    }
  }
}

const MOST_ROUNDS = 60;

/** QL with implicit shifts; the rows of `v` are turned along. */
function diagonalise(v: Float64Array, diagonal: Float64Array, beside: Float64Array, n: number): void {
  beside.copyWithin(0, 1);
  beside[n - 1] = 0;
  for (let low = 0; low < n; low++) {
    for (let round = 0; ; round++) {
      let end = low;
      while (end < n - 1 && Math.abs(beside[end]!) > Number.EPSILON * (Math.abs(diagonal[end]!) + Math.abs(diagonal[end + 1]!))) end++;
      if (end === low) break;
      if (round === MOST_ROUNDS) throw new RangeError('The eigenvalues of the matrix did not converge.');
      let g = (diagonal[low + 1]! - diagonal[low]!) / (2 * beside[low]!);
      let r = Math.hypot(g, 1);
      g = diagonal[end]! - diagonal[low]! + beside[low]! / (g + (g >= 0 ? r : -r));
      let [s, c, p] = [1, 1, 0];
      let i = end - 1;
      for (; i >= low; i--) {
        const f = s * beside[i]!;
        const b = c * beside[i]!;
        r = Math.hypot(f, g);
        beside[i + 1] = r;
        if (r === 0) {
          diagonal[i + 1]! -= p;
          beside[end] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = diagonal[i + 1]! - p;
        r = (diagonal[i]! - g) * s + 2 * c * b;
        p = s * r;
        diagonal[i + 1] = g + p;
        g = c * r - b;
        turn(v, n, i, c, s);
      }
      if (r === 0 && i >= low) continue;
      diagonal[low]! -= p;
      beside[low] = g;
      beside[end] = 0;
    }
  }
}

/** Rows i and i + 1 turned in their plane. */
function turn(v: Float64Array, n: number, i: number, c: number, s: number): void {
  const [a, b] = [i * n, (i + 1) * n];
  for (let k = 0; k < n; k++) {
    const f = v[b + k]!;
    v[b + k] = s * v[a + k]! + c * f;
    v[a + k] = c * v[a + k]! - s * f;
  }
}
