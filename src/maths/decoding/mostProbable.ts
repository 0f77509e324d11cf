/** Logits that are looked at between two sorts of those that may be the largest. */
const sortedAtOnce = 256;

/** The ids of the largest logits [vocabulary], largest first; of equal ones the lower id. Fewer than `count` where there are no more. */
export function mostProbable(logits: Float32Array, count: number): number[] {
  const before = (a: number, b: number): number => logits[b]! - logits[a]! || a - b;
  // Few of a large vocabulary: those that a row begins with are sorted, and of the others the few that are larger than the least of them.
  let most: number[] = [];
  let least = -Infinity;
  for (let start = 0; start < logits.length; start += sortedAtOnce) {
    const had = most.length;
    const end = Math.min(start + sortedAtOnce, logits.length);
    for (let id = start; id < end; id++) if (logits[id]! > least || had < count) most.push(id);
    if (most.length === had) continue;
    most = most.sort(before).slice(0, count);
    if (most.length === count) least = logits[most[count - 1]!]!;
  }
  return most;
}
