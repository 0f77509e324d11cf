/** Numbers that JSON lacks, in messages to and from pages, which the editor carries as JSON: it would make null of them. */

/** The one field of what stands for such a number. */
const field = 'number that JSON lacks';

/** @returns the value itself where it holds none; typed arrays are carried as they are */
export function packNumbers(value: unknown): unknown {
  return typeof value === 'number' ? (Number.isFinite(value) ? value : { [field]: String(value) }) : mapped(value, packNumbers);
}

export function unpackNumbers(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && field in value) return Number(value[field]);
  return mapped(value, unpackNumbers);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function mapped(value: unknown, change: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) {
    const parts = value.map(change);
    return parts.some((part, at) => !Object.is(part, value[at])) ? parts : value;
  }
  if (!isPlain(value)) return value;
  const entries = Object.entries(value).map(([key, part]) => [key, part, change(part)] as const);
  return entries.some(([, part, other]) => !Object.is(part, other))
    ? Object.fromEntries(entries.map(([key, , other]) => [key, other]))
    : value;
}
