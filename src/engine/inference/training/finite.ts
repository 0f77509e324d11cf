import { RpcError } from '../../../protocol/rpc.ts';

/** What a network gave, where all of it are numbers. @throws RpcError 'not-finite' */
export function finite(what: string, values: Float32Array): Float32Array {
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new RpcError('not-finite', `The ${what} gives ${values[wrong]}; go back to an earlier checkpoint.`);
  return values;
}
