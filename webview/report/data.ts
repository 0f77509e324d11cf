/** The data of a report, out of the page's elements: each array when it is first asked for. */

import { unshuffleBytes } from '../../src/maths/byteShuffle.ts';
import {
  arrayTypes,
  reportElement,
  type ArrayReference,
  type Packed,
  type ReportArray,
  type ReportData,
} from '../../src/protocol/report.ts';

/** @throws where the page's data is cut off or was changed */
export async function readReport(): Promise<Packed<ReportData>> {
  return JSON.parse(new TextDecoder().decode(await bytesOf(reportElement.data))) as Packed<ReportData>;
}

/** A value with its arrays. */
export async function unpack<T>(value: Packed<T>): Promise<T> {
  return (await unpacked(value)) as T;
}

const arrays = new Map<string, Promise<ReportArray>>();

async function unpacked(value: unknown): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Promise.all(value.map(unpacked));
  if ('array' in value && typeof value.array === 'string') return arrayOf(value as ArrayReference);
  return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([name, item]) => [name, await unpacked(item)] as const)));
}

function arrayOf({ array: id, type }: ArrayReference): Promise<ReportArray> {
  const known = arrays.get(id) ?? readArray(id, type);
  arrays.set(id, known);
  return known;
}

async function readArray(id: string, type: ArrayReference['type']): Promise<ReportArray> {
  const constructor = arrayTypes[type];
  return new constructor(unshuffleBytes(await bytesOf(id), constructor.BYTES_PER_ELEMENT).buffer);
}

async function bytesOf(id: string): Promise<Uint8Array> {
  const text = document.getElementById(id)?.textContent;
  if (text === undefined) throw new Error(`This report is not whole: its part “${id}” is missing. Write it again.`);
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(inflated).arrayBuffer());
}
