/** A folder of training graphs (`models/mixtures-2d`): training.json names them, initial.npz has what a training begins with. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { elementsOf } from '../formats/elements.ts';
import { readNpz } from '../formats/npz.ts';
import type { MixtureShape } from '../maths/mixtures/mixture.ts';
import { RpcError } from '../protocol/rpc.ts';
import { parseChecked } from './checkedJson.ts';
import { parseMixtures } from './mixtures.ts';

const tensor = z.object({
  name: z.string().check(z.minLength(1)),
  type: z.literal('float32'),
  // A size that may be any has a name.
  shape: z.array(z.union([z.int().check(z.gte(1)), z.string().check(z.minLength(1))])),
});

const schema = z.object({
  schemaVersion: z.literal(1),
  name: z.string(),
  batch: z.int().check(z.gte(1)),
  graphs: z.record(
    z.string().check(z.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, { error: 'must be lower-case words joined by "-" and "."' })),
    z.object({ inputs: z.array(tensor), outputs: z.array(tensor) }),
  ),
  layers: z.record(z.string(), z.array(z.array(z.int().check(z.gte(1))))),
  files: z.record(z.string(), z.string().check(z.regex(/^[0-9a-f]{64}$/, { error: 'must be 64 lower-case hexadecimal digits (sha256)' }))),
});

export type GraphTensor = z.infer<typeof tensor>;

export interface TrainingGraph {
  readonly inputs: readonly GraphTensor[];
  readonly outputs: readonly GraphTensor[];
}

export interface TrainingFolder {
  readonly path: string;
  /** Examples of a step. */
  readonly batch: number;
  /** By name: `vae.step`. The file is the name with `.onnx` behind it. */
  readonly graphs: Readonly<Record<string, TrainingGraph>>;
  /** Hex sha256 by file. */
  readonly sha256: Readonly<Record<string, string>>;
  readonly mixtures: Readonly<Record<string, MixtureShape>>;
  /** Of networks whose first parameters a seed draws, by network: the shapes of their matrices and biases, in order. */
  readonly layers: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** The first parameters of the others, by network: [P]. */
  readonly initial: ReadonlyMap<string, Float32Array>;
}

export function trainingInvalid(message: string): RpcError {
  return new RpcError('training-invalid', message);
}

const ADVICE = 'Correct it or reinstall the model.';

/** @throws RpcError 'training-invalid', 'hash-mismatch' */
export async function readTrainingFolder(path: string): Promise<TrainingFolder> {
  const description = join(path, 'training.json');
  const text = await readFile(description, 'utf8').catch(unreadable(description));
  const { batch, graphs, layers, files } = parseChecked(schema, text, description, ADVICE, trainingInvalid);
  const mixtures = await checkedFile(path, 'mixtures.json', files);
  const initialPath = join(path, 'initial.npz');
  const initial = new Map<string, Float32Array>();
  try {
    for (const [name, { type, data }] of await readNpz(await checkedFile(path, 'initial.npz', files), 2 ** 28)) {
      if (type !== 'float32') throw trainingInvalid(`${initialPath}: ${name} is ${type}; parameters are float32. ${ADVICE}`);
      initial.set(name, elementsOf('float32', data) as Float32Array);
    }
  } catch (error) {
    if (error instanceof RpcError) throw error;
    throw trainingInvalid(`${initialPath} cannot be used: ${(error as Error).message} ${ADVICE}`);
  }
  return {
    path,
    batch,
    graphs,
    layers,
    sha256: files,
    mixtures: parseMixtures(new TextDecoder().decode(mixtures), join(path, 'mixtures.json'), trainingInvalid),
    initial,
  };
}

/**
 * A file of the folder.
 *
 * @throws RpcError 'training-invalid', 'hash-mismatch'
 */
export async function checkedFile(folder: string, name: string, sha256: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const path = join(folder, name);
  const bytes = await readFile(path).catch(unreadable(path));
  const expected = Object.hasOwn(sha256, name) ? sha256[name] : undefined;
  if (expected === undefined)
    throw trainingInvalid(`${path} is not among the files of training.json, so its content cannot be checked. ${ADVICE}`);
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== expected)
    throw new RpcError(
      'hash-mismatch',
      `${path} is not the file that training.json describes: sha256 ${actual}, expected ${expected}. ${ADVICE}`,
    );
  return bytes;
}

function unreadable(path: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    throw trainingInvalid(`${path} cannot be read (${error.code ?? error.message}). Reinstall the model.`);
  };
}
