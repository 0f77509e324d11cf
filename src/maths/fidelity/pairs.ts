/** Distances between the items of one class: how different they are, and whether two are alike. */

/** Places of items by their class; all in one group where no classes are known. */
export function groupsOf(count: number, classes: Int32Array | null): number[][] {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const one = classes ? classes[i]! : 0;
    const known = groups.get(one);
    if (known) known.push(i);
    else groups.set(one, [i]);
  }
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, places]) => places);
}

/** Root mean square difference of two items' numbers. */
export function distanceBetween(items: Float32Array, size: number, a: number, b: number): number {
  let sum = 0;
  for (let j = 0; j < size; j++) sum += (items[a * size + j]! - items[b * size + j]!) ** 2;
  return Math.sqrt(sum / size);
}

/** Mean distance between two of a group, over all pairs; NaN of fewer than two. */
export function meanDistance(items: Float32Array, size: number, group: readonly number[]): number {
  let [sum, pairs] = [0, 0];
  for (let a = 0; a < group.length; a++)
    for (let b = 0; b < a; b++) {
      sum += distanceBetween(items, size, group[a]!, group[b]!);
      pairs++;
    }
  return sum / pairs;
}

/** Of each of a group the distance to the nearest other one. */
export function nearestDistances(items: Float32Array, size: number, group: readonly number[]): Float64Array {
  const nearest = new Float64Array(group.length).fill(Infinity);
  for (let a = 0; a < group.length; a++)
    for (let b = 0; b < a; b++) {
      const distance = distanceBetween(items, size, group[a]!, group[b]!);
      nearest[a] = Math.min(nearest[a]!, distance);
      nearest[b] = Math.min(nearest[b]!, distance);
    }
  return nearest;
}

/** Of disjoint batches, each of one group, the distance of the nearest two: what is left of a group that fills no batch is left out. */
export function nearestInBatches(items: Float32Array, size: number, groups: readonly (readonly number[])[], batch: number): Float64Array {
  const found: number[] = [];
  for (const group of groups)
    for (let first = 0; first + batch <= group.length; first += batch)
      found.push(Math.min(...nearestDistances(items, size, group.slice(first, first + batch))));
  return Float64Array.from(found);
}
