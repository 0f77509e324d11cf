/** The ids of the largest logits [vocabulary], largest first; of equal ones the lower id. Fewer than `count` where there are no more. */
export function mostProbable(logits: Float32Array, count: number): number[] {
  const most = new Int32Array(Math.max(0, Math.min(count, logits.length)));
  let found = 0;
  // Of the last of them, once they are all there: of a large vocabulary few come further.
  let least = NaN;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (logit <= least) continue;
    let place = found < most.length ? found++ : found - 1;
    for (; place > 0 && logits[most[place - 1]!]! < logit; place--) most[place] = most[place - 1]!;
    most[place] = id;
    if (found === most.length) least = logits[most[found - 1]!]!;
  }
  return [...most.subarray(0, found)];
}
