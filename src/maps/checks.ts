/** Checks of what is asked of a run; who asks is not trusted. */

import { RpcError } from '../protocol/rpc.ts';

/** No screen shows more, and a peer that asks for more gets no gigabytes. */
const maximumSide = 8_192;

function outOfRange(what: string, value: unknown, range: string): RpcError {
  return new RpcError('out-of-range', `There is no ${what} ${String(value)}; ${range}.`);
}

/** Checks that `value` is a whole number in [0, count). */
export function checkIndex(what: string, value: number, count: number): number {
  if (Number.isInteger(value) && value >= 0 && value < count) return value;
  throw outOfRange(what, value, count === 1 ? 'there is only 0' : `they go from 0 to ${count - 1}`);
}

export function checkSpan(what: string, start: number, end: number, count: number): void {
  if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= count) return;
  throw outOfRange(`range of ${what}`, `${start} to ${end}`, `they go from 0 to ${count}`);
}

export function checkSide(what: string, value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= maximumSide) return value;
  throw outOfRange(`number of ${what}`, value, `it goes from 1 to ${maximumSide}`);
}
