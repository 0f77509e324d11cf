/** NumPy's .npz files: a zip archive of .npy files. Only what NumPy writes is read: stored or deflated entries, with or without zip64. */

import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { readNpy, type NpyArray } from './npy.ts';

export class NpzError extends Error {
  override readonly name = 'NpzError';
}

const inflate = promisify(inflateRaw);

const endOfDirectory = 0x06054b50;
const zip64Locator = 0x07064b50;
const zip64EndOfDirectory = 0x06064b50;
const directoryEntry = 0x02014b50;
const localEntry = 0x04034b50;
/** Deflate packs at most 1,032 to 1; what claims more is made up. */
const maximumRatio = 1_032;

interface Entry {
  name: string;
  method: number;
  flags: number;
  packed: number;
  unpacked: number;
  start: number;
}

/** A 64-bit number that must be a position or size inside what JavaScript can count. */
function readSafe(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new NpzError(`It states a size of ${value} bytes.`);
  return Number(value);
}

/** Where the central directory is and how many entries it has. */
function findDirectory(view: DataView): { start: number; count: number } {
  const earliest = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= earliest; at--) {
    if (view.getUint32(at, true) !== endOfDirectory) continue;
    const count = view.getUint16(at + 10, true);
    const start = view.getUint32(at + 16, true);
    if (count !== 0xffff && start !== 0xffffffff) return { start, count };
    if (at < 20 || view.getUint32(at - 20, true) !== zip64Locator) break;
    const end = readSafe(view, at - 12);
    if (end + 56 > view.byteLength || view.getUint32(end, true) !== zip64EndOfDirectory) break;
    return { start: readSafe(view, end + 48), count: readSafe(view, end + 32) };
  }
  throw new NpzError('It is not a .npz (zip) file, or its end is missing.');
}

/** Sizes and position that do not fit into 32 bits stand in the zip64 field, in this order, each only where its own field is full. */
function readZip64(view: DataView, from: number, to: number, entry: Entry): void {
  for (let at = from; at + 4 <= to;) {
    const id = view.getUint16(at, true);
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > to) return;
    if (id === 1) {
      let next = at + 4;
      for (const field of ['unpacked', 'packed', 'start'] as const) {
        if (entry[field] !== 0xffffffff) continue;
        if (next + 8 > end) return;
        entry[field] = readSafe(view, next);
        next += 8;
      }
      return;
    }
    at = end;
  }
}

function readDirectory(bytes: Uint8Array, view: DataView): Entry[] {
  const { start, count } = findDirectory(view);
  const entries: Entry[] = [];
  for (let at = start, i = 0; i < count; i++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== directoryEntry) throw new NpzError('Its list of entries is damaged.');
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const extra = at + 46 + nameLength;
    const next = extra + extraLength + view.getUint16(at + 32, true);
    if (next > view.byteLength) throw new NpzError('Its list of entries is damaged.');
    const entry: Entry = {
      name: new TextDecoder().decode(bytes.subarray(at + 46, extra)),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      unpacked: view.getUint32(at + 24, true),
      start: view.getUint32(at + 42, true),
    };
    readZip64(view, extra, extra + extraLength, entry);
    entries.push(entry);
    at = next;
  }
  return entries;
}

async function unpack(bytes: Uint8Array, view: DataView, entry: Entry): Promise<Uint8Array> {
  const { name, start } = entry;
  if (entry.flags & 1) throw new NpzError(`${name} is encrypted.`);
  if (start + 30 > view.byteLength || view.getUint32(start, true) !== localEntry)
    throw new NpzError(`${name} is not where the list of entries says.`);
  const data = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  if (data + entry.packed > view.byteLength) throw new NpzError(`${name} is cut off.`);
  const packed = bytes.subarray(data, data + entry.packed);
  if (entry.method === 0) {
    if (entry.packed !== entry.unpacked) throw new NpzError(`${name} is stored with two different sizes.`);
    return packed;
  }
  if (entry.method !== 8) throw new NpzError(`${name} is packed by method ${entry.method}; stored and deflated entries are read.`);
  try {
    const unpacked = await inflate(packed, { maxOutputLength: Math.max(1, entry.unpacked) });
    if (unpacked.length === entry.unpacked) return unpacked;
  } catch {
    // Told below, with the name.
  }
  throw new NpzError(`${name} does not unpack to the ${entry.unpacked} bytes that it states.`);
}

/**
 * Reads the arrays of a .npz file by name (without ".npy").
 *
 * @param limit largest sum of unpacked bytes; beyond it nothing is unpacked.
 * @throws NpzError, NpyError
 */
export async function readNpz(bytes: Uint8Array, limit = 4 * 2 ** 30): Promise<Map<string, NpyArray>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 22) throw new NpzError('It is not a .npz (zip) file, or its end is missing.');
  const entries = readDirectory(bytes, view);
  const total = entries.reduce((sum, { unpacked }) => sum + unpacked, 0);
  if (total > limit) throw new NpzError(`It unpacks to ${total} bytes; the limit is ${limit}.`);
  const inflated = entries.find(({ packed, unpacked }) => unpacked > (packed + 1) * maximumRatio);
  if (inflated)
    throw new NpzError(`${inflated.name} states ${inflated.unpacked} bytes unpacked from ${inflated.packed}, which no deflate does.`);
  const arrays = new Map<string, NpyArray>();
  for (const entry of entries) {
    if (!entry.name.endsWith('.npy')) throw new NpzError(`It holds ${entry.name}, which is not a .npy file.`);
    const name = entry.name.slice(0, -'.npy'.length);
    if (arrays.has(name)) throw new NpzError(`It holds ${entry.name} twice.`);
    try {
      arrays.set(name, readNpy(await unpack(bytes, view, entry)));
    } catch (error) {
      if (error instanceof NpzError) throw error;
      throw new NpzError(`${entry.name}: ${(error as Error).message}`);
    }
  }
  return arrays;
}
