/** Two densities on the cells of a raster, against which those at points are held. */

/**
 * Jensen-Shannon divergence of two densities on cells of one area, nats: 0 to log 2. All that lies outside is one more cell; as of every
 * partition, what is found is no more than the divergence of the densities.
 *
 * @param p per unit of area, as `q`; the mass that a density lacks lies outside
 */
export function jensenShannon(p: Float64Array, q: Float64Array, cellArea: number): number {
  let [sum, outsideP, outsideQ] = [0, 1, 1];
  for (let i = 0; i < p.length; i++) {
    const [a, b] = [p[i]! * cellArea, q[i]! * cellArea];
    sum += ofCell(a, b);
    outsideP -= a;
    outsideQ -= b;
  }
  return Math.max(0, sum + ofCell(Math.max(0, outsideP), Math.max(0, outsideQ)));
}

function ofCell(a: number, b: number): number {
  return ((a > 0 ? a * Math.log((2 * a) / (a + b)) : 0) + (b > 0 ? b * Math.log((2 * b) / (a + b)) : 0)) / 2;
}
