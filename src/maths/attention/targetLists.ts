/** A token and where its text lies, in UTF-16 offsets; an empty span where a model's own token has no text. */
export interface TextToken {
  id: number;
  start: number;
  end: number;
}

/**
 * Target keys of every query: query i has keys[start[i]] to keys[end[i] - 1], rising. Queries share lists, so that a text of n equal
 * tokens takes n numbers and not n^2 / 2.
 */
export interface Targets {
  keys: Int32Array;
  /** [queries] */
  start: Int32Array;
  /** [queries] */
  end: Int32Array;
}

/**
 * Each query's targets are the keys of its list that lie before it. Query 0 has none: under the causal mask it sees one key, and attends
 * to it whatever the head does.
 *
 * @param lists rising keys
 * @param listOf list of a query; -1 for none
 * @param itself whether the query itself counts where its list has it
 */
export function listTargets(
  count: number,
  lists: readonly (readonly number[])[],
  listOf: (query: number) => number,
  itself = false,
): Targets {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, l) => (offsets[l + 1] = offsets[l]! + list.length));
  const keys = new Int32Array(offsets[lists.length]!);
  lists.forEach((list, l) => keys.set(list, offsets[l]));
  const [start, end] = [new Int32Array(count), new Int32Array(count)];
  const reached = offsets.slice(0, lists.length);
  for (let query = 1; query < count; query++) {
    const list = listOf(query);
    if (list < 0) continue;
    const limit = itself ? query : query - 1;
    while (reached[list]! < offsets[list + 1]! && keys[reached[list]!]! <= limit) reached[list]!++;
    start[query] = offsets[list]!;
    end[query] = reached[list]!;
  }
  return { keys, start, end };
}

/**
 * Which token holds each UTF-16 unit of the text: the first of those whose spans have it, -1 for none.
 *
 * @throws RangeError for a span outside the text, or before the one before it
 */
export function holders(tokens: readonly TextToken[], text: string): Int32Array {
  const holder = new Int32Array(text.length).fill(-1);
  let least = 0;
  tokens.forEach(({ start, end }, token) => {
    if (start === end) return;
    if (!(start >= least && start <= end && end <= text.length)) {
      throw new RangeError(`Token ${token} has the span ${start} to ${end}, after ${least} in a text of ${text.length}.`);
    }
    least = start;
    for (let unit = start; unit < end; unit++) if (holder[unit] === -1) holder[unit] = token;
  });
  return holder;
}
