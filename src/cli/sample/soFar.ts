import type { Progress } from '../../protocol/rpc.ts';

/** What a terminal shows while samples come. */
export function sampledSoFar(done: number, count: number): Progress {
  return { message: `Sampled ${done} of ${count}`, fraction: done / count };
}
