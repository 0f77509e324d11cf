/** What a model is fed: tensors that were given, and, by what exporters call them, those that follow from a text's tokens. */

import { bytesPerElement, elementCount, elementsOf, isElementType, wholeNumbers, zeros, type ElementType } from '../formats/elements.ts';
import type { TensorData, TensorInfo } from '../protocol/inference.ts';
import { RpcError } from '../protocol/rpc.ts';
import type { RawTensor } from '../protocol/worker.ts';

export interface Feeds {
  tensors: Readonly<Record<string, RawTensor>>;
  batch: number;
  /** Tokens in a sequence, padding included; 0 where the model takes no token ids. */
  length: number;
}

type Role = 'ids' | 'mask' | 'positions' | 'types' | 'past' | 'cacheBranch' | 'logitsToKeep';

const integerTypes = new Set(['int64', 'int32']);

/** What an input is for, by what exporters call it; undefined where the name says nothing. */
export function roleByName({ name, type, shape }: TensorInfo): Role | undefined {
  const plain = name.toLowerCase();
  if (/(^|\.|_)past(_|\.|$)|past_key|cache_(key|value)/.test(plain) && shape.length >= 4) return 'past';
  if (/use_cache(_branch)?$/.test(plain)) return 'cacheBranch';
  if (/logits_to_keep$/.test(plain)) return 'logitsToKeep';
  if (/^(encoder_|decoder_)/.test(plain)) return undefined;
  if (/mask/.test(plain) && shape.length === 2) return 'mask';
  if (/position/.test(plain) && shape.length <= 2 && integerTypes.has(type)) return 'positions';
  if (/token_type|segment/.test(plain) && shape.length === 2) return 'types';
  return undefined;
}

/** The input that takes token ids: by name, else the only one left that looks so. */
export function idsInput(inputs: readonly TensorInfo[]): TensorInfo | undefined {
  const possible = inputs.filter(({ type, shape }) => integerTypes.has(type) && (shape.length === 2 || shape.length === 1));
  return (
    possible.find(({ name }) => name === 'input_ids') ??
    possible.find((input) => input.shape.length === 2 && roleByName(input) === undefined && !/^decoder_/.test(input.name)) ??
    possible.find((input) => /(^|_)(ids|tokens)$/.test(input.name) && roleByName(input) === undefined && !/^decoder_/.test(input.name))
  );
}

/** How many tokens the file's own shapes demand, or null where any number goes. */
export function fixedLength(inputs: readonly TensorInfo[]): number | null {
  const last = idsInput(inputs)?.shape.at(-1);
  return typeof last === 'number' && last > 0 ? last : null;
}

function describe(type: string, shape: readonly (number | string)[]): string {
  return `${type} [${shape.join(', ')}]`;
}

/** A given tensor, checked against what the model declares. */
function checkGiven(input: TensorInfo, { type, shape, data }: TensorData): RawTensor {
  const expected = describe(input.type, input.shape);
  const wrong = (problem: string): RpcError =>
    new RpcError(
      'input-invalid',
      `Input ${input.name}: expected ${expected}, got ${describe(type, shape)}${problem}. Give a tensor of that type and shape.`,
    );
  if (!isElementType(type) || type !== input.type) throw wrong(` (type ${type} instead of ${input.type})`);
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0)) throw wrong('');
  if (shape.length !== input.shape.length) throw wrong(` (${shape.length} dimensions instead of ${input.shape.length})`);
  const axis = input.shape.findIndex((size, i) => typeof size === 'number' && size >= 0 && size !== shape[i]);
  if (axis >= 0) throw wrong(` (dimension ${axis} is ${shape[axis]!} instead of ${input.shape[axis]!})`);
  if (data.byteLength !== elementCount(shape) * bytesPerElement(type)) throw wrong(` with ${data.byteLength} bytes`);
  return { type, shape, data: elementsOf(type, data) };
}

function typeOf({ name, type }: TensorInfo): ElementType {
  if (isElementType(type)) return type;
  throw new RpcError('input-missing', `Input ${name} has elements of type ${type}, which cannot be made from a text.`);
}

/** Axis of a cache input that counts past tokens. */
function pastAxis({ shape }: TensorInfo): number {
  const named = shape.findIndex((size) => typeof size === 'string' && /past|cache|seq|len|ctx|context/i.test(size) && !/batch/i.test(size));
  return named >= 0 ? named : shape.length - 2;
}

/** Zero-length cache: the dimension that counts past tokens is 0, the others are as declared. */
function emptyPast(input: TensorInfo, batch: number): RawTensor {
  const lengthAxis = pastAxis(input);
  const refuse = (problem: string): RpcError =>
    new RpcError(
      'input-missing',
      `Input ${input.name} (${describe(input.type, input.shape)}) has ${problem}; give the tensor itself (--inputs FEEDS.npz).`,
    );
  const sizes = input.shape.map((size, axis) => {
    if (axis === lengthAxis && typeof size === 'string') return 0;
    if (typeof size === 'number') return size;
    // The only size that is open beside the length is the batch, by whatever name.
    if (/head|dim|hidden|width/i.test(size)) throw refuse(`a dimension "${size}" of unknown size`);
    return batch;
  });
  if (sizes[lengthAxis] !== 0) throw refuse('a cache of fixed length');
  return { type: input.type, shape: sizes, data: zeros(typeOf(input), 0) };
}

/** A tensor [batch, length] of these rows, or the first of them [length]. */
function rowsOf(input: TensorInfo, rows: readonly (readonly number[])[]): RawTensor {
  const length = rows[0]?.length ?? 0;
  const flat = input.shape.length < 2;
  const values = flat || rows.length === 1 ? (rows[0] ?? []) : rows.flat();
  return { type: input.type, shape: flat ? [length] : [rows.length, length], data: wholeNumbers(typeOf(input), values) };
}

/** The same row for each of the batch. */
function repeated(input: TensorInfo, batch: number, row: readonly number[]): RawTensor {
  return rowsOf(
    input,
    Array.from({ length: batch }, () => row),
  );
}

/** What is known of the sequence that inputs are filled in for. */
interface Sequence {
  /** The ids of each of the batch, of one length, padding included. */
  rows: readonly (readonly number[])[];
  /** Without padding. */
  real: number;
  /** Tokens in a cache that is fed. */
  past: number;
  /** For how many of the last tokens logits are wanted, where the model asks. */
  logits: number;
}

function fillIn(input: TensorInfo, role: Role, { rows, real, past, logits }: Sequence): RawTensor {
  const one = input.shape.map(() => 1);
  const batch = rows.length;
  const ids = rows[0] ?? [];
  switch (role) {
    case 'ids':
      return rowsOf(input, rows);
    case 'mask': {
      const mask = new Array<number>(past + ids.length).fill(1).fill(0, past + real);
      return repeated(input, batch, mask);
    }
    case 'positions': {
      // Where the file fixes the batch of positions to 1, they are broadcast.
      const positions = ids.map((_, i) => past + i);
      return repeated(input, input.shape[0] === 1 ? 1 : batch, positions);
    }
    case 'types': {
      const types = ids.map(() => 0);
      return repeated(input, batch, types);
    }
    case 'past':
      return emptyPast(input, batch);
    case 'cacheBranch':
      return { type: input.type, shape: one, data: wholeNumbers(typeOf(input), [past > 0 ? 1 : 0]) };
    case 'logitsToKeep':
      return { type: input.type, shape: one, data: wholeNumbers(typeOf(input), [logits]) };
  }
}

/** Roles whose tensors have the length of the sequence. */
const sequential: ReadonlySet<Role> = new Set(['mask', 'positions', 'types']);

/** Batch and length of given tensors; length 0 where the model takes no token ids. */
function sizesOfGiven(inputs: readonly TensorInfo[], given: ReadonlyMap<string, RawTensor>): { batch: number; length: number } {
  const ids = idsInput(inputs);
  const sequence = inputs.find(
    (input) => given.has(input.name) && (/embeds$/.test(input.name) || sequential.has(roleByName(input) ?? 'ids')),
  );
  const shape = [ids, sequence].map((input) => input && given.get(input.name)?.shape).find((found) => found !== undefined);
  if (shape) return shape.length === 1 ? { batch: 1, length: shape[0]! } : { batch: shape[0]!, length: shape[1]! };
  return { batch: given.values().next().value?.shape[0] ?? 1, length: 0 };
}

function pastOfGiven(inputs: readonly TensorInfo[], given: ReadonlyMap<string, RawTensor>): number {
  const cache = inputs.find((input) => roleByName(input) === 'past' && given.has(input.name));
  return cache ? (given.get(cache.name)!.shape[pastAxis(cache)] ?? 0) : 0;
}

function checkAllGiven(inputs: readonly TensorInfo[], tensors: Readonly<Record<string, TensorData>>): Map<string, RawTensor> {
  const given = new Map<string, RawTensor>();
  for (const [name, tensor] of Object.entries(tensors)) {
    const input = inputs.find((one) => one.name === name);
    if (!input) {
      const names = inputs.map((one) => `${one.name} ${describe(one.type, one.shape)}`).join(', ');
      throw new RpcError('input-invalid', `The model has no input ${name}; its inputs are ${names}.`);
    }
    given.set(name, checkGiven(input, tensor));
  }
  return given;
}

/** The batch that a file demands for a text: its own where it is fixed, else 1. */
export function batchForText(ids: TensorInfo): number {
  const [size] = ids.shape;
  return ids.shape.length === 2 && typeof size === 'number' && size > 0 ? size : 1;
}

/**
 * All that a run needs, from token ids or from given tensors; what is missing beside them is filled in by name.
 *
 * @param request.ids one sequence of token ids; repeated where the file fixes a larger batch, padded where it fixes a length
 * @throws RpcError 'input-invalid' for a given tensor that does not fit, 'input-missing' for an input that nothing is known of,
 *   'too-long' for more ids than the file's shapes allow
 */
export function buildFeeds(
  inputs: readonly TensorInfo[],
  request: { ids?: readonly number[]; given?: Readonly<Record<string, TensorData>>; paddingId?: number },
): Feeds {
  const given = checkAllGiven(inputs, request.given ?? {});
  const idsOf = idsInput(inputs);
  if (request.ids && !idsOf) {
    const names = inputs.map((one) => `${one.name} ${describe(one.type, one.shape)}`).join(', ');
    throw new RpcError('input-missing', `The model takes no token ids (its inputs are ${names}); give its tensors (--inputs FEEDS.npz).`);
  }
  const sizes = request.ids && idsOf ? { batch: batchForText(idsOf), length: request.ids.length } : sizesOfGiven(inputs, given);
  const length = (request.ids && fixedLength(inputs)) ?? sizes.length;
  if (sizes.length > length) throw new RpcError('too-long', `The text has ${sizes.length} tokens, the model takes ${length}.`);
  const sequence: Sequence = {
    rows: Array.from({ length: sizes.batch }, () => padded(request.ids ?? [], length, request.paddingId ?? 0)),
    real: sizes.length,
    past: pastOfGiven(inputs, given),
    logits: 1,
  };

  const tensors: Record<string, RawTensor> = {};
  for (const input of inputs) {
    const role = input === idsOf ? 'ids' : roleByName(input);
    const present = given.get(input.name);
    const unknown = role === undefined || (role === 'ids' && !request.ids) || (length === 0 && sequential.has(role));
    if (!present && unknown) {
      const source = request.ids ? 'a text' : 'what was given';
      throw new RpcError(
        'input-missing',
        `Input ${input.name} (${describe(input.type, input.shape)}) cannot be made from ${source}; give it as a tensor of that name (--inputs FEEDS.npz).`,
      );
    }
    if (present) tensors[input.name] = present;
    else if (role !== undefined) tensors[input.name] = fillIn(input, role, sequence);
  }
  return { tensors, batch: Math.max(1, sizes.batch), length };
}

function padded(ids: readonly number[], length: number, paddingId: number): number[] {
  return Array.from({ length }, (_, i) => ids[i] ?? paddingId);
}

/**
 * What a model is fed for new tokens of sequences that it has seen the beginning of, beside the cache of that beginning: an empty one is
 * made where nothing came before.
 *
 * @param request.rows the new ids of each sequence, of one length; padded where the file fixes a length
 * @param request.past how many tokens of each sequence came before
 * @param request.logits for how many of the last tokens logits are wanted, where the model asks
 * @throws RpcError as `buildFeeds`
 */
export function continuingFeeds(
  inputs: readonly TensorInfo[],
  request: { rows: readonly (readonly number[])[]; past: number; logits?: number; paddingId: number },
): Feeds {
  const idsOf = idsInput(inputs);
  const real = request.rows[0]?.length ?? 0;
  const length = fixedLength(inputs) ?? real;
  if (real > length) throw new RpcError('too-long', `The text has ${real} tokens, the model takes ${length}.`);
  const rows = request.rows.map((ids) => padded(ids, length, request.paddingId));
  const sequence: Sequence = { rows, real, past: request.past, logits: request.logits ?? 1 };
  const tensors: Record<string, RawTensor> = {};
  for (const input of inputs) {
    const role = input === idsOf ? 'ids' : roleByName(input);
    if (role === undefined) {
      throw new RpcError(
        'input-missing',
        `Input ${input.name} (${describe(input.type, input.shape)}) cannot be made from a text, so the model cannot continue one.`,
      );
    }
    if (role !== 'past' || request.past === 0) tensors[input.name] = fillIn(input, role, sequence);
  }
  return { tensors, batch: rows.length, length };
}
