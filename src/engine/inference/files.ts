/** Reads the files of a model, none of which is trusted. */

import { createHash, type Hash } from 'node:crypto';
import { open, realpath, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { ModelSource } from '../../protocol/inference.ts';
import { RpcError, type CallContext } from '../../protocol/rpc.ts';
import { systemReason } from '../systemError.ts';

/** Protobuf's own limit on a message. Larger models keep their weights outside of the .onnx file. */
const maximumModelBytes = 2 ** 31 - 1;
/** Small enough that other calls are answered between two of them. */
const chunkBytes = 4 * 2 ** 20;

function unreadable(path: string, error: unknown): RpcError {
  const { code } = error as NodeJS.ErrnoException;
  return new RpcError(
    code === 'ENOENT' || code === 'ENOTDIR' ? 'model-missing' : 'model-unreadable',
    `${path} cannot be read: ${systemReason(error)}. Check the path, or choose another model.`,
  );
}

async function openFile(path: string): Promise<{ file: FileHandle; size: number }> {
  let file: FileHandle | undefined;
  try {
    // Looked at before it is opened: opening a pipe would wait for a writer.
    const found = await stat(path);
    if (!found.isFile()) {
      throw new RpcError(
        'model-unreadable',
        `${path} is ${found.isDirectory() ? 'a folder' : 'not a regular file'}; give the .onnx file itself.`,
      );
    }
    file = await open(path, 'r');
    return { file, size: found.size };
  } catch (error) {
    await file?.close();
    throw error instanceof RpcError ? error : unreadable(path, error);
  }
}

async function eachChunk(
  path: string,
  context: CallContext,
  fraction: (done: number) => void,
  take: (chunk: Uint8Array, at: number) => void,
): Promise<void> {
  const { file, size } = await openFile(path);
  try {
    const buffer = new Uint8Array(Math.min(chunkBytes, size));
    for (let at = 0; at < size;) {
      context.signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - at), at);
      if (bytesRead === 0) throw new RpcError('model-unreadable', `${path} became shorter while it was read (${at} of ${size} bytes).`);
      take(buffer.subarray(0, bytesRead), at);
      at += bytesRead;
      fraction(at / size);
    }
  } catch (error) {
    throw error instanceof RpcError || context.signal.aborted ? error : unreadable(path, error);
  } finally {
    await file.close();
  }
}

function checkHash(source: ModelSource, path: string, actual: string): void {
  const expected = source.sha256?.[path];
  if (expected === undefined || expected.toLowerCase() === actual) return;
  throw new RpcError(
    'hash-mismatch',
    `${path} is not the file that its manifest describes: sha256 ${actual}, expected ${expected}. The file is damaged or was changed; reinstall the model.`,
  );
}

/** The bytes of a model's .onnx file and their sha256, which is compared with the one expected. */
export async function readModelFile(source: ModelSource, context: CallContext): Promise<{ bytes: Uint8Array; sha256: string }> {
  const { file, size } = await openFile(source.path);
  await file.close();
  if (size > maximumModelBytes) {
    throw new RpcError(
      'model-too-large',
      `${source.path} has ${size} bytes; an .onnx file has at most ${maximumModelBytes}. Save the model with its weights as external data.`,
    );
  }
  const bytes = new Uint8Array(size);
  const hash = createHash('sha256');
  await eachChunk(
    source.path,
    context,
    (fraction) => context.progress({ message: 'Reading the model', fraction }),
    (chunk, at) => {
      bytes.set(chunk, at);
      hash.update(chunk);
    },
  );
  const sha256 = hash.digest('hex');
  checkHash(source, source.path, sha256);
  return { bytes, sha256 };
}

async function hashFile(path: string, context: CallContext): Promise<string> {
  const hash: Hash = createHash('sha256');
  await eachChunk(
    path,
    context,
    (fraction) => context.progress({ message: 'Checking the files of the model', fraction }),
    (chunk) => hash.update(chunk),
  );
  return hash.digest('hex');
}

/** Compares every other file whose sha256 is stated (the tokenizer, weights kept outside) with it. */
export async function checkOtherFiles(source: ModelSource, context: CallContext): Promise<void> {
  for (const path of Object.keys(source.sha256 ?? {})) {
    if (path !== source.path) checkHash(source, path, await hashFile(path, context));
  }
}

/** Size and time of change of each file that is there, by path: enough to tell that one was changed, without reading gigabytes. */
export async function fileStamps(paths: readonly string[]): Promise<Record<string, string>> {
  const stamps: Record<string, string> = {};
  for (const path of paths) {
    const found = await stat(path, { bigint: true }).catch(() => undefined);
    if (found) stamps[path] = `${found.size} bytes, ${found.mtimeNs} ns`;
  }
  return stamps;
}

/**
 * Makes sure that the files holding a model's weights are real files inside the model's folder, links followed.
 *
 * @param files paths relative to the model's folder, free of ".." and absolute ones
 * @returns the folder
 */
export async function checkExternalFiles(modelPath: string, files: readonly string[]): Promise<string> {
  const folder = dirname(modelPath);
  const root = await realpath(folder);
  for (const file of files) {
    const path = join(folder, file);
    let real: string;
    try {
      real = await realpath(path);
    } catch (error) {
      throw new RpcError(
        'external-data-missing',
        `The model keeps weights in ${path}, which cannot be read (${systemReason(error)}). Put that file beside the .onnx file.`,
      );
    }
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw new RpcError(
        'external-data-outside',
        `The model keeps weights in ${path}, a link to ${real} outside of its folder ${root}. Copy that file into the folder.`,
      );
    }
    if (!(await stat(real)).isFile())
      throw new RpcError('external-data-missing', `The model keeps weights in ${path}, which is not a file.`);
  }
  return root;
}
