/** Data sets that models are shown with: items of one shape in one array, and what is known of each. */

/** What an item is: [channels, height, width] levels of a picture, or a vector of numbers. */
export type ItemShape =
  | { readonly kind: 'image'; readonly channels: number; readonly height: number; readonly width: number }
  | { readonly kind: 'vector'; readonly length: number };

/** What is known of every item under one heading: its character, its font, its folder. */
export interface Labels {
  readonly name: string;
  /** What the numbers stand for. */
  readonly names: readonly string[];
  /** [count], places in `names`. */
  readonly values: Uint8Array | Uint16Array | Uint32Array;
}

export interface DataSet {
  readonly name: string;
  /**
   * [count, ...shape], item after item; a picture channel after channel, row after row. Bytes are levels, 255 the largest value of a
   * model's range; floats are given to a model as they are.
   */
  readonly items: Uint8Array | Float32Array;
  readonly count: number;
  readonly shape: ItemShape;
  readonly labels: readonly Labels[];
  /** Paths of the items' files below the folder, where they have files of their own. */
  readonly paths?: readonly string[];
  /** What was changed or left out when it was read: sentences. */
  readonly notices: readonly string[];
}

export interface ReadOptions {
  /** What the model takes: pictures are brought to it, arrays have to be of it. */
  readonly wanted?: ItemShape;
  /** The array of a .npz file that holds the items; without it there must be one alone that can. */
  readonly array?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Data that cannot be used. The message names the file, what is wrong, and what to do. */
export class DataError extends Error {
  override readonly name = 'DataError';
}

/** Of one array of items; Node reads no larger file into memory. */
export const maximumBytes = 2 ** 31 - 1;

export function sizeOf(shape: ItemShape): number {
  return shape.kind === 'vector' ? shape.length : shape.channels * shape.height * shape.width;
}

export function inWords(shape: ItemShape): string {
  if (shape.kind === 'vector') return `vectors of ${shape.length} numbers`;
  const channels = shape.channels === 1 ? 'grey' : `${shape.channels} channels`;
  return `pictures of ${shape.width} x ${shape.height} (${channels})`;
}

export function isSameShape(one: ItemShape, other: ItemShape): boolean {
  if (one.kind === 'vector' || other.kind === 'vector') return one.kind === other.kind && sizeOf(one) === sizeOf(other);
  return one.channels === other.channels && one.height === other.height && one.width === other.width;
}

/**
 * Items as a model takes them: [to - from, ...shape]. Levels become low + level / 255 * (high - low); floats stay as they are.
 *
 * @param range what a model takes for black and white
 */
export function inputsOf(
  { items, shape }: Pick<DataSet, 'items' | 'shape'>,
  from: number,
  to: number,
  range: Range = [0, 1],
): Float32Array {
  const size = sizeOf(shape);
  const part = items.subarray(from * size, to * size);
  if (part instanceof Float32Array) return part.slice();
  return inRange(part, range);
}

export type Range = readonly [low: number, high: number];

/** Levels 0..255 in another range, as float32. */
export function inRange(levels: Uint8Array, [low, high]: Range): Float32Array {
  const table = Float32Array.from({ length: 256 }, (_, level) => low + (level / 255) * (high - low));
  const values = new Float32Array(levels.length);
  for (let at = 0; at < levels.length; at++) values[at] = table[levels[at]!]!;
  return values;
}

/** The items of a data set that have a label. @throws DataError where none has */
export function itemsLabelled(data: DataSet, name: string, value: string): DataSet {
  const label = data.labels.find((each) => each.name === name);
  const wanted = label?.names.indexOf(value) ?? -1;
  const places = label ? [...label.values.keys()].filter((item) => label.values[item] === wanted) : [];
  if (places.length === 0)
    throw new DataError(`${data.name} has no items whose ${name} is "${value}"${label ? `, but: ${label.names.join(', ')}` : ''}.`);
  const size = sizeOf(data.shape);
  const items = data.items.slice(0, places.length * size);
  places.forEach((place, at) => items.set(data.items.subarray(place * size, (place + 1) * size), at * size));
  const labels = data.labels.map((each) => ({
    ...each,
    values: each.values.slice(0, places.length).map((_, at) => each.values[places[at]!]!),
  }));
  const paths = data.paths && places.map((place) => data.paths![place]!);
  return { ...data, name: `${data.name}, ${value}`, items, count: places.length, labels, ...(paths && { paths }) };
}

/** An array of places among `count` names. */
export function placesAmong(count: number, length: number): Labels['values'] {
  if (count <= 2 ** 8) return new Uint8Array(length);
  return count <= 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length);
}
