/** What happens to binary data in messages: views are cut to what they show, buffers can be handed over instead of copied. */

const transferred = new WeakMap<object, readonly ArrayBuffer[]>();

/**
 * Marks buffers inside `value` (a call's params or a handler's result) to be handed over when it is sent: the sender's views of
 * them become empty. Channels that cannot transfer copy them.
 */
export function transferring<T extends object>(value: T, buffers: readonly ArrayBuffer[]): T {
  transferred.set(value, buffers);
  return value;
}

export function transferablesOf(value: unknown): readonly ArrayBuffer[] | undefined {
  return typeof value === 'object' && value !== null ? transferred.get(value) : undefined;
}

/** Deeper data is sent as it is; it also ends the walk on a cycle. */
const MAX_DEPTH = 6;

/**
 * The same message with every typed array that shows only a part of its buffer replaced by a copy of that part: structured clone
 * would post the whole buffer. Copies only what it changes; the given message stays as it is.
 */
export function compactViews<T>(message: T): T {
  return compact(message, 0) as T;
}

function compact(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (ArrayBuffer.isView(value)) return compactView(value);
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i];
      const replaced = compact(item, depth + 1);
      if (replaced !== item) (copy ??= value.slice() as unknown[])[i] = replaced;
    }
    return copy ?? value;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const fields = value as Record<string, unknown>;
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(fields)) {
    const replaced = compact(fields[key], depth + 1);
    if (replaced !== fields[key]) (copy ??= { ...fields })[key] = replaced;
  }
  return copy ?? value;
}

type ViewConstructor = new (buffer: ArrayBuffer) => ArrayBufferView;

function compactView(view: ArrayBufferView): ArrayBufferView {
  if (view.byteLength === view.buffer.byteLength) return view;
  const bytes = new Uint8Array(view.byteLength);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  // By tag, not by constructor: a Node Buffer is a Uint8Array elsewhere.
  const name = Object.prototype.toString.call(view).slice('[object '.length, -1);
  const Constructor = (globalThis as unknown as Record<string, ViewConstructor | undefined>)[name];
  return Constructor ? new Constructor(bytes.buffer) : view;
}
