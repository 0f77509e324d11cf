/** ONNX Runtime's errors as people read them. */

import { messageOf } from '../../protocol/errors.ts';
import { RpcError } from '../../protocol/rpc.ts';

/** Where in its own source the runtime failed, `/path/file.cc:12 type name(arguments) const`, and the check that did where words follow it. */
const sourceLocation =
  /\/\S*\bonnxruntime\/\S+\.(?:cc|h|cpp):\d+ (?:[\w:*&<>~, ]+\([^()]*\)(?:::<lambda\([^)]*\)>)?(?: const)? ?)?(?:[^\n]*? was false\. (?=\S))?/g;

const outOfMemory = /bad[_ ]alloc|failed to allocate memory|out of memory|array buffer allocation failed|CUDA_ERROR_OUT_OF_MEMORY/i;

/** What the runtime said, without the places in its own source. */
export function engineMessage(error: unknown): string {
  const message = messageOf(error);
  const words = message.replace(sourceLocation, '').trim();
  return words || message.trim();
}

/** An RpcError of this code, or `memory` where that was the cause; RpcErrors stay as they are. */
export function engineFailure(code: string, what: string, error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  const message = engineMessage(error);
  if (outOfMemory.test(message))
    return new RpcError(
      'memory',
      `${what}: there is not enough memory. Use a shorter text or a smaller model, or free memory. (${message})`,
    );
  return new RpcError(code, `${what}: ${message}`);
}
