/** Data sets in folders: PNG and JPEG files, the name of the first folder below as the class, as torchvision's ImageFolder has it. */

import { constants } from 'node:fs';
import { open, opendir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { maximumPictureBytes, type Picture } from '../formats/picture.ts';
import { DataError, inWords, maximumBytes, placesAmong, sizeOf } from './dataset.ts';
import type { DataSet, Labels, ReadOptions } from './dataset.ts';
import { fitPicture, readPicture, type ImageShape } from './pictures.ts';

const extensions = new Set(['.png', '.jpg', '.jpeg']);
/** Pictures that are not read; a folder of them alone is told of. */
const otherExtensions = new Set(['.gif', '.bmp', '.webp', '.tif', '.tiff', '.avif', '.heic', '.svg', '.ppm', '.pgm']);
const maximumDepth = 16;
/** Files that are read at once. */
const batch = 32;
/** Files that could not be read are told by name up to so many. */
const named = 3;

export interface FolderLimits {
  readonly pictures: number;
  /** Whatever lies in the folder. */
  readonly entries: number;
}

const usualLimits: FolderLimits = { pictures: 1_000_000, entries: 4_000_000 };

/**
 * Reads all PNG and JPEG files of a folder, in the order of their paths, each brought to what the model takes; without a model, to what
 * the first of them is. Files that cannot be read are left out and told of. Links are not followed.
 *
 * @throws DataError where there are no pictures, none can be read, or there are too many.
 */
export async function readImageFolder(folder: string, options: ReadOptions = {}, limits = usualLimits): Promise<DataSet> {
  const { wanted, signal, onProgress } = options;
  if (wanted?.kind === 'vector')
    throw new DataError(
      `The model takes ${inWords(wanted)}; a folder gives pictures. Give the data as a .npy array of shape [n, ${wanted.length}].`,
    );
  const { paths, notices: told } = await listPictures(folder, limits, signal);
  const filling = new Filling(folder, paths, wanted);
  for (let from = 0; from < paths.length; from += batch) {
    const part = paths.slice(from, from + batch);
    const contents = await Promise.all(part.map((path) => readFile(join(folder, path)).catch((error: unknown) => error as Error)));
    signal?.throwIfAborted();
    for (const [at, content] of contents.entries()) filling.add(part[at]!, content);
    onProgress?.(from + part.length, paths.length);
  }
  return filling.end(told);
}

interface Listing {
  paths: string[];
  notices: string[];
}

async function listPictures(folder: string, limits: FolderLimits, signal: AbortSignal | undefined): Promise<Listing> {
  const paths: string[] = [];
  let [links, others, entries] = [0, 0, 0];
  async function list(below: string, depth: number): Promise<void> {
    if (depth > maximumDepth)
      throw new DataError(`${folder} has folders more than ${maximumDepth} deep: ${below}. Name the folder that holds the pictures.`);
    const directory = await opendir(join(folder, below)).catch((error: NodeJS.ErrnoException) => {
      throw new DataError(`${join(folder, below)} cannot be read as a folder (${error.code ?? error.message}).`);
    });
    const folders: string[] = [];
    for await (const entry of directory) {
      signal?.throwIfAborted();
      if (++entries > limits.entries)
        throw new DataError(`${folder} holds more than ${limits.entries} files and folders. Name the folder that holds the pictures.`);
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isSymbolicLink()) links++;
      else if (entry.isDirectory()) folders.push(path);
      else if (!entry.isFile()) continue;
      else if (extensions.has(extname(entry.name).toLowerCase())) paths.push(path);
      else if (otherExtensions.has(extname(entry.name).toLowerCase())) others++;
      if (paths.length > limits.pictures)
        throw new DataError(`${folder} holds more than ${limits.pictures} pictures. Give a part of them, or one .npy array.`);
    }
    for (const one of folders) await list(one, depth + 1);
  }
  await list('', 0);
  const left = [
    ...(links > 0 ? [`${links} links were not followed.`] : []),
    ...(others > 0 ? [`${others} pictures of other formats than PNG and JPEG were left out.`] : []),
  ];
  if (paths.length === 0)
    throw new DataError(
      [`${folder} holds no PNG or JPEG files.`, ...left, 'Name the folder that holds the pictures, or convert them to PNG.'].join(' '),
    );
  return { paths: paths.sort((a, b) => (a < b ? -1 : 1)), notices: left };
}

/** A plain file within the limit; it may have become something else since it was listed. */
async function readFile(path: string): Promise<Uint8Array> {
  // Windows has neither of the last two.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants> & typeof constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new DataError('It is no plain file.');
    if (status.size > maximumPictureBytes)
      throw new DataError(
        `It has ${(status.size / 2 ** 20).toFixed(0)} MiB; pictures of at most ${maximumPictureBytes / 2 ** 20} MiB are read.`,
      );
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** The one array of all pictures, as it is filled. */
class Filling {
  readonly #folder: string;
  readonly #files: number;
  readonly #paths: string[] = [];
  readonly #problems: string[] = [];
  /** How many pictures something was done to. */
  readonly #done = new Map<string, number>();
  #failed = 0;
  #shape: ImageShape | undefined;
  #items = new Uint8Array();

  constructor(folder: string, paths: readonly string[], wanted: ImageShape | undefined) {
    this.#folder = folder;
    this.#files = paths.length;
    if (wanted) this.#begin(wanted);
  }

  #begin(shape: ImageShape): ImageShape {
    const bytes = this.#files * sizeOf(shape);
    if (bytes > maximumBytes)
      throw new DataError(
        `${this.#folder} holds ${this.#files} files; as ${inWords(shape)} they take ${(bytes / 1e9).toFixed(1)} GB, at most ` +
          `${(maximumBytes / 1e9).toFixed(1)} GB are read. Give a part of them, or smaller ones.`,
      );
    this.#items = new Uint8Array(bytes);
    return (this.#shape = shape);
  }

  add(path: string, content: Uint8Array | Error): void {
    let picture: Picture;
    try {
      if (content instanceof Error) throw content;
      picture = readPicture(content);
    } catch (error) {
      this.#failed++;
      if (this.#problems.length < named) this.#problems.push(`${path}: ${(error as Error).message}`);
      return;
    }
    const { channels, height, width } = picture;
    const shape = this.#shape ?? this.#begin({ kind: 'image', channels, height, width });
    const { levels, notices } = fitPicture(picture, shape);
    this.#items.set(levels, this.#paths.length * levels.length);
    this.#paths.push(path);
    for (const notice of notices) this.#done.set(notice, (this.#done.get(notice) ?? 0) + 1);
  }

  end(told: readonly string[]): DataSet {
    const [shape, count] = [this.#shape, this.#paths.length];
    if (!shape || count === 0)
      throw new DataError(`None of the ${this.#files} pictures of ${this.#folder} can be read. ${this.#problems.join(' ')}`);
    const problems = this.#failed === 0 ? [] : [`${this.#failed} of ${this.#files} files were left out. ${this.#problems.join(' ')}`];
    const done = [...this.#done].map(([notice, times]) => `In ${times} of ${count} pictures ${notice}.`);
    return {
      ...{ name: basename(this.#folder), items: this.#items.subarray(0, count * sizeOf(shape)), count, shape },
      ...{ labels: classesOf(this.#paths), paths: this.#paths, notices: [...problems, ...done, ...told] },
    };
  }
}

/** By the first folder below; pictures that lie in none are of the class ".". No labels where there are no folders. */
function classesOf(paths: readonly string[]): Labels[] {
  const classOf = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '.');
  const names = [...new Set(paths.map(classOf))].sort((a, b) => (a < b ? -1 : 1));
  if (names.length === 1 && names[0] === '.') return [];
  const places = new Map(names.map((name, place) => [name, place]));
  const values = placesAmong(names.length, paths.length);
  for (const [at, path] of paths.entries()) values[at] = places.get(classOf(path))!;
  return [{ name: 'folder', names, values }];
}
