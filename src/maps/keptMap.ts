import { mapOfRows, type WeightMap } from './weightMap.ts';

/** A map that is worked out once, when more than one of its rows is asked for, and then kept: for maps that cost more than a head. */
export function keptMap(map: WeightMap): WeightMap {
  const { queries, keys } = map;
  let whole: Float32Array | undefined;
  let working: Promise<Float32Array> | undefined;
  const load = async (signal: AbortSignal): Promise<Float32Array> => {
    while (!whole) {
      working ??= map.read(0, queries, signal).finally(() => (working = undefined));
      try {
        whole = await working;
      } catch (error) {
        // Who waited for another's work, which was dropped, does it anew.
        if (signal.aborted || !isAbort(error)) throw error;
      }
    }
    return whole;
  };
  const kept = mapOfRows({
    queries,
    keys,
    read: async (queryStart, queryEnd, signal) => (await load(signal)).slice(queryStart * keys, queryEnd * keys),
  });
  return {
    ...kept,
    read: (queryStart, queryEnd, signal) =>
      whole || queryEnd - queryStart > 1 ? kept.read(queryStart, queryEnd, signal) : map.read(queryStart, queryEnd, signal),
    sumRows: (groups, signal) => (whole ? kept : map).sumRows(groups, signal),
    sumColumns: (columns, signal) => (whole ? kept : map).sumColumns(columns, signal),
  };
}

const isAbort = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'AbortError' || ('code' in error && error.code === 'cancelled'));
