/** How large the files of a model are, before any is read. */

import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RpcError } from '../../protocol/rpc.ts';

/** Files that may lie beside an ONNX file and are none of its weights. */
const OTHERS = /\.(json|txt|md|safetensors|ckpt|pt|pth|h5|msgpack|py)$|pytorch_model.*\.bin$/i;

/** Bytes of .onnx files, and of all beside them that may be their weights. */
export async function bytesOfWeights(files: readonly string[]): Promise<number> {
  let sum = 0;
  for (const folder of new Set(files.map((file) => dirname(file))))
    for (const name of await readdir(folder).catch(() => [])) {
      if (OTHERS.test(name)) continue;
      const found = await stat(join(folder, name)).catch(() => undefined);
      if (found?.isFile()) sum += found.size;
    }
  return sum;
}

/** @throws RpcError 'memory' */
export async function checkWeights(name: string, files: readonly string[], limit: number): Promise<void> {
  const bytes = await bytesOfWeights(files);
  if (bytes <= limit) return;
  const inWords = (value: number): string => `${(value / 2 ** 20).toLocaleString('en', { maximumFractionDigits: 0 })} MiB`;
  throw new RpcError(
    'memory',
    `${name} has ${inWords(bytes)} of weights; the memory setting is ${inWords(limit)}. Raise the setting (genlens.engine.memoryLimit, or --memory), or use a ` +
      'smaller model, or one of half precision.',
  );
}
