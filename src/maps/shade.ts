import type { ShadeRequest } from '../protocol/inference.ts';
import { RpcError } from '../protocol/rpc.ts';
import { checkIndex } from './checks.ts';
import type { WeightMap } from './weightMap.ts';

/** What some tokens attend to [keys], or what attends to them [queries]; see `ShadeRequest`. */
export function readShade(map: WeightMap, { direction, groups }: ShadeRequest, signal: AbortSignal): Promise<Float32Array> {
  if (direction !== 'from' && direction !== 'to') throw new RpcError('out-of-range', `There is no direction ${String(direction)}.`);
  const count = direction === 'from' ? map.queries : map.keys;
  for (const group of groups) for (const token of group) checkIndex('token', token, count);
  return direction === 'from' ? map.sumRows(groups, signal) : map.sumColumns(groups.flat(), signal);
}
