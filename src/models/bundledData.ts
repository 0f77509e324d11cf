/** Data sets that Genlens brings: a folder with dataset.json, as models/train/glyphs/bundle.py writes it. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { elementsOf } from '../formats/elements.ts';
import { readNpz } from '../formats/npz.ts';
import { DataError, placesAmong, type DataSet, type Labels } from './dataset.ts';

z.config({ jitless: true });

const count = z.int().check(z.gte(0));
const schema = z.object({
  schemaVersion: z.literal(1),
  name: z.string(),
  title: z.string(),
  data: z.string().check(z.regex(/^[\w-]+\.npz$/, { error: 'must be a .npz file of the folder' })),
  count,
  shape: z.tuple([z.literal(1), count, count]),
  characters: z.string(),
  families: z.array(z.string()),
  faces: z.array(z.object({ name: z.string(), family: count, split: z.string(), package: z.string() })),
  files: z.record(z.string(), z.string()),
});

/**
 * The glyphs of fonts: grey pictures with the labels `character`, `font` (its family), `face` and `split` (train, held out).
 *
 * @throws DataError
 */
export async function readGlyphs(folder: string): Promise<DataSet> {
  const description = join(folder, 'dataset.json');
  const fail = (what: string): never => {
    throw new DataError(`${folder}: ${what} Reinstall Genlens.`);
  };
  const read = async (path: string): Promise<Buffer> =>
    readFile(path).catch((error: NodeJS.ErrnoException) => fail(`${path} cannot be read (${error.code ?? error.message}).`));
  const parsed = schema.safeParse(parseJson((await read(description)).toString('utf8')));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    return fail(`dataset.json: ${issue.path.map(String).join('.') || 'the whole'}: ${issue.message}.`);
  }
  const { data, count, shape, characters, families, faces, files, title } = parsed.data;
  const bytes = await read(join(folder, data));
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (hash !== files[data]) fail(`${data} has the sha256 ${hash}, dataset.json has ${String(files[data])}.`);
  const arrays = await readNpz(bytes);
  const [, height, width] = shape;
  const numbers = (name: string, length: number): Uint8Array => {
    const array = arrays.get(name);
    if (array?.data.length !== length) return fail(`${data} has no ${name} of ${length} bytes.`);
    return new Uint8Array(array.data.buffer, array.data.byteOffset, length);
  };
  const items = numbers('columns', count * height * width);
  transposeEach(items, width, height);
  const character = numbers('character', count);
  const face = elementsOf('uint16', numbers('face', 2 * count)) as Uint16Array;
  const splits = [...new Set(faces.map(({ split }) => split))];
  const byFace = (name: string, names: readonly string[], of: (one: (typeof faces)[number]) => number): Labels => {
    const values = placesAmong(names.length, count);
    for (let at = 0; at < count; at++) values[at] = of(faces[face[at]!] ?? fail(`there is no face ${face[at]!}.`));
    return { name, names, values };
  };
  const labels = [
    { name: 'character', names: [...characters], values: character },
    byFace('font', families, (one) => one.family),
    { name: 'face', names: faces.map(({ name }) => name), values: face },
    byFace('split', splits, (one) => splits.indexOf(one.split)),
  ];
  const outside = labels.find(({ names, values }) => values.some((value: number) => value >= names.length));
  if (outside) fail(`a ${outside.name} is none of the ${outside.names.length} that are listed.`);
  return { name: title, items, count, shape: { kind: 'image', channels: 1, height, width }, labels, notices: [] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** From [n, columns, rows] to [n, rows, columns], in the same array. */
function transposeEach(items: Uint8Array, columns: number, rows: number): void {
  const size = columns * rows;
  const item = new Uint8Array(size);
  for (let start = 0; start < items.length; start += size) {
    item.set(items.subarray(start, start + size));
    for (let row = 0, to = start; row < rows; row++)
      for (let column = 0; column < columns; column++) items[to++] = item[column * rows + row]!;
  }
}
