/** What a debug adapter answered, taken apart. It comes from the program's process: nothing in it is believed before it was looked at. */

import type { ProgramValue, ReadValue, ValuePath } from '../../../protocol/terms.ts';
import { limits } from './expression.ts';

export interface Reply {
  readonly values: readonly ReadValue[];
  readonly autocast: boolean;
}

/** Characters of the longest answer. */
const longest = 16_000_000;
const longestText = 300;
const mostAxes = 64;

class Malformed extends Error {
  constructor(what: string) {
    super(`The debug adapter's answer cannot be read: ${what}.`);
  }
}

/** @throws Error where it is not what was asked for */
export function parseReply(answer: unknown, paths: readonly ValuePath[]): Reply {
  const { result } = fieldsOf(answer);
  if (typeof result !== 'string' || result.length > longest) throw new Malformed('it is no text, or too long');
  const encoded = /^(['"]?)genlens:([A-Za-z0-9+/]+={0,2})\1$/.exec(result.trim())?.[2];
  if (encoded === undefined) throw new Malformed(`it says ${JSON.stringify(result.slice(0, 120))}`);
  const bytes = Buffer.from(encoded, 'base64');
  const length = bytes.length >= 4 ? bytes.readUInt32LE(0) : Infinity;
  if (4 + length > bytes.length) throw new Malformed('it is cut off');
  const head = fieldsOf(parsed(bytes.subarray(4, 4 + length).toString('utf8')));
  const values = head['values'];
  if (!Array.isArray(values) || values.length !== paths.length) throw new Malformed('it is about other values');
  const numbers = new Numbers(bytes.subarray(4 + length));
  const read = values.map((value: unknown, index): ReadValue => [paths[index]!, valueOf(fieldsOf(value), numbers)]);
  if (!numbers.isAtEnd) throw new Malformed('it has more numbers than it says');
  return { values: read, autocast: head['autocast'] === true };
}

/** Taken one after the other. */
class Numbers {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(count: unknown): Float64Array {
    if (!isCount(count) || this.#at + 8 * count > this.#bytes.length) throw new Malformed('it has fewer numbers than it says');
    const taken = Float64Array.from({ length: count }, (_, index) => this.#bytes.readDoubleLE(this.#at + 8 * index));
    this.#at += 8 * count;
    return taken;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }
}

function valueOf(value: Record<string, unknown>, numbers: Numbers): ProgramValue {
  switch (value['kind']) {
    case 'none':
      return { kind: 'none' };
    case 'text':
      return { kind: 'text', value: textOf(value['value']) };
    case 'unread':
      return { kind: 'unread', why: textOf(value['why']) };
    case 'number': {
      const { type } = value;
      if (type !== 'int' && type !== 'float' && type !== 'bool') throw new Malformed('a number is of no kind');
      return { kind: 'number', type, value: numbers.take(1)[0]! };
    }
    case 'numbers':
      return { kind: 'numbers', values: [...numbers.take(value['count'])] };
    case 'array':
      return arrayOf(value, numbers);
    default:
      throw new Malformed('a value is of no kind');
  }
}

function arrayOf({ library, dtype, shape, sampled, count }: Record<string, unknown>, numbers: Numbers): ProgramValue {
  if (library !== 'torch' && library !== 'numpy') throw new Malformed('an array is of no library');
  if (typeof dtype !== 'string' || !/^[a-z]\w{0,30}$/.test(dtype)) throw new Malformed('an array has no kind of numbers');
  if (!Array.isArray(shape) || shape.length > mostAxes || !shape.every(isCount) || typeof sampled !== 'boolean')
    throw new Malformed('an array has no shape');
  const values = numbers.take(count);
  const size = shape.reduce((product, length) => product * length, 1);
  if (sampled ? values.length > Math.min(size, limits.value) : values.length !== size)
    throw new Malformed('an array has another shape than its numbers');
  return { kind: 'array', library, dtype, shape, values, sampled };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** On one line. */
function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Malformed('a text is none');
  return value.slice(0, longestText).replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Malformed('its head is no JSON');
  }
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
