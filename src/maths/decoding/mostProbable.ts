/** The ids of the largest logits [vocabulary], largest first; of equal ones the lower id. Fewer than `count` where there are no more. */
export function mostProbable(logits: Float32Array, count: number): number[] {
  const most = new Int32Array(Math.max(0, Math.min(count, logits.length)));
  let found = 0;
  let least = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    // Most are less than all that were found: of a large vocabulary few come further.
    if (found === most.length && !(logit > least)) continue;
    let [low, high] = [0, found];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (logits[most[middle]!]! >= logit) low = middle + 1;
      else high = middle;
    }
    if (low === most.length) continue;
    most.copyWithin(low + 1, low, Math.min(found, most.length - 1));
    most[low] = id;
    if (found < most.length) found++;
    if (found === most.length) least = logits[most[found - 1]!]!;
  }
  return [...most.subarray(0, found)];
}
