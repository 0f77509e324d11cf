/** The small files of JSON in a model's folder. */

import { readFile, stat } from 'node:fs/promises';
import type * as z from 'zod/mini';
import { RpcError } from '../../protocol/rpc.ts';
import { parseChecked } from '../checkedJson.ts';

/** Something larger of that name is not read into memory. */
const most = 8 * 2 ** 20;
const ADVICE = 'Correct it, or export the model again.';

export function invalid(message: string): RpcError {
  return new RpcError('model-invalid', message);
}

/** @throws RpcError 'model-missing', 'model-invalid' @returns undefined where there is none */
export async function readSmallFile(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw invalid(`${path} is no file. ${ADVICE}`);
    if (found.size > most) throw invalid(`${path} has ${found.size} bytes; such files have at most ${most}. ${ADVICE}`);
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (error instanceof RpcError) throw error;
    throw invalid(`${path} cannot be read (${code ?? (error as Error).message}). ${ADVICE}`);
  }
}

/** @throws RpcError 'model-invalid' with the field that is wrong, 'model-missing' where there is none */
export async function readJsonFile<Schema extends z.ZodMiniType>(schema: Schema, path: string): Promise<z.infer<Schema>> {
  const found = await readOptionalJson(schema, path);
  if (found === undefined) throw new RpcError('model-missing', `${path} is missing. Export the model again, with all of its files.`);
  return found;
}

/** The same; undefined where there is no such file. */
export async function readOptionalJson<Schema extends z.ZodMiniType>(schema: Schema, path: string): Promise<z.infer<Schema> | undefined> {
  const text = await readSmallFile(path);
  return text === undefined ? undefined : parseChecked(schema, text, path, ADVICE, invalid);
}
